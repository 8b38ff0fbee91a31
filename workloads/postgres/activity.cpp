#include "workloads/postgres/activity.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "bench/base/errors.hpp"

namespace asyncmark::postgres {
namespace {

constexpr auto kReconnect = std::chrono::seconds(1);
constexpr const char* kName = "activity";
/// Not the view pg_stat_activity, which looks up names that are not needed here.
constexpr const char* kQuery =
    "SELECT count(*) FILTER (WHERE state = 'active'), count(*) FROM pg_stat_get_activity(NULL) "
    "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";

std::uint64_t count_in(const PGresult& answer, int column) {
  return std::strtoull(PQgetvalue(&answer, 0, column), nullptr, 10);
}

}  // namespace

Activity::Activity(std::string conninfo, ServiceCounts& counts)
    : conninfo_(std::move(conninfo) + " connect_timeout=2"), counts_(counts) {
  if (!connect())
    throw UsageError(fmt::format("PostgreSQL refuses the connection: {}",
                                 one_line(PQerrorMessage(connection_.get()))));
}

bool Activity::connect() {
  connection_.reset(PQconnectdb(conninfo_.c_str()));
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  if (PQstatus(connection_.get()) != CONNECTION_OK) return false;
  const Answer prepared(PQprepare(connection_.get(), kName, kQuery, 0, nullptr), PQclear);
  counts_.observer = PQbackendPID(connection_.get());
  return PQresultStatus(prepared.get()) == PGRES_COMMAND_OK;
}

std::string Activity::ask(const char* sql) {
  const Answer answer(PQexec(connection_.get(), sql), PQclear);
  if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK)
    throw UsageError(
        fmt::format("PostgreSQL does not answer: {}", one_line(PQerrorMessage(connection_.get()))));
  return PQgetvalue(answer.get(), 0, 0);
}

void Activity::look() {
  if (waiting_) take_answer();
  if (!counts_.watched) counts_.connections = 0;  // Those of another case are none of the next's.
  if (!connection_) {
    if (Clock::now() < next_) return;
    if (!connect()) return lose();
    next_ = {};
  }
  if (!counts_.watched) {
    next_ = {};
    if (!waiting_ && PQconsumeInput(connection_.get()) == 0) lose();
    return;
  }
  if (waiting_ || Clock::now() < next_) return;
  waiting_ = PQsendQueryPrepared(connection_.get(), kName, 0, nullptr, nullptr, nullptr, 0) == 1;
  if (!waiting_) return lose();
  // Shaken, so that it does not beat with queries of equal length.
  next_ = Clock::now() + std::chrono::milliseconds(std::uniform_int_distribution(25, 75)(random_));
}

void Activity::take_answer() {
  if (PQconsumeInput(connection_.get()) == 0) return lose();
  if (PQisBusy(connection_.get()) != 0) return;
  while (const Answer answer{PQgetResult(connection_.get()), PQclear}) {
    if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) return lose();
    if (!counts_.watched) continue;
    counts_.add_activity(count_in(*answer, 0));
    counts_.set_connections(count_in(*answer, 1));
  }
  waiting_ = false;
}

/// Every connection may have been ended by a user, to see what that does.
void Activity::lose() {
  connection_.reset();
  counts_.observer = 0;
  waiting_ = false;
  next_ = Clock::now() + kReconnect;
}

}  // namespace asyncmark::postgres
