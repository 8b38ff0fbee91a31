#include "bench/base/secrets.hpp"

#include <gmock/gmock.h>

namespace asyncmark::secrets_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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
  for (const auto* url : {"http://127.0.0.1:8080/path?id=7&key=a", "http://[::1]/", "127.0.0.1",
                          "http://h?a=b&&c", "http://h/a@b?x=c@d", "http://h/a;b=c?x=1;y=2#",
                          "http://h/?next=http://h/a?b=c", "http://h/%zz?%=%4"})
    EXPECT_EQ(shown_url(url), url);
  EXPECT_EQ(shown_url("http://me:s3cret@h:80/p"), "http://***@h:80/p");
  EXPECT_EQ(shown_url("http://me:s3@cret@h"), "http://***@h");
  EXPECT_EQ(shown_url("me:s3cret@h/p"), "***@h/p");
  EXPECT_EQ(shown_url("http://h/?access_token=s3cret&id=7&API_KEY=x"),
            "http://h/?access_token=***&id=7&API_KEY=***");
  EXPECT_EQ(shown_url("http://h?id=1&X-Amz-Signature=s3cret"), "http://h?id=1&X-Amz-Signature=***");
}

TEST(Secrets, OfAUrlAreItsFragment) {
  EXPECT_EQ(shown_url("http://h/r#access_token=s3cret"), "http://h/r#***");
  EXPECT_EQ(shown_url("http://h#s3cret"), "http://h#***");
  EXPECT_EQ(shown_url("http://h/r?a=b#s?token=s3cret"), "http://h/r?a=b#***");
}

TEST(Secrets, OfAUrlAreHiddenUnderNamesOfAnySpelling) {
  EXPECT_EQ(shown_url("http://h/?to%6ben=s3cret"), "http://h/?to%6ben=***");
  EXPECT_EQ(shown_url("http://h/?%74%6F%6B%65%6E=s3cret&a=b"), "http://h/?%74%6F%6B%65%6E=***&a=b");
  EXPECT_EQ(shown_url("http://h/?to%256ben=s3cret"), "http://h/?to%256ben=***");
  EXPECT_EQ(shown_url("http://h/?a=1;token=s3cret"), "http://h/?a=1;token=***");
  EXPECT_EQ(shown_url("http://h/a;session=s3cret/b?c"), "http://h/a;session=***/b?c");
}

TEST(Secrets, OfAUrlAreUnderTheseNames) {
  for (const auto* name : {"client_assertion", "assertion", "pass", "pwd", "otp", "bearer", "code",
                           "sig", "signature", "passphrase", "PWD"})
    EXPECT_EQ(shown_url(std::string("http://h/?a=b&") + name + "=s3cret"),
              std::string("http://h/?a=b&") + name + "=***");
  for (const auto* name : {"zipcode", "country_code", "compass", "laptop", "opinion"})
    EXPECT_EQ(shown_url(std::string("http://h/?") + name + "=seen"),
              std::string("http://h/?") + name + "=seen");
}

TEST(Secrets, OfAUrlAreThoseOfAUrlWithinIt) {
  EXPECT_EQ(shown_url("http://h/?next=http://me:s3cret@g/"), "http://h/?next=***");
  EXPECT_EQ(shown_url("http://h/?a=b&next=http%3A%2F%2Fme%3As3cret%40g"), "http://h/?a=b&next=***");
  EXPECT_EQ(shown_url("http://h/?next=http%3A%2F%2Fg%2F%3Ftoken%3Ds3cret"), "http://h/?next=***");
}

TEST(Secrets, OfACommandAreTheValuesOfItsVariables) {
  EXPECT_EQ(shown_command("env PGPASSWORD=s3cret psql -c 'SELECT 1'"),
            "env PGPASSWORD=*** psql -c 'SELECT 1'");
  EXPECT_EQ(shown_command("env 'API_KEY=s3 cret' A=seen GITHUB_TOKEN=\"s3\"cret true"),
            "env API_KEY=*** A=seen GITHUB_TOKEN=*** true");
  EXPECT_EQ(shown_command("docker run -e DB_PWD=s3cret -eMY_SECRET=s3cret image"),
            "docker run -e DB_PWD=*** -eMY_SECRET=*** image");
}

TEST(Secrets, OfACommandAreTheValuesOfItsHeadersAndFlags) {
  EXPECT_EQ(shown_command("curl -H 'Authorization: s3cret' -H 'Accept: a' http://h/"),
            "curl -H 'Authorization: ***' -H 'Accept: a' http://h/");
  EXPECT_EQ(shown_command("curl \"-HX-Api-Key: s3cret\" --header=Cookie:s3cret h"),
            "curl '-HX-Api-Key: ***' '--header=Cookie: ***' h");
  EXPECT_EQ(shown_command("mysql --password=s3cret -u me"), "mysql --password=*** -u me");
  EXPECT_EQ(shown_command("tool --api-token s3cret --user me:s3cret --key 3"),
            "tool --api-token *** --user me:*** --key 3");
  EXPECT_EQ(shown_command("psql postgresql://me:s3cret@h/db"), "psql postgresql://***@h/db");
}

TEST(Secrets, OfACommandAreThoseOfAShellWithinIt) {
  for (const auto* command :
       {"sh -c 'PGPASSWORD=s3cret psql'", "sh -c \"curl -H 'Authorization: s3cret' h\"",
        "sh -c 'export TOKEN=s3cret; curl h'", "sh -c \"true\nexport TOKEN=s3cret\"",
        "sh -c 'sh -c \"curl -H \\\"Cookie: s3cret\\\"\"'"})
    EXPECT_THAT(shown_command(command), Not(HasSubstr("s3cret"))) << command;
}

TEST(Secrets, OfACommandAreHiddenAloneAndOnce) {
  for (const auto* command :
       {"", " ", "true", "dd if=/dev/zero  of=x", "echo ${A:-b c} $HOME \"it's $A\"", "sort -k 2",
        "grep 'a b' \"c", "git log --format='%h %s'"})
    EXPECT_EQ(shown_command(command), command);
  const auto shown = shown_command("sh -c \"TOKEN=s3cret curl -H 'Cookie: a' http://a:b@h#c\"");
  EXPECT_EQ(shown_command(shown), shown);
}

}  // namespace
}  // namespace asyncmark::secrets_test
