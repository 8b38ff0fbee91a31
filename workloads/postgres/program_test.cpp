// `asyncmark run postgres` on a real cluster: what it accepts, what it says, and what it keeps to
// itself.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include "bench/model/runner_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/postgres/plan.hpp"
#include "workloads/postgres/testing/calls.hpp"

namespace asyncmark::postgres::testing::program_test {
namespace {

using namespace std::chrono_literals;
using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::command_of;
using ::asyncmark::testing::descendants_of;
using ::asyncmark::testing::Ended;
using ::asyncmark::testing::eventually;
using ::asyncmark::testing::number;
using ::asyncmark::testing::Program;
using ::asyncmark::testing::program;
using ::asyncmark::testing::rows;
using ::asyncmark::testing::run_program;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

const SharedCluster& cluster() { return SharedCluster::get(); }

Words words(const std::string& dsn, const Words& more) {
  Words all{"run", "postgres", "--dsn", dsn, "--repetitions", "1"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(SharedClusterProgram, QueriesUnderEveryRunner) {
  const auto ended = asyncmark(
      words(cluster().conninfo(), {"--ops", "300", "--in-flight", "6", "--benchmark_format=json"}));
  EXPECT_EQ(ended.code, 0) << ended.err;
  ASSERT_THAT(rows(ended), SizeIs(built_in_runners().size()));
  for (const auto& row : rows(ended)) {
    EXPECT_EQ(number(row, "completed"), 300u) << row.at("name");
    EXPECT_EQ(number(row, "rows_per_op"), 1u);
    EXPECT_EQ(number(row, "connections_made"), 0u) << "all before timing";
  }
}

TEST(SharedClusterProgram, WithoutADsnHasAClusterOfItsOwnWhateverTheEnvironmentNames) {
  const auto ended = run_program({"env",
                                  "PGHOST=db.example",
                                  "PGHOSTADDR=192.0.2.7",
                                  "PGPORT=1",
                                  program(),
                                  "run",
                                  "postgres",
                                  "--preset",
                                  "point-select",
                                  "--ops",
                                  "200",
                                  "--in-flight",
                                  "5",
                                  "--runner",
                                  "event-loop,process-pool",
                                  "--mode",
                                  "prepared",
                                  "--repetitions",
                                  "1",
                                  "--no-calibration",
                                  "--benchmark_format=json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  ASSERT_THAT(rows(ended), SizeIs(2));
  for (const auto& row : rows(ended)) {
    EXPECT_EQ(number(row, "completed"), 200u);
    EXPECT_EQ(number(row, "rows_per_op"), 1u);
  }
  EXPECT_THAT(ended.left_running, IsEmpty());
}

TEST(SharedClusterProgram, TellsHowFarASleepIsFromItsBound) {
  const auto ended =
      asyncmark(words(cluster().conninfo(),
                      {"--preset", "sleep", "--wait", "20ms", "--ops", "100", "--in-flight", "10",
                       "--runner", "event-loop,thread-pool", "--benchmark_format=json"}));
  for (const auto& row : rows(ended)) {
    EXPECT_EQ(row.at("bound_ns"), 200e6);
    EXPECT_GT(row.at("efficiency"), 0.2);
    EXPECT_LE(row.at("efficiency"), 1.0);
  }
}

/// One line that begins so and has these words in it, exit code 2, and nothing ran.
void expect_refused(const std::string& dsn, const Words& more, const std::string& begin,
                    const std::string& within = "") {
  SCOPED_TRACE(begin);
  auto all = more;
  if (std::ranges::find(more, "--in-flight") == more.end())
    all.insert(all.end(), {"--in-flight", "4"});
  const auto ended = asyncmark(words(dsn, all));
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, AllOf(StartsWith("asyncmark: " + begin), HasSubstr(within)));
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  EXPECT_THAT(ended.out, IsEmpty());
}

TEST(SharedClusterProgram, SaysInTheServersWordsWhatItDoesNotTake) {
  const auto& dsn = cluster().conninfo();
  expect_refused(dsn + " dbname=nowhere", {}, "--dsn: connection to server on socket",
                 "FATAL: database \"nowhere\" does not exist");
  expect_refused(dsn + " user=nobody", {}, "--dsn: ", "role \"nobody\" does not exist");
  expect_refused(dsn, {"--sql", "SELEC 1"},
                 "--sql: the server answers: ERROR: syntax error at or near \"SELEC\" (42601)");
  expect_refused(dsn, {"--sql", "SELECT * FROM nothing"},
                 "--sql: ", "relation \"nothing\" does not exist (42P01)");
  for (const auto* mode : {"extended", "prepared", "pipeline"})
    expect_refused(dsn, {"--sql", "SELECT 1; SELECT 2", "--mode", mode},
                   "--sql: has 2 statements, which only --mode simple can send");
  expect_refused(dsn, {"--sql", "SELECT 1; SELEC 2"},
                 "--sql: the server answers: ERROR: syntax error at or near \"SELEC\" (42601)");
  expect_refused(dsn, {"--sql", "SELECT * FROM nothing; SELECT 1"},
                 "--sql: ", "relation \"nothing\" does not exist (42P01)");
  expect_refused(dsn, {"--sql", "SELECT U&'\\0024'$1"}, "--sql: ");
  expect_refused(dsn + " dbname=template1", {"--preset", "point-select"},
                 "--preset: ", "does not exist (42P01); create pgbench's tables with 'pgbench -i'");
  expect_refused(dsn + " dbname=template1", {"--preset", "tpcb-like"}, "--preset: ", "pgbench -i");
}

TEST(SharedClusterProgram, SendsSeveralStatementsInOneSimpleQuery) {
  for (const auto& [sql, rows_per_op] :
       {std::pair{"SELECT 1; SELECT generate_series(1, 2)", 3},
        {"BEGIN; SELECT 1; COMMIT", 1},
        {"SET LOCAL search_path TO public; SELECT $1", 1},
        {"CREATE TEMP TABLE made (n int); SELECT * FROM made; DROP TABLE made", 0}}) {
    const auto ended = asyncmark(
        words(cluster().conninfo(), {"--sql", sql, "--ops", "20", "--in-flight", "2", "--runner",
                                     "sync,event-loop", "--benchmark_format=json"}));
    EXPECT_EQ(ended.code, 0) << ended.err;
    ASSERT_THAT(rows(ended), SizeIs(2));
    for (const auto& row : rows(ended)) {
      EXPECT_EQ(number(row, "completed"), 20u) << sql;
      EXPECT_EQ(row.value("rows_per_op", 0.0), rows_per_op) << sql;
    }
  }
}

TEST(SharedClusterProgram, AsksForNoMoreConnectionsThanThereAre) {
  const auto& dsn = cluster().conninfo();
  expect_refused(dsn, {"--in-flight", "200", "--runner", "event-loop"},
                 "--in-flight: needs up to 200 connections, but the server has only ",
                 " left of its max_connections; use --in-flight ");
  expect_refused(dsn, {"--runner", "thread-per-op", "--ops", "1000", "--in-flight", "unbounded"},
                 "--in-flight: needs up to 1000 connections");
}

TEST(SharedClusterProgram, ThatIsNotAnsweredSaysSo) {
  // A table that another session has locked.
  cluster().ask("CREATE TABLE kept (id int)");
  const Connection keeping(PQconnectdb(cluster().conninfo().c_str()), PQfinish);
  PQclear(PQexec(keeping.get(), "BEGIN; LOCK TABLE kept"));
  expect_refused(cluster().conninfo(), {"--sql", "SELECT * FROM kept"},
                 "--dsn: the server does not answer within 10s");
  PQclear(PQexec(keeping.get(), "DROP TABLE kept; COMMIT"));
}

TEST(SharedClusterProgram, HasATimeOutOfOperationsAlone) {
  const auto ended = asyncmark(words(
      cluster().conninfo(), {"--timeout", "1ms", "--connect", "per-op", "--runner", "sync", "--ops",
                             "5", "--max-failed", "100%", "--benchmark_format=json"}));
  EXPECT_EQ(ended.code, 0) << ended.err;
  ASSERT_THAT(rows(ended), SizeIs(1));
}

TEST(SharedClusterProgram, CountsTheSessionsOfOthersForAUserWhoMayNotLookAtThem) {
  cluster().ask("CREATE ROLE looker LOGIN");
  std::vector<Connection> others;
  for (int i = 0; i < 30; ++i)
    others.emplace_back(PQconnectdb(cluster().conninfo().c_str()), PQfinish);
  expect_refused(cluster().conninfo() + " user=looker",
                 {"--in-flight", "80", "--runner", "event-loop"},
                 "--in-flight: needs up to 80 connections, but the server has only ");
  cluster().ask("DROP ROLE looker");
}

/// A cluster that lets this user in by password only.
class SharedClusterPassword : public ::testing::Test {
 protected:
  static constexpr const char* kSecret = "s3cr3t";

  SharedClusterPassword() {
    cluster().ask(fmt::format("CREATE ROLE guarded LOGIN PASSWORD '{}'", kSecret));
    rules_ = contents(rules());
    write_rules("local all guarded scram-sha-256\n" + rules_);
  }
  ~SharedClusterPassword() override {
    write_rules(rules_);
    cluster().ask("DROP ROLE guarded");
  }

  static std::string contents(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string rules() { return cluster().data() + "/pg_hba.conf"; }
  static void write_rules(const std::string& text) {
    std::ofstream(rules()) << text;
    cluster().ask("SELECT pg_reload_conf()");
    std::this_thread::sleep_for(200ms);  // The postmaster reads them when it gets to it.
  }
  static std::string dsn(const std::string& password) {
    return cluster().conninfo() + " user=guarded password=" + password;
  }

  std::string rules_;
};

TEST_F(SharedClusterPassword, ThatIsWrongIsSaidWithoutIt) {
  for (const auto& words : {Words{"run", "postgres", "--dsn", dsn("wr0ng")},
                            Words{"run", "postgres", "--dsn=" + dsn("wr0ng")}}) {
    const auto ended = asyncmark(words);
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, AllOf(StartsWith("asyncmark: --dsn: "),
                                 HasSubstr("password authentication failed for user \"guarded\""),
                                 Not(HasSubstr("wr0ng"))));
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1);
  }
  EXPECT_THAT(asyncmark({"run", "postgres", "--dsn", cluster().conninfo() + " user=guarded"}).err,
              HasSubstr("no password supplied"));
}

/// Runs with a DSN that has the password in it, and looks at all that can be seen.
void expect_kept_secret(const Words& given, const char* format, const char* secret) {
  SCOPED_TRACE(fmt::format("{} as {}", given.back(), format));
  auto all = Words{program(), "run", "postgres"};
  all.insert(all.end(), given.begin(), given.end());
  all.insert(all.end(), {"--ops", "50", "--in-flight", "4", "--runner", "event-loop,process-pool",
                         "--repetitions", "1", "--out", "out.json",
                         "--benchmark_out=benchmark.json", "--format", format});
  Program running(all);
  Words commands;
  std::jthread looking([&commands, pid = running.pid()](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      // Once it has a child, it has read its own arguments.
      if (!descendants_of(pid).empty()) commands.push_back(command_of(pid));
      for (const auto child : descendants_of(pid))
        if (auto command = command_of(child); command.find(" --ops ") == command.npos)
          commands.push_back(std::move(command));  // And no longer that of what started it.
      std::this_thread::sleep_for(2ms);
    }
  });
  const auto ended = running.wait();
  looking.request_stop();
  looking.join();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(Not(IsEmpty()), Not(HasSubstr(secret))));
  EXPECT_THAT(ended.err, Not(HasSubstr(secret)));
  EXPECT_THAT(ended.files, SizeIs(2));
  for (const auto& [name, text] : ended.files)
    EXPECT_THAT(text, AllOf(Not(HasSubstr(secret)), HasSubstr("password=***"),
                            HasSubstr("\"completed\": ")))
        << name;
  EXPECT_THAT(commands, Not(IsEmpty()));
  for (const auto& command : commands) EXPECT_THAT(command, Not(HasSubstr(secret)));
}

TEST_F(SharedClusterPassword, IsInNothingThatIsWrittenAndInNoProcess) {
  for (const auto* format : {"table", "csv", "markdown", "json"})
    expect_kept_secret({"--dsn", dsn(kSecret)}, format, kSecret);
  const auto host = cluster().conninfo().substr(5, cluster().conninfo().find(' ') - 5);
  for (const auto& words :
       {Words{fmt::format("--dsn=postgresql://guarded:{}@/postgres?host={}", kSecret, host)},
        Words{"--dsn", fmt::format("postgresql:///postgres?host={}&user=guarded&password={}", host,
                                   kSecret)}})
    expect_kept_secret(words, "table", kSecret);
}

TEST_F(SharedClusterPassword, MayComeFromTheEnvironmentOrAFile) {
  const auto without = cluster().conninfo() + " user=guarded";
  const auto run = [&](const Words& before, const asyncmark::testing::Surroundings& with = {}) {
    auto all = before;
    all.push_back(program());
    const auto rest =
        words(without, {"--ops", "20", "--in-flight", "2", "--runner", "event-loop,process-pool"});
    all.insert(all.end(), rest.begin(), rest.end());
    return asyncmark::testing::run_program(all, with);
  };
  EXPECT_EQ(run({"env", std::string("PGPASSWORD=") + kSecret}).code, 0);
  EXPECT_EQ(run({"sh", "-c", "chmod 600 pass && exec env PGPASSFILE=pass \"$0\" \"$@\""},
                {.files = {{"pass", fmt::format("*:*:*:guarded:{}\n", kSecret)}}})
                .code,
            0);
}

}  // namespace
}  // namespace asyncmark::postgres::testing::program_test
