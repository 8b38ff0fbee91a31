// How long operations took, and how late the event loop was.

#include <algorithm>

#include "bench/measure/loop_times.hpp"
#include "bench/results/counters.hpp"
#include "reports/tables/column_entry.hpp"

namespace asyncmark::columns_of_time {
namespace {

const CellFigure kTooFew{"n/a"};

Cell service(const CaseFigures& f, double fraction) {
  if (f.all.service_time.count() == 0) return std::nullopt;
  const auto value = f.all.service_time.percentile(fraction);
  return value ? CellFigure{rounded_text(*value), seconds(*value)} : kTooFew;
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
  return shown ? Cell(kTooFew) : std::nullopt;
}

const bool registered[] = {
    Registry<ColumnEntry>::add({.name = "service-asked",
                                .order = 80,
                                .heading = {"service", "asked"},
                                .cell = service_asked}),
    Registry<ColumnEntry>::add({.name = "service-mean",
                                .order = 81,
                                .heading = {"service", "mean"},
                                .cell = service_mean}),
    Registry<ColumnEntry>::add({.name = "service-p50",
                                .order = 82,
                                .heading = {"service", "p50"},
                                .cell = [](const CaseFigures& f) { return service(f, 0.5); },
                                .usual = Usual::closed,
                                .weight = 6}),
    Registry<ColumnEntry>::add({.name = "service-p99",
                                .order = 83,
                                .heading = {"service", "p99"},
                                .cell = [](const CaseFigures& f) { return service(f, 0.99); },
                                .usual = Usual::closed,
                                .weight = 7}),
    Registry<ColumnEntry>::add({.name = "response-p50",
                                .order = 84,
                                .heading = {"response", "p50"},
                                .cell = [](const CaseFigures& f) { return response(f, 0.5); },
                                .usual = Usual::open,
                                .weight = 7}),
    Registry<ColumnEntry>::add({.name = "response-p99",
                                .order = 85,
                                .heading = {"response", "p99"},
                                .cell = [](const CaseFigures& f) { return response(f, 0.99); },
                                .usual = Usual::open,
                                .weight = 8}),
    Registry<ColumnEntry>::add(
        {.name = "loop-lag-p99", .order = 130, .heading = {"loop lag", "p99"}, .cell = loop_lag}),
};

}  // namespace
}  // namespace asyncmark::columns_of_time
