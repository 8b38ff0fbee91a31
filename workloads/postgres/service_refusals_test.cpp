// Why the service `postgres` does not start, in words that say what to do.

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "bench/testing/own_tmpdir.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::service_refusals_test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PostgresServiceRefuses : public ::testing::Test {
 protected:
  OwnTmpdir tmpdir_;
};

/// In a mount namespace of its own, after these commands.
Ended serve_after(const std::string& commands) {
  return run_program({"unshare", "--mount", "sh", "-ec", commands + "; exec \"$@\"", "sh",
                      program(), "serve", "postgres"});
}

TEST_F(PostgresServiceRefuses, ToStartWithoutPostgresAndNamesThePackage) {
  if (run_program({"unshare", "--mount", "true"}).code != 0) GTEST_SKIP() << "no mounts of our own";
  const auto ended = serve_after("mount -t tmpfs none /usr/lib/postgresql");
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("install the package postgresql-15"));
  EXPECT_TRUE(fs::is_empty(tmpdir_.path()));
}

TEST_F(PostgresServiceRefuses, ToStartWithoutSpaceInPostgresOwnWords) {
  if (run_program({"unshare", "--mount", "true"}).code != 0) GTEST_SKIP() << "no mounts of our own";
  const auto ended = serve_after("mount -t tmpfs -o size=10M none \"$TMPDIR\"");
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, AllOf(HasSubstr("initdb failed"), HasSubstr("No space left on device")));
  EXPECT_THAT(ended.left_running, IsEmpty());
}

TEST_F(PostgresServiceRefuses, ToStartWithFewDescriptorsInPostgresOwnWords) {
  const auto ended = run_program({"prlimit", "--nofile=40", program(), "serve", "postgres"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err,
              HasSubstr("PostgreSQL cannot be started: exit 1: insufficient file descriptors"));
  EXPECT_TRUE(fs::is_empty(tmpdir_.path()));
}

TEST_F(PostgresServiceRefuses, AFolderAndSaysWhatIsWrongWithIt) {
  const auto in = [&](const std::string& name) {
    fs::create_directory(tmpdir_.path() / name);
    return (tmpdir_.path() / name).string();
  };
  const auto with = [&](const std::string& folder) {
    const auto ended = run_program({"env", "TMPDIR=" + folder, program(), "serve", "postgres"});
    EXPECT_EQ(ended.code, 2);
    return ended.err;
  };
  EXPECT_THAT(with("/proc"), HasSubstr("no folder can be created in '/proc'"));
  EXPECT_THAT(with(in(std::string(80, 'x'))), HasSubstr("bytes shorter"));
  EXPECT_THAT(with(in("a,b")), HasSubstr("accepts no comma"));
  if (geteuid() != 0) return;
  const auto closed = in("closed");
  fs::permissions(closed, fs::perms::owner_all);
  EXPECT_THAT(with(closed), HasSubstr("cannot enter the folder; set TMPDIR to another one"));
  EXPECT_TRUE(fs::is_empty(closed));
}

TEST_F(PostgresServiceRefuses, MoreConnectionsThanPostgresCanTake) {
  const auto ended = asyncmark({"serve", "postgres", "--max-connections", "100001"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--max-connections: 100001 is too many; give at most 100000"));
}

}  // namespace
}  // namespace asyncmark::testing::service_refusals_test
