#include "bench/results/result_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string_view>

#include "bench/base/errors.hpp"
#include "bench/base/visible.hpp"
#include "bench/model/adapter.hpp"
#include "bench/model/case_fields.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/results/finding_fields.hpp"
#include "bench/results/slo.hpp"

namespace asyncmark {
namespace {

// Ours are nested eleven deep. A file of brackets alone would take fifty times its size.
constexpr int kDeepest = 100;

/// Without the name of the library's exception.
std::string message(const std::exception& error) {
  const std::string_view what = error.what();
  const auto name = what.starts_with("[json.exception") ? what.find("] ") : std::string::npos;
  return std::string(name == std::string::npos ? what : what.substr(name + 2));
}

/// A member of the right type, or a UsageError that names it.
const Json& member(const Json& json, const char* key, bool (Json::*is)() const noexcept,
                   const char* right) {
  const auto found = json.find(key);
  if (found == json.end()) refuse_missing({.key = key});
  if (!((*found).*is)())
    throw UsageError(fmt::format("\"{}\": {} is not {}", key, quoted(*found), right));
  return *found;
}

const Json& object(const Json& json, const char* key) {
  return member(json, key, &Json::is_object, "an object");
}
std::string text(const Json& json, const char* key) {
  return member(json, key, &Json::is_string, "a text").get<std::string>();
}
double number(const Json& json, const char* key) {
  return member(json, key, &Json::is_number, "a number").get<double>();
}
bool truth(const Json& json, const char* key) {
  return member(json, key, &Json::is_boolean, "true or false").get<bool>();
}
std::uint64_t count(const Json& json, const char* key, std::uint64_t least = 0) {
  const auto& value = member(json, key, &Json::is_number_unsigned, "a whole number of 0 or more");
  if (const auto n = value.get<std::uint64_t>(); n >= least) return n;
  throw UsageError(fmt::format("\"{}\": {} is not {} or more", key, quoted(value), least));
}

Repetition repetition_from_json(const Json& details) {
  if (details.contains("died")) return {{}, text(details, "died")};
  Repetition repetition{measurement_from_json(object(details, "measurement")), ""};
  if (repetition.measurement.passes.empty()) throw UsageError("\"passes\": is empty");
  return repetition;
}

/// Why this build can make no Result of a row of ours; empty: it can.
std::string unknown(const Json& document) {
  const auto workload = text(object(document, "workload"), "name");
  const auto runner = text(object(document, "runner"), "name");
  if (!Registry<WorkloadEntry>::find(workload))
    return fmt::format("this build has no workload '{}'", workload);
  if (!Registry<RunnerEntry>::find(runner) && !runner.starts_with(kCommandPrefix))
    return fmt::format("this build has no runner '{}'", runner);
  return "";
}

/// Nanoseconds of Google Benchmark's units.
double unit(const Json& row) {
  const auto name = row.contains("time_unit") ? text(row, "time_unit") : "ns";
  for (const auto& [known, ns] : {std::pair{"ns", 1.0}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}})
    if (name == known) return ns;
  throw UsageError(fmt::format("\"time_unit\": '{}' is none of ns, us, ms and s", name));
}

/// The keys that Google Benchmark gives every row; the other numbers are counters.
const std::set<std::string> kOwnKeys{"name",
                                     "family_index",
                                     "per_family_instance_index",
                                     "run_name",
                                     "run_type",
                                     "repetitions",
                                     "repetition_index",
                                     "threads",
                                     "iterations",
                                     "real_time",
                                     "cpu_time",
                                     "time_unit",
                                     "asyncmark",
                                     "error_occurred",
                                     "error_message",
                                     "aggregate_name",
                                     "label",
                                     "aggregate_unit",
                                     "big_o",
                                     "rms",
                                     "skipped",
                                     "complexity_n"};

/// Takes the document in row by row.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  ResultSet read() {
    std::ifstream stream(file_);
    if (!stream.is_open()) throw error(fmt::format("cannot be read: {}", std::strerror(errno)));
    const auto rest = parsed(stream);
    if (!rest.is_object()) throw error("is JSON, but no object with a list \"benchmarks\"");
    if (rest.value("kind", Json()) == "comparison")
      throw error("holds the verdicts of 'compare --out', and no results of a run");
    take_in([&] { member(rest, "benchmarks", &Json::is_array, "a list"); });
    if (!rest.at("benchmarks").empty())
      throw error(fmt::format("\"benchmarks\": {} is not an object",
                              quoted(rest.at("benchmarks").front())));
    if (rest.contains("context")) take_in([&] { set_.context.facts = object(rest, "context"); });
    check_version();
    if (!row_error_.empty()) throw error(row_error_);
    take_in([&] { check_context(); });
    if (rest.contains("checks")) take_in([&] { take_findings(rest); });
    add_lone_aggregates();
    if (set_.results.empty() && set_.foreign.empty())
      throw error(set_.context.facts.contains("partial")
                      ? "has no results: it was interrupted before any were there"
                      : "has no results");
    return std::move(set_);
  }

 private:
  UsageError error(const std::string& what) const {
    return UsageError(fmt::format("'{}': {}", file_, visible(what)));
  }

  template <class Part>
  void take_in(Part part) const {
    try {
      part();
    } catch (const std::exception& wrong) {
      throw error(message(wrong));
    }
  }

  /// All but the rows, which are taken in as they come.
  Json parsed(std::istream& stream) {
    std::string section;
    const auto look = [&](int depth, Json::parse_event_t event, Json& value) {
      if (depth > kDeepest) throw error("is nested deeper than results ever are");
      if (depth == 1 && event == Json::parse_event_t::key) section = value.get<std::string>();
      if (depth != 2 || event != Json::parse_event_t::object_end || section != "benchmarks")
        return true;
      take_row(value);
      return false;
    };
    if (std::filesystem::is_directory(file_)) throw error("is a folder, and no file of results");
    if (stream.peek() == std::istream::traits_type::eof()) throw error("is empty");
    try {
      return Json::parse(stream, look);
    } catch (const Json::parse_error& wrong) {
      if (stream.eof() || stream.peek() == std::istream::traits_type::eof())
        throw error(fmt::format("is cut short, or no JSON: it ends at byte {}, in the midst of it",
                                wrong.byte > 0 ? wrong.byte - 1 : 0));
      throw error(fmt::format("is not JSON: it goes wrong at byte {}", wrong.byte));
    } catch (const Json::exception& wrong) {  // A number beyond all bounds.
      throw error(fmt::format("is not JSON that can be read: {}", message(wrong)));
    }
  }

  /// The first that is wrong is kept: the context, which may come later, tells what it is to be.
  void take_row(const Json& row) {
    ++rows_;
    try {
      if (const auto ours = row.find("asyncmark"); ours != row.end() && ours->is_object())
        take_own(row, *ours);
      else if (row.value("run_type", "iteration") == "aggregate")
        take_aggregate(row);
      else
        take_foreign(row, "another program wrote it");
    } catch (const std::exception& wrong) {
      if (row_error_.empty())
        row_error_ = fmt::format("benchmarks[{}]: {}", rows_ - 1, message(wrong));
    }
  }

  void take_own(const Json& row, const Json& details) {
    is_ours_ = true;
    const auto& document = object(details, "case");
    const auto name = text(document, "name");
    if (const auto why = unknown(document); !why.empty()) return take_foreign(row, why);
    auto found = results_.find(name);
    if (found == results_.end()) {
      Result result;
      result.what = case_from_json(document);
      if (const auto here = result.what.name(); here != name)
        return take_foreign(row, fmt::format("this build calls it {}", here));
      read_json(object(details, "how"), result.how, {.key = "how"});
      if (details.contains("bound"))
        read_json(object(details, "bound"), result.bound.emplace(), {.key = "bound"});
      result.planned_repetitions = count(row, "repetitions", 1);
      found = results_.emplace(name, set_.results.size()).first;
      set_.results.push_back(std::move(result));
    }
    set_.results[found->second].repetitions.push_back(repetition_from_json(details));
  }

  ForeignCase& foreign(const std::string& name, const std::string& why) {
    const auto [found, is_new] = foreign_.emplace(name, set_.foreign.size());
    if (is_new) set_.foreign.push_back({.name = name, .why = why});
    return set_.foreign[found->second];
  }

  void take_foreign(const Json& row, const std::string& why) {
    // Those of Google Benchmark before 1.5 have no run_name.
    auto& one = foreign(text(row, row.contains("run_name") ? "run_name" : "name"), why);
    if (row.contains("error_occurred") && truth(row, "error_occurred")) {
      const auto reason = row.contains("error_message") ? text(row, "error_message") : "";
      if (one.died.empty()) one.died = reason.empty() ? "failed" : reason;
      return;
    }
    const auto ns = unit(row);
    ForeignRun run{.real_ns = number(row, "real_time") * ns,
                   .cpu_ns = number(row, "cpu_time") * ns};
    if (row.contains("iterations")) run.iterations = count(row, "iterations");
    for (const auto& [key, value] : row.items())
      if (value.is_number() && !kOwnKeys.contains(key))
        run.counters.emplace_back(key, value.get<double>());
    one.runs.push_back(std::move(run));
  }

  /// Of the cases whose single runs are not there the median will do.
  void take_aggregate(const Json& row) {
    if (row.value("aggregate_name", "") == "median") medians_.push_back(row);
  }

  void add_lone_aggregates() {
    for (const auto& row : medians_) {
      const auto name = row.value("run_name", "");
      if (!results_.contains(name) && !foreign_.contains(name))
        take_in([&] { take_foreign(row, "only its median was kept"); });
    }
  }

  void check_version() const {
    const auto found = set_.context.facts.find("schema_version");
    if (!is_ours_ && (rows_ != 0 || found == set_.context.facts.end())) return;
    if (found == set_.context.facts.end()) throw error("context: \"schema_version\" is missing");
    if (*found != kSchemaVersion)
      throw error(fmt::format("schema_version {} is none that this build reads, which is {}",
                              quoted(*found), kSchemaVersion));
  }

  /// What reports ask of it by its type; the rest they only quote.
  void check_context() const {
    const auto& facts = set_.context.facts;
    for (const auto* key : {"partial", "calibration_skipped"})
      if (facts.contains(key)) truth(facts, key);
    if (facts.contains("slo")) Slo::parse(text(facts, "slo"));
    if (facts.contains("load_avg"))
      for (const auto& load : member(facts, "load_avg", &Json::is_array, "a list"))
        if (!load.is_number())
          throw UsageError(fmt::format("\"load_avg\": {} is not a number", quoted(load)));
    if (!facts.contains("calibration")) return;
    const auto& calibration = object(facts, "calibration");
    for (const auto& [key, value] : calibration.items())
      if (key.ends_with("_ns")) number(calibration, key.c_str());
    if (!calibration.contains("null")) return;
    for (const auto& one : member(calibration, "null", &Json::is_array, "a list")) {
      if (!one.is_object()) throw UsageError(fmt::format("\"null\": {} is wrong", quoted(one)));
      text(one, "runner");
      number(one, "ns_per_op");
    }
  }

  void take_findings(const Json& rest) {
    std::size_t i = 0;
    for (const auto& one : member(rest, "checks", &Json::is_array, "a list")) {
      try {
        read_json(one, set_.findings.emplace_back());
      } catch (const UsageError& wrong) {
        throw UsageError(fmt::format("checks[{}]: {}", i, wrong.what()));
      }
      ++i;
    }
  }

  std::string file_;
  ResultSet set_;
  std::map<std::string, std::size_t> results_;  ///< By name, where in set_.
  std::map<std::string, std::size_t> foreign_;  ///< Likewise.
  std::vector<Json> medians_;
  std::size_t rows_ = 0;
  bool is_ours_ = false;
  std::string row_error_;
};

}  // namespace

ResultSet read_results(const std::string& path) { return Reader(path).read(); }

}  // namespace asyncmark
