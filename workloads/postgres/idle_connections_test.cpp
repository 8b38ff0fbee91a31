// Connections that were idle between two operations.

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <thread>
#include <tuple>

#include "bench/engine/window.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/postgres/testing/calls.hpp"

namespace asyncmark::postgres::testing::idle_connections_test {
namespace {

using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::eventually;
using ::asyncmark::testing::row;
using ::testing::Combine;
using ::testing::Values;

/// Longer than the pause after which a connection is looked at.
constexpr auto kIdle = std::chrono::milliseconds(40);

/// How many sessions of the server meet a condition.
std::string sessions_where(const std::string& condition) {
  return SharedCluster::get().ask("SELECT count(*) FROM pg_stat_activity WHERE " + condition);
}

/// Of the sessions of a test: what tells them from those of others.
std::string named(const std::string& name) { return "application_name = '" + name + "'"; }

std::string conninfo(const std::string& name, const std::string& options = "") {
  return SharedCluster::get().conninfo() + " application_name=" + name + " options='" + options +
         "'";
}

using Way = std::tuple<Waiting, std::string>;

class SharedClusterIdleConnections : public ::testing::TestWithParam<Way> {
 protected:
  Caller caller(Options more) const {
    more["mode"] = std::get<1>(GetParam());
    return Caller(std::get<0>(GetParam()), more);
  }
  std::uint64_t reopened() const { return window().connections_reopened - before_; }

 private:
  std::uint64_t before_ = window().connections_reopened;
};

INSTANTIATE_TEST_SUITE_P(All, SharedClusterIdleConnections,
                         Combine(Values(Waiting::blocking, Waiting::on_a_loop),
                                 Values("simple", "extended", "prepared", "pipeline")),
                         [](const auto& one) {
                           return to_string(std::get<0>(one.param)) + "_" + std::get<1>(one.param);
                         });

TEST_P(SharedClusterIdleConnections, AreMadeAnewWhereTheServerClosedThemForBeingIdle) {
  auto caller = this->caller({{"dsn", conninfo("timed_out", "-c idle_session_timeout=50")}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(eventually([] { return sessions_where(named("timed_out")) == "0"; }));
    std::this_thread::sleep_for(kIdle);
    EXPECT_EQ(caller.call(0).failure, "") << i;
  }
  EXPECT_EQ(reopened(), 3u);
}

TEST_P(SharedClusterIdleConnections, AreMadeAnewWhereSomebodyEndedThem) {
  auto caller = this->caller({{"dsn", conninfo("ended")}});
  EXPECT_EQ(caller.call(0).failure, "");
  SharedCluster::get().ask(
      "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
      "WHERE " +
      named("ended"));
  std::this_thread::sleep_for(kIdle);
  EXPECT_EQ(caller.call(0).failure, "");
  EXPECT_EQ(reopened(), 1u);
}

TEST_P(SharedClusterIdleConnections, AreKeptWhereTheServerSaidSomethingOnly) {
  auto caller = this->caller({{"dsn", conninfo("told")}, {"sql", "LISTEN asyncmark_idle"}});
  EXPECT_EQ(caller.call(0).failure, "");
  const auto pid =
      SharedCluster::get().ask("SELECT pid FROM pg_stat_activity WHERE " + named("told"));
  SharedCluster::get().ask("NOTIFY asyncmark_idle");
  std::this_thread::sleep_for(kIdle);
  EXPECT_EQ(caller.call(0).failure, "");
  EXPECT_EQ(reopened(), 0u);
  EXPECT_EQ(sessions_where(named("told") + " AND pid = " + pid), "1");
}

/// asyncpg knows no options of a DSN, so that the timeout is the user's.
TEST(SharedClusterIdleConnectionsOfAdapters, AreMadeAnewWhereTheServerClosedThem) {
  auto& cluster = SharedCluster::get();
  cluster.ask("CREATE ROLE idle LOGIN; ALTER ROLE idle SET idle_session_timeout = 50");
  for (const std::string runner : {"python-threads", "python-processes", "python-asyncio"}) {
    const auto ended = asyncmark({"run", "postgres", "--dsn", cluster.conninfo() + " user=idle",
                                  "--runner", runner, "--in-flight", "1", "--rate", "5", "--ops",
                                  "6", "--repetitions", "1", "--format", "json"});
    const auto result = row(ended, "postgres/");
    if (result.contains("error_message")) continue;  // Python has no driver here.
    const auto& measured = result.at("asyncmark").at("measurement");
    EXPECT_EQ(measured.at("failed"), 0) << runner << measured.dump();
    EXPECT_GE(measured.at("resources").at("connections_reopened"), 5) << runner;
  }
  cluster.ask("DROP ROLE idle");
}

}  // namespace
}  // namespace asyncmark::postgres::testing::idle_connections_test
