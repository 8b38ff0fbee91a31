#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "bench/base/errors.hpp"
#include "bench/base/units.hpp"
#include "bench/model/outcome.hpp"

namespace asyncmark::sqlite {

/// What SQLite could not do, in its own words on one line.
class Error : public CaseError {
 public:
  Error(int code, const std::string& text) : CaseError(text), code_(code) {}
  /// SQLITE_BUSY and the like, without what their extended codes add.
  int code() const { return code_ & 0xff; }

 private:
  int code_;
};

/// Why an operation failed, from what sqlite3_step() gave: "busy", "full".
FailureReason reason_of(int code);

/// A connection to a database file, used by one thread at a time: SQLite's locks against others are
/// left out, as its documentation has it for a connection a thread.
class Connection {
 public:
  enum class Missing { is_an_error, is_created };

  /// Waits for up to `timeout` where another has a lock that it needs; SQLite counts whole
  /// milliseconds, so this is rounded up. Throws Error.
  Connection(const std::string& path, Duration timeout, Missing missing = Missing::is_an_error);

  sqlite3* get() const { return connection_.get(); }
  /// Carries out statements, and passes over what they give. Throws Error.
  void run(const std::string& sql) const;
  /// The first column of the first row, as text; empty where there is none. Throws Error.
  std::string ask(const std::string& sql) const;
  /// Whether the file may only be read.
  bool is_read_only() const { return sqlite3_db_readonly(get(), "main") == 1; }

 private:
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> connection_{nullptr, sqlite3_close};
};

/// A prepared statement, which has to end before its connection does.
class Statement {
 public:
  /// Of the first statement in `sql`. Throws Error where it does not parse.
  Statement(const Connection& connection, const std::string& sql);

  sqlite3_stmt* get() const { return statement_.get(); }
  /// Nothing was there but blanks and comments.
  bool is_empty() const { return !statement_; }
  int parameters() const { return sqlite3_bind_parameter_count(get()); }
  bool writes() const { return sqlite3_stmt_readonly(get()) == 0; }
  /// What follows the statement.
  const std::string& rest() const { return rest_; }

 private:
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement_{nullptr, sqlite3_finalize};
  std::string rest_;
};

}  // namespace asyncmark::sqlite
