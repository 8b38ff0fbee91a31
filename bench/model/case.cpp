#include "bench/model/case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

#include "bench/base/errors.hpp"
#include "bench/base/visible.hpp"
#include "bench/model/arrivals.hpp"
#include "bench/model/case_fields.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {
std::string Case::name() const {
  auto name = fmt::format("{}/{}", workload, runner);
  name +=
      load.duration ? "/duration:" + exact_text(*load.duration) : fmt::format("/ops:{}", load.ops);
  if (load.in_flight)
    name += *load.in_flight == kUnbounded ? "/in_flight:unbounded"
                                          : fmt::format("/in_flight:{}", *load.in_flight);
  if (load.rate) {
    name += fmt::format("/rate:{}", *load.rate);
    if (load.arrivals == Arrivals::poisson) name += "/arrivals:poisson";
  }
  if (has_drain(load) && load.drain != kUsualDrain) name += "/drain:" + exact_text(load.drain);
  if (load.warmup) name += fmt::format("/warmup:{}", *load.warmup);
  if (load.passes != 1) name += fmt::format("/passes:{}", load.passes);
  if (const auto text = cpus.text(); !text.empty()) name += "/cpus:" + text;
  if (seed != 1) name += fmt::format("/seed:{}", seed);
  name += runner_options.name_suffix() + workload_options.name_suffix();
  return visible(name, name.npos);
}

std::string Case::address() const {
  const auto& option = Registry<WorkloadEntry>::at(workload).address_option;
  return option.empty() ? "" : workload_options.print(option);
}

std::optional<std::vector<std::string>> Case::service() const {
  const auto& words = Registry<WorkloadEntry>::at(workload).service;
  return words ? words(workload_options) : std::nullopt;
}

std::vector<sockaddr_storage> Case::local_addresses() const {
  const auto* entry = Registry<WorkloadEntry>::find(workload);
  if (!entry || !entry->local_addresses || !endpoint.empty()) return {};
  return entry->local_addresses(workload_options);
}

bool Case::starts_processes() const {
  const auto* entry = Registry<WorkloadEntry>::find(workload);
  return entry && entry->starts_processes;
}

bool Case::measures_the_harness() const {
  const auto* entry = Registry<WorkloadEntry>::find(workload);
  return entry && entry->measures_the_harness;
}

Placement Case::placed() const { return service() ? cpus.apart(own_cpus()) : cpus; }

Case Case::of_repetition(std::uint64_t repetition) const {
  auto one = *this;
  if (repetition == 0) return one;
  std::seed_seq words{seed & 0xffffffff, seed >> 32, repetition & 0xffffffff, repetition >> 32};
  std::array<std::uint32_t, 2> drawn{};
  words.generate(drawn.begin(), drawn.end());
  // JSON of other languages has 63 bits.
  one.seed = (std::uint64_t{drawn[0]} << 31) ^ drawn[1];
  if (load.due && load.arrivals != Arrivals::fixed)
    one.load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(load, one.seed));
  return one;
}

std::unique_ptr<Workload> Case::make_workload() const {
  auto options = workload_options;
  const auto& entry = Registry<WorkloadEntry>::at(workload);
  if (!endpoint.empty()) options.set(entry.address_option, endpoint);
  return entry.make(options, seed);
}

void Case::check_options() const { make_workload(); }

std::unique_ptr<Runner> Case::make_runner() const {
  return runner_entry(runner).make(runner_options);
}

Concurrency Case::concurrency() const {
  const auto client = placed().client;
  const auto ours = own_cpus();
  // Runners that ask how many processors there are see those that the child will have.
  const KeptTo kept(std::ranges::includes(ours, client) ? client : Cpus{});
  return concurrency_here(*make_runner(), *this);
}

Concurrency concurrency_here(const Runner& runner, const Case& one) {
  auto how = runner.concurrency(one.load);
  const auto here = own_cpus().size();
  how.processors =
      one.starts_processes() ? here : std::clamp<std::uint64_t>(how.processors, 1, here);
  return how;
}

Json to_json(const Concurrency& how) { return json_of(how); }

Concurrency concurrency_from_json(const Json& json, Concurrency how) {
  read_json(json, how, {.key = "how"}, Missing::kept);
  return how;
}

Json to_json(const Case& one, Secrets secrets) {
  CaseDocument document{.name = one.name(),
                        .workload = {one.workload, one.workload_options.to_json(secrets)},
                        .runner = {one.runner, one.runner_options.to_json(secrets)},
                        .load = one.load,
                        .seed = one.seed,
                        .cpus = {},
                        .service_cpus = {},
                        .endpoint = one.endpoint};
  if (const auto& due = one.load.due; due && !due->empty())
    document.load.last_due = Duration(due->back());
  if (!one.cpus.client.empty()) document.cpus = list_text(one.cpus.client);
  if (!one.cpus.service.empty()) document.service_cpus = list_text(one.cpus.service);
  return json_of(document);
}

namespace {

CaseDocument document_from_json(const Json& json) {
  if (!json.is_object()) throw UsageError("case: the document is not a JSON object");
  CaseDocument document;
  try {
    read_json(json, document);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("case: {}", error.what()));
  }
  if (document.workload.name.empty()) throw UsageError("case: workload.name is missing");
  if (document.runner.name.empty()) throw UsageError("case: runner.name is missing");
  if (document.load.ops == 0 && !document.load.duration)
    throw UsageError("case: load.ops or load.duration_ns must be 1 or more");
  if (document.load.rate == 0.0) throw UsageError("case: load.rate_per_s must be more than 0");
  return document;
}

}  // namespace

Case case_from_json(const Json& json) {
  const auto document = document_from_json(json);
  const auto& workload = Registry<WorkloadEntry>::at(document.workload.name);
  const auto& runner = runner_entry(document.runner.name);
  Case one;
  one.workload = document.workload.name;
  one.workload_options = OptionValues::from_json(workload.options, document.workload.options);
  one.runner = document.runner.name;
  one.runner_options = OptionValues::from_json(runner.options, document.runner.options);
  one.load = document.load;
  one.load.usual_cap = workload.usual_cap;
  one.seed = document.seed;
  if (document.cpus) one.cpus.client = parse_cpus(*document.cpus, "case: cpus");
  if (document.service_cpus)
    one.cpus.service = parse_cpus(*document.service_cpus, "case: service_cpus");
  one.endpoint = document.endpoint;
  if (!one.endpoint.empty() && workload.address_option.empty())
    throw UsageError(fmt::format("case: endpoint: the workload {} calls none", one.workload));
  return one;
}

}  // namespace asyncmark
