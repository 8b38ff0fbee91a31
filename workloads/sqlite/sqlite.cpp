// Statements on an SQLite database: a file of yours, or a temporary one of ours. SQLite is a
// library that blocks, so an operation holds its thread or its loop.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/os/scratch.hpp"
#include "workloads/sqlite/beside.hpp"
#include "workloads/sqlite/connection.hpp"
#include "workloads/sqlite/temporary.hpp"
#include "workloads/support/descriptors.hpp"

namespace asyncmark::sqlite {
namespace {

namespace fs = std::filesystem;

/// A session opens the database and the log of its writes.
constexpr std::uint64_t kDescriptorsOfASession = 2;

/// The temporary database is shared by sessions that read and write at once: only with a log of
/// writes do these not lock one another out, so that is how it would be deployed.
constexpr const char* kJournalOfTemporary = "wal";

/// How every session is opened, and what it does.
struct Plan {
  std::string path;  ///< Absolute: SQLite takes a relative 'file:...' for a URI.
  Duration timeout{};
  std::string journal;  ///< Empty: as the file has it.
  std::string sql;
  std::uint64_t rows = 0;  ///< Of which an operation asks for one; 0: it is bound by its number.
  std::uint64_t seed = 0;
};

class Session final : public BlockingSession {
 public:
  explicit Session(const Plan& plan)
      : plan_(plan), connection_(opened(plan)), statement_(connection_, plan.sql) {
    has_parameter_ = statement_.parameters() != 0;
  }

  /// Opens the database in the journal mode that is asked for. Throws CaseError.
  static Connection opened(const Plan& plan) {
    Connection connection(plan.path, plan.timeout);
    if (plan.journal.empty()) return connection;
    const auto mode = connection.ask("PRAGMA journal_mode = " + plan.journal);
    if (mode != plan.journal)
      throw CaseError(fmt::format("--journal: '{}' stays in journal mode {}", plan.path, mode));
    return connection;
  }

  Outcome call(std::uint64_t op) override {
    auto* const statement = statement_.get();
    if (has_parameter_) {
      const auto bound = plan_.rows == 0 ? op : row_of(op, plan_.seed, plan_.rows);
      sqlite3_bind_int64(statement, 1, static_cast<sqlite3_int64>(bound));
    }
    std::uint32_t rows = 0;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) ++rows;
    // Which also gives the locks of a statement back that failed.
    sqlite3_reset(statement);
    if (code != SQLITE_DONE) return Outcome::failed(reason_of(code));
    return {.failure = {}, .rows = rows};
  }

 private:
  const Plan& plan_;
  Connection connection_;
  Statement statement_;
  bool has_parameter_;
};

constexpr const char* kElseTemporary = "leave --file out for a temporary one";

/// Throws UsageError where it is relative to a folder that is gone.
std::string absolute(const std::string& path) {
  std::error_code failed;
  const auto found = fs::absolute(path, failed);
  if (failed) throw UsageError(fmt::format("--file: '{}': {}", path, failed.message()));
  return found;
}

/// Throws UsageError where no database can be there.
void check_is_a_file(const std::string& path) {
  std::error_code failed;
  const auto status = fs::status(path, failed);
  if (status.type() == fs::file_type::regular) return;
  if (status.type() == fs::file_type::none)
    throw UsageError(fmt::format("--file: '{}': {}", path, failed.message()));
  if (status.type() != fs::file_type::not_found)
    throw UsageError(fmt::format("--file: '{}' is {}; give a database, or {}", path,
                                 fs::is_directory(status) ? "a folder" : "no regular file",
                                 kElseTemporary));
  if (path == ":memory:")
    throw UsageError(fmt::format(
        "--file: ':memory:' would be another database for each session; {}", kElseTemporary));
  if (path.starts_with("file:"))
    throw UsageError(fmt::format("--file: '{}' is a URI; give the path alone", path));
  throw UsageError(
      fmt::format("--file: '{}' does not exist; give a database, or {}", path, kElseTemporary));
}

/// An operation is one transaction, so that it leaves no lock to the next.
int deny_transactions(void*, int action, const char*, const char*, const char*, const char*) {
  return action == SQLITE_TRANSACTION || action == SQLITE_SAVEPOINT ? SQLITE_DENY : SQLITE_OK;
}

bool is_followed_by_another(const Connection& connection, std::string rest) {
  try {
    while (!rest.empty()) {
      const Statement next(connection, rest);
      if (!next.is_empty()) return true;
      rest = next.rest();
    }
    return false;
  } catch (const Error&) {
    return true;
  }
}

/// The statement of an operation. Throws UsageError where it is none.
Statement checked(const Connection& connection, const std::string& sql) try {
  sqlite3_set_authorizer(connection.get(), deny_transactions, nullptr);
  Statement statement(connection, sql);
  if (statement.is_empty()) throw UsageError("--sql: is empty; give one statement");
  if (is_followed_by_another(connection, statement.rest()))
    throw UsageError("--sql: has more than one statement; give one");
  if (statement.parameters() > 1)
    throw UsageError(fmt::format(
        "--sql: has {} parameters; give one at the most, which is the operation's number",
        statement.parameters()));
  return statement;
} catch (const Error& error) {
  if (error.code() == SQLITE_AUTH)
    throw UsageError("--sql: an operation is a transaction by itself; give what is done in it");
  throw UsageError(fmt::format("--sql: {}", error.what()));
}

class Sqlite final : public Workload {
 public:
  Sqlite(const OptionValues& options, std::uint64_t seed) {
    plan_.timeout = options.duration("timeout");
    plan_.seed = seed;
    if (options.has("file")) {
      file_ = options.text("file");
      check_says_what_to_do(options);
      plan_.path = absolute(*file_);
    } else {
      rows_ = static_cast<std::uint64_t>(options.number("rows"));
      plan_.journal = kJournalOfTemporary;
    }
    if (options.has("journal")) plan_.journal = options.text("journal");
    if (options.has("sql")) {
      plan_.sql = options.text("sql");
    } else {
      plan_.sql = std::ranges::find(kPresets, options.text("preset"), &Preset::name)->sql;
      plan_.rows = rows_;
    }
  }

  void prepare(std::uint64_t sessions) const override {
    check_descriptors(sessions);
    if (file_)
      prepare_file();
    else
      prepare_temporary();
  }

  void set_up() const override {
    if (!file_) {
      scratch_.emplace();
      plan_.path = scratch_->path() + "/item.db";
      make_temporary(plan_.path, rows_);
    }
    // Once, or sessions that open at the same time would each find the others in their way.
    Session::opened(plan_);
  }

  std::unique_ptr<BlockingSession> open_blocking() const override {
    return std::make_unique<Session>(plan_);
  }

 private:
  static void check_says_what_to_do(const OptionValues& options) {
    if (options.has("sql")) return;
    if (options.text("preset") != kPresets.front().name)
      throw UsageError("--preset: is for the temporary database; with --file, give --sql");
    throw UsageError("--file: needs --sql, the statement to run");
  }

  static void check_descriptors(std::uint64_t sessions) {
    const auto fit = allow_descriptors(sessions * kDescriptorsOfASession) / kDescriptorsOfASession;
    if (sessions > fit)
      throw UsageError(
          fmt::format("--in-flight: up to {} sessions at once need more descriptors than a process "
                      "may have; give --in-flight {} or less, or raise 'ulimit -Hn'",
                      sessions, fit));
  }

  void prepare_file() const {
    check_is_a_file(*file_);
    const auto connection = open_file();
    const auto statement = checked(connection, plan_.sql);
    if (connection.is_read_only() && statement.writes())
      throw UsageError(fmt::format(
          "--file: '{}' cannot be written, which --sql does; give a statement that only reads",
          *file_));
    const bool turns_to_wal = plan_.journal == "wal" && !is_in_wal_mode(plan_.path);
    if (statement.writes() || turns_to_wal) check_writes(connection, turns_to_wal);
  }

  /// Throws UsageError where the file that SQLite keeps beside one that it writes cannot be there.
  void check_writes(const Connection& connection, bool turns_to_wal) const {
    const auto mode = plan_.journal.empty() ? connection.ask("PRAGMA journal_mode") : plan_.journal;
    if (mode == "memory" || mode == "off") return;
    if (turns_to_wal && connection.is_read_only())
      throw UsageError(
          fmt::format("--journal: '{}' cannot be written, which turning it to wal does", *file_));
    const auto why = mode == "delete"
                         ? no_files_beside(plan_.path)
                         : no_file_beside(plan_.path, mode == "wal" ? "-wal" : "-journal");
    if (!why.empty())
      throw UsageError(fmt::format(
          "--file: '{}' in journal mode {} is written with a file beside it, but {}; put it where "
          "you may write, or give --journal memory",
          *file_, mode, why));
  }

  /// Reads its schema, which no file has that is no database.
  Connection open_file() const try {
    Connection connection(plan_.path, plan_.timeout);
    connection.run("SELECT count(*) FROM sqlite_schema");
    return connection;
  } catch (const Error& error) {
    throw UsageError(fmt::format("--file: '{}': {}{}", *file_, error.what(), explanation(error)));
  }

  /// What SQLite does not say of why it cannot open the file.
  std::string explanation(const Error& error) const {
    if (error.code() == SQLITE_BUSY) return ", and was so for all of --timeout; end who holds it";
    if (!is_in_wal_mode(plan_.path)) {
      const auto why = no_files_beside(plan_.path);
      return has_journal(plan_.path) && !why.empty()
                 ? fmt::format(
                       "; to undo a write that was not finished, SQLite removes its journal, "
                       "but {}",
                       why)
                 : "";
    }
    for (const auto* suffix : {"-shm", "-wal"})
      if (const auto why = no_file_beside(plan_.path, suffix); !why.empty())
        return fmt::format(
            "; it is in WAL mode, in which SQLite writes files beside it even to read, but {}; "
            "copy "
            "it to where you may write, or have its owner turn it to 'PRAGMA journal_mode = "
            "delete'",
            why);
    return "";
  }

  void prepare_temporary() const {
    const Scratch scratch;    // Of which there must be one, too.
    std::error_code unknown;  // Then all that can be told is that there is much.
    const auto room = fs::space(scratch.path(), unknown).available;
    if (rows_ > room / kBytesPerRow)
      throw UsageError(
          fmt::format("--rows: {} rows take up to {} bytes each, and '{}' has room for {} rows; "
                      "TMPDIR names another folder",
                      rows_, kBytesPerRow, fs::path(scratch.path()).parent_path().string(),
                      room / kBytesPerRow));
    const Connection connection(":memory:", Duration(0));
    connection.run(kSchema);
    checked(connection, plan_.sql);
  }

  std::optional<std::string> file_;  ///< As given; else the database is a temporary one.
  std::uint64_t rows_ = 0;           ///< Of the temporary database.
  mutable Plan plan_;                ///< Its path is known once the database is made.
  mutable std::optional<Scratch> scratch_;
};

std::vector<std::string> preset_names() {
  std::vector<std::string> all;
  for (const auto& one : kPresets) all.emplace_back(one.name);
  return all;
}

/// Without a value where it is not given.
OptionSpec optional(OptionSpec spec, std::string instead_of = "") {
  spec.otherwise = {};
  spec.instead_of = std::move(instead_of);
  return spec;
}

OptionSpec rows_option() {
  auto option = count_option("rows", 1, "rows of the temporary database's table");
  option.otherwise = 100'000;
  return option;
}

const bool registered = Registry<WorkloadEntry>::add({
    .name = "sqlite",
    .summary = "runs a statement on an SQLite database (a blocking library)",
    .options =
        {
            optional(with_placeholder(text_option("file", "",
                                                  "your database (default: a new temporary one "
                                                  "for each run)"),
                                      "FILE"),
                     "rows"),
            rows_option(),
            with_placeholder(
                choice_option("preset", preset_names(),
                              "on the temporary database: point-select, update or insert one row, "
                              "each in a transaction"),
                "NAME"),
            optional(with_placeholder(
                         text_option("sql", "",
                                     "your statement instead of --preset; its parameter is the "
                                     "number of the operation; the temporary database has the "
                                     "table item (id, value, payload), with ids from 0"),
                         "SQL"),
                     "preset"),
            optional(with_placeholder(
                choice_option("journal", {"delete", "truncate", "wal", "memory", "off"},
                              "journal_mode: delete, truncate, wal, memory, off (default: wal; "
                              "with --file, the mode of the file). A file stays in wal mode"),
                "MODE")),
            minor(duration_option(
                "timeout", std::chrono::seconds(5),
                "time limit of waiting for a lock; later the operation fails as 'busy'")),
        },
    .make = [](const OptionValues& options,
               std::uint64_t seed) { return std::make_unique<Sqlite>(options, seed); },
    .embeds_database = true,
});

}  // namespace
}  // namespace asyncmark::sqlite
