#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace asyncmark {

/// The processors that a server on this machine kept busy, as means over the timed part.
struct ServerLoad {
  double busy = 0;            ///< Processors, all of its threads together.
  double busiest_thread = 0;  ///< Processors, at most 1; 0 if it is not known.
  double usable = 1;          ///< Processors that it may use.
  double waiting = 0;         ///< Processors that its threads waited for.
};

/// Shares of the machine's processor time, 0 to 1.
struct CpuShares {
  double ours = 0;    ///< Client and server together.
  double others = 0;  ///< Other programs.
};

/// What a closed loop showed with a number of operations in flight.
struct LoadPoint {
  std::uint64_t in_flight = 1;
  double per_s = 0;         ///< Successes per second.
  double mean_s = 0;        ///< Mean service time of the successes, in seconds.
  double p50_s = 0;         ///< Median service time, in seconds; 0 if too few operations tell it.
  double failed = 0;        ///< Share of the operations that failed, 0 to 1.
  std::string reason = {};  ///< Of most failures; empty if none failed.
  std::uint64_t completed = 0;
  std::optional<ServerLoad> server = {};  ///< Absent if the server is not on this machine.
  CpuShares cpu = {};
  double client_busy = 0;  ///< Share of its processors that the client used, 0 to 1.
  double client_cpu = 0;   ///< Processors that the client used.
  double cpu_wait_s = 0;   ///< Waiting for a processor in an operation, client and server, seconds.
  double delayed = 0;      ///< Share of operations that waited for a delayed acknowledgement.
  std::uint64_t overflows = 0;  ///< Connections that a full listen queue dropped, and were retried.
  double slow_s = 0;  ///< The SLO's percentile of the service time, in seconds; 0: not known.
};

/// The time of an operation that has the service to itself.
struct Unloaded {
  double spaced_s = 0;        ///< Mean in seconds with pauses between operations; 0: not measured.
  double back_to_back_s = 0;  ///< Mean in seconds, one after the other.
  double p50_s = 0;           ///< Median in seconds, of the faster kind of the two.
  double deviation_s = 0;     ///< Standard deviation in seconds, of the same.
  std::uint64_t operations = 0;  ///< Of the same.
  double failed = 0;             ///< Share of the spaced operations that failed.
  std::optional<double> server_cpu_s =
      {};                    ///< Server's processor time of an operation, in seconds.
  double cpu_wait_s = 0;     ///< As in LoadPoint, of the faster kind.
  double others = 0;         ///< As in CpuShares, of the kind that others disturbed more.
  bool delayed_ack = false;  ///< Whether only operations without pauses wait for a delayed ACK.

  /// Returns the lower mean in seconds: a rate limiter delays operations without pauses, and idle
  /// processors delay spaced ones.
  double mean_s() const;

  /// Returns how long an operation of a closed loop occupies its connection, in seconds.
  double occupied_s() const { return delayed_ack ? back_to_back_s : mean_s(); }
};

/// What keeps a service from more operations per second.
enum class Limit { none_found, one_at_a_time, pool, processors, rate_limiter };

/// What a service waits for at its limit.
enum class Bottleneck {
  none,
  blocked,
  serial,
  pool,
  computing,
  rate,
  connections,
  timeouts,
  errors,
  delayed_ack,  ///< Nagle's algorithm waits for a delayed acknowledgement.
  backlog,      ///< The listen queue overflows.
  client,
  others  ///< Other programs take the processors that the service needs.
};

/// How many operations a service serves at the same time, with the 95 % confidence interval.
struct AtOnce {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// What the measurements say of a service.
struct ServiceModel {
  Limit limit = Limit::none_found;
  Bottleneck bottleneck = Bottleneck::none;
  AtOnce at_once = {};                  ///< Operations that it really serves at once.
  double best_per_s = 0;                ///< On the plateau, or the highest that was seen.
  std::uint64_t most_tried = 0;         ///< Highest number in flight.
  std::uint64_t processors = 0;         ///< Of Limit::processors: how many compute.
  std::optional<double> falls_to = {};  ///< Share of the best that is left with more in flight.
  bool unfair = false;  ///< Under load most operations are much faster than the mean.
  std::vector<std::string> rivals = {};  ///< Other models that fit as well, in words.
};

/// Whether more in flight brings nothing: throughput grew by less than 5 % twice in a row, or once
/// where by Little's law much more is in flight than is served.
bool is_plateau(const std::vector<LoadPoint>& points);

/// Fits the models to points in ascending order of in flight. The limit is Little's law (Little
/// 1961): operations in service = throughput x time of an operation that does not wait. That time
/// is the mean just below the limit, where the service is as busy as above, or the unloaded one.
/// The interval comes from the spread of the unloaded times and of the plateau, where the count of
/// completions has the relative error cv/sqrt(n) of a renewal process (Cox 1962); it contains the
/// limit by either of the two times.
ServiceModel fit(const Unloaded& unloaded, const std::vector<LoadPoint>& points);

/// Returns the number in flight that tells most about the limit: what seems to be served at once,
/// and at a limit of connections the next between those of which none or some were refused. 0 if
/// there is nothing left to try.
std::uint64_t next_to_try(const ServiceModel& model, const std::vector<LoadPoint>& points);

/// Returns the smallest number in flight whose throughput is within 3 % of the best; 0 without
/// points. With a limit of LoadPoint::slow_s in seconds, only numbers within it count, and the best
/// of them; 0 if none is.
std::uint64_t fewest_sufficient(const ServiceModel& model, const std::vector<LoadPoint>& points,
                                std::optional<double> limit_s = {});

}  // namespace asyncmark
