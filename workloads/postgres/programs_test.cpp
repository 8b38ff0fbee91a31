#include "workloads/postgres/programs.hpp"

#include <gmock/gmock.h>

namespace asyncmark::postgres::programs_test {
namespace {

using ::testing::ElementsAre;

TEST(PostgresPrograms, ComplaintsAreToldFromTheRest) {
  EXPECT_THAT(
      complaints_in("creating configuration files ... ok\n"
                    "2026-11-22 UTC [7] FATAL:  could not write: No space left on device\n"
                    "child process exited with exit code 1\n"
                    "initdb: error: could not remove the folder\n"
                    "initdb: removing contents of data directory\n"),
      ElementsAre("could not write: No space left on device", "could not remove the folder"));
  EXPECT_THAT(
      complaints_in("pgbench: error: connection to server failed: FATAL:  no such database"),
      ElementsAre("no such database"));
}

TEST(PostgresPrograms, WhoDoesNotComplainIsTakenAtItsLastWord) {
  EXPECT_THAT(complaints_in("one\ntwo\n\n"), ElementsAre("two"));
  EXPECT_THAT(complaints_in(""), ElementsAre(""));
}

}  // namespace
}  // namespace asyncmark::postgres::programs_test
