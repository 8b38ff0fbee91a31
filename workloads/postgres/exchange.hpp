#pragma once

#include <string>

#include "workloads/postgres/plan.hpp"
#include "workloads/support/idle_time.hpp"
#include "workloads/support/waiting.hpp"

namespace asyncmark::postgres {

/// Queries and answers over one connection, by the calls of libpq that do not wait: an Exchange as
/// workloads/support/exchange_clients.hpp describes it. What a failed statement leaves of a
/// transaction is rolled back before the operation ends. A connection that the server closed while
/// nothing was asked over it is made anew.
class Exchange {
 public:
  explicit Exchange(const Plan& plan) : plan_(plan) {}
  Exchange(const Exchange&) = delete;  // libpq knows where it is.
  Exchange& operator=(const Exchange&) = delete;

  void begin_opening();
  void begin(std::uint64_t op);
  Want step();
  void fail(FailureReason why) { over(why); }

  Outcome outcome() const { return {failure_, rows_}; }
  const std::string& trouble() const { return trouble_; }
  int socket() const { return PQsocket(connection_.get()); }
  /// libpq tries one address after the other, and with and without encryption.
  bool keeps_socket() const { return state_ != State::connecting; }
  bool is_spent() const { return spent_; }
  void close();

 private:
  enum class State { connecting, sending, flushing, receiving, over };
  enum class Task { preparing, asking, rolling_back };

  static void remark(void* exchange, const PGresult* notice);

  Want go_on();
  Want begin_connection();
  Want connect();
  Want connected();
  Want send();
  bool ask();
  bool ask(const Statement& statement, std::uint64_t query);
  bool roll_back();
  Want flush();
  Want receive();
  void note(const PGresult& answer);
  Want answered();
  Want prepared();
  bool was_closed_while_idle();
  bool stands();
  Want lost();
  Want over(FailureReason why);
  Want over();

  const Plan& plan_;
  Connection connection_{nullptr, PQfinish};
  std::string text_;     ///< Of a simple query.
  std::string trouble_;  ///< Of an opening, in the server's own words.
  Values values_;
  std::uint64_t op_ = 0;
  std::size_t at_ = 0;  ///< Which statement of the script.
  std::uint32_t rows_ = 0;
  FailureReason failure_;
  FailureReason last_words_;  ///< Of a server that ends the session.
  IdleTime idle_;
  State state_ = State::over;
  Task task_ = Task::asking;
  bool only_opening_ = false;
  bool was_full_ = false;  ///< Not all that was to be sent could be at once.
  bool spent_ = false;
};

}  // namespace asyncmark::postgres
