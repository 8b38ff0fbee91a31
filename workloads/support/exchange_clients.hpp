#pragma once

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <concepts>
#include <memory>
#include <string>

#include "bench/base/errors.hpp"
#include "bench/model/workload.hpp"
#include "workloads/support/deadlines.hpp"
#include "workloads/support/waiting.hpp"

namespace asyncmark {

/// Operations over one connection, which it opens where there is none. It waits for nothing: who
/// owns it waits, in the way of its runner, so that the same code serves a thread and an event
/// loop. Nothing is ever tried twice.
template <class T>
concept Exchange = requires(T exchange, const T& there, std::uint64_t op, FailureReason why) {
  // Begin with a connection alone, or with a whole operation. Where is_spent() after that, the
  // connection is closed first and then made anew.
  exchange.begin_opening();
  exchange.begin(op);
  // Goes on as far as it gets, and says what socket() has to become; nothing: it is over.
  { exchange.step() } -> std::same_as<Want>;
  // Ends it from outside, as when its time is over.
  exchange.fail(why);
  { there.outcome() } -> std::same_as<Outcome>;
  // In words, after an opening that failed.
  { there.trouble() } -> std::convertible_to<std::string>;
  { there.socket() } -> std::same_as<int>;
  // Whether socket() stays the same one in the next step.
  { there.keeps_socket() } -> std::same_as<bool>;
  // Whether the connection, if there is one, is of no more use: its owner forgets the socket, and
  // then calls close().
  { there.is_spent() } -> std::same_as<bool>;
  exchange.close();
};

/// Waits in its thread.
template <Exchange Connection>
class BlockingClient final : public BlockingSession {
 public:
  /// An operation may take as long as `timeout`; the rest is the connection's.
  template <class... Parts>
  explicit BlockingClient(Duration timeout, const Parts&... parts)
      : timeout_(timeout), exchange_(parts...) {}

  /// Throws CaseError where there is no connection to be had.
  void open() {
    exchange_.begin_opening();
    if (!carry_out().ok()) throw CaseError(exchange_.trouble());
  }

  Outcome call(std::uint64_t op) override {
    exchange_.begin(op);
    if (exchange_.is_spent()) exchange_.close();
    return carry_out();
  }

 private:
  Outcome carry_out() {
    const auto due = Clock::now() + timeout_;
    for (Want want; (want = exchange_.step()) != Want::nothing;)
      if (!wait_for(exchange_.socket(), want, due)) exchange_.fail(failures::kTimeOut);
    if (exchange_.is_spent()) exchange_.close();
    return exchange_.outcome();
  }

  Duration timeout_;
  Connection exchange_;
};

/// Gives its event loop back while it waits.
template <Exchange Connection>
class LoopClient final : public AsyncSession, Deadline {
 public:
  template <class... Parts>
  LoopClient(EventLoop& loop, Duration timeout, const Parts&... parts)
      : timeout_(timeout),
        deadlines_(Deadlines::of(loop)),
        exchange_(parts...),
        watch_(loop.executor()) {}
  ~LoopClient() override { forget_socket(); }

  /// Throws CaseError where there is no connection to be had.
  Async<void> open() {
    exchange_.begin_opening();
    const auto opened = co_await carry_out();
    if (!opened.ok()) throw CaseError(exchange_.trouble());
  }

  Async<Outcome> call(std::uint64_t op) override {
    exchange_.begin(op);
    if (exchange_.is_spent()) close();
    return carry_out();
  }

 private:
  Async<Outcome> carry_out() {
    is_late_ = false;
    deadlines_.begin(*this, timeout_);
    for (Want want; (want = exchange_.step()) != Want::nothing;) {
      if (!watch_.is_open()) watch_.assign(exchange_.socket());
      boost::system::error_code error;  // Only that the wait was cancelled, which is_late_ tells.
      if (!is_late_ && want == Want::either)
        co_await for_either();
      else if (!is_late_)
        co_await watch_.async_wait(want == Want::readable ? watch_.wait_read : watch_.wait_write,
                                   asio::redirect_error(use_async, error));
      if (is_late_) exchange_.fail(failures::kTimeOut);
      if (!exchange_.keeps_socket()) forget_socket();
    }
    deadlines_.end(*this);
    if (exchange_.is_spent()) close();
    co_return exchange_.outcome();
  }

  Async<void> for_either() {
    co_await asio::experimental::make_parallel_group(
        watch_.async_wait(watch_.wait_read, asio::deferred),
        watch_.async_wait(watch_.wait_write, asio::deferred))
        .async_wait(asio::experimental::wait_for_one(), use_async);
  }

  void expired() override {
    is_late_ = true;
    boost::system::error_code error;
    watch_.cancel(error);
  }

  void close() {
    forget_socket();
    exchange_.close();
  }

  /// Before the socket is closed: the loop would blame the next socket with its number.
  void forget_socket() {
    if (watch_.is_open()) watch_.release();
  }

  Duration timeout_;
  Deadlines& deadlines_;
  Connection exchange_;
  asio::posix::basic_stream_descriptor<EventLoop::Executor> watch_;
  bool is_late_ = false;
};

}  // namespace asyncmark
