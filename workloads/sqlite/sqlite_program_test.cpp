// `asyncmark run sqlite`: what the built program accepts, and what it makes of databases that
// others lock, fill or damage.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "bench/model/runner_entry.hpp"
#include "bench/os/scratch.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/sqlite/testing/database.hpp"

namespace asyncmark::sqlite::testing::sqlite_program_test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::asyncmark::testing::accounted;
using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::Ended;
using ::asyncmark::testing::eventually;
using ::asyncmark::testing::number;
using ::asyncmark::testing::Program;
using ::asyncmark::testing::program;
using ::asyncmark::testing::rows;
using ::asyncmark::testing::run_program;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

Words joined(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

const Words kOnce{"--repetitions", "1", "--format", "json"};

Ended run(const Words& more) { return asyncmark(joined(joined({"run", "sqlite"}, more), kOnce)); }

Words on(const Database& database, const std::string& sql) {
  return {"--file", database.path(), "--sql", sql};
}

/// One line that begins so, and exit code 2.
void expect_usage_error(const Ended& ended, const std::string& begin) {
  SCOPED_TRACE(begin);
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, StartsWith("asyncmark: " + begin));
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  EXPECT_THAT(ended.out, IsEmpty());
}

void refused(const Words& words, const std::string& begin) {
  expect_usage_error(run(joined(words, {"--ops", "5"})), begin);
}

TEST(Sqlite, RunsUnderEveryRunnerAndGivesARowAnOperation) {
  const auto ended = run({"--rows", "1000", "--ops", "500", "--in-flight", "8"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  ASSERT_THAT(rows(ended), SizeIs(built_in_runners().size()));
  for (const auto& row : rows(ended)) {
    EXPECT_EQ(number(row, "completed"), 500u) << row.at("name");
    EXPECT_EQ(row.at("rows_per_op"), 1) << row.at("name");
  }
}

TEST(Sqlite, WritesOnceForEachOperationUnderEveryRunner) {
  const Database database(0, "wal");
  const auto ended = run(joined(on(database, "INSERT INTO t (value) VALUES (?)"),
                                {"--ops", "60", "--warmup", "0", "--timeout", "60s"}));
  EXPECT_EQ(ended.code, 0) << ended.err;
  ASSERT_THAT(rows(ended), SizeIs(built_in_runners().size()));
  for (const auto& row : rows(ended)) EXPECT_EQ(number(row, "completed"), 60u) << row.at("name");
  const auto runners = static_cast<std::int64_t>(built_in_runners().size());
  EXPECT_EQ(database.number("SELECT count(*) FROM t"), 60 * runners);
  EXPECT_EQ(database.number("SELECT count(DISTINCT value) FROM t"), 60);
  EXPECT_EQ(database.ask("PRAGMA integrity_check"), "ok");
}

TEST(Sqlite, HoldsTheLoopAndTheResultSaysSo) {
  const auto under = [](const std::string& runner) {
    return asyncmark(
        {"run", "sqlite", "--rows", "10", "--sql",
         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
         "SELECT count(*) FROM n",
         "--ops", "20", "--runner", runner, "--repetitions", "1", "--strict"});
  };
  const auto held = under("event-loop");
  EXPECT_EQ(held.code, 3) << held.err;
  EXPECT_THAT(held.err, HasSubstr("loop-held"));
  EXPECT_THAT(under("hybrid").err, Not(HasSubstr("loop-held")));
}

TEST(Sqlite, LeavesNothingBehind) {
  Database database;
  const auto home = fs::path(database.path()).parent_path() / "tmp";
  fs::create_directory(home);
  const auto with = [&](const Words& words) {
    return joined(joined({"/usr/bin/env", "TMPDIR=" + home.string(), program(), "run"}, words),
                  kOnce);
  };
  const auto ended = run_program(with({"sqlite", "--rows", "1000", "--ops", "50"}));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(fs::is_empty(home));

  // Killed, it cannot clear up; who starts next does.
  Program killed(with({"sqlite", "--duration", "1m", "--runner", "process-pool"}));
  EXPECT_TRUE(eventually([&] {
    for (const auto& entry : fs::recursive_directory_iterator(home))
      if (entry.path().filename() == "item.db-wal") return true;
    return false;
  }));
  killed.send(SIGKILL);
  EXPECT_THAT(killed.wait().left_running, IsEmpty());
  EXPECT_FALSE(fs::is_empty(home));
  EXPECT_EQ(run_program(with({"null", "--ops", "1", "--runner", "sync"})).code, 0);
  EXPECT_TRUE(fs::is_empty(home));
}

TEST(SqliteOptions, AreShownWithTheirDefaults) {
  const auto help = asyncmark({"run", "sqlite", "--help"}).out;
  EXPECT_THAT(help, AllOf(HasSubstr("--file"), HasSubstr("(default: 100000)"),
                          HasSubstr("point-select, update or"), HasSubstr("(default: 5s)"),
                          HasSubstr("fails as 'busy'")));
  EXPECT_THAT(asyncmark({"list", "workloads"}).out, HasSubstr("sqlite"));
}

TEST(SqliteOptions, AreInTheNameWhereTheyAreGiven) {
  const auto name = [](const Words& words) {
    return asyncmark(
               joined({"run", "sqlite", "--ops", "5", "--runner", "sync", "--benchmark_list_tests"},
                      words))
        .out;
  };
  EXPECT_EQ(name({}), "sqlite/sync/ops:5\n");
  EXPECT_EQ(name({"--rows", "7", "--preset", "update", "--journal", "delete", "--timeout", "1s"}),
            "sqlite/sync/ops:5/rows:7/preset:update/journal:delete/timeout:1s\n");
  EXPECT_EQ(name({"--file", "x.db", "--sql", "SELECT 1"}),
            "sqlite/sync/ops:5/file:x.db/sql:SELECT 1\n");
}

TEST(SqliteOptions, ThatDoNotFitTogetherAreRefused) {
  const Database database;
  refused({"--rows", "0"}, "--rows: ");
  refused({"--rows", "9000000000000000"}, "--rows: 9000000000000000 rows take up to 128 bytes");
  refused({"--preset", "delete"}, "--preset: no such choice 'delete'");
  refused({"--journal", "persist"}, "--journal: no such choice 'persist'");
  refused({"--timeout", "5"}, "--timeout: ");
  refused({"--preset", "update", "--sql", "SELECT 1"}, "--sql, --preset: give only one");
  refused({"--rows", "10", "--file", database.path(), "--sql", "SELECT 1"},
          "--rows, --file: give only one");
  refused({"--file", database.path()}, "--file: needs --sql");
  refused({"--file", database.path(), "--preset", "update"},
          "--preset: is for the temporary database; with --file, give --sql");
}

TEST(SqliteOptions, NeedAFileThatIsADatabase) {
  const Database database;
  const auto folder = fs::path(database.path()).parent_path();
  const auto refuse = [](const std::string& file, const std::string& begin) {
    refused({"--file", file, "--sql", "SELECT 1"}, begin);
  };
  const auto missing = (folder / "typo.db").string();
  refuse(missing, "--file: '" + missing + "' does not exist; give a database, or leave");
  EXPECT_FALSE(fs::exists(missing));
  refuse("", "--file: is empty");
  refuse(folder, "--file: '" + folder.string() + "' is a folder");
  refuse("/dev/null", "--file: '/dev/null' is no regular file");
  refuse(":memory:", "--file: ':memory:' would be another database for each session");
  refuse("file:x.db?mode=ro", "--file: 'file:x.db?mode=ro' is a URI; give the path alone");
  refuse(database.path() + "/x", "--file: '" + database.path() + "/x' does not exist");
  const auto text = (folder / "text").string();
  std::ofstream(text) << std::string(5000, 'x');
  refuse(text, "--file: '" + text + "': file is not a database");
  fs::resize_file(database.path(), 4096);
  refuse(database.path(), "--file: '" + database.path() + "': database disk image is malformed");
}

TEST(SqliteOptions, NeedOneStatementOfAtMostOneParameter) {
  const Database database;
  const auto refuse = [&](const std::string& sql, const std::string& begin) {
    refused(on(database, sql), begin);
  };
  refuse("", "--sql: is empty");
  refuse(" ; -- nothing", "--sql: is empty");
  refuse("SELEC 1", "--sql: near \"SELEC\": syntax error");
  refuse("SELECT '\n", "--sql: unrecognized token");
  refuse("SELECT * FROM nowhere", "--sql: no such table: nowhere");
  refuse("SELECT no FROM t", "--sql: no such column: no");
  refuse("SELECT 1; SELECT 2", "--sql: has more than one statement");
  refuse("SELECT 1; SELEC 2", "--sql: has more than one statement");
  refuse("SELECT 1;;/* and */;SELECT 2", "--sql: has more than one statement");
  refuse("SELECT ?, ?", "--sql: has 2 parameters");
  refuse("SELECT ?3", "--sql: has 3 parameters");
  for (const auto* sql : {"BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "SAVEPOINT x"})
    refuse(sql, "--sql: an operation is a transaction by itself");
  refused({"--sql", "SELECT no FROM item"}, "--sql: no such column: no");
  EXPECT_EQ(run(joined(on(database, "SELECT 1; -- and no more;"), {"--ops", "5"})).code, 0);
  EXPECT_EQ(run({"--sql", "SELECT value FROM item WHERE id = ?", "--ops", "5"}).code, 0);
  EXPECT_EQ(database.number("SELECT count(*) FROM t"), 1000);
}

/// asyncmark as a user whom root's rights do not help, who may see what is in the folder.
Ended as_nobody(const fs::path& folder, const Words& words) {
  for (auto above = folder; above != "/"; above = above.parent_path())
    if (above.string().starts_with(fs::temp_directory_path().string() + "/"))
      fs::permissions(above, fs::perms::others_exec | fs::perms::others_read,
                      fs::perm_options::add);
  return run_program(joined({"sh", "-c",
                             "cp \"$0\" program; exec setpriv --reuid=65534 --regid=65534 "
                             "--clear-groups ./program run sqlite --ops 5 --runner sync \"$@\"",
                             program()},
                            joined(words, kOnce)));
}

TEST(SqliteOptions, NeedAFileThatMayBeReadAndToWriteOneThatMayBeWritten) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const Database database;
  const auto folder = fs::path(database.path()).parent_path();
  fs::permissions(database.path(), fs::perms::owner_all);
  expect_usage_error(as_nobody(folder, on(database, "SELECT 1")),
                     "--file: '" + database.path() + "': unable to open database file: Permission");
  fs::permissions(database.path(), fs::perms::others_read, fs::perm_options::add);
  expect_usage_error(as_nobody(folder, on(database, "DELETE FROM t")),
                     "--file: '" + database.path() + "' cannot be written, which --sql does");
  const auto reads = as_nobody(folder, on(database, "SELECT * FROM t"));
  EXPECT_EQ(reads.code, 0) << reads.err;
  EXPECT_EQ(database.number("SELECT count(*) FROM t"), 1000);
}

TEST(SqliteOptions, SayWhatTheFolderOfADatabaseKeepsFromBeingDone) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const auto as_nobody_on = [](const std::string& journal, const Words& words,
                               const std::string& beside = "") {
    const Database database(10, journal);
    database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    const Scratch scratch;  // Which that user may not write.
    const auto copy = scratch.path() + "/copy.db";
    fs::copy_file(database.path(), copy);
    fs::permissions(copy, fs::perms(0666));
    if (!beside.empty()) {
      std::ofstream(copy + beside);
      fs::permissions(copy + beside, fs::perms(0666));
    }
    return as_nobody(scratch.path(), joined({"--file", copy, "--sql"}, words));
  };
  EXPECT_EQ(as_nobody_on("delete", {"SELECT * FROM t"}).code, 0);
  EXPECT_EQ(as_nobody_on("delete", {"DELETE FROM t", "--journal", "memory"}).code, 0);
  const auto expect_refused = [&](const Ended& ended, const std::string& words) {
    expect_usage_error(ended, "--file: '/");
    EXPECT_THAT(ended.err, AllOf(HasSubstr("copy.db"), HasSubstr(words),
                                 HasSubstr("cannot be written: Permission denied")));
  };
  expect_refused(as_nobody_on("wal", {"SELECT * FROM t"}), "it is in WAL mode");
  expect_refused(as_nobody_on("wal", {"DELETE FROM t"}), "it is in WAL mode");
  expect_refused(as_nobody_on("delete", {"DELETE FROM t"}), "in journal mode delete is written");
  expect_refused(as_nobody_on("delete", {"DELETE FROM t"}, "-journal"),
                 "in journal mode delete is written");
  EXPECT_EQ(as_nobody_on("delete", {"DELETE FROM t", "--journal", "truncate"}, "-journal").code, 0);
  expect_refused(as_nobody_on("delete", {"SELECT * FROM t", "--journal", "wal"}),
                 "in journal mode wal is written");
}

TEST(SqliteOptions, NeedAFolderForTheTemporaryDatabase) {
  const auto ended = run_program(
      joined({"/usr/bin/env", "TMPDIR=/proc", program(), "run", "sqlite", "--ops", "5"}, kOnce));
  expect_usage_error(ended, "no folder can be created in '/proc'");
}

TEST(SqliteLimits, OfDescriptorsAreForeseenAndRaisedAsFarAsTheyMay) {
  const auto limited = [](const std::string& limit, const std::string& in_flight) {
    return run_program(joined({"sh", "-c", "ulimit " + limit + R"( && exec "$0" "$@")", program(),
                               "run", "sqlite", "--rows", "100", "--ops", "200", "--runner",
                               "thread-pool,thread-per-op", "--in-flight", in_flight},
                              kOnce));
  };
  expect_usage_error(limited("-n 96", "33"),
                     "--in-flight: up to 33 sessions at once need more descriptors than a process "
                     "may have; give --in-flight 32 or less");
  for (const auto& ended : {limited("-n 96", "32"), limited("-Sn 96", "150")}) {
    EXPECT_EQ(ended.code, 0) << ended.err;
    for (const auto& row : rows(ended)) EXPECT_EQ(number(row, "completed"), 200u) << row;
  }
}

/// How many of its operations failed, by their reasons.
std::string failures(const asyncmark::Json& row) {
  return row.at("asyncmark").at("measurement").at("failures").dump();
}

TEST(SqliteFaults, AFileThatAnotherLocksIsBusyAndTheRunGoesOnAfterwards) {
  const Database database(0, "wal");
  for (const auto* runner : {"event-loop", "process-pool"}) {
    SCOPED_TRACE(runner);
    database.run("DELETE FROM t");
    Program running(
        joined({program(), "run", "sqlite", "--file", database.path(), "--sql",
                "INSERT INTO t (value) VALUES ('x')", "--timeout", "20ms", "--duration", "3s",
                "--rate", "100", "--in-flight", "4", "--warmup", "0", "--runner", runner},
               kOnce));
    const auto inserted = [&] { return database.number("SELECT count(*) FROM t"); };
    EXPECT_TRUE(eventually([&] { return inserted() > 5; }));
    database.run("BEGIN EXCLUSIVE");
    const auto before = inserted();
    std::this_thread::sleep_for(300ms);
    database.run("COMMIT");
    EXPECT_TRUE(eventually([&] { return inserted() > before + 5; })) << "it goes on";
    const auto ended = running.wait();
    EXPECT_EQ(ended.code, 4) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(" busy)"));
    const auto all = rows(ended);
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_GT(number(all[0], "failed"), 2u);
    EXPECT_EQ(number(all[0], "completed"), static_cast<std::uint64_t>(inserted()));
    EXPECT_THAT(failures(all[0]), AllOf(HasSubstr("busy"), Not(HasSubstr(","))));
  }
}

TEST(SqliteFaults, AFullDiskIsCounted) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can mount a small one";
  if (run_program({"unshare", "-m", "true"}).code != 0) GTEST_SKIP() << "no mounts of our own";
  // Some of which the thread sanitizer takes.
  for (const std::string journal : {"wal", "delete"}) {
    const auto ended = run_program(
        joined({"unshare", "-m", "sh", "-c",
                "mkdir small && mount -t tmpfs -o size=2m none small && "
                "TMPDIR=$PWD/small exec \"$0\" \"$@\"",
                program(), "run", "sqlite", "--preset", "insert", "--rows", "1000", "--ops",
                "24000", "--journal", journal, "--runner", "sync,process-pool"},
               kOnce));
    EXPECT_EQ(ended.code, 4) << ended.err;
    ASSERT_THAT(rows(ended), SizeIs(2)) << ended.err;
    for (const auto& row : rows(ended)) {
      EXPECT_EQ(accounted(row), 24'000u) << row;
      EXPECT_GT(number(row, "completed"), 100u) << journal;
      EXPECT_GT(number(row, "failed"), 100u) << journal;
      EXPECT_THAT(failures(row), HasSubstr("\"full\"")) << journal;
    }
  }
}

TEST(SqliteFaults, ADiskTooSmallForTheTemporaryDatabaseIsForeseen) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can mount a small one";
  if (run_program({"unshare", "-m", "true"}).code != 0) GTEST_SKIP() << "no mounts of our own";
  const auto ended = run_program({"unshare", "-m", "sh", "-c",
                                  "mkdir small && mount -t tmpfs -o size=1m none small && "
                                  "TMPDIR=$PWD/small exec \"$0\" run sqlite --ops 5",
                                  program()});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, StartsWith("asyncmark: --rows: 100000 rows take up to 128 bytes each"));
}

TEST(SqliteFaults, AWorkerThatIsKilledCostsItsOperationAlone) {
  const Database database(0, "wal");
  Program running(joined({program(), "run", "sqlite", "--file", database.path(), "--sql",
                          "INSERT INTO t (value) VALUES ('x')", "--duration", "2s", "--runner",
                          "process-pool", "--workers", "2", "--warmup", "0"},
                         kOnce));
  // Enough that the slower of the two has begun as well: one that is opening its file has no
  // operation to lose.
  EXPECT_TRUE(eventually([&] { return database.number("SELECT count(*) FROM t") > 300; }));
  const auto children = asyncmark::testing::children_of(running.pid());
  ASSERT_THAT(children, SizeIs(1));
  const auto workers = asyncmark::testing::children_of(children[0]);
  ASSERT_THAT(workers, SizeIs(2));
  kill(workers[0], SIGKILL);
  const auto ended = running.wait();
  EXPECT_EQ(ended.code, 4) << ended.err;
  const auto all = rows(ended);
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(failures(all[0]), HasSubstr("\"SIGKILL\":1"));
  const auto inserted = static_cast<std::uint64_t>(database.number("SELECT count(*) FROM t"));
  EXPECT_THAT(inserted, AnyOf(number(all[0], "completed"), number(all[0], "completed") + 1))
      << "it may have been killed between its end and saying so";
  EXPECT_EQ(database.ask("PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace asyncmark::sqlite::testing::sqlite_program_test
