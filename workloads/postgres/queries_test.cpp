// What operations do to a server, in all modes of the protocol, on threads and on loops.

#include <gmock/gmock.h>

#include <string>
#include <tuple>

#include "bench/base/errors.hpp"
#include "bench/engine/window.hpp"
#include "workloads/postgres/testing/calls.hpp"

namespace asyncmark::postgres::testing::queries_test {
namespace {

using ::testing::AllOf;
using ::testing::Combine;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using ::testing::Values;

const SharedCluster& cluster() { return SharedCluster::get(); }

using Way = std::tuple<Waiting, std::string>;

class SharedClusterQueries : public ::testing::TestWithParam<Way> {
 protected:
  Caller caller(Options more = {}) const {
    more["mode"] = std::get<1>(GetParam());
    return Caller(std::get<0>(GetParam()), more);
  }
  bool in_pipeline() const { return std::get<1>(GetParam()) == "pipeline"; }
};

TEST_P(SharedClusterQueries, AreAnsweredAndTheirRowsCounted) {
  EXPECT_THAT(caller().rows(3), Each(in_pipeline() ? 10 : 1));
  EXPECT_THAT(caller({{"sql", "SELECT generate_series(1, 3000)"}}).rows(2),
              Each(in_pipeline() ? 30'000 : 3000));
  EXPECT_THAT(caller({{"sql", "SELECT 1 WHERE false"}}).reasons(2), Each(""));
  EXPECT_THAT(caller({{"sql", "SELECT 1 WHERE false"}}).rows(2), Each(0));
}

TEST_P(SharedClusterQueries, KnowTheirNumber) {
  // Query n gives n rows; a pipeline of 10 begins with query 10 * operation.
  const auto rows = caller({{"sql", "SELECT generate_series(1, $1)"}}).rows(3);
  if (in_pipeline())
    EXPECT_THAT(rows, ElementsAre(45, 145, 245));
  else
    EXPECT_THAT(rows, ElementsAre(0, 1, 2));
}

TEST_P(SharedClusterQueries, ThatFailAreCountedByTheirSqlstateAndTheNextSucceed) {
  // Query 1 divides by zero; so does the first pipeline.
  auto dividing = caller({{"sql", "SELECT 1 / ($1 - 1)"}});
  EXPECT_THAT(dividing.reasons(3),
              in_pipeline() ? ElementsAre("22012", "", "") : ElementsAre("", "22012", ""));
  EXPECT_THAT(caller({{"sql", "SELECT set_config('asyncmark.n', 'x', false)::int"}}).reasons(2),
              Each("22P02"));
}

TEST_P(SharedClusterQueries, OfNothingButACommentFail) {
  EXPECT_THAT(caller({{"sql", "-- SELECT 1"}}).reasons(2), Each("empty query"));
}

TEST_P(SharedClusterQueries, ThatLeaveATransactionOpenFailAndItIsEnded) {
  auto beginning = caller({{"sql", "BEGIN"}});
  EXPECT_THAT(beginning.reasons(3), Each("not ended"));
}

TEST_P(SharedClusterQueries, FindEachAKeyOfPgbenchsTables) {
  EXPECT_THAT(caller({{"preset", "point-select"}}).rows(50), Each(in_pipeline() ? 10 : 1));
}

TEST_P(SharedClusterQueries, OfTpcbMoveWhatIsThenInAllTables) {
  const auto sum = [](const char* table, const char* column) {
    return cluster().ask(std::string("SELECT coalesce(sum(") + column + "), 0) FROM " + table);
  };
  const auto transactions = [] { return cluster().ask("SELECT count(*) FROM pgbench_history"); };
  const auto before = std::stoi(transactions());
  auto moving = caller({{"preset", "tpcb-like"}});
  EXPECT_THAT(moving.rows(20), Each(in_pipeline() ? 10 : 1)) << "one of seven statements gives one";
  EXPECT_EQ(std::stoi(transactions()) - before, in_pipeline() ? 200 : 20);
  EXPECT_NE(sum("pgbench_history", "delta"), "0");
  for (const auto& [table, column] : {std::pair{"pgbench_accounts", "abalance"},
                                      {"pgbench_tellers", "tbalance"},
                                      {"pgbench_branches", "bbalance"}})
    EXPECT_EQ(sum(table, column), sum("pgbench_history", "delta")) << table;
}

TEST_P(SharedClusterQueries, ThatFailInATransactionAreRolledBack) {
  cluster().ask(
      "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE serialization_failure;"
      " END $$ LANGUAGE plpgsql;"
      "CREATE TRIGGER refusing BEFORE INSERT ON pgbench_history EXECUTE FUNCTION refuse()");
  const auto before = cluster().ask("SELECT sum(abalance) FROM pgbench_accounts");
  auto refused = caller({{"preset", "tpcb-like"}});
  EXPECT_THAT(refused.reasons(3), Each("40001"));
  EXPECT_EQ(
      cluster().ask("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in trans%'"),
      "0");
  EXPECT_EQ(cluster().ask("SELECT sum(abalance) FROM pgbench_accounts"), before);
  cluster().ask("DROP TRIGGER refusing ON pgbench_history; DROP FUNCTION refuse()");
  EXPECT_THAT(refused.reasons(3), Each("")) << "over the same connection";
}

TEST_P(SharedClusterQueries, TakeConnectionsThatAreKeptOrEachItsOwn) {
  const auto tried = [] { return window().connections_tried.load(); };
  const auto made = [] { return window().connections_made.load(); };
  auto before = made();
  auto pooled = caller();
  EXPECT_EQ(made() - before, 1u);
  pooled.reasons(5);
  EXPECT_EQ(made() - before, 1u);
  before = made();
  auto per_op = caller({{"connect", "per-op"}});
  EXPECT_EQ(made() - before, 0u);
  EXPECT_THAT(per_op.reasons(5), Each(""));
  EXPECT_EQ(made() - before, 5u);
  EXPECT_EQ(tried(), made());
}

TEST_P(SharedClusterQueries, ThatTakeTooLongAreGivenUpWithTheirConnection) {
  auto slow = caller(
      {{"sql", "SELECT pg_sleep(CASE WHEN $1 < 10 THEN 30 ELSE 0 END)"}, {"timeout", "300ms"}});
  const auto begun = Clock::now();
  EXPECT_EQ(slow.call(0).failure.code(), "time-out");
  EXPECT_GE(Clock::now() - begun, std::chrono::milliseconds(290));
  EXPECT_LT(Clock::now() - begun, std::chrono::seconds(15));
  EXPECT_TRUE(slow.call(10).ok()) << "over a new connection";
  cluster().ask(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%THEN 30%' AND pid "
      "<> pg_backend_pid()");
}

TEST_P(SharedClusterQueries, PrintNoNotices) {
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(caller({{"sql", "DROP TABLE IF EXISTS there_is_none"}}).reasons(2), Each(""));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_P(SharedClusterQueries, SayWhatKeepsASessionFromOpening) {
  EXPECT_THAT(
      [&] {
        caller({{"dsn", cluster().conninfo() + " dbname=nowhere"}});
      },
      ThrowsMessage<CaseError>(HasSubstr("\"nowhere\" does not exist")));
}

INSTANTIATE_TEST_SUITE_P(Ways, SharedClusterQueries,
                         Combine(Values(Waiting::blocking, Waiting::on_a_loop),
                                 Values("simple", "extended", "prepared", "pipeline")),
                         [](const auto& one) {
                           return to_string(std::get<0>(one.param)) + "_" + std::get<1>(one.param);
                         });

class SharedClusterPipeline : public ::testing::TestWithParam<Waiting> {};

TEST_P(SharedClusterPipeline, NeverHangsWhereNeitherSideTakesMore) {
  // Far more of both than the buffers on the way hold.
  Caller large(GetParam(),
               {{"sql", "SELECT repeat('x', 3000), $1"}, {"mode", "pipeline"}, {"depth", "20000"}});
  EXPECT_THAT(large.rows(1), ElementsAre(20'000));
}

INSTANTIATE_TEST_SUITE_P(Ways, SharedClusterPipeline, Values(Waiting::blocking, Waiting::on_a_loop),
                         [](const auto& one) { return to_string(one.param); });

}  // namespace
}  // namespace asyncmark::postgres::testing::queries_test
