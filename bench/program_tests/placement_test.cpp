#include "bench/os/placement.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "bench/base/errors.hpp"
#include "bench/testing/rows.hpp"

namespace asyncmark::placement_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

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

TEST(Placement, IsWrittenAsItIsRead) {
  const auto cpus = own_cpus();
  for (const auto& one :
       {Placement{cpus, {}}, Placement{cpus, {cpus.front()}}, Placement{{}, cpus}}) {
    const auto again = Placement::parse(one.text());
    EXPECT_EQ(again.client, one.client) << one.text();
    EXPECT_EQ(again.service, one.service) << one.text();
  }
  EXPECT_EQ(Placement{}.text(), "");
}

TEST(Placement, PutsTheSidesApartWhereThereAreProcessorsForBoth) {
  const auto apart = [](const Cpus& there, const Placement& asked = {}) {
    const auto both = asked.apart(there);
    return list_text(both.client) + " and " + list_text(both.service);
  };
  EXPECT_EQ(apart({0}), "0 and 0");
  EXPECT_EQ(apart({0, 1}), "0 and 1");
  EXPECT_EQ(apart({1, 2, 5}), "1-2 and 5");
  EXPECT_EQ(apart({0, 1, 2, 3}), "0-1 and 2-3");
  EXPECT_EQ(apart({0, 1, 2, 3}, {{1}, {}}), "1 and 0,2-3");
  EXPECT_EQ(apart({0, 1, 2, 3}, {{}, {0}}), "1-3 and 0");
  EXPECT_EQ(apart({0, 1}, {{0, 1}, {}}), "0-1 and 0-1") << "none is left";
  EXPECT_EQ(apart({0, 1}, {{0}, {0}}), "0 and 0") << "as asked";
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

/// The first row of a run of `served`, which calls a service of ours, with these words.
Json served(std::vector<std::string> words, bool calibrate = false) {
  words.insert(words.begin(), {"run", "served", "--runner", "thread-pool", "--ops", "100",
                               "--repetitions", "1", "--out", "r", "--strict"});
  const auto ended = testing::asyncmark(words, {.calibrate = calibrate});
  return Json::parse(ended.files.at("r"));
}

/// As the kernel gave it: `0 and 1`.
std::string sides_of(const Json& document) {
  const auto& row = document.at("benchmarks")[0]["asyncmark"];
  const auto& placement = row["measurement"]["placement"];
  return placement.value("client", "none") + " and " + placement.value("service", "none");
}

std::string found(const Json& document, const std::string& code) {
  for (const auto& one : document.at("checks"))
    if (one.at("code") == code) return one.at("evidence");
  return "nothing";
}

const char* const kShared = "client-and-service-share-cpu";

TEST(Placement, OfAServiceIsApartFromItsClients) {
  if (own_cpus().size() < 2) GTEST_SKIP() << "one processor has no place for both";
  const auto usual = Placement{}.apart(own_cpus());
  const auto document = served({}, true);
  EXPECT_EQ(sides_of(document), list_text(usual.client) + " and " + list_text(usual.service));
  EXPECT_EQ(found(document, kShared), "nothing");
  const auto& row = document.at("benchmarks")[0];
  EXPECT_EQ(row["asyncmark"]["how"]["processors"], usual.client.size());
  EXPECT_THAT(row["name"].get<std::string>(), Not(HasSubstr("cpus"))) << "it is the usual";
  // A busy machine may not get through one of these in time.
  for (const auto& null : document.at("context").at("calibration").at("null"))
    EXPECT_THAT(null.at("case").get<std::string>(), HasSubstr("/cpus:" + list_text(usual.client)))
        << "the harness costs what it costs there";
}

TEST(Placement, OfAServiceIsWhatWasAskedFor) {
  if (own_cpus().size() < 2) GTEST_SKIP() << "one processor has no place for both";
  const auto first = std::to_string(own_cpus().front());
  const auto last = std::to_string(own_cpus().back());
  const auto swapped = "client=" + last + ",service=" + first;
  const auto document = served({"--cpus", swapped});
  EXPECT_EQ(sides_of(document), last + " and " + first);
  EXPECT_EQ(found(document, kShared), "nothing");
  EXPECT_THAT(document.at("benchmarks")[0]["name"].get<std::string>(),
              HasSubstr("/cpus:" + swapped));
  const auto rest = Placement{{own_cpus().front()}, {}}.apart(own_cpus()).service;
  EXPECT_EQ(sides_of(served({"--cpus", first})), first + " and " + list_text(rest));
}

TEST(Placement, ThatBothSidesShareRaisesACheck) {
  const auto all = list_text(own_cpus());
  const auto one = std::to_string(own_cpus().back());
  EXPECT_THAT(found(served({"--cpus", all}), kShared),
              HasSubstr("client " + all + ", service " + all));
  EXPECT_THAT(found(served({"--cpus", "client=" + one + ",service=" + one}), kShared),
              HasSubstr("client " + one + ", service " + one));
  const auto brought = served({"--url", std::to_string(getpid())});
  EXPECT_EQ(sides_of(brought), all + " and none") << "nothing is known of what is not ours";
  EXPECT_EQ(found(brought, kShared), "nothing");
}

TEST(Placement, ThatIsTheUsualGivesWayToALauncher) {
  const auto last = std::to_string(own_cpus().back());
  EXPECT_THAT(sides_of(served({"--launcher", "taskset -c " + last})), StartsWith(last + " and "));
}

TEST(Placement, OfAServiceNeedsOneOfOurs) {
  const auto ended = testing::asyncmark(
      {"run", "served", "--url", "1", "--cpus", "service=" + std::to_string(own_cpus().front())});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--cpus: asyncmark starts no service for served"));
}

TEST(Placement, OfServicesTellsThemApart) {
  if (own_cpus().size() < 2) GTEST_SKIP() << "one processor has no place for both";
  const auto first = std::to_string(own_cpus().front());
  const auto last = std::to_string(own_cpus().back());
  const auto entry = [](const std::string& client, const std::string& service) {
    return R"({"workload": "served", "runner": "sync", "ops": 10, "repetitions": 1, "cpus": "client=)" +
           client + ",service=" + service + R"("})";
  };
  const auto ended =
      testing::asyncmark({"run", "--plan", "p.json", "--out", "r"},
                         {.files = {{"p.json", R"({"cases": [)" + entry(first, last) + "," +
                                                   entry(last, first) + "]}"}}});
  const auto rows = Json::parse(ended.files.at("r")).at("benchmarks");
  ASSERT_EQ(rows.size(), 2u) << ended.err;
  EXPECT_EQ(rows[0]["asyncmark"]["measurement"]["placement"]["service"], last);
  EXPECT_EQ(rows[1]["asyncmark"]["measurement"]["placement"]["service"], first);
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
}  // namespace asyncmark::placement_test
