#pragma once

#include <algorithm>
#include <boost/asio/execution_context.hpp>
#include <boost/intrusive/list.hpp>
#include <optional>

#include "bench/engine/event_loop.hpp"

namespace asyncmark {

/// Who waits on an event loop no longer than until its deadline.
class Deadline : public boost::intrusive::list_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Deadline() = default;
  virtual void expired() = 0;

  Clock::time_point due{};
};

/// The deadlines of all connections of one event loop, with one timer for all of them: it looks
/// every twentieth part of the time-out, so that one is noticed late by as much. They all have the
/// same time-out, so the one that began first is due first.
class Deadlines final : public asio::execution_context::service {
 public:
  inline static asio::execution_context::id id;

  /// That of the loop, which lives as long as the loop.
  static Deadlines& of(EventLoop& loop) {
    return asio::use_service<Deadlines>(loop.executor().context());
  }
  explicit Deadlines(asio::io_context& context)
      : service(context), timer_(std::in_place, context) {}

  void begin(Deadline& one, Duration limit);
  void end(Deadline& one);

 private:
  void shutdown() override { timer_.reset(); }
  void look_again(Duration after);
  void sweep();

  boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>> waiting_;
  std::optional<AsyncTimer> timer_;
  Duration period_{};
  bool looking_ = false;   ///< The timer is set.
  bool stopping_ = false;  ///< It is to be asked whether anybody still waits.
};

}  // namespace asyncmark
