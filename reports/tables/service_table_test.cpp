#include "reports/tables/service_table.hpp"

#include <gmock/gmock.h>

#include "bench/results/format_entry.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::service_table_test {
namespace {

using testing::construct;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::milliseconds;
using ::testing::Not;
using testing::printed;

Result served(const std::string& runner) {
  auto one = construct({.runner = runner});
  auto& m = one.repetitions[0].measurement;
  m.placement = {"0", "1"};
  m.observed.service = {.cpu = milliseconds(3),
                        .threads = 33,
                        .peak_rss_bytes = 12'400'000,
                        .peak_connections = 64,
                        .requests = 150};
  m.observed.service->own_time.add(milliseconds(2), 150);
  return one;
}

TEST(ServiceTable, ShowsWhatTheServiceDidAndUsedForEachCase) {
  const auto one = served("event-loop"), other = served("sync");
  const auto table = service_table({&one, &other}, false);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->columns[1].heading(), "own time p50");
  EXPECT_THAT(table->rows[0].cells,
              ElementsAre("event-loop", "2.00 ms", "n/a", "20.0 us", "33", "64", "12.4 MB"));
  EXPECT_EQ(table->rows[1].cells[0], "sync");
  EXPECT_EQ(table->notes[0], "processors: 1 for the service, 0 for the client");
}

TEST(ServiceTable, TellsCasesApartByTheirCapWhereNothingElseDoes) {
  auto one = served("event-loop"), other = served("event-loop");
  one.how.cap = 5;
  other.how.cap = 20;
  const auto table = service_table({&one, &other}, false);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->columns[1].heading(), "in flight");
  EXPECT_EQ(table->rows[0].cells[1], "5");
  EXPECT_EQ(table->rows[1].cells[1], "20");
  EXPECT_EQ(table->lead, 2u);
}

TEST(ServiceTable, IsBeneathTheCasesOnlyWhereAServiceWasStarted) {
  for (const auto* format : {"table", "markdown"}) {
    const auto in_full = [&](Result one) {
      const auto set = testing::set_of({std::move(one)});
      return Registry<FormatEntry>::at(format).print({&set}, {.columns = "all"});
    };
    EXPECT_THAT(in_full(served("sync")), HasSubstr("own time: from")) << format;
    EXPECT_THAT(in_full(construct({})), Not(HasSubstr("own time: from"))) << format;
    EXPECT_THAT(printed(format, {served("sync")}), Not(HasSubstr("own time: from"))) << format;
  }
}

TEST(ServiceTable, OfADatabaseShowsWhatItToldAndNothingElse) {
  auto one = construct({});
  one.repetitions[0].measurement.observed.service = {.cpu = milliseconds(3),
                                                     .threads = 17,
                                                     .peak_rss_bytes = 60'000'000,
                                                     .peak_connections = 10,
                                                     .requests = 150,
                                                     .activity_samples = 20,
                                                     .mean_active = 3.256,
                                                     .peak_active = 10};
  const auto table = service_table({&one}, false);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->columns[1].heading(), "CPU per request");
  EXPECT_EQ(table->columns[2].heading(), "active mean/peak");
  EXPECT_THAT(table->rows[0].cells,
              ElementsAre("event-loop", "20.0 us", "3.26/10", "17", "10", "60.0 MB"));
  EXPECT_THAT(table->notes, ElementsAre(HasSubstr("active: connections")));
}

TEST(ServiceTable, ShowsNoActivityThatItsOwnProcessorTimeContradicts) {
  auto one = construct({.times = {milliseconds(100)}});
  auto& service = one.repetitions[0].measurement.observed.service.emplace();
  service = {.cpu = milliseconds(80),
             .threads = 17,
             .peak_connections = 10,
             .requests = 100,
             .activity_samples = 20,
             .mean_active = 0.5,
             .peak_active = 1};
  EXPECT_EQ(service_table({&one}, false)->rows[0].cells[2], "n/a");
  service.mean_active = 0.75;
  one.forget_summary();
  EXPECT_EQ(service_table({&one}, false)->rows[0].cells[2], "0.75/1");
  service.activity_samples = 9;
  one.forget_summary();
  EXPECT_THAT(service_table({&one}, false)->rows[0].cells,
              ElementsAre("event-loop", "800 us", "n/a", "17", "n/a", "0 B"));
}

TEST(ServiceTable, LeavesBlankWhatIsNotKnown) {
  const auto one = served("event-loop");
  auto uncounted = served("sync");
  uncounted.repetitions[0].measurement.observed.service = {.threads = 1};
  const auto lost = construct({.runner = "thread-pool"});  // Its service ended meanwhile.
  const auto table = service_table({&one, &uncounted, &lost}, false);
  ASSERT_TRUE(table);
  EXPECT_THAT(table->rows[1].cells, ElementsAre("sync", "-", "-", "-", "1", "-", "0 B"));
  EXPECT_THAT(table->rows[2].cells, ElementsAre("thread-pool"));
}

}  // namespace
}  // namespace asyncmark::service_table_test
