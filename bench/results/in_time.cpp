#include "bench/results/in_time.hpp"

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
/// line's rise: scattered points do not tell the height more exactly than that.
double height_at_zero(const std::vector<std::pair<double, double>>& points) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto count = static_cast<double>(points.size());
  for (const auto& [px, py] : points) x += px, y += py, xx += px * px, xy += px * py;
  const auto slope = (count * xy - x * y) / (count * xx - x * x);
  const auto rise = std::abs(slope) * points.back().first;
  return std::max(0.0, (y - slope * x) / count - rise / 10);
}

/// The number of operations that a steady state has in flight. `least` is the time that the
/// shortest of them took.
double in_flight_always(const Offer& offer, const Ends& succeeded, const Ends& failed,
                        Duration least) {
  const auto whole = seconds(offer.last);
  if (seconds(least) > kTooLong * whole) return offer.due / whole * std::min(seconds(least), whole);
  // By Little's law, at the rate at which they ended once the first had.
  const auto ended = succeeded.by(offer.last) + failed.by(offer.last);
  const auto at_least = ended / (whole - seconds(least)) * seconds(least);
  const auto first = std::max(kFirstPart * whole, seconds(least));
  std::vector<std::pair<double, double>> backlog;
  for (int i = 0; i <= kMoments; ++i) {
    const auto at = from_seconds(first + (whole - first) * i / kMoments);
    const auto seen = at + grace(offer.last);
    backlog.emplace_back(seconds(at), offer.due_by(at) - succeeded.by(seen) - failed.by(seen));
  }
  return std::max(at_least, height_at_zero(backlog));
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
  const auto always = std::min(weight * static_cast<double>(under_way),
                               in_flight_always(offer, succeeded, failed, least));
  const auto by_then = offer.last + grace(offer.last);
  const auto good = succeeded.by(by_then), bad = failed.by(by_then);
  const auto all = offer.succeeded + offer.failed;
  return {.due = offer.due,
          .ended = good + bad + std::min(always, all - good - bad),
          .succeeded = good + std::min(always, offer.succeeded - good)};
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

}  // namespace

InTime in_time(const Load& load, const Measurement& one) {
  const auto passes = static_cast<double>(one.passes.size());
  const auto succeeded = static_cast<double>(one.completed) / passes;
  const auto failed = static_cast<double>(one.failed) / passes;
  const auto due = succeeded + failed + static_cast<double>(one.never_started) / passes;
  const Offer offer{load, due, succeeded, failed, last_due(load, due)};
  InTime all{due, succeeded + failed, succeeded};
  if (offer.last > Duration(0))
    all =
        one.timeline.operations.empty() ? by_totals(offer, one) : by_timeline(offer, one.timeline);
  return {.due = all.due * passes,
          .ended = all.ended * passes,
          .succeeded = all.succeeded * passes,
          .schedule = offer.last * static_cast<std::int64_t>(one.passes.size())};
}

}  // namespace asyncmark
