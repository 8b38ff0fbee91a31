// What was carried out: how much at a time, how fast, and what kept it from being faster.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bench/results/counters.hpp"
#include "reports/analysis/limit.hpp"
#include "reports/tables/column_entry.hpp"

namespace asyncmark::columns_of_load {
namespace {

/// An open loop takes as long as its schedule, which says nothing about the runner.
bool is_open(const CaseFigures& f) { return f.result.what.load.rate.has_value(); }

/// Also where a duration ends the run.
bool is_timed_by_load(const CaseFigures& f) { return is_open(f) || f.result.what.load.duration; }

std::string percent(double share) { return fmt::format("{:.0f} %", share * 100); }

Cell in_flight(const CaseFigures& f) {
  const auto cap = f.result.how.cap;
  const bool exact = !f.all.peak_is_upper_bound;
  auto text = std::to_string(cap);
  if (!exact || cap != f.all.peak_in_flight)
    text += fmt::format("/{}{}", exact ? "" : "<=", f.all.peak_in_flight);
  return CellFigure{std::move(text), static_cast<double>(cap)};
}

Cell time(const CaseFigures& f) {
  if (is_timed_by_load(f)) return std::nullopt;
  return CellFigure{rounded_text(f.summary.time), seconds(f.summary.time)};
}

Cell interval(const CaseFigures& f) {
  if (is_timed_by_load(f) || !f.summary.interval) return std::nullopt;
  const auto& found = *f.summary.interval;
  auto low = rounded_text(found.low);
  const auto high = rounded_text(found.high);
  // One unit for both where they share it.
  const auto unit = low.find(' ');
  if (low.substr(unit) == high.substr(high.find(' '))) low.resize(unit);
  return CellFigure{low + "-" + high, seconds(found.low)};
}

Cell vs_baseline(const CaseFigures& f) {
  const auto is_baseline = [](const Result* one) { return one->what.runner == kBaseline; };
  if (is_open(f) || std::ranges::all_of(f.cases, is_baseline)) return std::nullopt;
  if (f.all.completed == 0) return std::nullopt;
  if (is_baseline(&f.result)) return CellFigure{"1x", 1};
  const auto times = times_baseline(f.result, f.cases);
  return times ? Cell(CellFigure{ratio_text(*times), *times}) : std::nullopt;
}

Cell offered(const CaseFigures& f) {
  const auto& offer = f.summary.offered;
  if (!offer) return std::nullopt;
  return CellFigure{rounded_count(offer->per_s) + "/s", offer->per_s};
}

Cell achieved(const CaseFigures& f) {
  const auto& offer = f.summary.offered;
  if (!offer) return std::nullopt;
  return CellFigure{fmt::format("{:.0f} %", offer->achieved_percent()), offer->achieved};
}

Cell throughput(const CaseFigures& f) {
  const auto value = f.summary.median("ops_per_s");
  return value ? Cell(CellFigure{rounded_count(*value), *value}) : std::nullopt;
}

Cell efficiency(const CaseFigures& f) {
  const auto value = f.summary.median("efficiency");
  if (is_open(f) || !value) return std::nullopt;
  return CellFigure{percent(*value), *value};
}

Cell bottleneck(const CaseFigures& f) {
  auto words = limit_of(f.result, f.findings, f.cases);
  return words.empty() ? std::nullopt : Cell(CellFigure{std::move(words)});
}

const bool registered[] = {
    Registry<ColumnEntry>::add({.name = "in-flight",
                                .order = 10,
                                .heading = {"", "in flight"},
                                .cell = in_flight,
                                .usual = Usual::always,
                                .weight = 5}),
    Registry<ColumnEntry>::add({.name = "time",
                                .order = 20,
                                .heading = {"", "time"},
                                .cell = time,
                                .usual = Usual::closed,
                                .weight = 9}),
    Registry<ColumnEntry>::add({.name = "offered",
                                .order = 30,
                                .heading = {"", "offered"},
                                .cell = offered,
                                .usual = Usual::open,
                                .weight = 8}),
    Registry<ColumnEntry>::add({.name = "achieved",
                                .order = 31,
                                .heading = {"", "achieved"},
                                .cell = achieved,
                                .usual = Usual::open,
                                .weight = 9,
                                .more_is_better = true}),
    Registry<ColumnEntry>::add({.name = "vs-sync",
                                .order = 40,
                                .heading = {"", std::string("vs ") + kBaseline},
                                .cell = vs_baseline,
                                .usual = Usual::closed,
                                .weight = 8,
                                .more_is_better = true}),
    Registry<ColumnEntry>::add(
        {.name = "interval", .order = 50, .heading = {"95 %", "interval"}, .cell = interval}),
    Registry<ColumnEntry>::add({.name = "ops/s",
                                .order = 60,
                                .heading = {"", "ops/s"},
                                .cell = throughput,
                                .usual = Usual::closed,
                                .weight = 7,
                                .more_is_better = true}),
    Registry<ColumnEntry>::add({.name = "efficiency",
                                .order = 70,
                                .heading = {"", "efficiency"},
                                .cell = efficiency,
                                .more_is_better = true}),
    Registry<ColumnEntry>::add({.name = "bottleneck",
                                .order = 200,
                                .heading = {"", "bottleneck", false},
                                .cell = bottleneck,
                                .blank = ""}),
};

}  // namespace
}  // namespace asyncmark::columns_of_load
