#include "bench/results/foreign_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "bench/base/errors.hpp"
#include "bench/results/json_members.hpp"

namespace asyncmark {
namespace {

constexpr const char* kOnlyMedian = "only its median was kept";

/// Nanoseconds of Google Benchmark's units.
double unit(const Json& row) {
  const auto name = row.contains("time_unit") ? text_member(row, "time_unit") : "ns";
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
                                     "skip_message",
                                     "complexity_n"};

bool is_true(const Json& row, const char* key) {
  return row.contains(key) && truth_member(row, key);
}

std::string message_of(const Json& row, const char* key, const char* otherwise) {
  auto message = row.contains(key) ? text_member(row, key) : "";
  return message.empty() ? otherwise : message;
}

/// Why the times of a row tell nothing; empty where they do.
std::string without_time(const Json& row) {
  for (const auto* key : {"real_time", "cpu_time"})
    if (row.contains(key) && row[key].is_null())
      return fmt::format("its {} is not a finite number", key);
  if (row.value("iterations", Json()) == 0 && row.value("real_time", Json()) == 0)
    return "it carried out no iterations";
  return "";
}

// As versions before 1.5 mark aggregates, which have no run_type.
constexpr std::string_view kMean = "_mean", kMedian = "_median", kDeviation = "_stddev";
constexpr std::string_view kSuffixes[] = {kMean, kMedian, kDeviation, "_cv"};

}  // namespace

ForeignCase& ForeignRows::at(const std::string& name, const std::string& why) {
  const auto [found, is_new] = places_.emplace(name, cases_.size());
  if (is_new) cases_.push_back({.name = name, .why = why});
  return cases_[found->second];
}

const ForeignCase* ForeignRows::find(const std::string& name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? nullptr : &cases_[found->second];
}

void ForeignRows::take(const Json& row, const std::string& why) {
  if (row.value("run_type", "iteration") == "aggregate") {
    if (row.value("aggregate_name", "") == "median") medians_.push_back(row);
    return;
  }
  const bool of_complexity = row.contains("big_o") || row.contains("rms");
  if (of_complexity && !row.contains("real_time")) return;
  // Those of Google Benchmark before 1.5 have no run_name.
  const auto name = text_member(row, row.contains("run_name") ? "run_name" : "name");
  if (!row.contains("run_type")) untyped_.insert(name);
  take_run(row, name, why);
}

void ForeignRows::take_run(const Json& row, const std::string& name, const std::string& why) {
  auto& one = at(name, why);
  const auto note = [](std::string& where, const std::string& what) {
    if (where.empty()) where = what;
  };
  if (is_true(row, "error_occurred"))
    return note(one.died, message_of(row, "error_message", "failed"));
  if (is_true(row, "skipped"))
    return note(one.skipped, message_of(row, "skip_message", "without a reason"));
  if (const auto trouble = without_time(row); !trouble.empty()) return note(one.died, trouble);
  const auto ns = unit(row);
  ForeignRun run{.real_ns = number_member(row, "real_time") * ns,
                 .cpu_ns = number_member(row, "cpu_time") * ns};
  if (row.contains("iterations")) run.iterations = count_member(row, "iterations");
  for (const auto& [key, value] : row.items())
    if (value.is_number() && !kOwnKeys.contains(key))
      run.counters.emplace_back(key, value.get<double>());
  one.runs.push_back(std::move(run));
}

/// Whether the aggregates of a case are there without its single runs.
bool ForeignRows::are_lone_aggregates(const std::string& base) const {
  const auto* mean = find(base + std::string(kMean));
  return mean &&
         std::ranges::all_of(std::initializer_list{kMean, kMedian, kDeviation}, [&](auto suffix) {
           const auto* one = find(base + std::string(suffix));
           return one && one->runs.size() == 1 && mean->runs.size() == 1 &&
                  one->runs[0].iterations == mean->runs[0].iterations;
         });
}

/// The case of which this is an aggregate, by its name; empty where it is a case by itself.
std::string ForeignRows::base_of(const ForeignCase& one) const {
  if (!untyped_.contains(one.name)) return "";
  for (const auto suffix : kSuffixes) {
    if (!one.name.ends_with(suffix)) continue;
    const auto base = one.name.substr(0, one.name.size() - suffix.size());
    const auto* runs = find(base);
    if (runs ? runs->runs.size() > 1 : are_lone_aggregates(base)) return base;
  }
  return "";
}

void ForeignRows::sort_out_old_aggregates() {
  std::vector<ForeignCase> kept;
  for (const auto& one : cases_) {
    const auto base = base_of(one);
    if (base.empty()) {
      kept.push_back(one);
    } else if (!find(base) && one.name.ends_with(kMedian)) {
      kept.push_back(one);
      kept.back().name = base;
      kept.back().why = kOnlyMedian;
    }
  }
  cases_ = std::move(kept);
  places_.clear();
  for (const auto& one : cases_) places_.emplace(one.name, places_.size());
}

std::vector<ForeignCase> ForeignRows::cases(
    const std::function<bool(const std::string&)>& is_known) {
  sort_out_old_aggregates();
  for (const auto& row : medians_) {
    const auto name = text_member(row, "run_name");
    if (!is_known(name) && !find(name)) take_run(row, name, kOnlyMedian);
  }
  return std::move(cases_);
}

}  // namespace asyncmark
