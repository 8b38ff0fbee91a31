// A server of the user's on this machine, as the kernel sees it.

#include <gmock/gmock.h>

#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/postgres/testing/calls.hpp"

namespace asyncmark::postgres::testing::local_server_test {
namespace {

using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::row;

/// Backends compute, and the process that listens does not. What a system without the cluster's
/// shared memory in it would take is far less.
void expect_tree_is_seen(const std::string& dsn) {
  const auto ended =
      asyncmark({"run", "postgres", "--dsn", dsn, "--sql",
                 "SELECT count(*) FROM generate_series(1, 100000)", "--ops", "40", "--in-flight",
                 "4", "--runner", "thread-pool", "--repetitions", "1", "--format", "json"});
  const auto result = row(ended, "postgres/thread-pool");
  ASSERT_TRUE(result.at("asyncmark").at("measurement").at("observed").contains("service"))
      << ended.err;
  const auto& used = result.at("asyncmark").at("measurement").at("observed").at("service");
  EXPECT_EQ(used.at("requests"), 40);
  EXPECT_GT(used.at("cpu_ns"), 40'000'000);
  EXPECT_GE(used.at("threads"), 1 + 4) << "a process for each connection";
  EXPECT_GT(used.at("peak_rss_bytes"), 10 << 20);
  EXPECT_LT(used.at("peak_rss_bytes"), 500 << 20);
}

TEST(SharedClusterAsTheUsersServer, IsSeenBehindAUnixSocket) {
  expect_tree_is_seen(SharedCluster::get().conninfo());
}

}  // namespace
}  // namespace asyncmark::postgres::testing::local_server_test
