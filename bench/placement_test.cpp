#include "bench/placement.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "bench/errors.hpp"
#include "bench/testing/rows.hpp"

namespace asyncmark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Placement, ReadsListsAsTheKernelWritesThem) {
  EXPECT_THAT(parse_cpus("0", "x"), ElementsAre(0));
  EXPECT_THAT(parse_cpus("0-2", "x"), ElementsAre(0, 1, 2));
  EXPECT_THAT(parse_cpus("7,2-3,2", "x"), ElementsAre(2, 3, 7));
  for (const auto* text : {"0", "0-1", "0,2-3", "1,3,5-7,9"})
    EXPECT_EQ(list_text(parse_cpus(text, "x")), text);
}

TEST(Placement, RefusesWhatIsNoList) {
  for (const auto* text : {"", "a", "1,", ",1", "1-", "-1", "1--2", "2-1", "0x1", "1.5", " 1",
                           "65536", "99999999999999999999", "0-4294967295"})
    EXPECT_THROW(parse_cpus(text, "x"), UsageError) << text;
}

TEST(Placement, IsTheClientsUnlessItSaysOtherwise) {
  const auto one = std::to_string(own_cpus().front());
  const auto all = list_text(own_cpus());
  EXPECT_EQ(list_text(Placement::parse(all).client), all);
  EXPECT_EQ(list_text(Placement::parse("client=" + one).client), one);
  const auto both = Placement::parse("service=" + one + ",client=" + all);
  EXPECT_EQ(list_text(both.client), all);
  EXPECT_EQ(list_text(both.service), one);
}

TEST(Placement, RefusesSidesThatThereAreNot) {
  for (const auto* text : {"server=0", "client=", "client=0,client=0", "=0", "client=0service=0",
                           "client==0", "0,service=0", "client=0,", "service", "client"})
    EXPECT_THROW(Placement::parse(text), UsageError) << text;
}

TEST(Placement, RefusesProcessorsThatAreNotOurs) {
  const auto beyond = std::to_string(own_cpus().back() + 1);
  EXPECT_THROW(Placement::parse(beyond), UsageError);
  EXPECT_THROW(Placement::parse("client=0,service=" + beyond), UsageError);
}

/// The document that a run of `null` with these words writes.
Json document_of(std::vector<std::string> words) {
  words.insert(words.begin(), {"run", "null", "--ops", "100", "--repetitions", "1", "--out", "r"});
  const auto ended = testing::asyncmark(words);
  EXPECT_EQ(ended.code, 0) << ended.err;
  return Json::parse(ended.files.at("r"));
}

std::string client_of(const Json& document) {
  return document.at("benchmarks")[0]["asyncmark"]["measurement"]["placement"]["client"];
}

TEST(Placement, OfAChildIsWhatWasAskedForAndIsRecorded) {
  const auto last = std::to_string(own_cpus().back());
  for (const auto& asked : {last, "client=" + last}) {
    const auto document = document_of({"--runner", "thread-pool,process-pool", "--cpus", asked});
    for (const auto& row : document.at("benchmarks")) {
      EXPECT_EQ(row["asyncmark"]["measurement"]["placement"]["client"], last);
      EXPECT_EQ(row["asyncmark"]["case"]["cpus"], last);
      EXPECT_EQ(row["asyncmark"]["how"]["processors"], 1);
      EXPECT_THAT(row["name"].get<std::string>(), HasSubstr("/cpus:" + last));
    }
  }
}

TEST(Placement, OfAChildIsThatFromOutsideWhereNothingIsAsked) {
  EXPECT_EQ(client_of(document_of({"--runner", "sync"})), list_text(own_cpus()));
  const auto last = std::to_string(own_cpus().back());
  EXPECT_EQ(client_of(document_of({"--runner", "sync", "--launcher", "taskset -c " + last})), last);
}

TEST(Placement, ThatDiffersBetweenComparedCasesRaisesACheck) {
  if (own_cpus().size() < 2) GTEST_SKIP() << "one processor cannot differ";
  const auto plan = R"({"cases": [
      {"workload": "null", "runner": "sync", "ops": 100, "repetitions": 1},
      {"workload": "null", "runner": "event-loop", "ops": 100, "repetitions": 1, "cpus": )" +
                    std::to_string(own_cpus().front()) + "}]}";
  const auto ended = testing::asyncmark({"run", "--plan", "p.json"}, {.files = {{"p.json", plan}}});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("client-cpus-differ"));
}

TEST(Placement, KeepsAThreadToItsProcessors) {
  // On a thread of its own, for the test program is not to stay there.
  std::thread([] {
    const Cpus one{own_cpus().back()};
    keep_to(one);
    EXPECT_EQ(own_cpus(), one);
  }).join();
}

}  // namespace
}  // namespace asyncmark
