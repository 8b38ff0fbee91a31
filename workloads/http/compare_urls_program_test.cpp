// `asyncmark compare --urls` on services whose delays are known.

#include <gmock/gmock.h>

#include <algorithm>

#include "bench/base/options.hpp"
#include "bench/services/service.hpp"
#include "bench/testing/run_program.hpp"
#include "bench/testing/sanitized.hpp"
#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::http::testing::compare_urls_program_test {
namespace {

using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::Ended;
using ::asyncmark::testing::kSanitized;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Words = std::vector<std::string>;

/// A built-in server that answers after so long.
Service serving(const std::string& delay) {
  return Service({"http", "--delay", delay}, {}, ::asyncmark::testing::program());
}

Ended compare(const std::string& baseline, const std::string& contender, const Words& more = {}) {
  Words words{"compare", "--urls", baseline, contender};
  words.insert(words.end(), more.begin(), more.end());
  return asyncmark(words);
}

void expect_refused(const Ended& ended, const std::string& why) {
  EXPECT_EQ(ended.code, 2) << ended.out;
  EXPECT_THAT(ended.err, HasSubstr(why));
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  EXPECT_THAT(ended.out, IsEmpty());
}

TEST(CompareUrls, FindsTheSlowerServiceAndNamesBothInEveryOutput) {
  if (kSanitized) GTEST_SKIP() << "it compares for long; shorter tests go the same way";
  const auto fast = serving("4ms"), slow = serving("6ms");
  const auto ended = compare(fast.endpoint() + "/?token=s3cr3t", slow.endpoint(),
                             {"--budget", "12s", "--junit", "j.xml", "--markdown", "m.md", "--out",
                              "o.json", "--", "--ops", "2", "--in-flight", "2"});
  EXPECT_EQ(ended.code, 1) << ended.out << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("Of 1 case: 1 slower."));
  for (const auto& text :
       {ended.out, ended.files.at("j.xml"), ended.files.at("m.md"), ended.files.at("o.json")})
    EXPECT_THAT(text, AllOf(HasSubstr(fast.endpoint()), HasSubstr(slow.endpoint()),
                            Not(HasSubstr("s3cr3t"))));
  const auto json = Json::parse(ended.files.at("o.json"));
  EXPECT_EQ(json.at("contender").at("what"), slow.endpoint());
  const auto& one = json.at("cases").at(0);
  EXPECT_EQ(one.at("name"), "http/event-loop/ops:2/in_flight:2");
  const auto& pair = one.at("pairs").at(0);
  EXPECT_NEAR(pair.at("ratio").get<double>(), 1.5, 0.3);
  EXPECT_GT(pair.at("baseline").at("server_cpu_ns_per_op"), 0);
  EXPECT_THAT(pair.at("baseline").at("cpu_ns_per_op"), IsEmpty()) << "that is of the client";
}

TEST(CompareUrls, FindsNothingInTheSameServiceTwice) {
  const auto service = serving("2ms");
  const auto ended = compare(service.endpoint(), service.endpoint(), {"--budget", "3s"});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("http/event-loop/ops:8/in_flight:4"), Not(HasSubstr("1 slower"))));
  EXPECT_THAT(ended.err, HasSubstr("baseline and contender are the same URL"));
}

TEST(CompareUrls, JudgesAnOpenLoopByItsResponseTime) {
  const auto service = serving("2ms");
  const auto ended =
      compare(service.endpoint(), service.endpoint(),
              {"--budget", "4s", "--out", "o.json", "--", "--rate", "200", "--duration", "50ms"});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  const auto pair = Json::parse(ended.files.at("o.json")).at("cases").at(0).at("pairs").at(0);
  EXPECT_EQ(pair.at("baseline").at("wall_ns_per_op").size(), 1) << "the median";
}

TEST(CompareUrls, HasNoVerdictWhereOperationsFail) {
  const RawServer good(always(answer("ok")));
  const RawServer bad(always("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
  const auto ended = compare(good.url(), bad.url(), {"--budget", "2s", "--junit", "j.xml"});
  EXPECT_EQ(ended.code, 4) << ended.out;
  EXPECT_THAT(ended.err, HasSubstr("the contender: 40 of 40 operations failed (40 bad status 503"));
  EXPECT_THAT(ended.out, HasSubstr("no verdict"));
  EXPECT_THAT(ended.files.at("j.xml"), HasSubstr("<error message=\"the contender: "));
}

TEST(CompareUrls, RefusesAUrlInOneLineThatNamesIt) {
  const RawServer good(always(answer("ok")));
  RawServer gone(always(answer("ok")));
  const auto url = gone.url("/here?token=s3cr3t");
  gone.go_away();
  const auto ended = compare(good.url(), url);
  expect_refused(ended, "compare: the contender " + gone.url("/here?token="));
  EXPECT_THAT(ended.err, AllOf(HasSubstr("nothing accepts a connection at 127.0.0.1:"),
                               Not(HasSubstr("s3cr3t"))));
  EXPECT_EQ(good.last_request(), "") << "nothing was measured";
  expect_refused(compare("http://192.0.2.1/", good.url()),
                 "the baseline http://192.0.2.1/: 192.0.2.1 (192.0.2.1) is not this machine; add "
                 "--allow-remote after '--'");
  expect_refused(compare("ftp://here/", good.url()), "the baseline ftp://here/: ");
  expect_refused(compare("http://me:s3cr3t@127.0.0.1/", good.url()), "contains a user name");
  expect_refused(compare("", good.url()), "the URL of the baseline is empty");
}

TEST(CompareUrls, RefusesWhatMakesNoSense) {
  const std::string url = "http://127.0.0.1:1/";
  expect_refused(compare(url, url, {"--commands"}), "--commands and --urls: give only one");
  expect_refused(compare(url, url, {"--", "--plan", "cases.json"}), "--plan");
  expect_refused(compare(url, url, {"--", "--url", url}), "remove --url after '--'");
  expect_refused(compare(url, url, {"--", "--delay", "4ms"}),
                 "--delay: is for the built-in server");
  expect_refused(compare(url, url, {"--", "sleep"}), "sleep");
  expect_refused(compare(url, url, {"--", "--strict"}), "--strict has no effect after '--'");
  expect_refused(compare(url, url, {"--gate-stored"}), "--gate-stored: needs two files");
  expect_refused(asyncmark({"compare", "--urls", url}), "--urls: give two URLs");
  expect_refused(asyncmark({"compare", url, url}), "give --urls, as in 'compare --urls A B'");
}

}  // namespace
}  // namespace asyncmark::http::testing::compare_urls_program_test
