#include "reports/analysis/limit.hpp"

#include <algorithm>
#include <cmath>

#include "bench/checks/check_entry.hpp"
#include "bench/results/offered.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark {
namespace {

// Less processor time than this, of what an operation takes by itself, leaves it to its waits.
constexpr double kLittleComputing = 0.1;
// From this share on, the places that there are were taken all the time.
constexpr double kOccupied = 0.9;

// Of the throughput that more operations in flight promise, this share at least arrived where these
// limit it, and at most that where the service does.
constexpr double kMostOfTheGain = 0.5;
constexpr double kLittleOfTheGain = 0.2;
constexpr double kMostOfTheExcess = 0.5;
constexpr double kMostlyComputing = 0.8;  ///< Of the time of an operation.
constexpr double kMuchOverhead = 0.3;     ///< Of the CPU time of an operation.

// Times as long as an operation takes that has the service to itself.
constexpr double kLittleLonger = 1.1;
constexpr double kMuchLonger = 1.5;
constexpr double kMoreThroughput = 1.25;
constexpr Duration kLongEnoughForQueue = std::chrono::milliseconds(2);
/// Of the client's processors, from which on it may be what operations wait for.
constexpr double kMuchComputing = 0.6;

bool calls_a_service(const Result& one) {
  return one.summary().all.observed.service || one.what.service() || !one.what.address().empty();
}

struct Subject {
  const Result& result;
  const std::vector<Finding>& findings;
  const std::vector<const Result*>& others;
  const Measurement& all;  ///< Of its summary.

  /// Whether a check found that this limits the case.
  bool is_limited_by(LimitedBy limit) const {
    return std::ranges::any_of(findings, [&](const Finding& finding) {
      const auto* check = Registry<CheckEntry>::find(finding.code);
      return check && check->limit == limit &&
             std::ranges::find(finding.cases, result.name()) != finding.cases.end();
    });
  }
  double ended() const { return static_cast<double>(all.completed + all.failed); }
  /// Of several processors the measurement has to tell how many there were: the machine that reads
  /// a result need not be the one that made it.
  bool is_busy() const {
    const bool known = result.how.processors == 1 || !all.placement.client.empty();
    return known && busy_share(result, all) >= kBusy;
  }
};

std::string processors_of(const Subject& one) {
  return calls_a_service(one.result) ? "client CPU" : "CPU";
}

/// What there are only so many of.
std::string places_of(const Subject& one) {
  const auto& how = one.result.how;
  if (one.result.what.load.in_flight) return "concurrency limit";
  if (how.cap == 1) return "single thread";
  return how.cap > how.workers ? "concurrency limit" : "pool size";
}

/// How many are in flight on average where as many as may be always are: in the last round of a
/// burst fewer remain.
double mean_of_full(const Result& result) {
  const auto cap = static_cast<double>(result.how.cap);
  const auto& load = result.what.load;
  if (load.duration || load.rate || load.ops == 0) return cap;
  const auto rounds = static_cast<double>(load.ops) / cap;
  return cap * rounds / std::ceil(rounds);
}

/// Whether as many as may be were in flight all the time, by Little's law.
bool is_full(const Subject& one) {
  const auto elapsed = seconds(one.all.elapsed());
  if (elapsed <= 0 || one.all.failed > 0) return false;
  const auto mean = static_cast<double>(one.all.service_time.sum_ns()) / 1e9 / elapsed;
  return mean >= kOccupied * mean_of_full(one.result);
}

std::string by_offer(const Subject& one) {
  const auto& offer = one.result.summary().offered;
  if (!offer) return "";
  if (offer->kept_up() && one.all.never_started == 0) return "offered rate";
  if (is_full(one)) return places_of(one);
  // There were places left and the client had CPU time, so operations waited for the service.
  const bool had_places = one.all.peak_in_flight < one.result.how.cap;
  return calls_a_service(one.result) && had_places &&
                 busy_share(one.result, one.all) < kMuchComputing
             ? "service"
             : "";
}

/// All began at once, and the slowest of them took as long as all together.
std::string by_slowest(const Subject& one, const Bound& bound) {
  if (!bound.alike) return "longest operation";
  const auto computing = seconds(one.all.cpu()) / std::max(1.0, one.ended());
  return computing < kLittleComputing * seconds(bound.asked) ? "wait time" : "";
}

bool is_usable(const Result& other) {
  return !other.finished().empty() && !other.what.load.rate && other.summary().all.failed == 0;
}

const Result* one_at_a_time(const std::vector<const Result*>& cases) {
  const auto found = std::ranges::find_if(
      cases, [](const Result* one) { return one->how.cap == 1 && is_usable(*one); });
  return found == cases.end() ? nullptr : *found;
}

/// The case of the most operations in flight among those that had fewer; for one in flight, that
/// of the fewest among those that had more.
const Result* neighbour(const Subject& one) {
  const auto cap = one.result.how.cap;
  const Result* next = nullptr;
  for (const auto* other : one.others) {
    const auto its = other->how.cap;
    if (!is_usable(*other) || (cap == 1 ? its <= 1 : its >= cap)) continue;
    if (!next || (cap == 1 ? its < next->how.cap : its > next->how.cap)) next = other;
  }
  return next;
}

/// A queue in a service takes all places too, so that only the throughput of more or fewer places
/// tells which of the two limits.
std::string by_growth(const Subject& one) {
  const auto* other = neighbour(one);
  if (!other || !is_full(one)) return "";
  const bool is_single = one.result.how.cap == 1;
  const auto& less = is_single ? one.result : *other;
  const auto& more = is_single ? *other : one.result;
  const auto before = less.summary().median("ops_per_s");
  const auto after = more.summary().median("ops_per_s");
  if (!before || !after || *before <= 0) return "";
  const auto gain = *after / *before - 1;
  // Beside one in flight any larger number may be too large, but a gain shows that one is too few.
  const auto promised =
      is_single ? 1 : static_cast<double>(more.how.cap) / static_cast<double>(less.how.cap) - 1;
  const auto share = gain / promised;
  return share >= kMostOfTheGain ? places_of(one) : share <= kLittleOfTheGain ? "service" : "";
}

/// Whether a case with no more in flight had much more throughput, so that the service has more.
bool is_surpassed(const Subject& one) {
  const auto rate = one.result.summary().median("ops_per_s").value_or(0);
  return std::ranges::any_of(one.others, [&](const Result* other) {
    return is_usable(*other) && other->how.cap <= one.result.how.cap &&
           other->summary().median("ops_per_s").value_or(0) > kMoreThroughput * rate;
  });
}

/// How many times as long its operations took as one that has the service to itself.
std::optional<double> times_alone(const Subject& one) {
  const auto alone = time_alone(one.others);
  if (!alone || *alone <= Duration(0)) return std::nullopt;
  return seconds(one.all.service_time.mean()) / seconds(*alone);
}

/// Of a service whose own times are not known.
std::string by_service(const Subject& one) {
  if (one.all.failed > 0) return "";
  const auto times = one.result.how.cap > 1 ? times_alone(one) : std::nullopt;
  if (times && *times >= kMuchLonger) {
    // What is over sooner may wait for its client's threads as well.
    const bool may_be_client = one.all.service_time.mean() < kLongEnoughForQueue ||
                               busy_share(one.result, one.all) >= kMuchComputing;
    return may_be_client || is_surpassed(one) ? "" : "service";
  }
  if (times && *times < kLittleLonger && is_full(one)) return places_of(one);
  if (auto limit = by_growth(one); !limit.empty()) return limit;
  return times && !is_full(one) ? "wait time" : "";
}

/// The CPU time beyond that of the operations explains most of the time beyond the bound.
std::string by_own_work(const Subject& one, const Bound& bound) {
  const auto cost = check_rules::typical_cost({one.result, one.all, 1});
  if (!cost) return "";
  const auto own = seconds(one.all.cpu()) - seconds(cost->cpu) * one.ended();
  const auto excess =
      seconds(one.all.elapsed()) - seconds(bound.time) * static_cast<double>(one.all.passes.size());
  return excess > 0 && own >= kMostOfTheExcess * excess ? "runner overhead" : "";
}

/// Of operations whose cost is not known, what the one at a time needed is what they need.
std::string by_computing(const Subject& one) {
  const auto* alone = one_at_a_time(one.others);
  const auto cpu_per_op = [](const Measurement& all) {
    return seconds(all.cpu()) / std::max(1.0, static_cast<double>(all.completed + all.failed));
  };
  const auto needed = alone ? cpu_per_op(alone->summary().all) : 0;
  const auto own = cpu_per_op(one.all);
  if (needed <= 0) return "";
  if (own * (1 - kMuchOverhead) >= needed) return "runner overhead";
  // Operations that compute all the time, on processors that others used as well.
  const bool computes =
      needed >= kMostlyComputing * seconds(alone->summary().all.service_time.mean());
  return computes ? processors_of(one) : "";
}

std::string by_bound(const Subject& one) {
  using namespace bound_terms;
  const auto& bound = one.result.bound;
  const auto share = one.result.summary().median("efficiency");
  if (!bound) return calls_a_service(one.result) ? by_service(one) : by_computing(one);
  if (!share || *share < kNearIdeal) return by_own_work(one, *bound);
  if (bound->term == kOneAtATime && one.result.how.cap > 1) return "blocked loop";
  if (bound->term == kOneAtATime || bound->term == kCap) return places_of(one);
  if (bound->term == kThreads) return "threads";
  if (bound->term == kComputing) return processors_of(one);
  return bound->term == kSlowest ? by_slowest(one, *bound) : "";
}

}  // namespace

std::optional<Duration> time_alone(const std::vector<const Result*>& cases) {
  const auto* one = one_at_a_time(cases);
  return one && calls_a_service(*one) ? one->summary().all.service_time.percentile(0.5)
                                      : std::nullopt;
}

std::string limit_of(const Result& result, const std::vector<Finding>& findings,
                     const std::vector<const Result*>& others) {
  if (result.finished().empty() || result.summary().all.completed == 0) return "";
  const Subject one{result, findings, others, result.summary().all};
  if (one.is_limited_by(LimitedBy::busy_service) || one.is_limited_by(LimitedBy::queue_of_service))
    return "service";
  if (one.is_limited_by(LimitedBy::runner)) return "runner overhead";
  if (one.is_limited_by(LimitedBy::held_loop) && one.all.peak_in_flight == 1) return "blocked loop";
  if (one.is_limited_by(LimitedBy::processors) || one.is_busy()) return processors_of(one);
  return result.what.load.rate ? by_offer(one) : by_bound(one);
}

}  // namespace asyncmark
