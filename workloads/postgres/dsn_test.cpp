#include "workloads/postgres/dsn.hpp"

#include <gmock/gmock.h>

#include "bench/base/errors.hpp"

namespace asyncmark::postgres::dsn_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(PostgresDsn, IsShownWithoutPasswords) {
  EXPECT_EQ(shown_dsn(""), "");
  EXPECT_EQ(shown_dsn("host=/tmp user=me"), "user=me host=/tmp");
  EXPECT_EQ(shown_dsn("postgresql://me@here:5433/name?sslmode=require"),
            "user=me dbname=name host=here port=5433 sslmode=require");
  for (const auto* dsn :
       {"postgresql://me:secret@here/name", "postgres://me:%73ecret@here",
        "password=secret host=here", "host=here password='secret secret'",
        "postgresql://here/name?password=secret&user=me",
        "host=here sslpassword=secret sslkey=/key", "host=here password = secret"})
    EXPECT_THAT(shown_dsn(dsn),
                AllOf(HasSubstr("here"), HasSubstr("password=***"), Not(HasSubstr("secret"))))
        << dsn;
}

std::string refusal(const std::string& dsn) {
  try {
    check_dsn(dsn);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(PostgresDsn, ThatIsNoneIsRefusedInLibpqsWords) {
  EXPECT_EQ(refusal("host=/tmp dbname=postgres"), "");
  EXPECT_EQ(refusal("postgresql://me:p%40ss%2Fword@here:5433/name"), "");
  EXPECT_EQ(refusal("postgresql:///name?host=/tmp/folder"), "");
  EXPECT_EQ(refusal("hots=/tmp"), "--dsn: invalid connection option \"hots\"");
  EXPECT_THAT(refusal("host"), HasSubstr("missing \"=\" after \"host\""));
}

TEST(PostgresDsn, ThatIsNoneIsRefusedWithoutAWordOfAPassword) {
  for (const auto* dsn :
       {"password=my secret", "host=a password=my secret=1", "postgresql://me:se%ret@here/",
        "postgresql://me:p@secret@here/name", "postgresql://me:p/secret@here",
        "postgresql://me:secret@here/name?what=ever", "postgresql://me:secret@[here/name",
        "PASSWORD='secret", "postgresql://me:secret/name",
        "host=a dbname=postgresql://me:secret@here/name", "host=a user=me:secret"}) {
    EXPECT_THAT(refusal(dsn), AllOf(HasSubstr("--dsn: "), Not(HasSubstr("ret")))) << dsn;
    EXPECT_THAT(shown_dsn(dsn), Not(HasSubstr("ret"))) << dsn;
  }
  EXPECT_EQ(refusal("postgresql://here/name?application_name=a@b"), "");
}

TEST(PostgresDsn, OfASocketIsKeptToIt) {
  EXPECT_EQ(kept_to_socket("host=/tmp user=me"), "host=/tmp user=me hostaddr=''");
  EXPECT_EQ(kept_to_socket("postgresql:///name?host=/tmp"),
            "postgresql:///name?host=/tmp&hostaddr=");
  EXPECT_EQ(kept_to_socket("postgresql://%2Ftmp/name"), "postgresql://%2Ftmp/name?hostaddr=");
  for (const auto* dsn : {"", "host=here", "user=me", "host=/tmp hostaddr=127.0.0.1"})
    EXPECT_EQ(kept_to_socket(dsn), dsn);
}

}  // namespace
}  // namespace asyncmark::postgres::dsn_test
