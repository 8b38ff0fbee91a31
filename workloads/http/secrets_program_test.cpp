// What lets `asyncmark run http` in is shown nowhere: in no table, result, name or error.

#include <gmock/gmock.h>

#include "bench/testing/run_program.hpp"
#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::http::testing::secrets_program_test {
namespace {

using ::asyncmark::testing::asyncmark;
using ::asyncmark::testing::Ended;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

/// All that may be seen of a run: what it printed, and the files that it wrote.
std::string all_of(const Ended& ended) {
  auto text = ended.out + ended.err;
  for (const auto& [name, content] : ended.files) text += content;
  return text;
}

TEST(HttpSecrets, AreInNoOutput) {
  const RawServer server(always(answer("hello")));
  const auto ended = asyncmark({"run",
                                "http",
                                "--url",
                                server.url("/?token=s3cr3t&id=7"),
                                "--header",
                                "Authorization: Basic 7|s3cr3t",
                                "--header=cookie: id=s3cr3t",
                                "--header",
                                "Accept: text/plain",
                                "--header",
                                "X-Filter: a|b",
                                "--body",
                                "s3cr3t",
                                "--hide-body",
                                "--ops",
                                "5",
                                "--runner",
                                "sync",
                                "--repetitions",
                                "1",
                                "--out",
                                "out.json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(server.last_request(),
              AllOf(HasSubstr("\r\nAuthorization: Basic 7|s3cr3t\r\n"),
                    HasSubstr("\r\ncookie: id=s3cr3t\r\n"), HasSubstr("\r\nX-Filter: a|b\r\n"),
                    StartsWith("POST /?token=s3cr3t&id=7 "), EndsWith("\r\n\r\ns3cr3t")));
  for (const auto& text : {ended.out, ended.files.at("out.json")})
    EXPECT_THAT(text, AllOf(HasSubstr("Authorization: ***"), HasSubstr("cookie: ***"),
                            HasSubstr("Accept: text/plain"), HasSubstr("X-Filter: a|b"),
                            HasSubstr("id=7")));
  EXPECT_THAT(all_of(ended), Not(HasSubstr("s3cr3t")));
  // A result shows the same again.
  const auto again =
      asyncmark({"report", "out.json"}, {.files = {{"out.json", ended.files.at("out.json")}}});
  EXPECT_THAT(again.out, AllOf(HasSubstr("Authorization: ***"), HasSubstr("X-Filter: a|b"),
                               HasSubstr("Accept: text/plain")));
}

TEST(HttpSecrets, AreInNoError) {
  const Words wrong[] = {{"--url", "http://me:s3cr3t@127.0.0.1:99999/"},
                         {"--url", "http://me:s3cr3t@127.0.0.1/"},
                         {"--url", "ftp://127.0.0.1/?password=s3cr3t"},
                         {"--url", "http://127.0.0.1:1/", "--header", "Bearer 7|s3cr3t"},
                         {"--url", "http://127.0.0.1:1/", "--header", "Bearer s3cr3t: x"},
                         {"--url", "http://127.0.0.1:1/", "--header", "X-Api-Key:", "s3cr3t"},
                         {"--url", "http://127.0.0.1:1/", "--header", "Cookie: s3cr3t\x01"},
                         {"--url", "http://127.0.0.1:1/", "--header", "Cookie: a\ns3cr3t: b"}};
  for (const auto& words : wrong) {
    Words all{"run", "http", "--ops", "1"};
    all.insert(all.end(), words.begin(), words.end());
    const auto ended = asyncmark(all);
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(all_of(ended), Not(HasSubstr("s3cr3t")));
  }
}

}  // namespace
}  // namespace asyncmark::http::testing::secrets_program_test
