#pragma once

#include "workloads/postgres/plan.hpp"

namespace asyncmark::postgres {

/// A connection to ask a server a few things over before anything is timed. It waits in its thread,
/// and for no answer longer than kLimit.
class Inquiry {
 public:
  /// Throws UsageError, with the server's own words, where there is no connection to be had.
  explicit Inquiry(const Plan& plan);

  static constexpr Duration kLimit = std::chrono::seconds(10);

  /// An answer that may be an error. Throws UsageError where there is none in time.
  Answer ask(const char* sql);
  /// Has a statement kept by that name on the connection.
  Answer prepare(const char* name, const char* sql);
  /// Has it parsed: the answer tells its parameters and columns.
  Answer describe(const char* sql);

  /// Whether something between us and the server, such as pgbouncer, hands out its connections.
  bool is_pooled();
  /// Of the server, where its name was looked up; else empty.
  std::string address() const;
  /// The number of branches of pgbench's tables, which is the scale that they were made with.
  /// Throws UsageError where there are none.
  std::uint64_t scale();

 private:
  void connect();
  Answer collect(bool sent);

  std::string dsn_;
  Connection connection_;
};

/// What the server says of a query that it does not take.
std::string words_of(const PGresult& error);

/// Looks whether the server can carry the plan out over so many connections at once. Throws
/// UsageError where it cannot, or where it is another machine and `remote` is not allowed.
void check(const Plan& plan, std::uint64_t connections, bool remote);

}  // namespace asyncmark::postgres
