#include "reports/tables/side_by_side.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "bench/results/counters.hpp"
#include "bench/results/differences.hpp"
#include "reports/tables/foreign.hpp"

namespace asyncmark {
namespace {

/// What sets are compared by in one case: more is slower, but of a throughput.
struct Figure {
  std::string kind;
  double value = 0;
  double low = 0;  ///< From here to `high` it may lie, as far as its repetitions tell.
  double high = 0;
  std::string text;
  /// How many failed. An operation that fails may be over sooner than one that does its work, so
  /// that times with some of them are compared with nothing.
  std::string failed = {};
};

const char* const kThroughput = "ops/s";

std::string failed_text(const Measurement& all) {
  return all.failed == 0 ? ""
                         : fmt::format("{} of {} failed", all.failed, all.failed + all.completed);
}

/// A closed loop of a given length is compared by its throughput; an open loop, whose load decides
/// that, by its response time; all others by their time.
std::optional<Figure> figure_without_failures(const Result& one) {
  const auto runs = one.finished();
  if (runs.empty()) return std::nullopt;
  const auto& load = one.what.load;
  if (load.rate) {
    const auto value = response_percentile(one.summary().all, 0.5);
    if (!value) return std::nullopt;
    Figure figure{"response p50", seconds(*value), seconds(*value), seconds(*value),
                  rounded_text(*value)};
    for (const auto* run : runs)
      if (const auto own = response_percentile(*run, 0.5)) {
        figure.low = std::min(figure.low, seconds(*own));
        figure.high = std::max(figure.high, seconds(*own));
      }
    return figure;
  }
  if (load.duration) {
    std::vector<double> rates;
    for (const auto* run : runs) rates.push_back(run->ops_per_s());
    const auto [least, most] = std::ranges::minmax(rates);
    const auto value = median(rates);
    return Figure{kThroughput, value, least, most, rounded_count(value)};
  }
  const auto times = one.elapsed();
  const auto [least, most] = std::ranges::minmax(times);
  const auto& summary = one.summary();
  const auto range = summary.interval.value_or(Interval{least, most});
  return Figure{"time", seconds(summary.time), seconds(range.low), seconds(range.high),
                rounded_text(summary.time)};
}

std::optional<Figure> figure_of(const Result& one) {
  auto figure = figure_without_failures(one);
  if (figure) figure->failed = failed_text(one.summary().all);
  return figure;
}

std::optional<Figure> figure_of(const ForeignCase& one) {
  if (one.runs.empty()) return std::nullopt;
  const auto times = one.real_ns();
  const auto value = median(times);
  const auto [least, most] = std::ranges::minmax(times);
  return Figure{"time",       value / 1e9, least / 1e9, most / 1e9, foreign_time_text(value),
                one.missing()};
}

/// A case's figures, one a set; absent where the set has none.
using ComparedFigures = std::vector<std::optional<Figure>>;

struct Shared {
  std::vector<std::string> names;  ///< In the order in which they come.
  std::map<std::string, ComparedFigures> figures;
};

Shared figures_of(const ResultSets& sets) {
  Shared all;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto add = [&](const std::string& name, const auto& one) {
      const auto [place, is_new] = all.figures.try_emplace(name, sets.size());
      if (is_new) all.names.push_back(name);
      place->second[i] = figure_of(one);
    };
    for (const auto& one : sets[i]->results) add(one.name(), one);
    for (const auto& one : sets[i]->foreign) add(one.name, one);
  }
  std::erase_if(all.names, [&](const auto& name) {
    return std::ranges::count_if(all.figures[name], &std::optional<Figure>::has_value) < 2;
  });
  return all;
}

/// How many times as fast as the first; absent where either is not there.
std::optional<double> times_first(const ComparedFigures& figures, std::size_t i) {
  const auto &first = figures[0], &other = figures[i];
  if (!first || !other || first->kind != other->kind) return std::nullopt;
  if (!first->failed.empty() || !other->failed.empty()) return std::nullopt;
  const auto [above, below] = first->kind == kThroughput ? std::pair(other->value, first->value)
                                                         : std::pair(first->value, other->value);
  if (above <= 0 || below <= 0) return std::nullopt;
  return above / below;
}

/// Whether chance may be all that tells some of them from the first.
bool overlaps(const ComparedFigures& figures) {
  for (std::size_t i = 1; i < figures.size(); ++i)
    if (times_first(figures, i) && figures[0]->low <= figures[i]->high &&
        figures[i]->low <= figures[0]->high)
      return true;
  return false;
}

/// What the checks of the sets say of a case: `b: saturated`.
std::string remark(const ResultSets& sets, const std::string& name,
                   const ComparedFigures& figures) {
  std::vector<std::string> all;
  if (overlaps(figures)) all.emplace_back("overlap");
  for (std::size_t i = 0; i < sets.size(); ++i) {
    std::set<std::string> words;
    if (figures[i] && !figures[i]->failed.empty()) words.insert(figures[i]->failed);
    for (const auto& finding : sets[i]->findings)
      if (std::ranges::find(finding.cases, name) != finding.cases.end()) words.insert(finding.code);
    if (!words.empty())
      all.push_back(fmt::format("{}: {}", sets[i]->label, fmt::join(words, ", ")));
  }
  return fmt::format("{}", fmt::join(all, "; "));
}

/// Facts of a build by which sets differ though nothing but one thing should.
const std::vector<ComparableFact> kBuildFacts{{"asyncmark_version", "version"},
                                              {"commit", "commit"},
                                              {"compiler", "compiler"},
                                              {"compiler_flags", "compiler flags"},
                                              {"library_build_type", "build"}};

void add_differences(Table& table, const ResultSets& sets) {
  bool any = false;
  auto facts = machine_facts();
  facts.insert(facts.end(), kBuildFacts.begin(), kBuildFacts.end());
  for (const auto& [key, words] : facts) {
    std::vector<std::string> values;
    for (const auto* set : sets) values.push_back(fact_text(set->context, key));
    if (std::ranges::count(values, values[0]) == static_cast<std::ptrdiff_t>(sets.size())) continue;
    any = true;
    for (std::size_t i = 0; i < sets.size(); ++i) values[i] = sets[i]->label + ' ' + values[i];
    table.notes.push_back(fmt::format("{} differs: {}", words, fmt::join(values, ", ")));
  }
  if (!any) table.notes.push_back("machine and build: no known difference");
  table.notes.push_back("measured at different times, which the ratios include");
}

}  // namespace

std::optional<Table> side_by_side(const ResultSets& sets) {
  if (sets.size() < 2) return std::nullopt;
  const auto shared = figures_of(sets);
  if (shared.names.empty()) return std::nullopt;
  Table table;
  table.title = "Side by side: cases in more than one file";
  table.columns = {{"", "case", false}, {"", "figure", false}};
  for (const auto* set : sets) table.columns.push_back({"", set->label});
  for (std::size_t i = 1; i < sets.size(); ++i)
    table.columns.push_back({sets[i]->label, "vs " + sets[0]->label});
  bool overlap = false;
  for (const auto& name : shared.names) {
    const auto& figures = shared.figures.at(name);
    const auto kind = std::ranges::find_if(figures, &std::optional<Figure>::has_value);
    Row row{{name, (*kind)->kind}, remark(sets, name, figures)};
    for (const auto& figure : figures) row.cells.push_back(figure ? figure->text : "-");
    for (std::size_t i = 1; i < sets.size(); ++i) {
      const auto times = times_first(figures, i);
      row.cells.push_back(times ? ratio_text(*times) : "-");
    }
    overlap = overlap || overlaps(figures);
    table.rows.push_back(std::move(row));
  }
  table.notes.push_back(
      fmt::format("vs {}: speed as a multiple, above 1x is faster; only where no operation failed",
                  sets[0]->label));
  if (overlap)
    table.notes.push_back(
        "overlap: the ranges of the repetitions (95 % intervals with 6 or more) overlap, so the "
        "difference may be noise");
  add_differences(table, sets);
  return table;
}

}  // namespace asyncmark
