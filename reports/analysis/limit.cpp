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
  bool calls_a_service() const {
    return all.observed.service || result.what.service() || !result.what.address().empty();
  }
  /// Of several processors the measurement has to tell how many there were: the machine that reads
  /// a result need not be the one that made it.
  bool is_busy() const {
    const bool known = result.how.processors == 1 || !all.placement.client.empty();
    return known && busy_share(result, all) >= kBusy;
  }
};

std::string processors_of(const Subject& one) {
  return one.calls_a_service() ? "client CPU" : "CPU";
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
  return is_full(one) ? places_of(one) : "";
}

/// All began at once, and the slowest of them took as long as all together.
std::string by_slowest(const Subject& one, const Bound& bound) {
  if (!bound.alike) return "longest operation";
  const auto computing = seconds(one.all.cpu()) / std::max(1.0, one.ended());
  return computing < kLittleComputing * seconds(bound.asked) ? "wait time" : "";
}

/// The case of the most operations in flight among those that had fewer.
const Result* next_smaller(const Subject& one) {
  const Result* next = nullptr;
  for (const auto* other : one.others)
    if (!other->finished().empty() && other->how.cap < one.result.how.cap &&
        (!next || other->how.cap > next->how.cap))
      next = other;
  return next;
}

/// Of a service whose times are not known: a queue in it takes all places too, so that only the
/// throughput of fewer places tells which of the two limits.
std::string by_growth(const Subject& one) {
  const auto* fewer = next_smaller(one);
  if (!fewer || !one.calls_a_service() || !is_full(one)) return "";
  const auto rate = one.result.summary().median("ops_per_s");
  const auto before = fewer->summary().median("ops_per_s");
  if (!rate || !before || *before <= 0) return "";
  const auto promised =
      static_cast<double>(one.result.how.cap) / static_cast<double>(fewer->how.cap) - 1;
  const auto share = (*rate / *before - 1) / promised;
  return share >= kMostOfTheGain ? places_of(one) : share <= kLittleOfTheGain ? "service" : "";
}

std::string by_bound(const Subject& one) {
  using namespace bound_terms;
  const auto& bound = one.result.bound;
  const auto share = one.result.summary().median("efficiency");
  if (!bound) return by_growth(one);
  if (!share || *share < kNearIdeal) return "";
  if (bound->term == kOneAtATime && one.result.how.cap > 1) return "blocked loop";
  if (bound->term == kOneAtATime || bound->term == kCap) return places_of(one);
  if (bound->term == kThreads) return "threads";
  if (bound->term == kComputing) return processors_of(one);
  return bound->term == kSlowest ? by_slowest(one, *bound) : "";
}

}  // namespace

std::string limit_of(const Result& result, const std::vector<Finding>& findings,
                     const std::vector<const Result*>& others) {
  if (result.finished().empty()) return "";
  const Subject one{result, findings, others, result.summary().all};
  if (one.is_limited_by(LimitedBy::busy_service) || one.is_limited_by(LimitedBy::queue_of_service))
    return "service";
  if (one.is_limited_by(LimitedBy::runner)) return "runner overhead";
  if (one.is_limited_by(LimitedBy::held_loop) && one.all.peak_in_flight == 1) return "blocked loop";
  if (one.is_limited_by(LimitedBy::processors) || one.is_busy()) return processors_of(one);
  return result.what.load.rate ? by_offer(one) : by_bound(one);
}

}  // namespace asyncmark
