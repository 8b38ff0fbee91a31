#include "reports/tables/rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "bench/checks/check_entry.hpp"
#include "bench/measure/loop_times.hpp"
#include "bench/results/counters.hpp"
#include "reports/analysis/check_texts.hpp"
#include "reports/analysis/limit.hpp"
#include "reports/analysis/notes.hpp"

namespace asyncmark {
namespace {

const char* const kNone = "-";
const char* const kTooFew = "n/a";
const char* const kChecks = "checks";

/// A case with what its cells are made of.
struct Figures {
  const Result& result;
  const Summary& summary;
  const Measurement& all;  ///< Of the summary.
  const Cases& cases;
  const std::vector<Finding>& findings;
  const std::vector<CheckText>& checks;
};

/// Absent where the column does not apply to the case.
using Cell = std::optional<std::string>;

/// Some of all operations that were wanted, over all repetitions.
Cell some(const Figures& f, std::uint64_t number) {
  if (number == 0) return std::nullopt;
  return fmt::format("{} of {}", number, f.all.completed + f.all.failed + f.all.never_started);
}

Cell in_flight(const Figures& f) {
  const bool exact = !f.all.peak_is_upper_bound;
  if (exact && f.result.how.cap == f.all.peak_in_flight) return std::to_string(f.result.how.cap);
  return fmt::format("{}/{}{}", f.result.how.cap, exact ? "" : "<=", f.all.peak_in_flight);
}

Cell service(const Figures& f, double fraction) {
  if (f.all.service_time.count() == 0) return std::nullopt;
  const auto value = f.all.service_time.percentile(fraction);
  return value ? rounded_text(*value) : kTooFew;
}

Cell response(const Figures& f, double fraction) { return response_text(f.all, fraction); }

/// An open loop takes as long as its schedule: that is no figure of the runner.
bool is_open(const Figures& f) { return f.result.what.load.rate.has_value(); }

/// And what a duration ends takes that duration.
bool is_timed_by_load(const Figures& f) { return is_open(f) || f.result.what.load.duration; }

Cell time(const Figures& f) { return is_timed_by_load(f) ? Cell() : rounded_text(f.summary.time); }

Cell interval(const Figures& f) {
  if (is_timed_by_load(f)) return std::nullopt;
  const auto& found = f.summary.interval;
  if (!found) return std::nullopt;
  auto low = rounded_text(found->low);
  const auto high = rounded_text(found->high);
  // One unit for both where they share it.
  const auto unit = low.find(' ');
  if (low.substr(unit) == high.substr(high.find(' '))) low.resize(unit);
  return low + "-" + high;
}

Cell over_baseline(const Figures& f) {
  const auto is_baseline = [](const Result* one) { return one->what.runner == kBaseline; };
  if (is_open(f) || std::ranges::all_of(f.cases, is_baseline)) return std::nullopt;
  if (is_baseline(&f.result)) return "1x";
  const auto times = times_baseline(f.result, f.cases);
  return times ? Cell(ratio_text(*times)) : std::nullopt;
}

/// A counter's median in the words of `print`.
template <auto print>
Cell counter(const Figures& f, const char* name) {
  const auto value = f.summary.median(name);
  return value ? Cell(print(*value)) : std::nullopt;
}

/// Context switches, wanted and not.
Cell switches(const Figures& f) {
  const auto voluntary = f.summary.median("voluntary_switches_per_op");
  const auto involuntary = f.summary.median("involuntary_switches_per_op");
  if (!voluntary || !involuntary) return std::nullopt;
  return fmt::format("{:.2g}", *voluntary + *involuntary);
}

std::string percent(double share) { return fmt::format("{:.0f} %", share * 100); }
std::string nanoseconds(double ns) { return rounded_text(from_seconds(ns / 1e9)); }

/// With the rate that fell due: drawn at random, that is not quite what was asked for.
Cell of_offered(const Figures& f) {
  const auto& offer = f.summary.offered;
  if (!offer) return std::nullopt;
  return fmt::format("{} of {}/s", percent(offer->achieved), rounded_count(offer->per_s));
}

Cell of_ideal(const Figures& f) { return is_open(f) ? Cell() : counter<percent>(f, "efficiency"); }

/// Where operations are not all alike the title cannot say what was asked of them.
Cell service_asked(const Figures& f) {
  const auto& bound = f.result.bound;
  return bound && !bound->alike ? Cell(rounded_text(bound->asked)) : std::nullopt;
}

Cell service_mean(const Figures& f) {
  if (!service_asked(f) || f.all.completed == 0) return std::nullopt;
  return rounded_text(f.all.service_time.mean());
}

/// Only where connections were made while it was timed: else all of them stood before.
Cell connections_made(const Figures& f) {
  if (f.all.connections) return some(f, f.all.connections->made);
  // Who does not tell has not made none.
  const bool shown = std::ranges::any_of(f.cases, [](const Result* one) {
    const auto& told = one->summary().all.connections;
    return told && told->made > 0;
  });
  return shown ? Cell(kNone) : std::nullopt;
}

Cell connections_reopened(const Figures& f) {
  return some(f, f.all.resources.connections_reopened);
}

/// Over all repetitions, as the percentiles of operations.
bool knows_loop_lag(const Result* one) {
  return one->summary().all.loop.lag.percentile(0.99).has_value();
}

Cell loop_lag(const Figures& f) {
  if (const auto lag = f.all.loop.lag.percentile(0.99)) return rounded_text(*lag);
  // A column of nothing but n/a would only be wide.
  const bool shown = f.all.loop.lag.count() > 0 && std::ranges::any_of(f.cases, knows_loop_lag);
  return shown ? Cell(kTooFew) : std::nullopt;
}

Cell limit(const Figures& f) {
  auto words = limit_of(f.result, f.findings);
  return words.empty() ? std::nullopt : Cell(std::move(words));
}

Cell signs(const Figures& f) {
  auto signs = check_signs(f.checks, {&f.result});
  return signs.empty() ? std::nullopt : Cell(std::move(signs));
}

struct Measure {
  Column column;
  Cell (*cell)(const Figures&);
  const char* blank = kNone;  ///< What a cell shows that does not apply.
};

/// Every column of figures. One that applies to no row is left out.
const std::vector<Measure>& measures() {
  static const std::vector<Measure> all{
      {{"in flight", "cap/peak"}, in_flight},
      {{"", "time"}, time},
      {{"carried out", "of offered"}, of_offered},
      {{"over", kBaseline}, over_baseline},
      {{"limited", "by", false}, limit, ""},
      {{"", kChecks, false}, signs, ""},
      {{"95 %", "interval"}, interval},
      {{"", "ops/s"}, [](const Figures& f) { return counter<rounded_count>(f, "ops_per_s"); }},
      {{"of", "ideal"}, of_ideal},
      {{"service", "asked"}, service_asked},
      {{"service", "mean"}, service_mean},
      {{"service", "p50"}, [](const Figures& f) { return service(f, 0.5); }},
      {{"service", "p99"}, [](const Figures& f) { return service(f, 0.99); }},
      {{"response", "p50"}, [](const Figures& f) { return response(f, 0.5); }},
      {{"response", "p99"}, [](const Figures& f) { return response(f, 0.99); }},
      {{"CPU", "per op"},
       [](const Figures& f) { return counter<nanoseconds>(f, "cpu_ns_per_op"); }},
      {{"switches", "per op"}, switches},
      {{"loop lag", "p99"}, loop_lag},
      {{"memory", "per op"},
       [](const Figures& f) { return counter<rounded_bytes>(f, "memory_bytes_per_op"); }},
      {{"connections", "made"}, connections_made, "0"},
      {{"connections", "reopened"}, connections_reopened, "0"},
      {{"", "failed"}, [](const Figures& f) { return some(f, f.all.failed); }, "0"},
      {{"never", "started"}, [](const Figures& f) { return some(f, f.all.never_started); }, "0"},
  };
  return all;
}

/// What distinguishes the cases of a table beside runner and cap.
Texts distinctions(const Case& one) {
  auto texts = load_texts(one);
  for (const auto& spec : one.runner_options.specs())
    if (auto value = one.runner_options.print(spec.name); value != spec.print(spec.otherwise))
      texts.emplace_back(spec.name, std::move(value));
  return texts;
}

std::string value_of(const Case& one, const std::string& name) {
  for (const auto& [key, value] : distinctions(one))
    if (key == name) return value;
  return name == "passes" || name == "seed" ? "1" : name == "warmup" ? "one each" : kNone;
}

/// The caps given, `28` or `10 or 28`.
std::string caps_text(const Cases& cases) {
  std::vector<std::string> caps;
  for (const auto* one : cases) {
    const auto cap = one->what.load.in_flight;
    if (!cap || one->what.runner == kBaseline) continue;
    auto text = *cap == kUnbounded ? "unbounded" : std::to_string(*cap);
    if (std::ranges::find(caps, text) == caps.end()) caps.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(caps, " or "));
}

/// What a reader must know before quoting the row.
std::string marks(const Result& one, const std::vector<Finding>& findings) {
  std::set<std::string> marks;
  for (const auto& finding : findings) {
    const auto* check = Registry<CheckEntry>::find(finding.code);
    if (check && !check->mark.empty() && finding.cases == std::vector{one.name()})
      marks.insert(check->mark);
  }
  return fmt::format("{}", fmt::join(marks, ", "));
}

std::string remark(const Result& one, const std::vector<Finding>& findings) {
  const auto died = one.died();
  if (!died) return marks(one, findings);
  const auto finished = one.finished().size();
  if (finished == 0) return *died;
  return fmt::format("{} of {} repetitions died: {}", one.repetitions.size() - finished,
                     one.repetitions.size(), *died);
}

void add_measures(Table& table, const Cases& cases, const std::vector<Finding>& findings) {
  const auto checks = check_texts(findings);
  std::vector<std::vector<Cell>> cells(measures().size());
  for (const auto* one : cases) {
    const bool finished = !one->finished().empty();
    const auto figures = Figures{*one, one->summary(), one->summary().all, cases, findings, checks};
    for (std::size_t m = 0; m < cells.size(); ++m)
      cells[m].push_back(finished ? measures()[m].cell(figures) : std::nullopt);
  }
  for (std::size_t m = 0; m < cells.size(); ++m) {
    if (std::ranges::none_of(cells[m], &Cell::has_value)) continue;
    table.columns.push_back(measures()[m].column);
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (!cases[i]->finished().empty())
        table.rows[i].cells.push_back(cells[m][i].value_or(measures()[m].blank));
  }
  for (std::size_t i = 0; i < cases.size(); ++i) table.rows[i].remark = remark(*cases[i], findings);
}

bool is_open_loop(const Result* one) { return one->what.load.rate.has_value(); }

/// One measure for all of them, or none.
void add_bars(Table& table, const Cases& cases) {
  const auto open = std::ranges::count_if(cases, is_open_loop);
  if (cases.size() < 2 || (open != 0 && open != std::ssize(cases))) return;
  table.bars = open != 0 ? Column{"share of", "offer", false} : Column{"ops/s,", "of best", false};
  for (std::size_t i = 0; i < cases.size(); ++i) table.rows[i].bar = bar_of(*cases[i], cases);
}

}  // namespace

Table leading_columns(const Cases& cases, bool partial) {
  Table table;
  table.title = workload_text(cases.front()->what);
  table.columns = {{"", "runner", false}};
  for (const auto* one : cases) table.rows.push_back({{one->what.runner}, ""});
  std::vector<std::string> names;
  for (const auto* one : cases)
    for (const auto& [name, value] : distinctions(one->what))
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  for (const auto& name : names) {
    const auto first = value_of(cases.front()->what, name);
    if (std::ranges::all_of(cases,
                            [&](const auto* one) { return value_of(one->what, name) == first; })) {
      table.title += fmt::format(", {} {}", name, first);
      continue;
    }
    table.columns.push_back({"", name});
    for (std::size_t i = 0; i < cases.size(); ++i)
      table.rows[i].cells.push_back(value_of(cases[i]->what, name));
  }
  table.lead = table.columns.size();
  table.title += ": " + comparison(cases);
  if (equal_cap(cases)) table.title += fmt::format(" of {} in flight", caps_text(cases));
  if (partial) table.title += " (PARTIAL: interrupted)";
  return table;
}

std::optional<double> bar_of(const Result& one, const Cases& cases) {
  if (is_open_loop(&one)) {
    const auto& offer = one.summary().offered;
    return offer ? std::optional(std::min(offer->achieved, 1.0)) : std::nullopt;
  }
  std::vector<double> rates;
  for (const auto* other : cases)
    if (same_load(other->what, one.what))
      if (const auto rate = other->summary().median("ops_per_s")) rates.push_back(*rate);
  const auto own = one.summary().median("ops_per_s");
  if (!own || rates.size() < 2 || std::ranges::max(rates) <= 0) return std::nullopt;
  return *own / std::ranges::max(rates);
}

bool tells_rows_apart(const Table& table) {
  std::set<std::vector<std::string>> seen;
  for (const auto& row : table.rows) {
    const auto lead = static_cast<std::ptrdiff_t>(std::min(table.lead, row.cells.size()));
    if (!seen.emplace(row.cells.begin(), row.cells.begin() + lead).second) return false;
  }
  return true;
}

Table make_table(const Cases& cases, bool partial, const std::vector<Finding>& findings) {
  auto table = leading_columns(cases, partial);
  add_measures(table, cases, findings);
  // The first of the measures is the cap.
  if (!tells_rows_apart(table) && table.columns.size() > table.lead) ++table.lead;
  add_bars(table, cases);
  add_notes(table, cases);
  return table;
}

}  // namespace asyncmark
