#include "reports/analysis/rates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
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
  /// Whether it keeps to the objective; absent where too few operations were measured to tell.
  std::optional<bool> keeps_to(const Slo& slo) const {
    if (!finished() || !kept_up() || response_failed(all, slo.fraction)) return false;
    if (all.response_time.max() <= slo.limit && all.failed + all.never_started == 0) return true;
    const auto value = response_percentile(all, slo.fraction);
    if (!value) return std::nullopt;
    return *value <= slo.limit;
  }
  std::string percentile_text(double fraction) const {
    return response_text(all, fraction).value_or("n/a");
  }
};

/// The same case at several rates.
struct Line {
  std::string label;
  std::map<double, Point> points;
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

/// The highest rate up to which every point keeps to the objective, in words.
std::string highest_within(const Slo& slo, const Line& line) {
  std::string highest = "none";
  for (const auto& [rate, point] : line.points) {
    const auto keeps = point.keeps_to(slo);
    if (!keeps && highest == "none") return "n/a";
    if (!keeps || !*keeps) break;
    highest = fmt::format("{}/s", rate);
  }
  return highest;
}

std::string who_keeps_to(const Slo& slo, const std::vector<Line>& lines) {
  std::vector<std::string> who;
  bool unknown = false;
  for (const auto& line : lines) {
    const auto highest = highest_within(slo, line);
    unknown = unknown || highest == "n/a";
    who.push_back(line.label + (highest == "none"  ? " at none of these rates"
                                : highest == "n/a" ? " unknown, of too few operations"
                                                   : " up to " + highest));
  }
  auto text = fmt::format("Within {}: {}.", slo.text(), fmt::join(who, ", "));
  if (unknown)
    text +=
        " Of few operations it is known only where even the longest kept to it; give more of them.";
  return text;
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

/// Whether this line answered sooner than each of the others, and not by chance.
bool is_soonest(const Line& line, const std::vector<const Line*>& others, double rate) {
  const auto own = spread_of_p99(line.points.at(rate));
  return own && std::ranges::all_of(others, [&](const Line* other) {
           const auto its = spread_of_p99(other->points.at(rate));
           return other == &line || (its && own->high < its->low);
         });
}

std::string times_of(const Line& line, double rate) {
  const auto& point = line.points.at(rate);
  return fmt::format("{} in {} / {}", line.label, point.percentile_text(0.5),
                     point.percentile_text(0.99));
}

/// At one rate: how soon those answered that kept up, and who did not. Empty when nobody did.
std::string who_answered(const std::vector<Line>& lines, double rate) {
  std::vector<const Line*> kept;
  std::vector<std::string> times, late;
  for (const auto& line : lines) {
    const auto point = line.points.find(rate);
    if (point == line.points.end() || !point->second.finished()) continue;
    if (point->second.kept_up() && point->second.all.completed > 0)
      kept.push_back(&line), times.push_back(times_of(line, rate));
    else
      late.push_back(line.label);
  }
  if (kept.empty()) return "";
  auto text = fmt::format("At {} operations due per second, p50 / p99 of the response time: {}.",
                          rate, fmt::join(times, ", "));
  if (kept.size() > 1)
    for (const auto* line : kept)
      if (is_soonest(*line, kept, rate)) text += fmt::format(" {} answered soonest.", line->label);
  if (!late.empty()) text += fmt::format(" Could not keep up: {}.", fmt::join(late, ", "));
  return text;
}

}  // namespace

std::optional<Slo> slo_of(const Context& context) {
  const auto text = context.facts.value("slo", "");
  if (text.empty()) return std::nullopt;
  return Slo::parse(text);
}

std::optional<Table> make_rates_table(const Context& context, const Cases& cases) {
  const auto lines = lines_of(cases);
  const auto rates = rates_of(lines);
  const auto slo = slo_of(context);
  if (rates.size() < 2) return std::nullopt;
  Table table;
  table.title = "response p50 / p99 by operations due per second";
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
        "SATURATED: less than 95 % of what was offered was carried out in its time, so response "
        "times only tell how long the run was");
  if (failing)
    table.notes.push_back(
        "FAILING: operations ended in time, but fewer than 95 % of what was offered succeeded");
  return table;
}

std::vector<std::string> read_rates(const Context& context, const Cases& cases) {
  const auto lines = lines_of(cases);
  if (lines.empty()) return {};
  std::vector<std::string> sentences;
  if (const auto slo = slo_of(context)) sentences.push_back(who_keeps_to(*slo, lines));
  const auto rates = rates_of(lines);
  for (auto rate = rates.rbegin(); rate != rates.rend(); ++rate)
    if (auto text = who_answered(lines, *rate); !text.empty()) {
      sentences.push_back(std::move(text));
      return sentences;
    }
  const bool measured = std::ranges::any_of(lines, [](const Line& line) {
    return std::ranges::any_of(line.points, [](const auto& one) { return one.second.finished(); });
  });
  if (!measured) return {};
  sentences.push_back(fmt::format(
      "At {} operations due per second and more, nobody kept up and answered.", *rates.begin()));
  return sentences;
}

}  // namespace asyncmark
