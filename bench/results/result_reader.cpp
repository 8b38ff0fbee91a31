#include "bench/results/result_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>

#include "bench/base/errors.hpp"
#include "bench/base/strict_json.hpp"
#include "bench/base/text_encoding.hpp"
#include "bench/base/visible.hpp"
#include "bench/model/adapter.hpp"
#include "bench/model/case_fields.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/results/finding_fields.hpp"
#include "bench/results/foreign_rows.hpp"
#include "bench/results/json_members.hpp"
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

Repetition repetition_from_json(const Json& details) {
  if (details.contains("died")) return {{}, text_member(details, "died")};
  Repetition repetition{measurement_from_json(object_member(details, "measurement")), ""};
  if (repetition.measurement.passes.empty()) throw UsageError("\"passes\": is empty");
  return repetition;
}

/// Why this build can make no Result of a row of ours; empty: it can.
std::string unknown(const Json& document) {
  const auto workload = text_member(object_member(document, "workload"), "name");
  const auto runner = text_member(object_member(document, "runner"), "name");
  if (!Registry<WorkloadEntry>::find(workload))
    return fmt::format("this build has no workload '{}'", workload);
  if (!Registry<RunnerEntry>::find(runner) && !runner.starts_with(kCommandPrefix))
    return fmt::format("this build has no runner '{}'", runner);
  return "";
}

/// The facts of a context without those that hold a number which was none, as NaN.
Json told(const Json& context) {
  auto facts = Json::object();
  for (const auto& [key, value] : context.items())
    if (!value.is_null() && !(value.is_array() && std::ranges::count(value, Json()) > 0))
      facts[key] = value;
  return facts;
}

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
    if (!rest.contains("benchmarks"))
      throw error(
          "is not a result: \"benchmarks\" is missing; 'asyncmark run --out FILE' writes one");
    take_in([&] { member(rest, "benchmarks", &Json::is_array, "a list"); });
    if (!rest.at("benchmarks").empty())
      throw error(fmt::format("\"benchmarks\": {} is not an object",
                              quoted(rest.at("benchmarks").front())));
    if (rest.contains("context"))
      take_in([&] { set_.context.facts = told(object_member(rest, "context")); });
    check_version();
    if (!row_error_.empty()) throw error(row_error_);
    take_in([&] { check_context(); });
    if (rest.contains("checks")) take_in([&] { take_findings(rest); });
    take_in([&] {
      set_.foreign = foreign_.cases([&](const auto& name) { return results_.contains(name); });
    });
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
  Json parsed(std::istream& source) {
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
    StrictJson strict(source);
    if (strict.head().empty()) throw error("is empty");
    if (const auto what = not_utf8(strict.head()); !what.empty()) throw error(what);
    std::istream stream(&strict);
    try {
      return Json::parse(stream, look);
    } catch (const Json::parse_error& wrong) {
      const auto byte = strict.in_source(wrong.byte);
      if (stream.eof() || stream.peek() == std::istream::traits_type::eof())
        throw error(fmt::format("is cut short, or no JSON: it ends at byte {}, in the midst of it",
                                byte > 0 ? byte - 1 : 0));
      throw error(fmt::format("is not JSON: it goes wrong at byte {}", byte));
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
      else
        foreign_.take(row, "another program wrote it");
    } catch (const std::exception& wrong) {
      if (row_error_.empty())
        row_error_ = fmt::format("benchmarks[{}]: {}", rows_ - 1, message(wrong));
    }
  }

  void take_own(const Json& row, const Json& details) {
    is_ours_ = true;
    const auto& document = object_member(details, "case");
    const auto name = text_member(document, "name");
    if (const auto why = unknown(document); !why.empty()) return foreign_.take(row, why);
    auto found = results_.find(name);
    if (found == results_.end()) {
      Result result;
      result.what = case_from_json(document);
      if (const auto here = result.what.name(); here != name)
        return foreign_.take(row, fmt::format("this build calls it {}", here));
      read_json(object_member(details, "how"), result.how, {.key = "how"});
      if (details.contains("bound"))
        read_json(object_member(details, "bound"), result.bound.emplace(), {.key = "bound"});
      result.planned_repetitions = count_member(row, "repetitions", 1);
      found = results_.emplace(name, set_.results.size()).first;
      set_.results.push_back(std::move(result));
    }
    set_.results[found->second].repetitions.push_back(repetition_from_json(details));
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
      if (facts.contains(key)) truth_member(facts, key);
    if (facts.contains("slo")) Slo::parse(text_member(facts, "slo"));
    if (facts.contains("load_avg"))
      for (const auto& load : member(facts, "load_avg", &Json::is_array, "a list"))
        if (!load.is_number())
          throw UsageError(fmt::format("\"load_avg\": {} is not a number", quoted(load)));
    if (!facts.contains("calibration")) return;
    const auto& calibration = object_member(facts, "calibration");
    for (const auto& [key, value] : calibration.items())
      if (key.ends_with("_ns")) number_member(calibration, key.c_str());
    if (!calibration.contains("null")) return;
    for (const auto& one : member(calibration, "null", &Json::is_array, "a list")) {
      if (!one.is_object()) throw UsageError(fmt::format("\"null\": {} is wrong", quoted(one)));
      text_member(one, "runner");
      number_member(one, "ns_per_op");
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
  ForeignRows foreign_;
  std::size_t rows_ = 0;
  bool is_ours_ = false;
  std::string row_error_;
};

}  // namespace

ResultSet read_results(const std::string& path) { return Reader(path).read(); }

}  // namespace asyncmark
