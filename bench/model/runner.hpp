#pragma once

#include "bench/measure/measurement.hpp"
#include "bench/model/load.hpp"
#include "bench/model/workload.hpp"

namespace asyncmark {

/// How operations are carried out. A runner is one loop: claim a start, wait for its time, call,
/// record. It asks neither which workload it carries out nor whether the loop is open or closed.
class Runner {
 public:
  virtual ~Runner() = default;

  /// The workers it takes and the operations it lets be in flight under this load. Throws
  /// UsageError when the load does not tell (an event loop for a duration, without a cap).
  virtual Concurrency concurrency(const Load& load) const = 0;

  /// Opens sessions, warms up, carries out the passes. Called once, in a process that does nothing
  /// else and has one thread. Throws CaseError when the machine does not give what it needs.
  virtual Measurement run(const Workload& workload, const Load& load) const = 0;
};

}  // namespace asyncmark
