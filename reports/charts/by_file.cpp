// Several files in one picture: the cases that they share, as lines where their loads differ and as
// dots where they do not.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "bench/results/counters.hpp"
#include "reports/charts/chart_entry.hpp"
#include "reports/charts/panels.hpp"
#include "reports/charts/spec.hpp"

namespace asyncmark::charts::by_file_chart {
namespace {

constexpr std::size_t kMostCases = 400;
constexpr std::size_t kMostWorkloads = 12;

Spread response_ms(const Result& one) {
  const auto ms = [](const Measurement& all) {
    const auto value = response_percentile(all, 0.5);
    return value ? static_cast<double>(value->count()) / 1e6 : 0;
  };
  const auto all = ms(one.summary().all);
  Spread spread{all, all, all};
  for (const auto* run : one.finished())
    if (const auto own = ms(*run); own > 0) {
      spread.low = std::min(spread.low, own);
      spread.high = std::max(spread.high, own);
    }
  return spread;
}

/// What the files are compared by, of one kind of load.
struct Kind {
  const char* name;
  Axis axis;
  const char* x;
  const char* y;
  const char* title;
  bool (*belongs)(const Load&);
  double (*along)(const Result&);
  Spread (*value)(const Result&);
  bool more_is_faster = false;
};

const Kind kKinds[] = {
    {"time", Axis::ops, "operations", "total time, ms",
     "total time by number of operations and file",
     [](const Load& load) { return !load.rate && !load.duration; },
     [](const Result& one) { return static_cast<double>(one.what.load.ops); }, time_ms},
    {"throughput", Axis::in_flight, "operations in flight", "throughput, operations/s",
     "throughput by operations in flight and file",
     [](const Load& load) { return !load.rate && load.duration; },
     [](const Result& one) { return static_cast<double>(one.how.cap); }, ops_per_s, true},
    {"response", Axis::rate, "offered rate, operations/s", "response time, p50, ms",
     "response time (p50) by request rate and file",
     [](const Load& load) { return load.rate.has_value(); },
     [](const Result& one) { return *one.what.load.rate; }, response_ms},
};

/// Of one workload with one set of options in all files: the cases that two or more have, with the
/// file of each.
struct Shared {
  Cases cases;
  std::map<const Result*, std::string> files;
};

Shared shared_of(const std::vector<const Group*>& groups) {
  std::map<std::string, int> times;
  for (const auto* group : groups)
    for (const auto* one : group->cases) ++times[one->name()];
  Shared shared;
  for (const auto* group : groups)
    for (const auto* one : group->cases)
      if (times[one->name()] > 1 && shared.cases.size() < kMostCases) {
        shared.cases.push_back(one);
        shared.files[one] = short_label(group->set.label);
      }
  return shared;
}

Json rows_of(const Kind& kind, const Shared& shared) {
  Cases cases;
  for (const auto* one : shared.cases)
    if (kind.belongs(one->what.load)) cases.push_back(one);
  auto rows = Json::array();
  for (const auto& line : lines_of(cases, kind.axis))
    for (const auto* one : line.cases) {
      const auto value = kind.value(*one);
      if (value.median <= 0) continue;
      auto row = row_of(line, *one);
      row.update({{"file", shared.files.at(one)},
                  {"along", kind.along(*one)},
                  {"value", value.median},
                  {"low", value.low},
                  {"high", value.high}});
      rows.push_back(std::move(row));
    }
  return rows;
}

/// How much faster the others are than the first file, in the cases where they differ most.
std::string caption(const Kind& kind, const Json& rows) {
  std::map<std::string, double> first;
  const auto files = values_of(rows, "file");
  std::map<std::string, std::map<double, std::string>> ratios;
  for (const auto& row : rows) {
    const auto name = row["case"].get<std::string>(), file = row["file"].get<std::string>();
    const auto value = row["value"].get<double>();
    if (file == files.front()) first[name] = value;
  }
  for (const auto& row : rows) {
    const auto name = row["case"].get<std::string>(), file = row["file"].get<std::string>();
    if (file == files.front() || !first.contains(name)) continue;
    const auto value = row["value"].get<double>();
    ratios[file][kind.more_is_faster ? value / first[name] : first[name] / value] = name;
  }
  std::vector<std::string> parts;
  for (const auto& file : files) {
    const auto found = ratios.find(file);
    if (found == ratios.end()) continue;
    const auto& [least, slowest] = *found->second.begin();
    const auto& [most, fastest] = *found->second.rbegin();
    parts.push_back(fmt::format("{} {} in {}", file, ratio_text(least), slowest));
    if (fastest != slowest) parts.back() += fmt::format(" to {} in {}", ratio_text(most), fastest);
  }
  return fmt::format("Speed relative to {}: {}.", files.front(), fmt::join(parts, "; "));
}

bool is_one_load(const Json& rows) {
  return std::ranges::all_of(rows,
                             [&](const Json& row) { return row["along"] == rows[0]["along"]; });
}

Json spec(const Kind& kind, const Json& rows, const Json& tip) {
  const auto value = quantity("value", kind.y, Scale::log);
  if (is_one_load(rows)) return dodged_spec(rows, value, "file", tip);
  const auto x = at_values(quantity("along", kind.x, Scale::log, "~s"), rows);
  return lines_spec(rows, {.x = x, .y = value, .tip = tip, .dashed_by = "file"});
}

Charts charts_of(const std::vector<const Group*>& groups, const std::string& key) {
  const auto shared = shared_of(groups);
  Charts charts;
  for (const auto& kind : kKinds) {
    const auto rows = rows_of(kind, shared);
    if (values_of(rows, "file").size() < 2) continue;
    Cases drawn;
    for (const auto* one : shared.cases)
      if (kind.belongs(one->what.load)) drawn.push_back(one);
    Chart chart{
        .name = fmt::format("{}-{}-by-file", key, kind.name),
        .title = fmt::format("{}: {}", short_label(workload_text(drawn.front()->what)), kind.title),
        .caption = caption(kind, rows)};
    chart.spec = spec(kind, rows,
                      tooltip({{"case", "case"},
                               {"file", "file"},
                               {"value", kind.y},
                               {"low", "from"},
                               {"high", "to"}}));
    chart.table = exact_table(rows, {{"case", "case", false},
                                     {"file", "file", false},
                                     {"value", kind.y},
                                     {"low", "from"},
                                     {"high", "to"}});
    const auto range = kind.axis == Axis::rate ? "the least and the most of the repetitions"
                                               : interval_words(drawn);
    if (is_one_load(rows)) chart.signs = fmt::format("Bars: {}.", range);
    chart.table.notes.push_back("from, to: " + range);
    charts.push_back(std::move(chart));
  }
  return charts;
}

Charts by_file(const std::vector<Group>& groups) {
  std::vector<std::pair<std::string, std::vector<const Group*>>> workloads;
  for (const auto& group : groups) {
    const auto text = workload_text(group.cases.front()->what);
    auto found = std::ranges::find(workloads, text, [](const auto& one) { return one.first; });
    if (found == workloads.end()) found = workloads.insert(workloads.end(), {text, {}});
    found->second.push_back(&group);
  }
  std::erase_if(workloads, [](const auto& one) { return one.second.size() < 2; });
  if (workloads.size() > kMostWorkloads) workloads.resize(kMostWorkloads);
  Charts all;
  std::map<std::string, int> used;
  for (const auto& [text, same] : workloads) {
    auto key = same.front()->cases.front()->what.workload;
    if (const auto times = ++used[key]; times > 1) key += fmt::format("-{}", times);
    for (auto& chart : charts_of(same, key)) all.push_back(std::move(chart));
  }
  return all;
}

const bool by_file_registered = Registry<ChartEntry>::add({
    .name = "by-file",
    .order = 10,
    .of_all = by_file,
});

}  // namespace
}  // namespace asyncmark::charts::by_file_chart
