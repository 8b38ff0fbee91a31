#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "bench/base/units.hpp"

namespace asyncmark {

/// `--in-flight unbounded`: as many in flight as there are operations.
inline constexpr std::uint64_t kUnbounded = std::numeric_limits<std::uint64_t>::max();

/// How long the operations that are under way at the end of a load may take until they are dropped.
inline constexpr Duration kUsualDrain = std::chrono::seconds(10);

/// How hard a runner is driven.
///
/// Burst: N operations, all intended at the start (what asyncio.gather does). Closed loop: at most
/// c in flight, the next starts when one ends. Open loop: the clock says when each is due, whatever
/// the answers do. A burst is the closed loop whose cap is no smaller than N.
enum class LoadKind { burst, closed_loop, open_loop };

enum class Arrivals { fixed, poisson };

/// One point on the load axis.
struct Load {
  std::uint64_t ops = 0;             ///< Operations of one pass; 0 when a duration limits it.
  std::optional<Duration> duration;  ///< Start operations for this long, instead of `ops`.
  Duration drain = kUsualDrain;      ///< After its duration or its last arrival; then it ends.
  std::optional<std::uint64_t> in_flight;  ///< The cap; absent: the runner's own.
  std::uint64_t usual_cap = kUnbounded;    ///< Where the runner has none either: the workload's.
  std::optional<double> rate;              ///< Open loop: operations due per second.
  Arrivals arrivals = Arrivals::fixed;     ///< Open loop: evenly spaced, or a Poisson process.
  std::optional<std::uint64_t> warmup;     ///< Operations before timing; absent: see warm_up_of().
  std::uint64_t passes = 1;                ///< Timed runs inside one child, over the same sessions.

  /// Open loop: when each operation is due, in ns after the start of the pass, ascending. Made by
  /// the parent, so that children in any language get the same.
  std::shared_ptr<const std::vector<std::int64_t>> due;
  /// Open loop: when the last one is due. Of a load that is read back, which has no `due`.
  std::optional<Duration> last_due = {};
};

/// How a runner carries out a load.
struct Concurrency {
  std::uint64_t workers = 1;     ///< Threads, processes or loops that it keeps.
  std::uint64_t cap = 1;         ///< Operations that it lets be in flight at once.
  std::uint64_t processors = 1;  ///< Processors that it could use, were there enough.
  bool one_loop = false;         ///< All operations share one event loop's thread.
  /// Operations that it carries out at once where each holds its thread; the rest of the cap queue.
  std::uint64_t blocking = kUnbounded;

  friend bool operator==(const Concurrency&, const Concurrency&) = default;
};

/// How many operations are really under way at once. `hold` is whether each holds its thread or
/// loop (Workload::holds_the_loop()).
inline std::uint64_t at_once(const Concurrency& how, bool hold) {
  if (!hold) return how.cap;
  return how.one_loop ? 1 : std::min(how.cap, how.blocking);
}

/// Whether an open loop is given a cap: what is due while as many are in flight has to wait, as in
/// a closed loop; only its response time goes on counting.
inline bool is_partly_open(const Load& load) {
  return load.rate && load.in_flight && *load.in_flight != kUnbounded;
}

/// Whether it has a time to end at: of a number of operations each is carried out.
inline bool has_drain(const Load& load) { return load.duration || load.rate; }

/// How long operations of such a load begin as it wants them to; absent for another one.
inline std::optional<Duration> length_of(const Load& load) {
  if (load.due && !load.due->empty()) return Duration(load.due->back());
  return load.rate ? std::nullopt : load.duration;
}

/// The operations before the timed part, and how many of them may be in flight at once.
struct WarmUp {
  std::uint64_t ops = 0;
  std::uint64_t at_once = 0;
};

/// How to warm up for a load: as many operations as were asked for, else one for each session that
/// is open. An open loop warms up gently, by default with one for each worker or loop: it does not
/// wait for the service, and whatever a burst leaves to that would be in its figures.
inline WarmUp warm_up_of(const Load& load, const Concurrency& how, std::uint64_t sessions) {
  constexpr std::uint64_t kGently = 10;
  const bool gently = load.rate.has_value();
  auto ops = load.warmup.value_or(gently ? std::min(how.workers, kGently)
                                         : std::max(sessions, how.workers));
  if (has_drain(load)) ops = std::min(ops, how.cap);
  return {ops, gently ? std::min(ops, kGently) : ops};
}

inline LoadKind kind_of(const Load& load, const Concurrency& how) {
  if (load.rate) return LoadKind::open_loop;
  return !load.duration && how.cap >= load.ops ? LoadKind::burst : LoadKind::closed_loop;
}

}  // namespace asyncmark
