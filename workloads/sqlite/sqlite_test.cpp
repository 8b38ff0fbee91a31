// What operations on a database come to, in this process.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "workloads/sqlite/temporary.hpp"
#include "workloads/sqlite/testing/database.hpp"

namespace asyncmark::sqlite::testing::sqlite_test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

using Given = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Workload> made(const Given& given) {
  const auto& entry = Registry<WorkloadEntry>::at("sqlite");
  OptionValues values(entry.options);
  for (const auto& [name, text] : given) values.set(name, text);
  return entry.make(values, 1);
}

/// A workload that is set up, and a session of it.
struct Opened {
  explicit Opened(const Given& given) : workload(made(given)) {
    workload->set_up();
    session = workload->open_blocking();
  }
  Outcome call(std::uint64_t op = 0) const { return session->call(op); }

  std::unique_ptr<Workload> workload;
  std::unique_ptr<BlockingSession> session;
};

Opened on(const Database& database, const std::string& sql, Given more = {}) {
  more.insert(more.end(), {{"file", database.path()}, {"sql", sql}});
  return Opened(more);
}

std::string failure(const Outcome& outcome) { return std::string(outcome.failure.code()); }

TEST(SqliteRows, AreReadAllOverTheTableAndAlikeForEveryRunner) {
  std::set<std::uint64_t> asked;
  int neighbours = 0;
  for (std::uint64_t op = 0; op < 10'000; ++op) {
    const auto row = row_of(op, 1, 1000);
    EXPECT_LT(row, 1000u);
    asked.insert(row);
    if (row_of(op + 1, 1, 1000) - row + 10 <= 20) ++neighbours;
  }
  EXPECT_THAT(asked, SizeIs(1000));
  EXPECT_LT(neighbours, 500) << "of 10,000 two in a hundred by chance";
  EXPECT_NE(row_of(0, 1, 1000), row_of(0, 2, 1000)) << "by --seed";
  static_assert(row_of(5, 1, 1000) == row_of(5, 1, 1000));
}

TEST(SqliteTemporary, HasAsManyRowsAndTakesNoMoreThanIsForeseen) {
  const Scratch scratch;
  for (const std::uint64_t rows : {1, 2, 1000, 50'000}) {
    const auto path = fmt::format("{}/{}", scratch.path(), rows);
    make_temporary(path, rows);
    const Connection connection(path, 0s);
    EXPECT_EQ(connection.ask("SELECT count(*) FROM item"), std::to_string(rows));
    EXPECT_EQ(connection.ask("SELECT min(id) FROM item"), "0");
    EXPECT_EQ(connection.ask("SELECT max(id) FROM item"), std::to_string(rows - 1));
    EXPECT_EQ(connection.ask("PRAGMA integrity_check"), "ok");
    if (rows >= 1000) {
      EXPECT_LT(std::filesystem::file_size(path), rows * kBytesPerRow);
    }
  }
}

TEST(SqlitePresets, DoWhatTheirNameSays) {
  const Scratch scratch;
  const auto path = scratch.path() + "/item.db";
  make_temporary(path, 100);
  const Connection other(path, 0s);
  const auto after = [&](const char* name) {
    const auto* preset = std::ranges::find(kPresets, std::string_view(name), &Preset::name);
    const Opened opened({{"file", path}, {"sql", preset->sql}});
    const auto outcome = opened.call(42);
    EXPECT_TRUE(outcome.ok()) << name;
    return outcome.rows;
  };
  EXPECT_EQ(after("point-select"), 1u);
  EXPECT_EQ(other.ask("SELECT sum(value) FROM item"), "0");
  EXPECT_EQ(after("update"), 0u);
  EXPECT_EQ(other.ask("SELECT group_concat(id) FROM item WHERE value = 1"), "42");
  EXPECT_EQ(after("insert"), 0u);
  EXPECT_EQ(other.ask("SELECT count(*) FROM item"), "101");
  EXPECT_EQ(other.ask("SELECT value FROM item WHERE id = 100"), "42");
  EXPECT_EQ(other.ask("SELECT count(DISTINCT length(payload)) FROM item"), "1");
}

TEST(Sqlite, EachPresetSucceedsOnTheTemporaryDatabase) {
  for (const auto& preset : kPresets) {
    const Opened opened({{"rows", "10"}, {"preset", preset.name}});
    for (std::uint64_t op = 0; op < 100; ++op) {
      const auto outcome = opened.call(op);
      EXPECT_TRUE(outcome.ok()) << preset.name << ' ' << failure(outcome);
      EXPECT_EQ(outcome.rows, preset.name == std::string("point-select") ? 1u : 0u);
    }
  }
}

TEST(Sqlite, BindsTheNumberOfTheOperationWhereThereIsAParameter) {
  const Database database(0);
  const auto numbered = on(database, "INSERT INTO t VALUES (:op, 'x')");
  for (const std::uint64_t op : {7, 0, 12}) EXPECT_TRUE(numbered.call(op).ok());
  EXPECT_EQ(database.ask("SELECT group_concat(id) FROM (SELECT id FROM t ORDER BY id)"), "0,7,12");
  const auto fixed = on(database, "INSERT INTO t (value) VALUES ('y')");
  EXPECT_TRUE(fixed.call(7).ok());
  EXPECT_EQ(database.number("SELECT count(*) FROM t WHERE value = 'y'"), 1);
}

TEST(Sqlite, StepsThroughEveryRowAndCountsIt) {
  const Database database(1000);
  const auto some = on(database, "SELECT id, value FROM t WHERE id < ?");
  for (const std::uint32_t op : {0u, 1u, 999u, 1000u}) EXPECT_EQ(some.call(op).rows, op);
  EXPECT_EQ(on(database, "SELECT id FROM t WHERE id < 0").call().rows, 0u);
  EXPECT_EQ(on(database, "UPDATE t SET value = 'z' WHERE id < 3 RETURNING id").call().rows, 3u);
}

TEST(Sqlite, TakesItsFileForAFileWhateverItIsCalled) {
  const Scratch scratch;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(scratch.path());
  for (const auto* name : {"file:x?mode=memory", ":memory:", "a b.db"}) {
    make_temporary(scratch.path() + "/" + name, 7);
    const auto workload = made({{"file", name}, {"sql", "SELECT id FROM item"}});
    EXPECT_NO_THROW(workload->prepare(1)) << name;
    workload->set_up();
    EXPECT_EQ(workload->open_blocking()->call(0).rows, 7u) << name;
  }
  std::filesystem::current_path(before);
}

TEST(SqliteJournal, IsAsAskedForAndElseAsTheFileHasIt) {
  for (const std::string mode : {"delete", "truncate", "wal", "memory", "off"}) {
    const Database database(10);
    const auto asks = on(database, "PRAGMA journal_mode", {{"journal", mode}});
    EXPECT_EQ(asks.call().rows, 1u);
    const Connection other(database.path(), 0s);
    EXPECT_EQ(other.ask("PRAGMA journal_mode"), mode == "wal" ? "wal" : "delete")
        << "only wal is kept in the file";
  }
  const Database database(10, "wal");
  on(database, "SELECT 1").call();
  EXPECT_EQ(database.ask("PRAGMA journal_mode"), "wal");
  const Database rollback(10, "delete");
  on(rollback, "UPDATE t SET value = 'x'").call();
  EXPECT_EQ(rollback.ask("PRAGMA journal_mode"), "delete");
}

TEST(SqliteJournal, OfWritesAloneLetsReadersGoOnWhileAnotherWrites) {
  const auto outcome_beside_a_writer = [](const std::string& journal) {
    const Database database(10);
    const auto reads =
        on(database, "SELECT value FROM t", {{"journal", journal}, {"timeout", "0ms"}});
    database.run(journal == "wal" ? "BEGIN IMMEDIATE" : "BEGIN EXCLUSIVE");
    database.run("UPDATE t SET value = 'x'");
    const auto outcome = reads.call();
    database.run("COMMIT");
    return failure(outcome);
  };
  EXPECT_EQ(outcome_beside_a_writer("wal"), "");
  EXPECT_EQ(outcome_beside_a_writer("delete"), "busy");
}

TEST(SqliteFaults, ALockedFileIsBusyForAsLongAsItIsLocked) {
  const Database database;
  const auto reads = on(database, "SELECT value FROM t WHERE id = ?", {{"timeout", "0ms"}});
  const auto writes = on(database, "UPDATE t SET value = 1", {{"timeout", "0ms"}});
  EXPECT_TRUE(reads.call().ok());
  database.run("BEGIN EXCLUSIVE");
  EXPECT_EQ(failure(reads.call()), "busy");
  EXPECT_EQ(failure(writes.call()), "busy");
  database.run("COMMIT");
  EXPECT_TRUE(reads.call().ok());
  EXPECT_TRUE(writes.call().ok());
}

TEST(SqliteFaults, ALockIsWaitedForUpToTheTimeout) {
  const Database database;
  const auto patient = on(database, "UPDATE t SET value = 1", {{"timeout", "20s"}});
  const auto hasty = on(database, "UPDATE t SET value = 1", {{"timeout", "300ms"}});
  database.run("BEGIN EXCLUSIVE");
  const auto begin = Clock::now();
  EXPECT_EQ(failure(hasty.call()), "busy");
  EXPECT_GE(Clock::now() - begin, 250ms);
  std::thread releases([&] {
    std::this_thread::sleep_for(200ms);
    database.run("COMMIT");
  });
  EXPECT_TRUE(patient.call().ok());
  releases.join();
}

TEST(SqliteFaults, WhatATableDoesNotAllowIsAConstraint) {
  const Database database(10);
  const auto inserts = on(database, "INSERT INTO t VALUES (?, 'x')");
  EXPECT_EQ(failure(inserts.call(5)), "constraint");
  EXPECT_TRUE(inserts.call(10).ok());
  EXPECT_EQ(failure(inserts.call(10)), "constraint");
  EXPECT_EQ(database.number("SELECT count(*) FROM t"), 11) << "a failure leaves nothing locked";
}

TEST(SqliteFaults, ATableThatGoesIsASqlErrorUntilItComesBack) {
  const Database database;
  const auto reads = on(database, "SELECT value FROM t WHERE id = ?");
  EXPECT_TRUE(reads.call().ok());
  database.run("ALTER TABLE t RENAME TO u");
  EXPECT_EQ(failure(reads.call()), "sql error");
  database.run("ALTER TABLE u RENAME TO t");
  EXPECT_EQ(reads.call(3).rows, 1u) << "prepared anew by SQLite itself";
}

TEST(SqliteFaults, AFileThatIsRemovedIsReadStillButNotWritten) {
  const Database database;
  const auto reads = on(database, "SELECT value FROM t WHERE id = ?");
  const auto writes = on(database, "UPDATE t SET value = hex(randomblob(8)) WHERE id = ?");
  EXPECT_TRUE(writes.call(3).ok());
  std::filesystem::remove(database.path());
  EXPECT_EQ(reads.call(3).rows, 1u);
  EXPECT_EQ(failure(writes.call(3)), "readonly");
  EXPECT_FALSE(std::filesystem::exists(database.path()));
}

TEST(SqliteFaults, DamagedPagesAreCorruptAndTheOthersAreNot) {
  const Scratch scratch;
  const auto path = scratch.path() + "/item.db";
  make_temporary(path, 10'000);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path) / 2 / 4096 * 4096));
    file << std::string(40 * 4096, '\x7f');
  }
  const Opened reads({{"file", path}, {"sql", "SELECT payload FROM item WHERE id = ?"}});
  int fine = 0, corrupt = 0;
  for (std::uint64_t op = 0; op < 10'000; ++op) {
    const auto outcome = reads.call(op);
    if (outcome.ok())
      ++fine;
    else if (failure(outcome) == "corrupt")
      ++corrupt;
  }
  EXPECT_GT(corrupt, 500);
  EXPECT_GT(fine, 5000);
  EXPECT_EQ(fine + corrupt, 10'000);
}

/// What a statement on this connection comes to, before it is over.
std::string reason(const Connection& connection, const std::string& sql) {
  const Statement statement(connection, sql);
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement.get());
  return std::string(reason_of(code).code());
}

TEST(SqliteReasons, AreThoseOfSqliteItself) {
  const Database database(1000);
  const Connection connection(database.path(), 0s);
  connection.run("PRAGMA max_page_count = 20");
  EXPECT_EQ(reason(connection, "INSERT INTO t SELECT id + 1000, value || value FROM t"), "full");
  connection.run("PRAGMA query_only = 1");
  EXPECT_EQ(reason(connection, "DELETE FROM t"), "readonly");
  connection.run("PRAGMA query_only = 0");
  const Statement reading(connection, "SELECT * FROM t");
  EXPECT_EQ(sqlite3_step(reading.get()), SQLITE_ROW);
  EXPECT_EQ(reason(connection, "DROP TABLE t"), "locked");
  EXPECT_EQ(reason_of(SQLITE_IOERR_WRITE).code(), "io error");
  EXPECT_EQ(reason_of(SQLITE_NOTADB).code(), "no database");
  EXPECT_EQ(reason_of(SQLITE_INTERNAL).code(), "sqlite");
}

TEST(SqliteReasons, FitWhatAFailureHolds) {
  for (int code = 1; code <= 28; ++code) {
    EXPECT_LT(reason_of(code).code().size(), 15u) << "a cut one would be this long";
    EXPECT_FALSE(reason_of(code).empty());
  }
}

TEST(SqliteFaults, ASessionThatCannotBeOpenedSaysWhy) {
  const Database database;
  const auto workload =
      made({{"file", database.path()}, {"sql", "SELECT * FROM t"}, {"timeout", "10ms"}});
  database.run("BEGIN EXCLUSIVE");
  EXPECT_THAT([&] { workload->open_blocking(); },
              ThrowsMessage<CaseError>(HasSubstr("database is locked")));
  EXPECT_THAT([&] { workload->prepare(1); },
              ThrowsMessage<UsageError>(HasSubstr("database is locked, and was so for all of "
                                                  "--timeout; end who holds it")));
  database.run("COMMIT");
  std::filesystem::remove(database.path());
  EXPECT_THAT([&] { workload->open_blocking(); },
              ThrowsMessage<CaseError>(HasSubstr("No such file or directory")));
  EXPECT_FALSE(std::filesystem::exists(database.path()));
}

TEST(SqliteJournal, ThatAFileInUseCannotChangeToFailsTheCase) {
  const Database database(10, "wal");
  database.ask("SELECT count(*) FROM t");
  EXPECT_THAT(
      [&] {
        on(database, "SELECT 1", {{"journal", "delete"}, {"timeout", "10ms"}});
      },
      ThrowsMessage<CaseError>(HasSubstr("database is locked")));
}

}  // namespace
}  // namespace asyncmark::sqlite::testing::sqlite_test
