#include "reports/analysis/reading.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>

#include "reports/analysis/limit.hpp"
#include "reports/analysis/rates.hpp"

namespace asyncmark {
namespace {

auto size_of(const Load& load) { return std::tuple(load.ops, load.duration.value_or(Duration{})); }

double rate_of(const Result* one) { return one->summary().median("ops_per_s").value_or(0); }

/// Whether nearly all of its operations succeeded: a failure may be over sooner than a success.
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

/// The load, where the table has several.
std::string at(const Result& one, const Cases& cases) {
  const auto& load = one.what.load;
  if (load.duration) {
    // Throughput counts until the last operation ended, which may be long after the duration.
    const auto took = one.summary().time;
    if (took > *load.duration * 3 / 2)
      return fmt::format("Started within {} and finished after {}: ", exact_text(*load.duration),
                         rounded_text(took));
  }
  const bool alone = std::ranges::all_of(
      cases, [&](const Result* other) { return size_of(other->what.load) == size_of(load); });
  if (alone) return "";
  return load.duration ? fmt::format("Over {}, ", exact_text(*load.duration))
                       : fmt::format("At {} operations, ", load.ops);
}

/// Returns the time of the case, or where the load gives that, its throughput.
std::string achieved(const Result& one) {
  if (one.what.load.duration) return rounded_count(rate_of(&one)) + " operations/s";
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

/// Whether the difference is too small for anybody to care.
bool is_close(const Result& one, const Result& other) {
  constexpr double kClose = 0.01;
  return std::abs(rate_of(&one) / std::max(rate_of(&other), 1e-9) - 1) < kClose;
}

/// Whether chance may have put one before the other. A single repetition does not show how far
/// chance goes; kOfOne is more than is usual on an idle machine.
bool may_be_equal(const Result& one, const Result& other) {
  constexpr double kOfOne = 0.1;
  if (is_close(one, other)) return true;
  const auto a = spread(one), b = spread(other);
  if (a && b) return a->low <= b->high && b->low <= a->high;
  const auto ratio = rate_of(&one) / std::max(rate_of(&other), 1e-9);
  return std::abs(ratio - 1) < kOfOne;
}

std::string vs_baseline(const Result& best, const Cases& cases) {
  const auto times = times_baseline(best, cases);
  if (!times || baseline_of(best, cases) == &best) return "";
  return fmt::format(", {} {}", ratio_text(*times), kBaseline);
}

/// How near the case came to its ideal bound, or where that is not known, what operations take
/// that do not wait for each other.
std::string of_ideal(const Result& best, const Cases& ranked) {
  const auto share = best.summary().median("efficiency");
  const auto alone = best.how.cap > 1 && !best.bound ? time_alone(ranked) : std::nullopt;
  if (alone) return fmt::format("; one operation alone takes {} (p50)", rounded_text(*alone));
  if (!share) return "";
  const auto& bound = *best.bound;
  const bool one_alone = bound.term == bound_terms::kSlowest && bound.alike;
  return fmt::format(", efficiency {:.0f} % (theoretical best: {}, {})", *share * 100,
                     rounded_text(bound.time),
                     one_alone ? "the time of one operation" : words_of(bound.term));
}

/// How far to trust the order: empty where several repetitions agree.
std::string how_sure(const Cases& ranked) {
  constexpr double kNoisy = 1.1;
  const auto seen = costs(*ranked.front());
  if (ranked.size() < 2 || seen.empty()) return "";
  if (seen.size() < 2) return "A single run decides nothing: use --repetitions 6 to be sure.";
  const auto [least, most] = std::ranges::minmax(seen);
  if (seconds(most) < kNoisy * seconds(least)) return "";
  return fmt::format("Repetitions of {} differ by {:.0f} %, so smaller differences are noise.",
                     labels(ranked).front(), 100 * (seconds(most) / seconds(least) - 1));
}

std::string fastest(const Cases& ranked, const Cases& cases) {
  const auto& best = *ranked.front();
  const auto texts = labels(ranked);
  std::vector<std::string> equal;
  // As far as there is none between them that is slower for certain.
  for (std::size_t i = 0; i < ranked.size() && (i == 0 || may_be_equal(best, *ranked[i])); ++i)
    equal.push_back(texts[i]);
  const bool has_baseline =
      std::ranges::any_of(ranked.begin(), ranked.begin() + std::ssize(equal),
                          [](const Result* one) { return one->what.runner == kBaseline; });
  constexpr std::size_t kMostNamed = 3;
  const bool all = equal.size() == ranked.size() && equal.size() > kMostNamed;
  const bool close = is_close(best, *ranked[equal.size() - 1]);
  if (all) equal = {fmt::format("all {}", equal.size())};
  const auto* verdict = all && close                ? " are equally fast, less than 1 % apart"
                        : all                       ? " cannot be told apart"
                        : equal.size() > 1 && close ? " are fastest, less than 1 % apart"
                        : equal.size() > 1          ? " are fastest and cannot be told apart"
                        : ranked.size() > 1         ? " is fastest"
                                                    : "";
  const bool several = all || equal.size() > 1;
  const auto* is = ranked.size() > 1 ? ":" : best.what.load.duration ? " achieves" : " takes";
  auto text = fmt::format("{}{}{}{} {}{}{}{}.", at(best, cases), enumerated(equal), verdict, is,
                          achieved(best), several ? fmt::format(" ({})", texts.front()) : "",
                          has_baseline ? "" : vs_baseline(best, cases), of_ideal(best, ranked));
  if (text.starts_with("all ")) text.front() = 'A';
  return text;
}

/// `2 CPUs`, where a runner used all that it can: an event loop has one of them.
std::string sized(const std::string& limit, const Result& one) {
  if (limit != "CPU" && limit != "client CPU") return limit;
  const auto& all = one.summary().all;
  if (busy_share(one, all) < kBusy) return limit;
  const auto used = usable_processors(one, all);
  return fmt::format("{:g} {}{}", used, limit, used == 1 ? "" : "s");
}

/// Why there is nothing to compare.
std::string all_failed(const Cases& cases) {
  Measurement sum;
  std::uint64_t due = 0;
  for (const auto* one : cases) {
    due += operations_due(one->summary().all);
    for (const auto& [reason, times] : one->summary().all.failures) sum.add_failures(reason, times);
  }
  if (sum.failed == 0) return "";
  return fmt::format("{}: {} of {} operations failed ({}).",
                     sum.failed == due ? "No runner succeeded" : "Too many failures to compare",
                     sum.failed, due, failures_text(sum));
}

/// What limits each, one clause a bottleneck.
std::string bottlenecks(const Cases& ranked, const std::vector<Finding>& findings) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> runners;
  const auto texts = labels(ranked);
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    const auto limit = sized(limit_of(*ranked[i], findings, ranked), *ranked[i]);
    if (limit.empty() || limit == "offered rate") continue;
    if (!runners.contains(limit)) order.push_back(limit);
    const bool has_size = limit == "pool size" || limit == "concurrency limit";
    runners[limit].push_back(has_size ? fmt::format("{} ({})", texts[i], ranked[i]->how.cap)
                                      : texts[i]);
  }
  std::vector<std::string> clauses;
  for (const auto& limit : order) {
    const auto& names = runners[limit];
    const bool all = names.size() > 2 && names.size() == ranked.size();
    clauses.push_back(limit + (all ? " for all" : " for " + enumerated(names)));
  }
  return clauses.empty() ? "" : fmt::format("Bottleneck: {}.", fmt::join(clauses, "; "));
}

/// Says, for the fastest runner at several concurrency limits, up to which one throughput grows
/// more than the time of an operation: where the quotient of the two is largest (power: Kleinrock,
/// 1979).
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
  if (next == caps.end()) {
    constexpr double kGrows = 0.5;  // Exponent: four times as many in flight double it.
    const auto before = std::prev(best);
    const auto more = static_cast<double>(best->first) / static_cast<double>(before->first);
    if (rate_of(best->second) < std::pow(more, kGrows) * rate_of(before->second)) return "";
    return fmt::format("{}: throughput still grows at {} in flight, so try more.",
                       ranked.front()->what.runner, best->first);
  }
  return fmt::format(
      "{}: {} in flight is the best trade-off; with {}, throughput changes by {:+.0f} % and an "
      "operation takes {:.2g} times as long on average.",
      ranked.front()->what.runner, best->first, next->first,
      100 * (rate_of(next->second) / rate_of(best->second) - 1),
      time(next->second) / time(best->second));
}

/// What the service used meanwhile, where that is known: little says that it waits.
std::string service_use(const Cases& ranked) {
  const auto& best = *ranked.front();
  const auto& all = best.summary().all;
  const auto& service = all.observed.service;
  if (!service || seconds(all.elapsed()) <= 0) return "";
  return fmt::format("The service used {:.0f} % of a CPU (with {}).",
                     100 * seconds(service->cpu) / seconds(all.elapsed()), labels(ranked).front());
}

/// The open loops that did not keep up, of each runner that at its lowest such rate.
Cases first_saturated(const Cases& cases) {
  Cases found;
  std::map<std::string, const Result*> lowest;
  for (const auto* one : cases) {
    const auto& offer = one->summary().offered;
    if (one->finished().empty() || !offer || offer->kept_up()) continue;
    auto& at = lowest[fmt::format("{}/{}", one->what.runner, one->what.load.in_flight.value_or(0))];
    if (!at || *one->what.load.rate < *at->what.load.rate) at = one;
  }
  for (const auto& [name, one] : lowest) found.push_back(one);
  return found;
}

std::vector<std::string> read_closed(const Cases& cases, const std::vector<Finding>& findings) {
  const auto ranked = at_largest_load(cases);
  const bool is_closed = std::ranges::any_of(
      cases, [](const Result* one) { return !one->what.load.rate && !one->finished().empty(); });
  if (ranked.empty()) {
    auto why = is_closed ? all_failed(cases) : "";
    return why.empty() ? std::vector<std::string>() : std::vector{std::move(why)};
  }
  std::vector<std::string> sentences{fastest(ranked, cases), how_sure(ranked), knee(ranked),
                                     bottlenecks(ranked, findings), service_use(ranked)};
  std::erase(sentences, "");
  return sentences;
}

}  // namespace

std::vector<std::string> reading(const Context& context, const Cases& cases,
                                 const std::vector<Finding>& findings) {
  auto rates = read_rates(context, cases);
  if (auto why = bottlenecks(first_saturated(cases), findings); !why.empty())
    rates.push_back(std::move(why));
  // A single closed loop beside open loops shows what its times hide, and competes with nothing.
  if (!rates.empty() && at_largest_load(cases).size() == 1) return rates;
  auto sentences = read_closed(cases, findings);
  std::ranges::copy(rates, std::back_inserter(sentences));
  return sentences;
}

}  // namespace asyncmark
