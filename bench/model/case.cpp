#include "bench/model/case.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/errors.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {
namespace {

/// A field of a case document, or its default; a wrong type names the field.
template <class T>
T field(const Json& json, const char* key, T otherwise, const char* right) {
  const auto found = json.find(key);
  if (found == json.end()) return otherwise;
  if constexpr (std::is_same_v<T, std::uint64_t>) {
    if (found->is_number_unsigned() || (found->is_number_integer() && *found >= 0))
      return found->template get<T>();
  } else if constexpr (std::is_same_v<T, double>) {
    if (found->is_number() && *found >= 0) return found->template get<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (found->is_string()) return found->template get<T>();
  } else {
    if (found->is_object()) return *found;
  }
  throw UsageError(fmt::format("case: {}: {} is not {}", key, found->dump(), right));
}

std::uint64_t count(const Json& json, const char* key, std::uint64_t otherwise) {
  return field<std::uint64_t>(json, key, otherwise, "a whole number of 0 or more");
}

template <class T>
void put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

}  // namespace

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
  if (load.warmup) name += fmt::format("/warmup:{}", *load.warmup);
  if (load.passes != 1) name += fmt::format("/passes:{}", load.passes);
  if (const auto text = cpus.text(); !text.empty()) name += "/cpus:" + text;
  if (seed != 1) name += fmt::format("/seed:{}", seed);
  return name + runner_options.name_suffix() + workload_options.name_suffix();
}

std::string Case::address() const {
  const auto& option = Registry<WorkloadEntry>::at(workload).address_option;
  return option.empty() ? "" : workload_options.print(option);
}

std::optional<std::vector<std::string>> Case::service() const {
  const auto& words = Registry<WorkloadEntry>::at(workload).service;
  return words ? words(workload_options) : std::nullopt;
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

std::unique_ptr<Workload> Case::make_workload() const {
  auto options = workload_options;
  const auto& entry = Registry<WorkloadEntry>::at(workload);
  if (!endpoint.empty()) options.set(entry.address_option, endpoint);
  return entry.make(options, seed);
}

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

Json to_json(const Concurrency& how) {
  Json json{{"workers", how.workers},
            {"cap", how.cap},
            {"processors", how.processors},
            {"one_loop", how.one_loop}};
  if (how.blocking != kUnbounded) json["blocking"] = how.blocking;
  return json;
}

Concurrency concurrency_from_json(const Json& json) {
  const auto positive = [&](const char* key, std::uint64_t otherwise) {
    const auto value = json.value(key, Json(otherwise));
    if (!value.is_number_unsigned() || value == 0)
      throw UsageError(
          fmt::format("how.{}: {} is not a whole number of 1 or more", key, value.dump()));
    return value.get<std::uint64_t>();
  };
  return {.workers = positive("workers", 1),
          .cap = positive("cap", 1),
          .processors = positive("processors", 1),
          .one_loop = json.value("one_loop", false),
          .blocking = positive("blocking", kUnbounded)};
}

Json to_json(const Case& one, Secrets secrets) {
  Json load = Json::object();
  if (one.load.ops != 0) load["ops"] = one.load.ops;
  if (one.load.duration) load["duration_ns"] = one.load.duration->count();
  put(load, "in_flight", one.load.in_flight);
  put(load, "rate_per_s", one.load.rate);
  if (one.load.rate)
    load["arrivals"] = one.load.arrivals == Arrivals::poisson ? "poisson" : "fixed";
  const auto& due = one.load.due;
  const auto last_due = due && !due->empty() ? Duration(due->back()) : one.load.last_due;
  if (last_due) load["last_due_ns"] = last_due->count();
  put(load, "warmup", one.load.warmup);
  load["passes"] = one.load.passes;
  Json json{
      {"name", one.name()},
      {"workload", {{"name", one.workload}, {"options", one.workload_options.to_json(secrets)}}},
      {"runner", {{"name", one.runner}, {"options", one.runner_options.to_json(secrets)}}},
      {"load", std::move(load)},
      {"seed", one.seed}};
  if (!one.cpus.client.empty()) json["cpus"] = list_text(one.cpus.client);
  if (!one.cpus.service.empty()) json["service_cpus"] = list_text(one.cpus.service);
  if (!one.endpoint.empty()) json["endpoint"] = one.endpoint;
  return json;
}

Case case_from_json(const Json& json) {
  if (!json.is_object()) throw UsageError("case: the document is not a JSON object");
  Case one;
  const auto plug_in = [&](const char* axis) {
    auto part = field<Json>(json, axis, Json::object(), "an object");
    auto name = field<std::string>(part, "name", "", "a text");
    if (name.empty()) throw UsageError(fmt::format("case: {}.name is missing", axis));
    return std::pair(name, field<Json>(part, "options", Json::object(), "an object"));
  };
  const auto [workload, workload_options] = plug_in("workload");
  const auto [runner, runner_options] = plug_in("runner");
  one.workload = workload;
  one.workload_options =
      OptionValues::from_json(Registry<WorkloadEntry>::at(workload).options, workload_options);
  one.runner = runner;
  one.runner_options = OptionValues::from_json(runner_entry(runner).options, runner_options);

  const auto load = field<Json>(json, "load", Json::object(), "an object");
  one.load.ops = count(load, "ops", 0);
  const auto duration = [&](const char* key, std::uint64_t least = 0) {
    const auto ns = count(load, key, 0);
    if (ns < least || ns > static_cast<std::uint64_t>(kLongest.count()))
      throw UsageError(
          fmt::format("case: load.{}: {} is not from {} to {}", key, ns, least, kLongest.count()));
    return Duration(static_cast<std::int64_t>(ns));
  };
  if (load.contains("duration_ns")) one.load.duration = duration("duration_ns", 1);
  if (load.contains("in_flight")) one.load.in_flight = count(load, "in_flight", 0);
  if (load.contains("rate_per_s"))
    one.load.rate = field<double>(load, "rate_per_s", 0, "a number of 0 or more");
  const auto arrivals = field<std::string>(load, "arrivals", "fixed", "a text");
  if (arrivals != "fixed" && arrivals != "poisson")
    throw UsageError(
        fmt::format("case: load.arrivals: '{}' is neither fixed nor poisson", arrivals));
  if (arrivals == "poisson") one.load.arrivals = Arrivals::poisson;
  if (load.contains("last_due_ns")) one.load.last_due = duration("last_due_ns");
  if (load.contains("warmup")) one.load.warmup = count(load, "warmup", 0);
  one.load.passes = count(load, "passes", 1);
  one.seed = count(json, "seed", 1);
  const auto cpus = [&](const char* key) {
    if (!json.contains(key)) return Cpus{};
    return parse_cpus(field<std::string>(json, key, "", "a text"), fmt::format("case: {}", key));
  };
  one.cpus = {cpus("cpus"), cpus("service_cpus")};
  one.endpoint = field<std::string>(json, "endpoint", "", "a text");
  if (!one.endpoint.empty() && Registry<WorkloadEntry>::at(workload).address_option.empty())
    throw UsageError(fmt::format("case: endpoint: the workload {} calls none", one.workload));
  if (one.load.ops == 0 && !one.load.duration)
    throw UsageError("case: load.ops or load.duration_ns must be 1 or more");
  if (one.load.rate == 0.0) throw UsageError("case: load.rate_per_s must be more than 0");
  if (one.load.in_flight == std::uint64_t{0})
    throw UsageError("case: load.in_flight must be 1 or more");
  if (one.load.passes == 0) throw UsageError("case: load.passes must be 1 or more");
  return one;
}

}  // namespace asyncmark
