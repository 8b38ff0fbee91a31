#include "workloads/postgres/preflight.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/base/errors.hpp"
#include "workloads/postgres/failures.hpp"
#include "workloads/postgres/hosts.hpp"
#include "workloads/support/descriptors.hpp"
#include "workloads/support/waiting.hpp"

namespace asyncmark::postgres {
namespace {

constexpr std::string_view kNoSuchTable = "42P01";
constexpr std::string_view kSyntaxError = "42601";

bool is_error(const PGresult& answer) {
  const auto status = PQresultStatus(&answer);
  return status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK;
}

/// The number in the first column of the first row.
std::optional<std::uint64_t> number_in(const PGresult& answer) {
  if (is_error(answer) || PQntuples(&answer) == 0) return std::nullopt;
  const std::string_view text = PQgetvalue(&answer, 0, 0);
  std::uint64_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{})
    return std::nullopt;
  return number;
}

std::string field(const PGresult& answer, int which) {
  const auto* text = PQresultErrorField(&answer, which);
  return text ? one_line(text) : "";
}

/// What is not taken by the server is the user's query, or a preset's tables.
[[noreturn]] void refuse(const Plan& plan, const PGresult& error) {
  const bool no_table = field(error, PG_DIAG_SQLSTATE) == kNoSuchTable;
  throw UsageError(fmt::format("{}: the server answers: {}{}", plan.script_option, words_of(error),
                               no_table && plan.script_option == "--preset"
                                   ? "; create pgbench's tables with 'pgbench -i', or omit --dsn"
                                   : ""));
}

void check_parameters(const Plan& plan, const PGresult& described, std::size_t expected) {
  const auto found = PQnparams(&described);
  if (static_cast<std::size_t>(found) != expected)
    throw UsageError(fmt::format("{}: the statement has {} parameters; only one is possible, $1",
                                 plan.script_option, found));
}

bool is_syntax_error(const PGresult& answer) {
  return is_error(answer) && field(answer, PG_DIAG_SQLSTATE) == kSyntaxError;
}

/// Several statements that the simple protocol carries in one text. A later one may rest on what
/// those before it make, so that of these only the syntax is looked at.
void check_several(Inquiry& inquiry, const Plan& plan, const std::vector<std::string>& statements) {
  if (plan.mode != Mode::simple)
    throw UsageError(fmt::format(
        "{}: has {} statements, which only --mode simple can send; use that mode, or one statement",
        plan.script_option, statements.size()));
  for (const auto& sql : statements) {
    const auto answer = inquiry.describe(sql.c_str());
    if (is_syntax_error(*answer) || (is_error(*answer) && &sql == statements.data()))
      refuse(plan, *answer);
    if (!is_error(*answer)) check_parameters(plan, *answer, places_of(sql).empty() ? 0 : 1);
  }
}

void check_queries(Inquiry& inquiry, const Plan& plan) {
  for (const auto& statement : plan.script) {
    const auto answer = inquiry.describe(statement.sql.c_str());
    const auto parts = statements_in(statement.sql);
    if (parts.size() > 1 && is_syntax_error(*answer)) {
      check_several(inquiry, plan, parts);
      continue;
    }
    if (is_error(*answer)) refuse(plan, *answer);
    check_parameters(plan, *answer, statement.numbers.size());
  }
}

/// Connections that the server still has for this user, itself not counted; absent where it does
/// not tell, and where a pooler takes more clients than the server behind it. Of the sessions of
/// others a user sees who they are, and not what.
std::optional<std::uint64_t> room(Inquiry& inquiry) {
  if (inquiry.is_pooled()) return std::nullopt;
  return number_in(*inquiry.ask(
      "SELECT greatest(0, current_setting('max_connections')::int"
      " - CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN 0"
      "   ELSE current_setting('superuser_reserved_connections')::int END"
      " - (SELECT count(*) FROM pg_stat_activity"
      "    WHERE coalesce(backend_type = 'client backend', usesysid IS NOT NULL)"
      "      AND pid <> pg_backend_pid()))"));
}

/// A pooler that does not know whose a statement is lets two clients prepare the same name on one
/// connection to the server. (Not always: it may have several that are idle.)
void check_pooler(Inquiry& inquiry, const Plan& plan) {
  if (!plan.prepares() || !inquiry.is_pooled()) return;
  const auto name = fmt::format("asyncmark_{}", getpid());
  Inquiry other(plan);
  inquiry.prepare(name.c_str(), "SELECT 1");
  const auto again = other.prepare(name.c_str(), "SELECT 1");
  for (auto* client : {&inquiry, &other}) client->ask(("DEALLOCATE " + name).c_str());
  if (is_error(*again) && sqlstate_of(*again) == kAlreadyPrepared)
    throw UsageError(fmt::format("--mode: {}", kNoPreparedStatements));
}

void check_room(Inquiry& inquiry, std::uint64_t connections) {
  const auto fit = room(inquiry);
  if (!fit || connections <= *fit) return;
  throw UsageError(fmt::format(
      "--in-flight: needs up to {} connections, but the server has only {} left of its "
      "max_connections; {}",
      connections, *fit,
      *fit == 0 ? "disconnect other clients, or raise max_connections"
                : fmt::format("use --in-flight {} or less, or raise max_connections (for a "
                              "built-in cluster: 'asyncmark serve postgres', then --dsn)",
                              *fit)));
}

}  // namespace

Inquiry::Inquiry(const Plan& plan) : dsn_(plan.dsn), connection_(start_connection(plan)) {
  if (connection_) PQsetErrorVerbosity(connection_.get(), PQERRORS_DEFAULT);
  connect();
}

void Inquiry::connect() {
  auto* connection = connection_.get();
  const auto due = Clock::now() + kLimit;
  auto state = PGRES_POLLING_WRITING;
  while (PQstatus(connection) != CONNECTION_BAD && state != PGRES_POLLING_OK) {
    const auto want = state == PGRES_POLLING_READING ? Want::readable : Want::writable;
    if (!wait_for(PQsocket(connection), want, due))
      throw UsageError(
          fmt::format("--dsn: no connection to the server within {}", exact_text(kLimit)));
    state = PQconnectPoll(connection);
    if (state == PGRES_POLLING_FAILED) break;
  }
  if (PQstatus(connection) != CONNECTION_OK)
    throw UsageError(fmt::format("--dsn: {}", one_line(PQerrorMessage(connection))));
  PQsetnonblocking(connection, 1);
}

Answer Inquiry::collect(bool sent) {
  auto* connection = connection_.get();
  const auto due = Clock::now() + kLimit;
  Answer last(nullptr, PQclear);
  while (sent) {
    const auto want = PQflush(connection) > 0 ? Want::either : Want::readable;
    if (PQisBusy(connection) != 0) {
      if (!wait_for(PQsocket(connection), want, due))
        throw UsageError(
            fmt::format("--dsn: the server does not answer within {}", exact_text(kLimit)));
      PQconsumeInput(connection);
      continue;
    }
    Answer answer(PQgetResult(connection), PQclear);
    if (!answer) break;
    if (!last || !is_error(*last)) last = std::move(answer);
  }
  if (!last || PQstatus(connection) == CONNECTION_BAD)
    throw UsageError(
        fmt::format("--dsn: the server went away: {}", one_line(PQerrorMessage(connection))));
  return last;
}

Answer Inquiry::ask(const char* sql) { return collect(PQsendQuery(connection_.get(), sql) == 1); }

Answer Inquiry::prepare(const char* name, const char* sql) {
  return collect(PQsendPrepare(connection_.get(), name, sql, 0, nullptr) == 1);
}

Answer Inquiry::describe(const char* sql) {
  // Both at once, or a pooler could send them to different connections of the server.
  auto* connection = connection_.get();
  PQenterPipelineMode(connection);
  const bool sent = PQsendPrepare(connection, "", sql, 0, nullptr) == 1 &&
                    PQsendDescribePrepared(connection, "") == 1 && PQpipelineSync(connection) == 1;
  auto parsed = collect(sent), described = collect(sent);
  collect(sent);  // The end of the pipeline.
  PQexitPipelineMode(connection);
  return is_error(*parsed) ? std::move(parsed) : std::move(described);
}

bool Inquiry::is_pooled() {
  // A pooler tells its own number of the session, and passes on the question for the server's.
  const auto answer = ask("SELECT pg_backend_pid()");
  const auto pid = number_in(*answer);
  return pid && *pid != static_cast<std::uint64_t>(PQbackendPID(connection_.get()));
}

std::string Inquiry::address() const {
  // Of several, another may answer later.
  const bool is_one = hosts_of(dsn_).size() == 1;
  const bool is_socket = std::string_view(PQhost(connection_.get())).starts_with('/');
  return is_one && !is_socket ? PQhostaddr(connection_.get()) : "";
}

std::uint64_t Inquiry::scale() {
  const auto answer = ask("SELECT count(*) FROM pgbench_branches");
  const auto scale = number_in(*answer);
  if (scale && *scale > 0) return *scale;
  throw UsageError(fmt::format(
      "--preset: {}; make pgbench's tables there by 'pgbench -i', or leave --dsn out",
      is_error(*answer) ? "the server says: " + words_of(*answer) : "pgbench_branches is empty"));
}

std::string words_of(const PGresult& error) {
  const auto state = field(error, PG_DIAG_SQLSTATE);
  if (state.empty()) return one_line(PQresultErrorMessage(&error));
  return fmt::format("{}: {} ({})", field(error, PG_DIAG_SEVERITY),
                     field(error, PG_DIAG_MESSAGE_PRIMARY), state);
}

void check(const Plan& plan, std::uint64_t connections, bool remote) {
  if (!remote) check_is_here(plan.dsn);  // Before it is sent a password.
  Inquiry inquiry(plan);
  check_queries(inquiry, plan);
  if (plan.needs_scale()) inquiry.scale();
  check_pooler(inquiry, plan);
  check_room(inquiry, connections);
  if (const auto fit = allow_descriptors(connections); connections > fit)
    throw UsageError(fmt::format(
        "--in-flight: up to {} connections at once need more descriptors than a process may have; "
        "give --in-flight {} or less, or raise 'ulimit -Hn'",
        connections, fit));
}

}  // namespace asyncmark::postgres
