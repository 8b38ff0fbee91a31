// How long operations took, and how late the event loop was.

#include <fmt/format.h>

#include <algorithm>

#include "bench/measure/loop_times.hpp"
#include "bench/results/counters.hpp"
#include "reports/tables/column_entry.hpp"

namespace asyncmark::columns_of_time {
namespace {

Cell service(const CaseFigures& f, double fraction) {
  const auto text = service_text(f.all, fraction);
  if (!text) return std::nullopt;
  return CellFigure{*text, seconds(f.all.service_time.percentile(fraction).value_or(Duration(0)))};
}

/// A percentile that falls among failures is beyond every time.
Cell response(const CaseFigures& f, double fraction) {
  const auto text = response_text(f.all, fraction);
  if (!text) return std::nullopt;
  const auto value = response_percentile(f.all, fraction);
  return CellFigure{*text, value ? seconds(*value) : seconds(kLongest)};
}

/// Where operations differ, the title cannot say what was asked of each.
Cell service_asked(const CaseFigures& f) {
  const auto& bound = f.result.bound;
  if (!bound || bound->alike) return std::nullopt;
  return CellFigure{rounded_text(bound->asked), seconds(bound->asked)};
}

Cell service_mean(const CaseFigures& f) {
  if (!service_asked(f) || f.all.completed == 0) return std::nullopt;
  const auto mean = f.all.service_time.mean();
  return CellFigure{rounded_text(mean), seconds(mean)};
}

/// Over all repetitions, as the percentiles of operations.
bool knows_loop_lag(const Result* one) {
  return one->summary().all.loop.lag.percentile(0.99).has_value();
}

Cell loop_lag(const CaseFigures& f) {
  if (const auto lag = f.all.loop.lag.percentile(0.99))
    return CellFigure{rounded_text(*lag), seconds(*lag)};
  // A column of n/a alone would only be wide.
  const bool shown = f.all.loop.lag.count() > 0 && std::ranges::any_of(f.cases, knows_loop_lag);
  return shown ? Cell(CellFigure{std::string(kTooFew)}) : std::nullopt;
}

struct Percentile {
  const char* name;
  double fraction;
  int order;  ///< Among those of its kind.
  bool usual = false;
  int weight = 0;
};
constexpr Percentile kPercentiles[] = {{"p50", 0.5, 0, true, 6},
                                       {"p90", 0.9, 1, false, 7},
                                       {"p95", 0.95, 2, false, 7},
                                       {"p99", 0.99, 3, true, 7},
                                       {"p99.9", 0.999, 4, false, 7}};

bool add_percentiles() {
  for (const auto& [name, fraction, order, usual, weight] : kPercentiles) {
    const auto add = [&](const char* kind, int first, auto cell, Usual load, int more) {
      Registry<ColumnEntry>::add(
          {.name = fmt::format("{}-{}", kind, name),
           .order = first + order,
           .heading = {kind, name},
           .cell = [cell, fraction](const CaseFigures& f) { return cell(f, fraction); },
           .usual = usual ? load : Usual::never,
           .weight = weight + more});
    };
    add("service", 78, service, Usual::closed, 0);
    add("response", 83, response, Usual::open, 1);
  }
  return true;
}

const bool registered[] = {
    Registry<ColumnEntry>::add({.name = "service-asked",
                                .order = 76,
                                .heading = {"service", "asked"},
                                .cell = service_asked}),
    Registry<ColumnEntry>::add({.name = "service-mean",
                                .order = 77,
                                .heading = {"service", "mean"},
                                .cell = service_mean}),
    add_percentiles(),
    Registry<ColumnEntry>::add(
        {.name = "loop-lag-p99", .order = 130, .heading = {"loop lag", "p99"}, .cell = loop_lag}),
};

}  // namespace
}  // namespace asyncmark::columns_of_time
