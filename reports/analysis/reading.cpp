#include "reports/analysis/reading.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "reports/analysis/rates.hpp"

namespace asyncmark {
namespace {

auto size_of(const Load& load) { return std::tuple(load.ops, load.duration.value_or(Duration{})); }

double rate_of(const Result* one) { return one->summary().median("ops_per_s").value_or(0); }

/// Whether nearly all of its operations succeeded: who fails may be soon done.
bool succeeded(const Result& one) {
  const auto& all = one.summary().all;
  return all.completed > 0 && all.failed * 100 <= all.completed;
}

/// The bursts and closed loops at the largest load under which one succeeded, the fastest first.
Cases at_largest_load(const Cases& cases) {
  Cases found;
  for (const auto* one : cases)
    if (succeeded(*one) && !one->what.load.rate) found.push_back(one);
  if (found.empty()) return found;
  const auto by_size = [](const auto* one) { return size_of(one->what.load); };
  const auto largest = by_size(*std::ranges::max_element(found, {}, by_size));
  std::erase_if(found, [&](const auto* one) { return by_size(one) != largest; });
  std::ranges::stable_sort(found, std::greater{}, rate_of);
  return found;
}

std::string at(const Result& one) {
  const auto& load = one.what.load;
  if (!load.duration) return fmt::format("At {} operations", load.ops);
  const auto took = one.summary().time;
  // What was begun in time may end long after: ops/s is by all of it.
  if (took > *load.duration * 3 / 2)
    return fmt::format("Begun over {} and ended after {}", exact_text(*load.duration),
                       rounded_text(took));
  return fmt::format("Over {}", exact_text(*load.duration));
}

/// What the case achieved: its time, or where that was given, its throughput.
std::string achieved(const Result& one) {
  if (one.what.load.duration) return rounded_count(rate_of(&one)) + " operations a second";
  return rounded_text(one.summary().time);
}

/// Where the true median may lie: its interval, or with too few repetitions all that was seen.
Interval spread(const Result& one) {
  const auto times = one.elapsed();
  const auto [least, most] = std::ranges::minmax(times);
  return one.summary().interval.value_or(Interval{least, most});
}

bool overlap(const Result& one, const Result& other) {
  const auto a = spread(one), b = spread(other);
  return a.low <= b.high && b.low <= a.high;
}

std::string who_was_fastest(const Cases& ranked, const Cases& cases) {
  const auto& best = *ranked.front();
  auto text = fmt::format("{}, {}{}: {}", at(best), labels(ranked).front(),
                          ranked.size() > 1 ? " was fastest" : "", achieved(best));
  const auto* baseline = baseline_of(best, cases);
  if (const auto times = times_baseline(best, cases); times && baseline != &best)
    text += fmt::format(", {} the throughput of {} ({})", ratio_text(*times), kBaseline,
                        achieved(*baseline));
  return text + ".";
}

/// Who cannot be told apart from the fastest.
std::string who_was_as_fast(const Cases& ranked) {
  std::vector<std::string> names;
  const auto texts = labels(ranked);
  for (std::size_t i = 1; i < ranked.size(); ++i)
    if (!ranked[i]->what.load.duration && overlap(*ranked.front(), *ranked[i]))
      names.push_back(texts[i]);
  if (names.empty()) return "";
  return fmt::format("Its times overlap with those of {}: they cannot be told apart.",
                     fmt::join(names, " and "));
}

std::string what_bound_it(const Result& best) {
  const auto share = best.summary().median("efficiency");
  if (!share) return "";
  return fmt::format("Its ideal bound is {}, {:.0f} % of the time it took; what binds: {}.",
                     rounded_text(best.bound->time), *share * 100, best.bound->term);
}

std::string whether_caps_differ(const Cases& ranked, const Cases& cases) {
  if (equal_cap(cases)) return "";
  std::set<std::uint64_t> caps;
  bool with_baseline = false;
  for (const auto* one : ranked)
    if (one->what.runner == kBaseline)
      with_baseline = true;
    else
      caps.insert(one->how.cap);
  if (caps.size() < 2) return "";
  return fmt::format(
      "{} were allowed between {} and {} in flight, so this compares ways to deploy them; "
      "--in-flight gives all the same cap.",
      with_baseline ? "The runners but sync" : "The runners", *caps.begin(), *caps.rbegin());
}

std::vector<std::string> read_closed(const Cases& cases) {
  const auto ranked = at_largest_load(cases);
  if (ranked.empty()) return {};
  std::vector<std::string> sentences{who_was_fastest(ranked, cases), who_was_as_fast(ranked),
                                     what_bound_it(*ranked.front()),
                                     whether_caps_differ(ranked, cases)};
  std::erase(sentences, "");
  return sentences;
}

}  // namespace

std::vector<std::string> reading(const Context& context, const Cases& cases) {
  const auto rates = read_rates(context, cases);
  // One alone, beside open loops, is there for what its times hide: nobody was faster or slower.
  if (!rates.empty() && at_largest_load(cases).size() == 1) return rates;
  auto sentences = read_closed(cases);
  std::ranges::copy(rates, std::back_inserter(sentences));
  return sentences;
}

}  // namespace asyncmark
