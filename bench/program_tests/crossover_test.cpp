// `crossover` as people call it.

#include <gmock/gmock.h>

#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::crossover_program_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> words(const std::vector<std::string>& more) {
  std::vector<std::string> all{"crossover", "sleep", "--ops", "8", "--runner", "sync,event-loop"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(CrossoverProgram, FindsWhereTheEventLoopBeginsToBeFaster) {
  const auto ended = asyncmark(words(
      {"--wait", "30ms", "--over", "in-flight=1..8", "--format", "json", "--out", "out.json"}));
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto found = Json::parse(ended.out);
  EXPECT_EQ(found.at("bracket").at("low"), 1) << ended.out;
  EXPECT_EQ(found.at("bracket").at("high"), 2);
  EXPECT_EQ(found.at("bracket").at("better_above"), "event-loop");
  const auto kept = Json::parse(ended.files.at("out.json"));
  EXPECT_GE(kept.at("benchmarks").size(), 2 * found.at("points").size());
}

TEST(CrossoverProgram, SaysThatThereIsNoneAndWhatIsWrong) {
  const auto none = asyncmark(words({"--over", "wait=2ms..20ms"}));
  EXPECT_THAT(none.out, AllOf(StartsWith("No crossover: event-loop"), HasSubstr("2ms")));
  const auto few = asyncmark(words({"--over", "wait=2ms..20ms", "--metric", "p99"}));
  EXPECT_EQ(few.code, 4);
  EXPECT_THAT(few.err, HasSubstr("too few operations for --metric; use more --ops"));
  EXPECT_EQ(asyncmark(words({"--over", "wait=2ms"})).code, 2);
  const auto usual = asyncmark({"crossover", "null", "--runner", "sync,event-loop", "--over",
                                "in-flight=1..2", "--metric", "cpu"});
  EXPECT_EQ(usual.code, 0) << "without --ops: " << usual.err;
  EXPECT_EQ(asyncmark({"crossover", "sleep", "--runner", "sync", "--over", "wait=2ms..9ms"}).code,
            2);
}

}  // namespace
}  // namespace asyncmark::testing::crossover_program_test
