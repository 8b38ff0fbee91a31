#include "workloads/http/secrets.hpp"

#include <gtest/gtest.h>

namespace asyncmark::http::testing::secrets_test {
namespace {

TEST(Secrets, AreTheValuesOfHeadersThatLetSomebodyIn) {
  for (const auto* name :
       {"Authorization", "proxy-authorization", "Cookie", "COOKIE2", "X-Api-Key", "X-Auth-Token",
        "X-Vault-Token", "x-amz-security-token", "Ocp-Apim-Subscription-Key", "apikey",
        "X-Csrf-Token", "X-Client-Secret", "X-Session-Id", "X-Hub-Signature-256"})
    EXPECT_EQ(shown_headers(std::string(name) + ": 7|s3cret"), std::string(name) + ": ***");
  for (const auto* line : {"Accept: text/plain", "X-Filter: a|b", "Host: example.org",
                           "Content-Type: application/json", "User-Agent: x"})
    EXPECT_EQ(shown_headers(line), line);
}

TEST(Secrets, OfSeveralHeadersAreHiddenAlone) {
  const std::string shown = "Accept: a\nAuthorization: ***\nX-Filter: a|b";
  EXPECT_EQ(shown_headers("Accept: a\nAuthorization: Bearer 7|x\nX-Filter: a|b"), shown);
  EXPECT_EQ(shown_headers(shown), shown);
  EXPECT_EQ(shown_headers(""), "");
}

TEST(Secrets, AreAllOfWhatIsNoHeader) { EXPECT_EQ(shown_headers("Bearer s3cret"), "***"); }

TEST(Secrets, OfAUrlAreItsUserAndSomeParameters) {
  for (const auto* url : {"http://127.0.0.1:8080/path?id=7&key=a#b", "http://[::1]/", "127.0.0.1",
                          "http://h?a=b&&c", "http://h/a@b?x=c@d"})
    EXPECT_EQ(shown_url(url), url);
  EXPECT_EQ(shown_url("http://me:s3cret@h:80/p"), "http://***@h:80/p");
  EXPECT_EQ(shown_url("http://me:s3@cret@h"), "http://***@h");
  EXPECT_EQ(shown_url("me:s3cret@h/p"), "***@h/p");
  EXPECT_EQ(shown_url("http://h/?access_token=s3cret&id=7&API_KEY=x"),
            "http://h/?access_token=***&id=7&API_KEY=***");
  EXPECT_EQ(shown_url("http://h?id=1&X-Amz-Signature=s3cret"), "http://h?id=1&X-Amz-Signature=***");
}

}  // namespace
}  // namespace asyncmark::http::testing::secrets_test
