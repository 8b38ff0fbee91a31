#include "bench/probe/service_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/probe/doubts.hpp"

namespace asyncmark {
namespace {

constexpr double kGrowth = 1.05;      ///< Less is none.
constexpr double kCollapse = 0.85;    ///< Of the best; less is a collapse.
constexpr double kComputes = 0.85;    ///< Of whole processors; less leaves room.
constexpr double kIdle = 0.5;         ///< Of one processor; less is waiting.
constexpr double kSome = 0.05;        ///< Share of failures that counts.
constexpr double kSure = 1.96;        ///< Standard errors on each side of a 95 % interval.
constexpr double kSufficient = 0.97;  ///< Of the best.
constexpr double kUnlimited = 0.7;    ///< Served at once of those in flight; more is no limit.
constexpr double kFewer = 0.8;        ///< Of the most in flight.
constexpr double kUnfair = 0.7;       ///< Median of the mean; less is an unfair queue.

double best_of(const std::vector<LoadPoint>& points) {
  double best = 0;
  for (const auto& point : points) best = std::max(best, point.per_s);
  return best;
}

/// Returns the points at the limit: near the best, and clearly beyond the knee if some are.
std::vector<LoadPoint> plateau_of(const std::vector<LoadPoint>& points, double unloaded_s) {
  const auto best = best_of(points);
  std::vector<LoadPoint> near;
  for (const auto& point : points)
    if (point.per_s * kGrowth >= best) near.push_back(point);
  auto beyond = near;
  std::erase_if(beyond, [&](const LoadPoint& point) {
    return static_cast<double>(point.in_flight) < 1.1 * best * unloaded_s;
  });
  return beyond.empty() ? near : beyond;
}

double mean_of(const std::vector<LoadPoint>& points, double LoadPoint::*value) {
  double sum = 0;
  for (const auto& point : points) sum += point.*value;
  return points.empty() ? 0 : sum / static_cast<double>(points.size());
}

double mean_completed(const std::vector<LoadPoint>& points) {
  double sum = 0;
  for (const auto& point : points) sum += static_cast<double>(point.completed);
  return points.empty() ? 0 : sum / static_cast<double>(points.size());
}

/// Returns the standard error of the mean throughput of a plateau, as a share of it.
double relative_error(const std::vector<LoadPoint>& plateau, double cv) {
  const auto mean = mean_of(plateau, &LoadPoint::per_s);
  if (mean <= 0) return 1;
  double spread = 0, completed = 0;
  for (const auto& point : plateau) {
    spread += std::pow(point.per_s / mean - 1, 2);
    completed += static_cast<double>(point.completed);
  }
  const auto count = static_cast<double>(plateau.size());
  const auto of_points = count > 1 ? std::sqrt(spread / (count - 1) / count) : 0;
  return std::max(of_points, cv / std::sqrt(std::max(1.0, completed)));
}

/// The mean time in seconds of all operations with clearly less in flight than is served at once.
double pooled_s(const Unloaded& unloaded, const std::vector<LoadPoint>& points, double at_once) {
  constexpr double kBelow = 0.6;
  auto count = static_cast<double>(unloaded.operations), sum = count * unloaded.occupied_s();
  for (const auto& point : points)
    if (static_cast<double>(point.in_flight) <= kBelow * at_once && point.failed < kSome) {
      sum += static_cast<double>(point.completed) * point.mean_s;
      count += static_cast<double>(point.completed);
    }
  return count > 0 ? sum / count : unloaded.occupied_s();
}

/// The mean time in seconds of an operation with a little less in flight than is served at once:
/// it does not wait, but the service is as busy as at its limit. The medians tell by how much that
/// is longer, because a few slow operations move a mean. The unloaded time if no point tells it.
double working_s(const Unloaded& unloaded, const std::vector<LoadPoint>& points, double at_once) {
  constexpr double kVaries = 0.3;  // Of the mean: a mean of few operations says little.
  if (unloaded.deviation_s > kVaries * unloaded.occupied_s())
    return pooled_s(unloaded, points, at_once);
  constexpr double kBelow = 0.9;    // Of what is served at once.
  constexpr double kLonger = 1.25;  // More is a wait.
  double longer = 1;
  if (unloaded.p50_s > 0 && !unloaded.delayed_ack)
    for (const auto& point : points)
      if (const auto ratio = point.p50_s / unloaded.p50_s;
          static_cast<double>(point.in_flight) <= kBelow * at_once && point.failed < kSome &&
          point.p50_s > 0 && ratio < kLonger)
        longer = std::max(1.0, ratio);
  return longer * unloaded.occupied_s();
}

AtOnce served_at_once(const Unloaded& unloaded, const std::vector<LoadPoint>& points,
                      const std::vector<LoadPoint>& plateau) {
  const auto mean_s = unloaded.occupied_s();
  const auto per_s = mean_of(plateau, &LoadPoint::per_s);
  const auto least = per_s * mean_s;
  const auto value = per_s * working_s(unloaded, points, least);
  const auto cv = mean_s > 0 ? unloaded.deviation_s / mean_s : 0;
  const auto of_time =
      cv / std::sqrt(static_cast<double>(std::max<std::uint64_t>(1, unloaded.operations)));
  const auto half = kSure * std::hypot(of_time, relative_error(plateau, cv));
  // The last round of a closed loop may serve fewer, and takes as long as the others.
  const auto round = mean_s * per_s / std::max(1.0, mean_completed(plateau));
  return {value, least * std::max(0.0, 1 - half), value * (1 + half + round)};
}

/// Returns how many processors compute all the time, 0 if the server has time left.
std::uint64_t computing_processors(const std::vector<LoadPoint>& plateau) {
  double busy = 0, thread = 0, usable = 0, client = 0, known = 0;
  for (const auto& point : plateau)
    if (point.server) {
      busy += point.server->busy;
      thread += point.server->busiest_thread;
      usable += point.server->usable;
      client += point.client_cpu;
      ++known;
    }
  if (known == 0) return 0;
  busy /= known, thread /= known, usable /= known, client /= known;
  const auto whole = std::max(1.0, std::round(busy));
  const bool all_of_them = busy >= kComputes * usable;
  // The client may take the rest of processors that they share.
  const bool with_client = busy >= kIdle * usable && busy + client >= 0.95 * usable;
  const bool threads = thread >= kComputes && busy >= kComputes * whole;
  // Threads that take turns, as under the lock of an interpreter.
  const bool one_in_turns = busy >= kComputes && busy <= 2 - kComputes;
  if (all_of_them || with_client) return static_cast<std::uint64_t>(std::max(1.0, usable));
  if (threads || one_in_turns) return static_cast<std::uint64_t>(whole);
  return computes_in_one_thread(plateau) ? 1 : 0;
}

std::optional<double> server_busy(const std::vector<LoadPoint>& points) {
  double sum = 0, known = 0;
  for (const auto& point : points)
    if (point.server) sum += point.server->busy, ++known;
  return known > 0 ? std::optional(sum / known) : std::nullopt;
}

/// Leaves out the points whose connections were retried after a second, which says nothing of the
/// service. All of them if there are no others.
std::vector<LoadPoint> without_overflows(std::vector<LoadPoint> points) {
  auto sound = points;
  std::erase_if(sound, [](const LoadPoint& point) { return point.overflows > 0; });
  return sound.empty() ? points : sound;
}

/// Whether operations wait although the service has nothing to do: a closed loop with one in flight
/// is as slow as one with many, and slower than spaced operations that wait as long for processors.
bool is_paced(const Unloaded& unloaded, const std::vector<LoadPoint>& points, double best) {
  const auto& alone = points.front();
  return alone.in_flight == 1 && unloaded.spaced_s > 0 &&
         best * (unloaded.spaced_s + alone.cpu_wait_s) < kLessThanOne &&
         alone.per_s >= kCollapse * best;
}

/// Whether it refuses what exceeds a rate: some of it already with one in flight, while spaced
/// operations succeed, and the same number of successes per second at any load.
bool refuses_above_rate(const Unloaded& unloaded, const std::vector<LoadPoint>& points,
                        double best) {
  return points.front().failed > 2 * kSome && unloaded.failed < points.front().failed / 2 &&
         points.front().per_s >= kCollapse * best;
}

/// The first point at which clearly more operations fail than without load; null if none do.
const LoadPoint* first_failing(const Unloaded& unloaded, const std::vector<LoadPoint>& points) {
  const auto usual = std::max(unloaded.failed, points.front().failed);
  const auto found = std::ranges::find_if(
      points, [&](const LoadPoint& point) { return point.failed > 2 * usual + kSome; });
  return found == points.end() ? nullptr : &*found;
}

Bottleneck bottleneck_of_failures(const LoadPoint& failing) {
  if (failing.reason.find("time-out") != std::string::npos) return Bottleneck::timeouts;
  return failing.per_s > 0 ? Bottleneck::connections : Bottleneck::errors;
}

/// Whether clearly fewer in flight than the most have nearly the best throughput. What grows by
/// more than 1.2 times with twice as many in flight has no limit yet.
bool is_flat(const std::vector<LoadPoint>& points) {
  constexpr double kExponent = 0.25;
  const auto best = best_of(points);
  const auto most = static_cast<double>(points.back().in_flight);
  return std::ranges::any_of(points, [&](const LoadPoint& point) {
    const auto in_flight = static_cast<double>(point.in_flight);
    return in_flight <= kFewer * most &&
           point.per_s * std::pow(most / in_flight, kExponent) >= best;
  });
}

/// Whether the throughput grows with the number in flight up to the limit, and a point far beyond
/// it has no more than that.
bool is_like_a_pool(const std::vector<LoadPoint>& points, double at_once, double time_s) {
  constexpr double kFar = 1.7, kNear = 0.15;
  return time_s > 0 && static_cast<double>(points.back().in_flight) >= kFar * at_once &&
         std::ranges::all_of(points, [&](const LoadPoint& point) {
           const auto served = std::min(static_cast<double>(point.in_flight), at_once);
           return std::abs(point.per_s * time_s - served) <= kNear * served;
         });
}

/// One low point may be noise: the last two have to be low, or the last one very low.
void find_collapse(ServiceModel& model, const std::vector<LoadPoint>& points) {
  constexpr double kVeryLow = 0.6;  // Of the best.
  const auto best = best_of(points);
  const auto last = points.back().per_s / best;
  const auto before = points.size() > 1 ? points[points.size() - 2].per_s / best : 1;
  if (points.back().cpu.others >= kMuchOfOthers) return;
  if (last < kVeryLow || (last < kCollapse && before < kCollapse)) model.falls_to = last;
}

void find_unfairness(ServiceModel& model, const std::vector<LoadPoint>& plateau) {
  const auto& loaded = plateau.back();
  model.unfair = static_cast<double>(loaded.in_flight) > 1.5 * model.at_once.value &&
                 loaded.p50_s > 0 && loaded.p50_s < kUnfair * loaded.mean_s;
}

/// By Little's law the successes in flight are the limit, if the rest is refused at once. Numbers
/// of which none or some were refused enclose it.
void count_successes(ServiceModel& model, const std::vector<LoadPoint>& points,
                     const LoadPoint& failing) {
  double value = 0, count = 0;
  std::uint64_t taken = 1;
  for (const auto& point : points)
    if (point.failed > kSome)
      value += point.per_s * point.mean_s, ++count;
    else if (point.in_flight < failing.in_flight)
      taken = point.in_flight;
  const auto low = static_cast<double>(taken), high = static_cast<double>(failing.in_flight - 1);
  if (low <= high) model.at_once = {std::clamp(value / std::max(1.0, count), low, high), low, high};
}

/// Fits the limits of a service whose throughput stops growing: one at a time, a pool, processors.
void fit_concurrency(ServiceModel& model, const std::vector<LoadPoint>& plateau) {
  // Refusing takes processors too, which is no limit of what succeeds.
  const bool refuses = mean_of(plateau, &LoadPoint::failed) > kSome;
  const bool one = model.at_once.value < 1.5;
  const auto busy = server_busy(plateau);
  if (const auto computing = computing_processors(plateau); computing > 0 && !refuses) {
    model.limit = Limit::processors;
    model.bottleneck = Bottleneck::computing;
    model.processors = computing;
    if (one && computing == 1) model.rivals.push_back("one at a time");
    if (!one && *busy < 0.95 * static_cast<double>(computing))
      model.rivals.push_back(fmt::format("a pool of {:.0f}", std::round(model.at_once.value)));
    return;
  }
  model.limit = one ? Limit::one_at_a_time : Limit::pool;
  model.bottleneck = !one                    ? Bottleneck::pool
                     : busy && *busy < kIdle ? Bottleneck::blocked
                                             : Bottleneck::serial;
  // The processors of a server elsewhere are not known.
  if (!busy)
    model.rivals.push_back(fmt::format("computing on {:.0f} processor{}",
                                       std::max(1.0, std::round(model.at_once.value)),
                                       model.at_once.value < 1.5 ? "" : "s"));
  const auto low = std::ceil(model.at_once.low), high = std::floor(model.at_once.high);
  if (!one && high > low)
    model.rivals.push_back(fmt::format("a pool of {:.0f} to {:.0f}", low, high));
}

void fit_rate(ServiceModel& model, const char* rival) {
  model.limit = Limit::rate_limiter;
  model.bottleneck = Bottleneck::rate;
  model.rivals.push_back(rival);
}

/// Fits what keeps a rate whatever is in flight. False if nothing does.
bool fit_rates(ServiceModel& model, const Unloaded& unloaded,
               const std::vector<LoadPoint>& points) {
  const auto best = model.best_per_s;
  if (refuses_above_rate(unloaded, points, best)) {
    model.best_per_s = best_of(points);  // What comes too early is lost.
    fit_rate(model, "errors that become more with each operation");
  } else if (unloaded.delayed_ack && points.front().per_s >= kCollapse * best) {
    model.limit = Limit::one_at_a_time;
    model.bottleneck = Bottleneck::delayed_ack;
    model.rivals.push_back(fmt::format("a rate limiter of {:.3g}/s", best));
  } else if (is_paced(unloaded, points, best) && !first_failing(unloaded, points)) {
    fit_rate(model, "one at a time, with a pause after each");
  } else {
    return false;
  }
  return true;
}

}  // namespace

double Unloaded::mean_s() const {
  return spaced_s > 0 && back_to_back_s > 0 ? std::min(spaced_s, back_to_back_s)
                                            : std::max(spaced_s, back_to_back_s);
}

bool is_plateau(const std::vector<LoadPoint>& points) {
  constexpr std::size_t kInARow = 2;
  constexpr double kFar = 2.5;  // Times what is served at once.
  if (points.size() <= kInARow) return false;
  const std::vector before(points.begin(), points.end() - kInARow);
  const auto& last = points.back();
  const auto best_before = std::max(best_of(before), points[points.size() - 2].per_s);
  if (last.per_s >= kGrowth * best_before) return false;
  if (points[points.size() - 2].per_s < kGrowth * best_of(before)) return true;
  const auto& alone = points.front();
  return alone.in_flight == 1 && alone.mean_s > 0 && last.per_s >= kCollapse * best_before &&
         static_cast<double>(last.in_flight) >= kFar * best_of(points) * alone.mean_s;
}

ServiceModel fit(const Unloaded& unloaded, const std::vector<LoadPoint>& all) {
  ServiceModel model;
  if (all.empty()) return model;
  const auto points = without_overflows(all);
  const auto plateau = plateau_of(points, unloaded.occupied_s());
  model.best_per_s = mean_of(plateau, &LoadPoint::per_s);
  model.most_tried = points.back().in_flight;
  if (model.best_per_s <= 0) {
    model.bottleneck = points.front().reason.find("time-out") != std::string::npos
                           ? Bottleneck::timeouts
                           : Bottleneck::errors;
    return model;
  }
  model.at_once = served_at_once(unloaded, points, plateau);
  const auto* failing = first_failing(unloaded, points);
  if (fit_rates(model, unloaded, points)) return model;
  if (const auto doubt =
          failing ? std::nullopt : doubt_of(unloaded, plateau, model.at_once.value)) {
    model.bottleneck = *doubt;
    return model;
  }
  find_collapse(model, points);
  const auto most = static_cast<double>(model.most_tried);
  const bool flat =
      is_flat(points) || is_like_a_pool(points, model.at_once.value, unloaded.occupied_s());
  const bool grows = model.at_once.value > kUnlimited * most || !flat;
  // Busy processors are a limit, even if the throughput still creeps up.
  if (grows && (failing || computing_processors({points.back()}) == 0)) {
    if (failing) model.bottleneck = bottleneck_of_failures(*failing);
    if (points.size() < all.size()) model.bottleneck = Bottleneck::backlog;
    return model;
  }
  fit_concurrency(model, grows ? std::vector{points.back()} : plateau);
  if (model.limit == Limit::one_at_a_time && may_be_paced(unloaded, model.best_per_s)) {
    model.limit = Limit::none_found;
    model.bottleneck = Bottleneck::others;
    return model;
  }
  find_unfairness(model, plateau);
  if (!failing) {
    if (const auto client = mean_of(plateau, &LoadPoint::client_busy); client >= kClientFull)
      model.rivals.push_back(fmt::format("the client, {:.0f} % busy", client * 100));
    return model;
  }
  // The successes at a limit of connections are as many as the limit serves.
  model.bottleneck = bottleneck_of_failures(*failing);
  if (model.bottleneck == Bottleneck::connections) count_successes(model, points, *failing);
  model.rivals.push_back(fmt::format("a rate limiter of {:.0f}/s that refuses", model.best_per_s));
  return model;
}

std::uint64_t next_to_try(const ServiceModel& model, const std::vector<LoadPoint>& points) {
  auto number = static_cast<std::uint64_t>(std::max(1.0, std::round(model.at_once.value)));
  if (model.bottleneck == Bottleneck::connections && model.limit == Limit::pool) {
    const auto taken = static_cast<std::uint64_t>(model.at_once.low);
    const auto most = static_cast<std::uint64_t>(model.at_once.high);
    if (taken >= most) return 0;
    number = std::clamp(number, taken + 1, most);
  }
  const bool known = std::ranges::any_of(
      points, [&](const LoadPoint& point) { return point.in_flight == number; });
  return known || number >= points.back().in_flight ? 0 : number;
}

std::uint64_t fewest_sufficient(const ServiceModel& model, const std::vector<LoadPoint>& points,
                                std::optional<double> limit_s) {
  // More connections than the service takes are no help, whatever the rest achieves.
  auto sound = without_overflows(points);
  std::erase_if(sound, [&](const LoadPoint& point) {
    return point.failed > points.front().failed + kSome || (limit_s && point.slow_s > *limit_s);
  });
  if (limit_s && sound.empty()) return 0;
  const auto best = std::min(model.best_per_s, best_of(sound));
  for (const auto& point : sound)
    if (point.per_s >= kSufficient * best) return point.in_flight;
  return points.empty() ? 0 : points.back().in_flight;
}

}  // namespace asyncmark
