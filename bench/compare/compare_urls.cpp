#include <fmt/format.h>

#include "bench/base/errors.hpp"
#include "bench/base/secrets.hpp"
#include "bench/compare/compare_builds.hpp"
#include "bench/compare/paired_cases.hpp"
#include "bench/os/interruption.hpp"
#include "bench/plan/prepare.hpp"

namespace asyncmark {
namespace {

/// What is wrong with the URL of a side, in the words of the workload that would call it.
UsageError wrong_url(const Side& side, std::string why) {
  constexpr std::string_view kFlag = "--url: ", kRemote = "add --allow-remote";
  if (why.starts_with(kFlag)) why.erase(0, kFlag.size());
  if (const auto at = why.find(kRemote); at != why.npos)
    why.insert(at + kRemote.size(), " after '--'");
  return UsageError(fmt::format("compare: the {} {}: {}", side.role, side.what, why));
}

/// A side whose cases call this URL. Throws UsageError, also where nothing answers there.
CaseSide service_at(const std::string& role, const std::string& url, Request request,
                    const CompareSettings& settings) {
  const Side side{role, shown_url(url), ""};
  ChildSettings child;
  child.time_limit = settings.time_limit;
  child.launcher = settings.launcher;
  CaseSide service(side, child, settings.max_failed);
  if (url.empty()) throw UsageError(fmt::format("compare: the URL of the {} is empty", role));
  try {
    service.set_cases(expand({request.set("url", url)}));
    if (!Interruption::happened()) prepare_workloads(service.cases());
  } catch (const UsageError& error) {
    if (!std::string_view(error.what()).starts_with("--url")) throw;
    throw wrong_url(side, error.what());
  }
  return service;
}

/// The name of a case without the URL, which is that of the side.
std::string name_without_url(const Case& one) {
  auto without = one;
  auto options = one.workload_options.to_json(Secrets::told);
  options.erase("url");
  without.workload_options = OptionValues::from_json(one.workload_options.specs(), options);
  return without.name();
}

}  // namespace

Comparison compare_urls(const Request& request, const CompareSettings& settings) {
  const Sweep sweep;
  Interruption::watch();
  const auto baseline = service_at("baseline", settings.baseline, request, settings);
  PairedCases paired{baseline,
                     service_at("contender", settings.contender, request, settings),
                     baseline,
                     {},
                     service_block_of};
  auto all = begun(settings, baseline.side(), paired.contender.side());
  all.services = true;
  for (const auto& one : baseline.cases()) paired.names.push_back(name_without_url(one.what));
  judge_cases(paired, settings, all);
  Interruption::end_watch();
  return all;
}

}  // namespace asyncmark
