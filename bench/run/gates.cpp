#include "bench/run/gates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/base/errors.hpp"
#include "bench/base/github_actions.hpp"
#include "bench/base/nearest.hpp"
#include "bench/base/split.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/checks/check_entry.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark {
namespace {

constexpr const char* kSlo = "slo";
constexpr const char* kFailed = "failed";

/// Why the objective is not known to be met; empty if it is, or if the case has no rate.
std::string missed(const Slo& slo, const Result& one) {
  if (!one.what.load.rate) return "";
  const auto keeps = keeps_to(slo, one);
  if (!keeps) return "too few operations to tell whether it keeps " + slo.text();
  return *keeps ? "" : slo.text() + " is missed";
}

std::string failure(const FailureBudget& budget, const Result& one) {
  if (const auto died = one.died()) return *died;
  const auto& all = one.summary().all;
  if (!budget.exceeded_by(all)) return "";
  return fmt::format("{} of {} operations failed", all.failed, all.failed + all.completed);
}

}  // namespace

std::vector<std::string> parse_gates(const std::string& text, const std::vector<std::string>& known,
                                     const std::string& choices, bool has_slo) {
  auto names = split(text, ',');
  for (const auto& name : names) {
    if (std::ranges::find(known, name) == known.end())
      throw UsageError(fmt::format("--fail-on: '{}' is unknown{}; give {}", name,
                                   suggestion(name, known), choices));
    if (name == kSlo && !has_slo)
      throw UsageError("--fail-on: slo needs --slo, such as --slo p99=50ms");
  }
  return names;
}

Gates Gates::parse(const std::string& text, bool has_slo) {
  std::vector<std::string> known{kSlo, kFailed};
  for (const auto& check : Registry<CheckEntry>::all()) known.push_back(check.name);
  Gates gates;
  for (auto& name :
       parse_gates(text, known, "slo, failed or names of warnings (docs/reading.md)", has_slo))
    gates.names_.insert(std::move(name));
  return gates;
}

Gates Gates::strict() {
  Gates gates;
  gates.names_ = {kSlo};  // There is a check of failed operations.
  for (const auto& check : Registry<CheckEntry>::all())
    if (!check.is_noise) gates.names_.insert(check.name);
  return gates;
}

std::vector<Objection> Gates::objections(const ResultSet& run, const FailureBudget& budget,
                                         const std::optional<Slo>& slo) const {
  std::vector<Objection> all;
  const auto object = [&](const char* name, const Result& one, const std::string& why) {
    if (names(name) && !why.empty()) all.push_back({name, fmt::format("{}: {}", one.name(), why)});
  };
  for (const auto& one : run.results) {
    if (slo) object(kSlo, one, missed(*slo, one));
    object(kFailed, one, failure(budget, one));
  }
  for (const auto& one : run.findings) {
    if (!names(one.code)) continue;
    const auto cases = fmt::format("{}", fmt::join(one.cases, ", "));
    all.push_back({one.code, cases.empty() ? one.evidence : cases + ": " + one.evidence});
  }
  return all;
}

void tell(const std::vector<Objection>& all) {
  std::vector<Annotation> annotations;
  for (const auto& [gate, what] : all) {
    to_standard_error("failed on {}: {}\n", gate, visible(what));
    annotations.push_back({"asyncmark: " + gate, what});
  }
  if (runs_in_github_actions()) to_standard_error("{}", annotation_lines(annotations, "asyncmark"));
}

}  // namespace asyncmark
