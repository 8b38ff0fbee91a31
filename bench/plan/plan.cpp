#include "bench/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "bench/base/errors.hpp"
#include "bench/base/split.hpp"
#include "bench/model/adapter.hpp"
#include "bench/model/arrivals.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark {
namespace {

// More would need gigabytes for the arrivals of one open loop alone.
constexpr std::uint64_t kMostArrivals = 100'000'000;
// Of anything that is counted out one by one: operations, passes. Days of work; more is a mistake.
constexpr std::int64_t kMostCounted = 1'000'000'000;

/// The entries of a list. Throws UsageError, naming `what`, where one is empty.
std::vector<std::string> entries_of(const std::string& text, const std::string& what) {
  auto entries = split(text, ',');
  if (std::ranges::find(entries, "") != entries.end())
    throw UsageError(
        fmt::format("{}: '{}' has an empty entry; separate entries by one comma", what, text));
  return entries;
}

std::uint64_t count(const std::string& text, const std::string& what, std::int64_t least = 1,
                    std::int64_t most = kMostCounted) {
  return static_cast<std::uint64_t>(parse_count(text, what, least, most));
}

constexpr double kHighestRate = 1e9;

double parse_rate(const std::string& text) {
  const auto rate = parse_real(text, "--rate");
  if (rate <= 0) throw UsageError("--rate: must be more than 0 operations per second");
  if (rate > kHighestRate)
    throw UsageError(
        fmt::format("--rate: must be at most {:g} operations per second", kHighestRate));
  return rate;
}

const RunnerEntry& runner_of_flag(const std::string& name) {
  try {
    return runner_entry(name);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--runner: {}", error.what()));
  }
}

/// `all` stands for every runner that is asyncmark itself.
std::vector<std::string> parse_runners(const std::string& text) {
  std::vector<std::string> names;
  for (const auto& name : entries_of(text, "--runner")) {
    if (name == "all")
      for (const auto& runner : built_in_runners()) names.push_back(runner.name);
    else
      names.push_back(runner_of_flag(name).name);
    check_program_of(runner_entry(names.back()));
  }
  return names;
}

const OptionSpec* spec_of_some_runner(const std::string& name) {
  for (const auto& runner : Registry<RunnerEntry>::all())
    for (const auto& spec : runner.options)
      if (spec.name == name) return &spec;
  return nullptr;
}

}  // namespace

const std::vector<RunOption>& run_options() {
  static const std::string kLoad = "Load", kRunners = "Runners", kRuns = "Runs";
  static const std::vector<RunOption> options{
      {"ops", "N[,N...]", "number of operations (default: 100,500,1000)", kLoad, true},
      {"duration", "DURATION",
       "instead of --ops: start operations for this time; event-loop, multi-loop, hybrid and "
       "thread-per-op then need --in-flight or --rate",
       kLoad},
      {"in-flight", "N[,N...]",
       "concurrency limit, the same for every runner, or 'unbounded' (default: set by the runner; "
       "with --rate at most 1000)",
       kLoad, true},
      {"rate", "N[,N...]", "open loop: start N operations per second", kLoad, true},
      {"arrivals", "KIND", "arrival times: fixed, poisson (default: fixed)", kLoad},
      {"drain", "DURATION",
       "with --duration or --rate: time for the last operations to end; later ones are dropped "
       "(default: 10s)",
       kLoad},
      {"runner", "NAME[,NAME...]",
       "runners to compare: 'all', names from 'asyncmark list runners', or cmd:PROGRAM for your "
       "own, see docs/protocol.md (default: all built-in runners)",
       kRunners, true},
      {"repetitions", "N", "runs of each case, in new processes (default: 3)", kRuns},
      {"passes", "N", "timed passes in each run (default: 1)", kRuns},
      {"warmup", "N",
       "untimed operations before each run (default: 1 per session; with --rate 1 per worker, at "
       "most 10)",
       kRuns},
      {"cpus", "LIST",
       "processors of the client: 0-3, or client=0,service=1 (default: all; half of them if "
       "asyncmark starts the service)",
       kRuns},
      {"seed", "N", "random seed (default: 1)", kRuns},
  };
  return options;
}

Request::Request(const std::string& workload)
    : workload_(workload), workload_options_(Registry<WorkloadEntry>::at(workload).options) {}

Request& Request::set(const std::string& name, const std::string& text) {
  if (set_load(name, text)) return *this;
  if (workload_options_.knows(name)) {
    workload_options_.set(name, text);
  } else if (const auto* spec = spec_of_some_runner(name)) {
    spec->parse(text);
    runner_options_[name] = text;
  } else {
    throw UsageError(
        fmt::format("unknown option --{}; see 'asyncmark run {} --help'", name, workload_));
  }
  return *this;
}

bool Request::adds_up(const std::string& name) const {
  return std::ranges::any_of(workload_options_.specs(), [&](const OptionSpec& spec) {
    return spec.name == name && spec.adds_up;
  });
}

bool Request::set_load(const std::string& name, const std::string& text) {
  const auto flag = "--" + name;
  if (name == "runner") {
    runners_ = parse_runners(text);
  } else if (name == "ops") {
    ops_.clear();
    for (const auto& part : entries_of(text, flag)) ops_.push_back(count(part, flag));
  } else if (name == "duration") {
    duration_ = parse_duration(text, flag);
    if (*duration_ == Duration(0)) throw UsageError("--duration: must be more than 0");
  } else if (name == "drain") {
    drain_ = parse_duration(text, flag);
  } else if (name == "in-flight") {
    in_flight_.clear();
    for (const auto& part : entries_of(text, flag))
      in_flight_.push_back(part == "unbounded" ? kUnbounded : count(part, flag));
  } else if (name == "rate") {
    rates_.clear();
    for (const auto& part : entries_of(text, flag)) rates_.push_back(parse_rate(part));
  } else if (name == "arrivals") {
    const auto value = choice_option("arrivals", {"fixed", "poisson"}, "").parse(text);
    arrivals_ = std::get<std::string>(value) == "fixed" ? Arrivals::fixed : Arrivals::poisson;
  } else if (name == "warmup") {
    warmup_ = count(text, flag, 0);
  } else if (name == "passes") {
    passes_ = count(text, flag);
  } else if (name == "repetitions") {
    repetitions_ = count(text, flag, 1, kMostRepetitions);
  } else if (name == "cpus") {
    cpus_ = Placement::parse(text);
  } else if (name == "seed") {
    seed_ = count(text, flag, 0, std::numeric_limits<std::int64_t>::max());
  } else {
    return false;
  }
  return true;
}

std::vector<Load> Request::loads() const {
  if (arrivals_ && rates_.empty()) throw UsageError("--arrivals: needs --rate");
  if (duration_ && !ops_.empty()) throw UsageError("--ops, --duration: give only one of them");
  if (drain_ && !duration_ && rates_.empty())
    throw UsageError("--drain: needs --duration or --rate");
  const auto ops = duration_      ? std::vector<std::uint64_t>{0}
                   : ops_.empty() ? std::vector<std::uint64_t>{100, 500, 1000}
                                  : ops_;
  std::vector<Load> loads;
  for (const auto n : ops) {
    Load load;
    load.ops = n;
    load.duration = duration_;
    load.drain = drain_.value_or(kUsualDrain);
    load.arrivals = arrivals_.value_or(Arrivals::fixed);
    load.warmup = warmup_;
    load.passes = passes_;
    if (rates_.empty()) loads.push_back(load);
    for (const auto rate : rates_) {
      load.rate = rate;
      const auto arrivals = duration_ ? rate * seconds(*duration_) : static_cast<double>(n);
      if (arrivals > static_cast<double>(kMostArrivals))
        throw UsageError(fmt::format("--rate: {} per second gives more than {} operations", rate,
                                     kMostArrivals));
      load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(load, seed_));
      if (load.due->empty())
        throw UsageError(fmt::format("--rate: no operation is due at {} per second", rate));
      loads.push_back(load);
    }
  }
  return loads;
}

std::vector<Result> Request::cases_of(const std::string& name) const {
  const auto& runner = runner_entry(name);
  OptionValues options(runner.options);
  for (const auto& [option, text] : runner_options_)
    if (options.knows(option)) options.set(option, text);

  std::vector<Result> cases;
  for (auto load : loads()) {
    load.usual_cap = Registry<WorkloadEntry>::at(workload_).usual_cap;
    const bool capped = runner.knows_in_flight && !in_flight_.empty();
    for (const auto cap : capped ? in_flight_ : std::vector<std::uint64_t>{0}) {
      if (capped) load.in_flight = cap;
      Result planned;
      planned.what = {workload_, workload_options_, name, options, load, seed_, cpus_};
      if (!cpus_.service.empty() && !planned.what.service())
        throw UsageError(fmt::format(
            "--cpus: asyncmark starts no service for {}; give the processors of the client only, "
            "and place your own service with taskset",
            workload_));
      planned.how = planned.what.concurrency();
      planned.what.check_options();
      planned.planned_repetitions = repetitions_;
      cases.push_back(std::move(planned));
    }
  }
  return cases;
}

std::vector<Result> Request::cases() const {
  std::vector<Result> all;
  const auto runners = runners_.empty() ? parse_runners("all") : runners_;
  for (const auto& [option, text] : runner_options_)
    if (std::ranges::none_of(runners, [&](const auto& name) {
          return OptionValues(runner_entry(name).options).knows(option);
        }))
      throw UsageError(fmt::format("--{}: none of the chosen runners has this option", option));
  for (const auto& runner : runners)
    for (auto& one : cases_of(runner)) all.push_back(std::move(one));
  return all;
}

bool Request::asks_for_idle_in_flight() const {
  return !in_flight_.empty() && in_flight_ != std::vector<std::uint64_t>{1} && !runners_.empty() &&
         std::ranges::none_of(runners_,
                              [](const auto& name) { return runner_entry(name).knows_in_flight; });
}

std::vector<Result> expand(const std::vector<Request>& requests) {
  std::vector<Result> all;
  std::set<std::string> names;
  for (const auto& request : requests) {
    for (auto& one : request.cases()) {
      if (!names.insert(one.name()).second)
        throw UsageError(
            fmt::format("two cases have the name {}; give each only once", one.name()));
      one.bound = ideal_bound(one.what);
      all.push_back(std::move(one));
    }
  }
  if (all.empty()) throw UsageError("there is no case to run");
  return all;
}

namespace {

/// A value of a plan as the text that the same flag would have.
std::string flag_text(const Json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  // 1e3 is as whole as 1000.
  if (const auto number = value.is_number_float() ? value.get<double>() : 0.5;
      std::trunc(number) == number && std::abs(number) < 1e15)
    return fmt::format("{:.0f}", number);
  if (value.is_number() || value.is_boolean()) return value.dump();
  if (value.is_array() && !value.empty()) {
    std::string list;
    for (const auto& entry : value) {
      if (entry.is_array()) throw UsageError(where + ": is a list of lists");
      list += fmt::format("{}{}", list.empty() ? "" : ",", flag_text(entry, where));
    }
    return list;
  }
  throw UsageError(
      fmt::format("{}: must be a text, a number, true, false or a list of them, not {}", where,
                  value.is_array() ? "an empty list" : value.type_name()));
}

Request parse_entry(const Json& entry, const std::string& where) {
  if (!entry.is_object()) throw UsageError(where + ": is not an object");
  const auto workload = entry.find("workload");
  if (workload == entry.end() || !workload->is_string())
    throw UsageError(where +
                     ".workload: is missing; give the name of a workload, such as \"sleep\"");
  try {
    Request request(workload->get<std::string>());
    std::set<std::string> given;
    for (const auto& [key, value] : entry.items()) {
      if (key == "workload") continue;
      std::string flag = key;
      std::ranges::replace(flag, '_', '-');
      if (!given.insert(flag).second)
        throw UsageError(fmt::format("{}: is given twice, with dashes and with underscores", flag));
      if (value.is_array() && request.adds_up(flag))
        for (const auto& one : value) request.set(flag, flag_text(one, key));
      else
        request.set(flag, flag_text(value, key));
    }
    request.cases();
    return request;
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: {}", where, error.what()));
  }
}

/// So deep an object may lie in a plan; its own are three deep.
constexpr int kDeepest = 16;

/// JSON with comments, in which no object has a key twice: the later would silently replace the
/// earlier. Throws UsageError.
Json parse_strictly(const std::string& text, const std::string& file) {
  std::vector<std::set<std::string>> keys;
  const auto look = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kDeepest)
      throw UsageError(fmt::format("{}: is nested deeper than {} levels", file, kDeepest));
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
      throw UsageError(fmt::format("{}: the key {} is given twice", file, value.dump()));
    return true;
  };
  try {
    return Json::parse(text, look, true, /*ignore_comments=*/true);
  } catch (const Json::exception& error) {
    // Without what stands there, which may hold a password.
    std::string_view words = error.what();
    words = words.substr(0, words.find("; last read"));
    // Nor the library's number of the error.
    if (const auto end = words.find("] "); end != words.npos) words.remove_prefix(end + 2);
    throw UsageError(fmt::format("{}: is not JSON: {}", file, words));
  }
}

}  // namespace

std::vector<Request> parse_plan(const std::string& text, const std::string& file) {
  const auto plan = parse_strictly(text, file);
  if (!plan.is_object()) throw UsageError(file + ": is not a JSON object with a list \"cases\"");
  for (const auto& [key, value] : plan.items())
    if (key != "cases" && key != "$schema")
      throw UsageError(fmt::format("{}: unknown key \"{}\"; a plan has \"cases\"", file, key));
  if (!plan.contains("cases") || !plan.at("cases").is_array() || plan.at("cases").empty())
    throw UsageError(file + ": needs a list \"cases\" with at least one entry");
  std::vector<Request> requests;
  for (std::size_t i = 0; i < plan.at("cases").size(); ++i)
    requests.push_back(parse_entry(plan.at("cases")[i], fmt::format("{}: cases[{}]", file, i)));
  return requests;
}

}  // namespace asyncmark
