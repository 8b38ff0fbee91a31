#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bench/model/workload.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::hash_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Hash, RunsUnderEveryRunnerAndLosesNothing) {
  const auto ended = asyncmark({"run", "hash", "--size", "1KiB", "--ops", "200", "--in-flight", "4",
                                "--repetitions", "1", "--benchmark_format=json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto all = rows(ended);
  EXPECT_GE(all.size(), 5u);
  for (const auto& row : all) {
    EXPECT_EQ(number(row, "completed"), 200u) << row.at("name");
    EXPECT_EQ(accounted(row), 200u);
  }
}

/// Each session compares with the answer of its standard first.
TEST(Hash, KnowsEveryAlgorithmByTheAnswerOfItsStandard) {
  for (const auto* algorithm : {"sha256", "sha512", "blake2b512", "sha3-256", "md5"}) {
    const auto ended =
        asyncmark({"run", "hash", "--algorithm", algorithm, "--ops", "10", "--runner", "sync",
                   "--repetitions", "1", "--benchmark_format=json"});
    ASSERT_EQ(ended.code, 0) << algorithm << ended.err;
    EXPECT_EQ(number(rows(ended).at(0), "completed"), 10u) << algorithm;
  }
}

TEST(Hash, ALargerBlockTakesLonger) {
  const auto mean = [](const char* size) {
    return rows(asyncmark({"run", "hash", "--size", size, "--ops", "50", "--runner", "sync",
                           "--repetitions", "1", "--benchmark_format=json"}))
        .at(0)
        .at("service_p50_ns")
        .get<double>();
  };
  EXPECT_GT(mean("1MiB"), 20 * mean("4KiB")) << "256 times, and a little for each operation";
}

TEST(Hash, HoldsTheLoopAndTheResultSaysSo) {
  const auto ended = asyncmark({"run", "hash", "--size", "32MiB", "--ops", "20", "--runner",
                                "event-loop", "--repetitions", "1", "--strict"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("loop-held"));
}

TEST(Hash, AnAlgorithmThatOpenSslDoesNotHaveFailsTheCase) {
  Surroundings without;
  without.files["openssl.cnf"] =
      "openssl_conf = top\n[top]\nproviders = which\n[which]\nnull = null\n[null]\nactivate = 1\n";
  Program run({"/usr/bin/env", "OPENSSL_CONF=openssl.cnf", program(), "run", "hash", "--ops", "10",
               "--runner", "sync", "--repetitions", "1"},
              without);
  const auto ended = run.wait();
  EXPECT_EQ(ended.code, 4) << ended.out;
  EXPECT_THAT(ended.err, HasSubstr("OpenSSL has no sha256 on this machine"));
}

TEST(HashOptions, AreLookedAtBeforeTheRun) {
  const auto refused = [](const std::vector<std::string>& words) {
    std::vector<std::string> all{"run", "hash", "--ops", "1"};
    all.insert(all.end(), words.begin(), words.end());
    const auto ended = asyncmark(all);
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    return ended.err;
  };
  EXPECT_THAT(refused({"--algorithm", "crc32"}),
              AllOf(HasSubstr("--algorithm"), HasSubstr("sha256"), HasSubstr("blake2b512"),
                    HasSubstr("md5")));
  EXPECT_THAT(refused({"--size", "0B"}), HasSubstr("--size: must be at least 1B"));
  EXPECT_THAT(refused({"--size", "1000000GiB"}), HasSubstr("--size: 1000000GiB is more than half"));
  EXPECT_THAT(refused({"--size", "64"}), HasSubstr("--size"));
}

}  // namespace
}  // namespace asyncmark::testing::hash_test
