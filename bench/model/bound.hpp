#pragma once

#include <optional>
#include <string>

#include "bench/model/case.hpp"

namespace asyncmark {

/// What makes an ideal bound as long as it is, as it stands in results.
namespace bound_terms {
inline constexpr const char* kSlowest = "the slowest operation";
inline constexpr const char* kArrival = "the last arrival";
inline constexpr const char* kOneAtATime = "one at a time";
inline constexpr const char* kThreads = "waits queue behind the threads";
inline constexpr const char* kCap = "waits queue behind the cap";
inline constexpr const char* kComputing = "computing on the processors it can use";
}  // namespace bound_terms

/// Returns a term as reports print it.
std::string words_of(const std::string& term);

/// The least time in which anything could have carried out a pass.
struct Bound {
  Duration time{};
  std::string term;  ///< What makes it so long: one of bound_terms.
  /// When the last operation would end, were each begun when it is due.
  Duration undelayed{};
  Duration asked{};   ///< What an operation takes by itself, w + s: the mean over all of them.
  bool alike = true;  ///< Whether all take the same.
};

/// Less than this share of its bound no run can take, but for the error of the clocks that it is
/// timed by; one that did was not carried out as its workload says.
inline constexpr double kClockError = 0.002;

/// The ideal bound of one pass, from the waits w and processor times s that the workload draws:
///
///   T >= max( sum(w + s) / c,  sum(s) / k,  max(due + w + s) ),
///   and ceil(N / c) * (w + s) where all are equal
///
/// with `due` the arrivals of an open loop (else zero), c operations in flight, of those that hold
/// their thread only as many as there are threads for, and k processors that it has (both from
/// `how`): list scheduling's lower bounds (Graham, 1966). A runner of one
/// processor has something to wait for before its first computing or after its last: the shortest
/// wait is added to sum(s). Absent where the cost of an operation is unknown or nothing takes any
/// time, for loads limited by a duration alone, and for more than ten million operations.
std::optional<Bound> ideal_bound(const Workload& workload, const Load& load,
                                 const Concurrency& how);
std::optional<Bound> ideal_bound(const Case& one, const Concurrency& how);
/// As its runner resolves the load here.
std::optional<Bound> ideal_bound(const Case& one);

}  // namespace asyncmark
