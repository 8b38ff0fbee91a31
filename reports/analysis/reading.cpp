#include "reports/analysis/reading.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
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

/// Seconds of the pass for each success, a value a repetition.
std::vector<Duration> costs(const Result& one) {
  std::vector<Duration> costs;
  for (const auto* run : one.finished())
    if (run->completed > 0)
      costs.push_back(run->elapsed() / static_cast<std::int64_t>(run->completed));
  return costs;
}

/// Where the true median of its costs may lie: its interval, or with too few repetitions all that
/// was seen. Absent for one repetition, which does not tell.
std::optional<Interval> spread(const Result& one) {
  const auto seen = costs(one);
  if (seen.size() < 2) return std::nullopt;
  const auto [least, most] = std::ranges::minmax(seen);
  return median_interval(seen).value_or(Interval{least, most});
}

/// Whether chance may have put one before the other. Of a single repetition nobody knows how far
/// chance goes; kOfOne is more than is usual on a quiet machine.
bool may_be_equal(const Result& one, const Result& other) {
  constexpr double kOfOne = 0.1;
  const auto a = spread(one), b = spread(other);
  if (a && b) return a->low <= b->high && b->low <= a->high;
  const auto ratio = rate_of(&one) / std::max(rate_of(&other), 1e-9);
  return std::abs(ratio - 1) < kOfOne;
}

std::string over_baseline(const Result& best, const Cases& cases) {
  const auto* baseline = baseline_of(best, cases);
  const auto times = times_baseline(best, cases);
  if (!times || baseline == &best) return "";
  return fmt::format(", {} the throughput of {} ({})", ratio_text(*times), kBaseline,
                     achieved(*baseline));
}

/// How far to trust who comes first: nothing where several repetitions agree.
std::string how_sure(const Cases& ranked) {
  constexpr double kNoisy = 1.1;
  const auto seen = costs(*ranked.front());
  if (ranked.size() < 2 || seen.empty()) return "";
  if (seen.size() < 2)
    return " This is of one repetition each; --repetitions 6 shows which differences are real.";
  const auto [least, most] = std::ranges::minmax(seen);
  if (seconds(most) < kNoisy * seconds(least)) return "";
  return fmt::format(" Its own repetitions differ by {:.0f} %, so smaller differences are noise.",
                     100 * (seconds(most) / seconds(least) - 1));
}

std::string who_was_fastest(const Cases& ranked, const Cases& cases) {
  const auto& best = *ranked.front();
  const auto texts = labels(ranked);
  std::vector<std::string> equal, figures;
  for (std::size_t i = 0; i < ranked.size(); ++i)
    if (i == 0 || may_be_equal(best, *ranked[i]))
      equal.push_back(texts[i]), figures.push_back(achieved(*ranked[i]));
  if (equal.size() > 1)
    return fmt::format("{}, no difference is certain between {}: {}{}.{}", at(best),
                       fmt::join(equal, ", "), fmt::join(figures, ", "), over_baseline(best, cases),
                       how_sure(ranked));
  return fmt::format("{}, {}{}: {}{}.{}", at(best), texts.front(),
                     ranked.size() > 1 ? " was fastest" : "", achieved(best),
                     over_baseline(best, cases), how_sure(ranked));
}

/// Of the fastest runner at several caps: up to which one throughput grows more than the time of an
/// operation. That is the largest quotient of the two (Kleinrock's power, 1979).
std::string knee(const Cases& ranked) {
  std::map<std::uint64_t, const Result*> caps;
  for (const auto* one : ranked)
    if (one->what.runner == ranked.front()->what.runner) caps.emplace(one->how.cap, one);
  if (caps.size() < 3) return "";
  const auto time = [](const Result* one) {
    return std::max(1e-9, seconds(one->summary().all.service_time.mean()));
  };
  auto best = caps.begin();
  for (auto at = caps.begin(); at != caps.end(); ++at)
    if (rate_of(at->second) / time(at->second) > rate_of(best->second) / time(best->second))
      best = at;
  const auto next = std::next(best);
  if (next == caps.end()) return "";
  const auto more = [](double now, double before) { return 100 * (now / before - 1); };
  return fmt::format(
      "{}, {} -> {} in flight: {:+.0f} % throughput, {:+.0f} % time of an operation; from there on "
      "more in flight mostly means longer waits.",
      ranked.front()->what.runner, best->first, next->first,
      more(rate_of(next->second), rate_of(best->second)),
      more(time(next->second), time(best->second)));
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
  std::vector<std::string> sentences{who_was_fastest(ranked, cases), knee(ranked),
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
