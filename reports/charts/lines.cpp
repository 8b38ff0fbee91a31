#include "reports/charts/lines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/charts/chart.hpp"

namespace asyncmark::charts {
namespace {

constexpr std::size_t kEnoughForInterval = 6;
const char* const kCap = "in_flight";

/// What may tell two lines of one runner apart.
Texts particulars(const Case& one, Axis axis) {
  Texts all;
  if (const auto cap = one.load.in_flight;
      cap && axis != Axis::in_flight && one.runner != kBaseline)
    all.emplace_back(kCap, *cap == kUnbounded ? "unbounded" : fmt::format("{} in flight", *cap));
  for (const auto& [name, value] : load_texts(one)) {
    if (name == "ops" && axis == Axis::ops) continue;
    if (name == "rate" && axis == Axis::rate) continue;
    all.emplace_back(name, name == "rate" ? "at " + value : name + " " + value);
  }
  for (const auto& spec : one.runner_options.specs())
    if (auto value = one.runner_options.print(spec.name); value != spec.print(spec.otherwise))
      all.emplace_back(spec.name, spec.name + " " + value);
  return all;
}

std::string key_of(const Case& one, Axis axis) {
  auto key = one.runner;
  for (const auto& [name, value] : particulars(one, axis))
    key += fmt::format("\n{}={}", name, value);
  return key;
}

std::string value_of(const Texts& texts, const std::string& name) {
  const auto found = std::ranges::find(texts, name, &Texts::value_type::first);
  return found == texts.end() ? "" : found->second;
}

/// Everything that the lines have of one kind. The cap tells lines of several runners apart, all
/// else those of one.
class Values {
 public:
  Values(const std::vector<Line>& lines, Axis axis) {
    for (const auto& line : lines)
      for (const auto& [name, value] : particulars(line.cases.front()->what, axis))
        names_.insert(name);
    for (const auto& line : lines) {
      const auto& one = line.cases.front()->what;
      const auto own = particulars(one, axis);
      for (const auto& name : names_)
        if (name != kCap || one.runner != kBaseline)
          values_[{scope(one, name), name}].insert(value_of(own, name));
    }
  }
  bool differ(const Case& one, const std::string& name) const {
    const auto found = values_.find({scope(one, name), name});
    return found != values_.end() && found->second.size() > 1;
  }
  std::string otherwise() const {
    return names_.contains(kCap) ? "default concurrency" : "default settings";
  }

 private:
  static std::string scope(const Case& one, const std::string& name) {
    return name == kCap ? "" : one.runner;
  }

  std::set<std::string> names_;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> values_;
};

void label(std::vector<Line>& lines, Axis axis) {
  const Values values(lines, axis);
  std::map<std::string, int> used;
  for (auto& line : lines) {
    const auto& one = line.cases.front()->what;
    std::vector<std::string> own;
    for (const auto& [name, value] : particulars(one, axis))
      if (values.differ(one, name)) own.push_back(value);
    const auto rest = fmt::format("{}", fmt::join(own, ", "));
    line.panel = short_label(own.empty() ? values.otherwise() : rest);
    line.label = short_label(own.empty() ? one.runner : one.runner + ", " + rest);
    if (const auto times = ++used[line.label]; times > 1) line.label += fmt::format(" ({})", times);
  }
}

bool belongs(const Load& load, Axis axis) {
  if (axis == Axis::rate) return load.rate.has_value();
  return !load.rate && (axis != Axis::ops || !load.duration);
}

bool before(const Result* a, const Result* b, Axis axis) {
  if (axis == Axis::ops) return a->what.load.ops < b->what.load.ops;
  if (axis == Axis::rate) return a->what.load.rate < b->what.load.rate;
  return a->how.cap < b->how.cap;
}

std::vector<Line> joined(const Cases& cases, Axis axis) {
  std::vector<Line> lines;
  std::map<std::string, std::size_t> places;
  for (const auto* one : cases) {
    const auto [place, is_new] = places.emplace(key_of(one->what, axis), lines.size());
    if (is_new) lines.emplace_back();
    lines[place->second].cases.push_back(one);
  }
  for (auto& line : lines)
    std::ranges::stable_sort(line.cases,
                             [&](const auto* a, const auto* b) { return before(a, b, axis); });
  label(lines, axis);
  return lines;
}

/// Whether all kept up, by the rate.
std::map<double, bool> rates_of(const Cases& cases) {
  std::map<double, bool> rates;
  for (const auto* one : cases) {
    if (!one->what.load.rate) continue;
    const auto& offer = one->summary().offered;
    auto& kept = rates.try_emplace(*one->what.load.rate, true).first->second;
    kept = kept && offer && offer->kept_up();
  }
  return rates;
}

}  // namespace

std::vector<Line> lines_of(const Cases& cases, Axis axis) {
  Cases wanted;
  for (const auto* one : cases)
    if (belongs(one->what.load, axis)) wanted.push_back(one);
  return joined(wanted, axis);
}

Json row_of(const Line& line, const Result& result) {
  return {{"case", result.name()},
          {"series", line.label},
          {"panel", line.panel},
          {"runner", result.what.runner}};
}

Largest at_largest_load(const Cases& cases) {
  Largest largest{{}, "at the largest load of each"};
  auto some = cases;
  if (const auto rates = rates_of(cases); !rates.empty()) {
    const auto kept = std::ranges::find_if(rates.rbegin(), rates.rend(),
                                           [](const auto& rate) { return rate.second; });
    const auto rate = kept == rates.rend() ? rates.begin()->first : kept->first;
    std::erase_if(
        some, [&](const auto* one) { return one->what.load.rate && *one->what.load.rate != rate; });
    largest.words =
        kept == rates.rend()
            ? fmt::format("at {}/s, the lowest rate measured; not all kept up even there", rate)
            : fmt::format("at {}/s, the highest rate at which all kept up", rate);
  }
  largest.lines = joined(some, Axis::ops);
  for (auto& line : largest.lines) line.cases = {line.cases.back()};
  return largest;
}

Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  Spread spread{median(values), values.front(), values.back()};
  // The interval is of ranks, whatever stands at them.
  std::vector<Duration> ranks(values.size());
  for (std::size_t i = 0; i < ranks.size(); ++i) ranks[i] = Duration(static_cast<std::int64_t>(i));
  if (const auto found = median_interval(ranks)) {
    spread.low = values[static_cast<std::size_t>(found->low.count())];
    spread.high = values[static_cast<std::size_t>(found->high.count())];
  }
  return spread;
}

Spread time_ms(const Result& one) {
  std::vector<double> values;
  for (const auto time : one.elapsed()) values.push_back(static_cast<double>(time.count()) / 1e6);
  return spread_of(std::move(values));
}

Spread ops_per_s(const Result& one) {
  std::vector<double> values;
  for (const auto* run : one.finished()) values.push_back(run->ops_per_s());
  return spread_of(std::move(values));
}

std::string interval_words(const Cases& cases) {
  const auto enough = [](const auto* one) { return one->finished().size() >= kEnoughForInterval; };
  if (std::ranges::all_of(cases, enough)) return "95 % intervals of the medians";
  if (std::ranges::none_of(cases, enough))
    return "lowest to highest repetition (a 95 % interval needs six)";
  return "95 % intervals of the medians, or with fewer than six repetitions lowest to highest";
}

}  // namespace asyncmark::charts
