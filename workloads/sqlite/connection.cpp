#include "workloads/sqlite/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <limits>
#include <utility>

namespace asyncmark::sqlite {
namespace {

constexpr std::array<std::pair<int, FailureReason>, 17> kReasons{{
    {SQLITE_BUSY, "busy"},
    {SQLITE_LOCKED, "locked"},
    {SQLITE_FULL, "full"},
    {SQLITE_READONLY, "readonly"},
    {SQLITE_CORRUPT, "corrupt"},
    {SQLITE_NOTADB, "no database"},
    {SQLITE_IOERR, "io error"},
    {SQLITE_CANTOPEN, "cannot open"},
    {SQLITE_CONSTRAINT, "constraint"},
    {SQLITE_ERROR, "sql error"},
    {SQLITE_MISMATCH, "type mismatch"},
    {SQLITE_TOOBIG, "too big"},
    {SQLITE_SCHEMA, "schema changed"},
    {SQLITE_NOMEM, "out of memory"},
    {SQLITE_PERM, "no permission"},
    {SQLITE_PROTOCOL, "lock protocol"},
    {SQLITE_INTERRUPT, "interrupted"},
}};

/// With what the system said, where SQLite only says that it could not.
[[noreturn]] void fail(sqlite3* connection, int code) {
  // Without a connection there was not even memory for one.
  std::string text = connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  std::ranges::replace(text, '\n', ' ');
  const int reason = connection ? sqlite3_system_errno(connection) : 0;
  if (reason != 0 && (code & 0xff) == SQLITE_CANTOPEN)
    text += fmt::format(": {}", std::strerror(reason));
  throw Error(code, text);
}

int milliseconds(Duration duration) {
  const auto rounded_up = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<int>(std::min<std::int64_t>(rounded_up, std::numeric_limits<int>::max()));
}

}  // namespace

FailureReason reason_of(int code) {
  for (const auto& [known, reason] : kReasons)
    if (known == (code & 0xff)) return reason;
  return "sqlite";
}

Connection::Connection(const std::string& path, Duration timeout, Missing missing) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                    (missing == Missing::is_created ? SQLITE_OPEN_CREATE : 0);
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) fail(opened, code);
  sqlite3_busy_timeout(opened, milliseconds(timeout));
}

void Connection::run(const std::string& sql) const {
  const int code = sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(get(), code);
}

std::string Connection::ask(const std::string& sql) const {
  const Statement statement(*this, sql);
  const int code = sqlite3_step(statement.get());
  if (code == SQLITE_DONE) return "";
  if (code != SQLITE_ROW) fail(get(), code);
  const auto* text = sqlite3_column_text(statement.get(), 0);
  return text ? reinterpret_cast<const char*>(text) : "";
}

Statement::Statement(const Connection& connection, const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(connection.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                      &prepared, &rest);
  statement_.reset(prepared);
  if (code != SQLITE_OK) fail(connection.get(), code);
  rest_ = rest;
}

}  // namespace asyncmark::sqlite
