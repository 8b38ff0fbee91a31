#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "bench/model/async.hpp"
#include "bench/model/cost.hpp"
#include "bench/model/outcome.hpp"

namespace asyncmark {

class EventLoop;

/// One client's connection and scratch space, used from one thread at a time unless the workload
/// shares it (see Workload::sessions()). call() carries out operation number `op` and holds the
/// calling thread until it has ended.
class BlockingSession {
 public:
  virtual ~BlockingSession() = default;
  virtual Outcome call(std::uint64_t op) = 0;
};

/// The same, on an event loop: call() gives the loop back while it waits.
class AsyncSession {
 public:
  virtual ~AsyncSession() = default;
  virtual Async<Outcome> call(std::uint64_t op) = 0;
};

enum class Sessions {
  one_each,  ///< As many sessions as operations can be in flight.
  shared,    ///< The workload keeps no state: one session serves all, from any thread.
};

/// What an operation does. Immutable once built and shared by every client, so its members may be
/// called from several threads at once.
class Workload {
 public:
  virtual ~Workload() = default;

  /// Looks whether it can be carried out at all, with as many sessions at once: whether the server
  /// is there, the file, the table. Called in the parent, before any case. Throws UsageError when
  /// it cannot.
  virtual void prepare(std::uint64_t /*sessions*/) const {}

  /// Makes what the sessions of one child share. Called there once, before any session is opened
  /// and any worker forked, so it must leave no thread, and nothing open that a process cannot use
  /// which is forked. What it made ends with the workload. Throws CaseError when it cannot.
  virtual void set_up() const {}

  /// Opens a session that blocks. Throws CaseError when it cannot.
  virtual std::unique_ptr<BlockingSession> open_blocking() const = 0;

  /// Opens a session for an event loop. By default a blocking session that HOLDS the loop during
  /// each call: correct, and the very thing that makes an event loop useless.
  virtual Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const;

  /// Whether a call on the loop holds it, so that only one can be in flight there.
  virtual bool holds_the_loop() const { return true; }

  virtual Sessions sessions() const { return Sessions::one_each; }

  /// What operation `op` takes, where that is known beforehand (a sleep). From this comes the ideal
  /// bound; an unknown cost has none.
  virtual std::optional<Cost> cost(std::uint64_t /*op*/) const { return std::nullopt; }
};

}  // namespace asyncmark
