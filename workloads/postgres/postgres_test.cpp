// The workload as it is planned, without a server.

#include <gmock/gmock.h>

#include <algorithm>

#include "bench/base/errors.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/testing/run_program.hpp"
#include "workloads/postgres/testing/calls.hpp"

namespace asyncmark::postgres::testing::postgres_test {
namespace {

using namespace std::chrono_literals;
using ::asyncmark::testing::asyncmark;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

std::unique_ptr<Workload> planned(Options options) {
  options["dsn"] = "host=/nowhere";
  return make_postgres(options);
}

TEST(Postgres, IsBoundByItsSleepsAlone) {
  EXPECT_EQ(planned({{"preset", "sleep"}})->cost(0)->wait, 46ms);
  EXPECT_EQ(planned({{"preset", "sleep"}, {"wait", "2ms"}})->cost(0)->wait, 2ms);
  EXPECT_EQ(planned({{"preset", "sleep"}, {"wait", "2ms"}, {"mode", "pipeline"}})->cost(0)->wait,
            20ms);
  EXPECT_EQ(planned({{"preset", "sleep"}})->cost(0)->cpu, 0ms);
  EXPECT_FALSE(planned({})->cost(0));
  EXPECT_FALSE(planned({{"sql", "SELECT pg_sleep(1)"}})->cost(0));
}

TEST(Postgres, GivesTheLoopBackWhileItWaits) { EXPECT_FALSE(planned({})->holds_the_loop()); }

TEST(Postgres, RefusesWhatDoesNotFitTogether) {
  const auto refused = [](const Options& options, const char* begin) {
    EXPECT_THAT([&] { planned(options); }, ThrowsMessage<UsageError>(StartsWith(begin)));
  };
  refused({{"depth", "5"}}, "--depth: needs --mode pipeline");
  refused({{"depth", "5"}, {"mode", "prepared"}}, "--depth: needs --mode pipeline");
  refused({{"wait", "5ms"}}, "--wait: needs --preset sleep");
  refused({{"preset", "sleep"}, {"wait", "2s"}, {"timeout", "2s"}},
          "--timeout: 2s is shorter than the wait of --preset sleep, 2s");
  refused({{"preset", "sleep"}, {"wait", "2s"}, {"mode", "pipeline"}, {"depth", "5"}},
          "--timeout: 10s is shorter than the wait of --preset sleep, 10s");
  refused({{"timeout", "0s"}}, "--timeout: must be more than 0");
  refused({{"sql", "SELECT $2"}}, "--sql: the only parameter is $1");
}

TEST(Postgres, WithoutADsnCallsAServiceOfOurs) {
  const auto& entry = Registry<WorkloadEntry>::at("postgres");
  OptionValues options(entry.options);
  EXPECT_THAT(entry.service(options).value(), ElementsAre("postgres"));
  options.set("dsn", "host=/tmp");
  EXPECT_FALSE(entry.service(options));
  EXPECT_EQ(entry.address_option, "dsn");
}

TEST(Postgres, ThatCannotBeReachedSaysSoInOneLine) {
  for (const auto& [dsn, words] :
       {std::pair{"host=/nowhere", "No such file or directory"},
        {"host=127.0.0.1 port=1", "Connection refused"},
        {"host=no.such.host.invalid", "has no address"},
        {"postgresql://me:secret@127.0.0.1:1/name", "Connection refused"}}) {
    const auto ended = asyncmark({"run", "postgres", "--dsn", dsn, "--ops", "1"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, AllOf(StartsWith("asyncmark: --dsn: "), HasSubstr(words),
                                 Not(HasSubstr("secret"))));
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1);
    EXPECT_THAT(ended.out, IsEmpty());
  }
}

}  // namespace
}  // namespace asyncmark::postgres::testing::postgres_test
