#include "reports/analysis/rates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "bench/results/counters.hpp"

namespace asyncmark {
namespace {

/// One open loop at one rate, all its repetitions as one.
struct Point {
  const Result& result;
  const Summary& summary;
  const Measurement& all;  ///< Of the summary.

  bool finished() const { return !all.passes.empty(); }
  bool kept_up() const { return summary.offered && summary.offered->kept_up(); }
  std::string shortfall() const {
    return std::string(summary.offered ? summary.offered->shortfall() : "n/a");
  }
  std::string percentile_text(double fraction) const {
    return response_text(all, fraction).value_or("n/a");
  }
};

/// The same case at several rates.
struct Line {
  std::string label;
  std::map<double, Point> points;

  bool measured() const {
    return std::ranges::any_of(points, [](const auto& point) { return point.second.finished(); });
  }
};

std::string name_but_for_rate(Case one) {
  one.load.rate.reset();
  return one.name();
}

void label(std::vector<Line>& lines) {
  Cases all;
  for (const auto& line : lines) all.push_back(&line.points.begin()->second.result);
  const auto texts = labels(all);
  for (std::size_t i = 0; i < lines.size(); ++i) lines[i].label = texts[i];
}

std::vector<Line> lines_of(const Cases& cases) {
  std::vector<Line> lines;
  std::map<std::string, std::size_t> places;
  for (const auto* one : cases) {
    if (!one->what.load.rate) continue;
    const auto [place, fresh] = places.emplace(name_but_for_rate(one->what), lines.size());
    if (fresh) lines.emplace_back();
    const auto& summary = one->summary();
    lines[place->second].points.emplace(*one->what.load.rate, Point{*one, summary, summary.all});
  }
  label(lines);
  return lines;
}

std::set<double> rates_of(const std::vector<Line>& lines) {
  std::set<double> rates;
  for (const auto& line : lines)
    for (const auto& [rate, point] : line.points) rates.insert(rate);
  return rates;
}

std::string cell(const Line& line, double rate) {
  const auto point = line.points.find(rate);
  if (point == line.points.end()) return "-";
  if (!point->second.finished()) return "died";
  if (!point->second.kept_up()) return point->second.shortfall();
  return point->second.percentile_text(0.5) + " / " + point->second.percentile_text(0.99);
}

/// Up to which rate a line keeps to the objective.
struct Verdict {
  std::optional<double> highest;  ///< Up to here it is known to keep to it.
  std::optional<double> fails;    ///< The lowest rate at which it is known not to.
  std::optional<double> above;    ///< The highest beyond that at which it is known to, even so.
  bool unknown = false;           ///< Above the highest, too few operations tell.
};

Verdict verdict_of(const Slo& slo, const Line& line) {
  Verdict verdict;
  for (const auto& [rate, point] : line.points) {
    if (!point.finished()) {
      verdict.unknown = true;
      break;
    }
    const auto keeps = keeps_to(slo, point.result);
    if (keeps && !*keeps && !verdict.fails) verdict.fails = rate;
    if (keeps.value_or(false) && verdict.fails) verdict.above = rate;
    if (verdict.fails) continue;
    // What it keeps to at one rate, it keeps to at lower ones.
    if (keeps) verdict.highest = rate;
    verdict.unknown = !keeps;
  }
  return verdict;
}

std::string highest_within(const Slo& slo, const Line& line) {
  const auto verdict = verdict_of(slo, line);
  if (verdict.highest) return fmt::format("{}/s", *verdict.highest);
  return verdict.unknown ? "n/a" : "none";
}

/// Says that a percentile exceeds its limit, or where it falls among failures, that these are why.
std::string miss_of(const Slo& slo, const std::vector<Line>& lines) {
  std::uint64_t failed = 0, all = 0;
  for (const auto& line : lines)
    for (const auto& [rate, point] : line.points) {
      const auto due = operations_due(point.all);
      if (static_cast<double>(point.all.failed) <= (1 - slo.fraction) * static_cast<double>(due))
        continue;
      failed += point.all.failed;
      all += due;
    }
  if (failed == 0)
    return fmt::format("{} exceeds {} at every tested rate.", slo.percentile,
                       exact_text(slo.limit));
  return fmt::format("{} is missed at every tested rate: {} of {} operations failed.", slo.text(),
                     failed, all);
}

/// How long each run has to be for the percentile, at the lowest rate that has too few operations.
std::string long_enough(const Slo& slo, const Line& line) {
  for (const auto& [rate, point] : line.points) {
    if (!point.finished() || keeps_to(slo, point.result)) continue;
    const auto runs = static_cast<double>(point.result.finished().size());
    // As many as bound the percentile, as long as none took longer.
    const bool is_within = point.all.response_time.max() <= slo.limit;
    const auto needed =
        is_within ? std::log(0.05) / std::log(slo.fraction) : 10 / (1 - slo.fraction);
    return fmt::format("{:.0f}s", std::ceil(needed / rate / runs));
  }
  return "";
}

/// Of those whose operations were too few.
std::string undecided(const Slo& slo, const std::vector<Line>& lines) {
  std::vector<std::string> labels;
  std::string longer;
  for (const auto& line : lines) {
    const auto verdict = verdict_of(slo, line);
    if (!line.measured() || verdict.highest || verdict.above || !verdict.unknown) continue;
    labels.push_back(line.label);
    if (verdict.fails) labels.back() += fmt::format(" (which misses it at {}/s)", *verdict.fails);
    if (longer.empty()) longer = long_enough(slo, line);
  }
  if (labels.empty()) return "";
  return fmt::format("Too few operations to tell whether {} meet{} {}{}.", enumerated(labels),
                     labels.size() == 1 ? "s" : "", slo.text(),
                     longer.empty() ? "" : fmt::format(": use --duration {} or more", longer));
}

std::string within(const Slo& slo, const std::vector<Line>& lines) {
  std::vector<std::pair<std::string, std::vector<std::string>>> verdicts;
  for (const auto& line : lines) {
    const auto verdict = verdict_of(slo, line);
    if (!line.measured() || (verdict.unknown && !verdict.highest && !verdict.above)) continue;
    const bool is_last =
        line.points.size() > 1 && verdict.highest == std::optional(line.points.rbegin()->first);
    const auto* tried = is_last ? " (the highest tested rate)" : "";
    const auto words = verdict.above
                           ? fmt::format("at {}/s, but not at {}/s", *verdict.above, *verdict.fails)
                       : verdict.highest ? fmt::format("up to {}/s{}", *verdict.highest, tried)
                                         : std::string("at no tested rate");
    const auto alike =
        std::ranges::find(verdicts, words, [](const auto& one) { return one.first; });
    if (alike == verdicts.end())
      verdicts.push_back({words, {line.label}});
    else
      alike->second.push_back(line.label);
  }
  std::vector<std::string> parts;
  for (const auto& [words, labels] : verdicts)
    parts.push_back(fmt::format("{} {}", enumerated(labels), words));
  const auto misses = [&](const Line& line) {
    const auto verdict = verdict_of(slo, line);
    return !verdict.highest && !verdict.above && !verdict.unknown;
  };
  if (std::ranges::all_of(lines, misses)) return miss_of(slo, lines);
  return parts.empty() ? ""
                       : fmt::format("{} is met by {}.", slo.text(), fmt::join(parts, ", by "));
}

/// From the best to the worst p99 of the repetitions; absent where one of them has none.
std::optional<Interval> spread_of_p99(const Point& point) {
  std::vector<Duration> values;
  for (const auto* run : point.result.finished()) {
    const auto value = response_percentile(*run, 0.99);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  // One repetition does not tell how far chance goes.
  if (values.size() < 2) return std::nullopt;
  const auto [least, most] = std::ranges::minmax(values);
  return Interval{least, most};
}

/// Whether the p99 of this line is lower than those of the others by more than chance explains.
bool is_soonest(const Line& line, const std::vector<const Line*>& others, double rate) {
  const auto own = spread_of_p99(line.points.at(rate));
  return own && std::ranges::all_of(others, [&](const Line* other) {
           const auto its = spread_of_p99(other->points.at(rate));
           return other == &line || (its && own->high < its->low);
         });
}

/// The highest rate up to which the line kept up at each; absent where it did at none.
std::optional<double> highest_sustained(const Line& line) {
  std::optional<double> highest;
  for (const auto& [rate, point] : line.points) {
    if (!point.finished() || !point.kept_up() || point.all.completed == 0) break;
    highest = rate;
  }
  return highest;
}

/// What a line achieved of the lowest rate that it did not sustain: `sync achieved 64 % of 153/s`.
std::string shortfall_of(const Line& line) {
  for (const auto& [rate, point] : line.points)
    if (point.finished() && point.summary.offered && !point.kept_up())
      return fmt::format("{} achieved {:.0f} % of {}/s", line.label,
                         point.summary.offered->achieved_percent(),
                         rounded_count(point.summary.offered->per_s));
  return line.label;
}

/// The runner with the lowest p99 at this rate, where chance does not explain it.
std::string soonest(const std::vector<Line>& lines, double rate) {
  std::vector<const Line*> kept;
  for (const auto& line : lines)
    if (highest_sustained(line) >= std::optional(rate) && line.points.contains(rate))
      kept.push_back(&line);
  if (kept.size() < 2) return "";
  for (const auto* line : kept)
    if (is_soonest(*line, kept, rate))
      return fmt::format("At {}/s, {} has the lowest response p99: {}.", rate, line->label,
                         line->points.at(rate).percentile_text(0.99));
  return "";
}

/// Up to which rate each kept up.
std::string sustained(const std::vector<Line>& lines, const std::set<double>& rates) {
  std::vector<std::string> all, some, none;
  for (const auto& line : lines) {
    if (!line.measured()) continue;
    const auto highest = highest_sustained(line);
    if (!highest)
      none.push_back(shortfall_of(line));
    else if (highest == line.points.rbegin()->first)
      all.push_back(line.label);
    else
      some.push_back(fmt::format("{} sustained up to {}/s", line.label, *highest));
  }
  if (all.empty() && some.empty() && none.empty()) return "";
  const auto at = rates.size() == 1 ? fmt::format("{}/s", *rates.begin()) : "every rate";
  std::vector<std::string> clauses;
  if (!all.empty()) clauses.push_back(fmt::format("{} sustained {}", enumerated(all), at));
  if (!some.empty()) clauses.push_back(fmt::format("{}", fmt::join(some, ", ")));
  if (!none.empty() && clauses.empty())
    clauses.push_back(fmt::format("No runner sustained {}/s", *rates.begin()));
  if (!none.empty()) clauses.push_back(fmt::format("{}", fmt::join(none, ", ")));
  return fmt::format("{}.", fmt::join(clauses, "; "));
}

}  // namespace

std::optional<Slo> slo_of(const Context& context) {
  const auto text = context.facts.value("slo", "");
  if (text.empty()) return std::nullopt;
  return Slo::parse(text);
}

View view_of(const Context& context, View view) {
  if (const auto slo = slo_of(context)) {
    view.judged = slo->percentile;
  }
  return view;
}

std::optional<Table> make_rates_table(const Context& context, const Cases& cases) {
  const auto lines = lines_of(cases);
  const auto rates = rates_of(lines);
  const auto slo = slo_of(context);
  if (rates.size() < 2) return std::nullopt;
  Table table;
  table.title = "Response p50 / p99 by offered rate";
  table.columns = {{"", "runner", false}};
  for (const auto rate : rates) table.columns.push_back({"", fmt::format("{}/s", rate)});
  if (slo) table.columns.push_back({"highest within", slo->text()});
  bool saturated = false, failing = false;
  for (const auto& line : lines) {
    Row row{{line.label}, ""};
    for (const auto rate : rates) row.cells.push_back(cell(line, rate));
    saturated = saturated || std::ranges::count(row.cells, "SATURATED") > 0;
    failing = failing || std::ranges::count(row.cells, "FAILING") > 0;
    if (slo) row.cells.push_back(highest_within(*slo, line));
    table.rows.push_back(std::move(row));
  }
  if (saturated)
    table.notes.push_back(
        "SATURATED: achieved less than 95 % of the offered rate, so response times grow with the "
        "length of the run");
  if (failing)
    table.notes.push_back(
        "FAILING: fewer than 95 % of the operations succeeded, although they ended in time");
  return table;
}

std::vector<std::string> read_rates(const Context& context, const Cases& cases) {
  const auto lines = lines_of(cases);
  if (lines.empty()) return {};
  std::vector<std::string> sentences;
  const auto rates = rates_of(lines);
  const auto slo = slo_of(context);
  if (slo) sentences = {within(*slo, lines), undecided(*slo, lines)};
  // What keeps to the limit up to each rate that it sustains needs no second sentence.
  const bool differs = !slo || std::ranges::any_of(lines, [&](const Line& line) {
    return line.measured() && verdict_of(*slo, line).highest != highest_sustained(line);
  });
  const bool any = std::ranges::any_of(
      lines, [](const Line& line) { return highest_sustained(line).has_value(); });
  if (differs || !any)
    sentences.push_back(slo && any ? fmt::format("Without that limit, {}", sustained(lines, rates))
                                   : sustained(lines, rates));
  sentences.push_back(soonest(lines, *rates.rbegin()));
  std::erase(sentences, "");
  return sentences;
}

}  // namespace asyncmark
