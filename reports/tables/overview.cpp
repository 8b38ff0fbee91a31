#include "reports/tables/overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "bench/results/counters.hpp"
#include "reports/analysis/check_texts.hpp"
#include "reports/analysis/limit.hpp"

namespace asyncmark {
namespace {

/// What a load can be larger in.
struct Axis {
  const char* heading;  ///< Of a column.
  const char* note;     ///< What its figures are.
  Column bars;
  std::optional<double> (*place)(const Load&);  ///< Absent where that kind does not limit it.
  std::string (*text)(const Load&);
  void (*forget)(Load&);
  std::string (*figure)(const Result&);
};

std::string response_figure(const Result& one) {
  const auto& summary = one.summary();
  if (summary.offered && !summary.offered->kept_up())
    return std::string(summary.offered->shortfall());
  return response_text(summary.all, 0.99).value_or("n/a");
}

const std::array<Axis, 3>& axes() {
  static const Column of_best_heading{"", "ops/s", false};
  static const std::array<Axis, 3> all{{
      {"p99 at",
       "response p99 at that offered rate",
       {"", "achieved", false},
       [](const Load& load) { return load.rate; },
       [](const Load& load) { return fmt::format("{}/s", *load.rate); },
       [](Load& load) { load.rate.reset(), load.due.reset(), load.last_due.reset(); },
       response_figure},
      {"ops/s in", "throughput over that time", of_best_heading,
       [](const Load& load) {
         return load.duration && !load.rate ? std::optional(seconds(*load.duration)) : std::nullopt;
       },
       [](const Load& load) { return exact_text(*load.duration); },
       [](Load& load) { load.duration = std::chrono::seconds(1); },
       [](const Result& one) {
         return rounded_count(one.summary().median("ops_per_s").value_or(0));
       }},
      {"time at", "the time for that many operations", of_best_heading,
       [](const Load& load) {
         return load.duration || load.rate ? std::nullopt
                                           : std::optional(static_cast<double>(load.ops));
       },
       [](const Load& load) { return std::to_string(load.ops); }, [](Load& load) { load.ops = 1; },
       [](const Result& one) { return rounded_text(one.summary().time); }},
  }};
  return all;
}

/// The same case at several loads.
struct Line {
  std::map<double, const Result*> cases;

  Cases all() const {
    Cases all;
    for (const auto& [place, one] : cases) all.push_back(one);
    return all;
  }
  const Result* at(double place) const {
    const auto found = cases.find(place);
    return found == cases.end() || found->second->finished().empty() ? nullptr : found->second;
  }
};

/// In the order of the cases; empty where two are told apart by nothing.
std::vector<Line> lines_of(const Axis& axis, const Cases& cases) {
  std::vector<Line> lines;
  std::map<std::string, std::size_t> places;
  for (const auto* one : cases) {
    auto rest = one->what;
    axis.forget(rest.load);
    const auto [line, fresh] = places.emplace(rest.name(), lines.size());
    if (fresh) lines.emplace_back();
    if (!lines[line->second].cases.emplace(*axis.place(one->what.load), one).second) return {};
  }
  return lines;
}

/// Each alike for all of its loads, so that the first tells as much as any.
std::vector<std::string> labels_of(const Axis& axis, const std::vector<Line>& lines) {
  std::vector<Result> alike;
  for (const auto& line : lines) {
    const auto& first = *line.cases.begin()->second;
    alike.emplace_back();
    alike.back().what = first.what;
    alike.back().how = first.how;
    axis.forget(alike.back().what.load);
    // A cap without --in-flight goes with the load.
    if (!first.what.load.in_flight) alike.back().how.cap = first.how.workers;
  }
  Cases among;
  for (const auto& one : alike) among.push_back(&one);
  return labels(among);
}

class Overview {
 public:
  Overview(const Axis& axis, const Cases& cases, const std::vector<Finding>& findings)
      : axis_(axis),
        cases_(cases),
        findings_(findings),
        checks_(check_texts(findings)),
        lines_(lines_of(axis, cases)) {
    for (const auto* one : cases) places_.emplace(*axis.place(one->what.load), one);
    sort_lines();
  }

  bool tells_something() const { return lines_.size() > 1 && places_.size() > 1; }

  Table table(bool partial) const {
    Table table;
    table.title = leading_columns(cases_, partial).title;
    table.columns = {{"", "runner", false}};
    const auto labels = labels_of(axis_, lines_);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto signs = check_signs(checks_, lines_[i].all());
      table.rows.push_back({{labels[i] + (signs.empty() ? "" : fmt::format(" ({})", signs))}, ""});
    }
    for (const auto& [place, one] : places_)
      add(table, {axis_.heading, axis_.text(one->what.load)},
          [&, at = place](const Line& line) { return figure(line, at); });
    const auto place = table.columns.size();
    add_if_any(table, {"", std::string("vs ") + kBaseline},
               [&](const Line& line) { return over_baseline(line); });
    if (table.columns.size() > place) table.spare = {place};
    add_if_any(table, {"", "bottleneck", false}, [&](const Line& line) {
      const auto* one = line.at(largest());
      return one ? limit_of(*one, findings_, cases_) : "";
    });
    add_bars(table);
    table.notes = {fmt::format("{}: {}; the other columns are for {}", axis_.heading, axis_.note,
                               axis_.text(places_.rbegin()->second->what.load))};
    return table;
  }

 private:
  double largest() const { return places_.rbegin()->first; }

  /// Best first, by the largest load; last those that have nothing there.
  void sort_lines() {
    Cases order;
    for (const auto& line : lines_)
      if (const auto* one = line.at(largest())) order.push_back(one);
    sort_best_first(order);
    std::ranges::stable_sort(lines_, {}, [&](const Line& line) {
      return std::ranges::find(order, line.at(largest())) - order.begin();
    });
  }

  std::string figure(const Line& line, double place) const {
    if (!line.cases.contains(place)) return "-";
    const auto* one = line.at(place);
    return one ? axis_.figure(*one) : "died";
  }

  std::string over_baseline(const Line& line) const {
    const auto* one = line.at(largest());
    if (!one) return "";
    if (one->what.runner == kBaseline) return one->what.load.rate ? "" : "1x";
    const auto times = times_baseline(*one, cases_);
    return times ? ratio_text(*times) : "";
  }

  template <class Cell>
  void add(Table& table, Column column, Cell cell) const {
    table.columns.push_back(std::move(column));
    for (std::size_t i = 0; i < lines_.size(); ++i) table.rows[i].cells.push_back(cell(lines_[i]));
  }

  template <class Cell>
  void add_if_any(Table& table, Column column, Cell cell) const {
    if (std::ranges::any_of(lines_, [&](const Line& line) { return !cell(line).empty(); }))
      add(table, std::move(column), cell);
  }

  void add_bars(Table& table) const {
    table.bars = axis_.bars;
    for (std::size_t i = 0; i < lines_.size(); ++i)
      if (const auto* one = lines_[i].at(largest())) table.rows[i].bar = bar_of(*one, cases_);
  }

  const Axis& axis_;
  const Cases& cases_;
  const std::vector<Finding>& findings_;
  std::vector<CheckText> checks_;
  std::vector<Line> lines_;
  std::map<double, const Result*> places_;  ///< The columns, with a case of each.
};

}  // namespace

std::optional<Table> make_overview(const Cases& cases, bool partial,
                                   const std::vector<Finding>& findings) {
  for (const auto& axis : axes()) {
    if (!std::ranges::all_of(
            cases, [&](const auto* one) { return axis.place(one->what.load).has_value(); }))
      continue;
    const Overview overview(axis, cases, findings);
    if (overview.tells_something()) return overview.table(partial);
  }
  return std::nullopt;
}

}  // namespace asyncmark
