#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "workloads/http/channel.hpp"
#include "workloads/http/message.hpp"
#include "workloads/support/idle_time.hpp"

namespace asyncmark::http {

/// The status codes that count as success: one of them, or a class of a hundred.
struct ExpectedStatus {
  int least = 200;
  int most = 299;
  /// "404" or "2xx". Throws UsageError naming --expect.
  static ExpectedStatus parse(const std::string& text);
  bool holds(int status) const { return status >= least && status <= most; }
};

/// What every operation does. Shared by all sessions, and never changed.
struct Call {
  std::string request;   ///< The text that is sent.
  bool has_body = true;  ///< Whether answers may have one.
  bool keep_alive = true;
  ExpectedStatus expect;
};

/// Requests and answers over one connection, which it opens where there is none. Like Channel it
/// never waits: its owner does, in the way of its runner. Nothing is ever tried twice.
/// A connection that the server closed while nothing was asked over it is made anew.
class Exchange {
 public:
  Exchange(const Endpoint& endpoint, const Call& call);

  /// Begins with a connection alone, or with a whole operation, which are all the same. The
  /// connection is spent then where it has to be made anew.
  void begin_opening();
  void begin(std::uint64_t op = 0);
  /// Goes on as far as it gets, and says what socket() has to become; nothing: it is over.
  Want step();
  /// Ends it from outside, as when its time is over.
  void fail(FailureReason why);

  Outcome outcome() const { return {failure_}; }
  /// In words, after an opening that failed.
  std::string trouble() const;
  int socket() const { return channel_.socket(); }
  /// Whether the socket stays the same one until close().
  static constexpr bool keeps_socket() { return true; }
  /// Whether the connection, if there is one, is of no more use: its owner forgets the socket, and
  /// then calls close().
  bool is_spent() const { return spent_; }
  void close();

 private:
  enum class State { opening, sending, receiving, over };

  Want open();
  Want send();
  Want receive();
  Want end_of_input();
  Want judge(std::size_t excess);
  bool was_closed_while_idle();
  Want over(FailureReason why);

  const Call& call_;
  Channel channel_;
  AnswerReader answer_;
  std::size_t sent_ = 0;
  FailureReason failure_;
  FailureReason send_failure_;  ///< The answer may have come before it.
  IdleTime idle_;
  State state_ = State::over;
  bool only_opening_ = false;
  bool answered_ = false;  ///< A byte of the answer has come.
  bool spent_ = false;
};

}  // namespace asyncmark::http
