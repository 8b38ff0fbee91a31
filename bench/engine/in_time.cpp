#include "bench/engine/in_time.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace asyncmark {
namespace {

/// By how much, and of a short schedule by what part of it, an end may be late before that means
/// anything.
constexpr Duration kShortDelay = std::chrono::milliseconds(10);
constexpr int kShortPart = 5;
/// The backlog is looked at so often, from this part of the schedule on: before, the operations
/// that a steady state has in flight are still coming together.
constexpr int kMoments = 32;
constexpr double kFirstPart = 0.25;
/// Where one operation takes more than this part of the schedule, no steady state can be seen.
constexpr double kTooLong = 0.8;
/// So many operations that began while little was in flight tell how long one takes by itself. The
/// slowest quarter of them is left out, for it is what a stall caught. What is left of exponential
/// times is 0.4 of their mean, hence the factor.
constexpr std::size_t kUnloaded = 16;
constexpr std::size_t kKeptOfFour = 3;
constexpr double kOfKept = 2.5;
/// What is in flight at random scatters by its root. Steady states stay within twice that of their
/// mean at a given moment, and within twice that on either side all the time.
constexpr double kScatter = 2;

Duration grace(Duration last) { return std::min(kShortDelay, last / kShortPart); }

/// When operations ended, ascending; each stands for `weight` of them.
struct Ends {
  std::vector<Duration> times;
  double weight = 0;

  Ends(const Timeline& timeline, bool ok, double total) {
    for (const auto& one : timeline.operations)
      if (one.ok == ok) times.push_back(one.finished);
    std::ranges::sort(times);
    if (!times.empty()) weight = total / static_cast<double>(times.size());
  }
  double by(Duration at) const {
    return weight * static_cast<double>(std::ranges::upper_bound(times, at) - times.begin());
  }
};

/// What one pass of an open loop offered, and what became of it in the end.
struct Offer {
  const Load& load;
  double due, succeeded, failed;
  Duration last;

  double due_by(Duration at) const {
    if (!load.due) return due * std::min(1.0, seconds(at) / seconds(last));
    return static_cast<double>(std::ranges::upper_bound(*load.due, at.count()) - load.due->begin());
  }
};

/// The height at x = 0 of a straight line through the points (least squares), less a tenth of the
/// line's rise: scattered points do not tell the height more exactly than that. A line that falls
/// is a queue that shrinks, of which no more than its end can have been there all the time.
double steady_height(const std::vector<std::pair<double, double>>& points) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto count = static_cast<double>(points.size());
  for (const auto& [px, py] : points) x += px, y += py, xx += px * px, xy += px * py;
  const auto slope = (count * xy - x * y) / (count * xx - x * x);
  const auto at_zero = (y - slope * x) / count, change = slope * points.back().first;
  return std::max(0.0, change < 0 ? at_zero + change : at_zero - change / 10);
}

/// Whether a queue shrinks: the backlog has fallen by more than a steady state's scatters.
bool falls(const std::vector<std::pair<double, double>>& backlog) {
  double most = 0;
  for (const auto& [at, height] : backlog) most = std::max(most, height);
  return most - backlog.back().second > 2 * kScatter * std::sqrt(most);
}

/// What an operation takes while nothing waits for another, at the most: from those that succeeded
/// and began with the fewest in flight. Where a queue shrinks, a stall may have caught nearly all
/// of them, and the shortest tells.
double unloaded_seconds(const Offer& offer, const Timeline& timeline, const Ends& succeeded,
                        const Ends& failed, bool queue_shrinks) {
  std::vector<std::pair<double, double>> began;  // In flight, and what it took.
  for (const auto& one : timeline.operations)
    if (one.ok)
      began.emplace_back(
          offer.due_by(one.started) - succeeded.by(one.started) - failed.by(one.started),
          seconds(one.finished - one.started));
  if (began.empty()) return 0;
  std::ranges::stable_sort(began, {}, &std::pair<double, double>::first);
  began.resize(std::min(began.size(), kUnloaded));
  const auto kept = std::max<std::size_t>(1, began.size() * kKeptOfFour / 4);
  std::ranges::sort(began, {}, &std::pair<double, double>::second);
  if (queue_shrinks) return began.front().second;
  double sum = 0;
  for (std::size_t i = 0; i < kept; ++i) sum += began[i].second;
  return kOfKept * sum / static_cast<double>(kept);
}

/// The number of operations that a steady state has in flight. `least` is the time that the
/// shortest of them took.
double in_flight_always(const Offer& offer, const Timeline& timeline, const Ends& succeeded,
                        const Ends& failed, Duration least) {
  const auto whole = seconds(offer.last);
  if (seconds(least) > kTooLong * whole) return offer.due / whole * std::min(seconds(least), whole);
  // By Little's law, at the rate at which they ended once the first had.
  const auto ended = succeeded.by(offer.last) + failed.by(offer.last);
  const auto rate = ended / (whole - seconds(least));
  const auto at_least = rate * seconds(least);
  const auto first = std::max(kFirstPart * whole, seconds(least));
  std::vector<std::pair<double, double>> backlog;
  for (int i = 0; i <= kMoments; ++i) {
    const auto at = from_seconds(first + (whole - first) * i / kMoments);
    const auto seen = at + grace(offer.last);
    backlog.emplace_back(seconds(at), offer.due_by(at) - succeeded.by(seen) - failed.by(seen));
  }
  const auto at_most = rate * unloaded_seconds(offer, timeline, succeeded, failed, falls(backlog));
  return std::max(at_least, std::min(at_most, steady_height(backlog)));
}

InTime by_timeline(const Offer& offer, const Timeline& timeline) {
  const Ends succeeded(timeline, true, offer.succeeded), failed(timeline, false, offer.failed);
  auto least = Duration::max();
  std::size_t under_way = 0;
  for (const auto& one : timeline.operations) {
    if (one.ok) least = std::min(least, one.finished - one.started);
    under_way += one.started <= offer.last && one.finished > offer.last;
  }
  if (least == Duration::max()) least = {};
  const auto weight =
      (offer.succeeded + offer.failed) / static_cast<double>(timeline.operations.size());
  const auto always = in_flight_always(offer, timeline, succeeded, failed, least);
  const auto steady =
      std::min(weight * static_cast<double>(under_way), always + kScatter * std::sqrt(always));
  const auto by_then = offer.last + grace(offer.last);
  const auto good = succeeded.by(by_then), bad = failed.by(by_then);
  const auto all = offer.succeeded + offer.failed;
  // One alone that is late is no queue, however few there are.
  const bool has_queue = offer.due - good - bad > 1;
  return {.due = offer.due,
          .ended = has_queue ? good + bad + std::min(steady, all - good - bad) : offer.due,
          .succeeded = good + std::min(has_queue ? steady : 1, offer.succeeded - good)};
}

Duration shortest(const Histogram& times) {
  auto least = Duration(0);
  bool first = true;
  times.for_each_bucket([&](Duration edge, std::uint64_t) {
    if (std::exchange(first, false)) least = edge;
  });
  return least;
}

/// When the last operation of a pass is due, of which there are `due`.
Duration last_due(const Load& load, double due) {
  if (load.due) return Duration(load.due->back());
  return load.last_due.value_or(from_seconds(due / *load.rate));
}

/// Without a timeline: as if the operations had ended at even distances.
InTime by_totals(const Offer& offer, const Measurement& one) {
  const auto least = shortest(one.service_time);
  const auto active = one.per_pass(one.elapsed()) - std::min(least, offer.last) - grace(offer.last);
  const auto share = seconds(offer.last) / seconds(std::max(active, offer.last));
  return {.due = offer.due,
          .ended = (offer.succeeded + offer.failed) * share,
          .succeeded = offer.succeeded * share};
}

/// Of one pass, where all are alike.
Offer offer_of(const Load& load, const Measurement& one) {
  const auto passes = static_cast<double>(one.passes.size());
  const auto succeeded = static_cast<double>(one.completed) / passes;
  const auto failed = static_cast<double>(one.failed) / passes;
  const auto due = succeeded + failed + static_cast<double>(one.never_started) / passes;
  return {load, due, succeeded, failed, last_due(load, due)};
}

}  // namespace

InTime in_time(const Load& load, const Measurement& one) {
  const auto passes = static_cast<double>(one.passes.size());
  const auto offer = offer_of(load, one);
  InTime all{offer.due, offer.succeeded + offer.failed, offer.succeeded};
  if (offer.last > Duration(0))
    all =
        one.timeline.operations.empty() ? by_totals(offer, one) : by_timeline(offer, one.timeline);
  return {.due = all.due * passes,
          .ended = all.ended * passes,
          .succeeded = all.succeeded * passes,
          .schedule = offer.last * static_cast<std::int64_t>(one.passes.size())};
}

std::optional<Duration> unloaded_time(const Load& load, const Measurement& one) {
  if (!load.rate || one.completed == 0 || one.timeline.operations.empty()) return std::nullopt;
  const auto offer = offer_of(load, one);
  const Ends succeeded(one.timeline, true, offer.succeeded),
      failed(one.timeline, false, offer.failed);
  return from_seconds(unloaded_seconds(offer, one.timeline, succeeded, failed, false));
}

}  // namespace asyncmark
