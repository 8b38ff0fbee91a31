#include "reports/analysis/notes.hpp"

#include <gmock/gmock.h>

#include "bench/model/workload_entry.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::notes_test {
namespace {

using testing::construct;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> notes_of(const Cases& cases) {
  Table table;
  add_short_notes(table, cases);
  return table.notes;
}

TEST(ShortNotes, TellHowManyOfTheDroppedWereStarted) {
  auto one = construct({.ops = 1000}), other = construct({.ops = 1000});
  one.repetitions.at(0).measurement.never_started = 30;
  other.repetitions.at(0).measurement.never_started = 30;
  other.repetitions.at(0).measurement.abandoned = 12;
  EXPECT_THAT(notes_of({&one}), IsEmpty());
  EXPECT_THAT(notes_of({&one, &other}), Contains(HasSubstr("dropped: 12 of 60 were started")));
}

TEST(ShortNotes, CountTheWarmUpOnlyWhereAServerCountsItToo) {
  auto one = construct({});
  one.repetitions.at(0).measurement.warm_up = 28;
  EXPECT_THAT(notes_of({&one}), ElementsAre("all 100 operations succeeded")) << "no server counts";
  one.what.workload = "http";
  one.what.workload_options = OptionValues(Registry<WorkloadEntry>::at("http").options);
  one.what.workload_options.set("url", "http://127.0.0.1:8080/");
  EXPECT_THAT(notes_of({&one}), Contains("all 100 operations succeeded; the server also counts the "
                                         "warm-up: 28 operations"));
  one.repetitions.at(0).measurement.add_failures("reset", 3);
  one.repetitions.at(0).measurement.add_failures("22012", 4);
  one.repetitions.at(0).measurement.warm_up_failed = 2;
  one.forget_summary();
  EXPECT_THAT(notes_of({&one}),
              Contains("the server also counts the warm-up: 28 operations (2 failed); "
                       "it may not count 3 that failed without an answer"));
}

TEST(ShortNotes, SayThatAnExecutorsTimesIncludeTheWaitForAThread) {
  auto one = construct({.runner = "hybrid"});
  one.repetitions.at(0).measurement.hop.emplace();
  EXPECT_THAT(notes_of({&one}), Not(Contains(HasSubstr("wait for"))))
      << "a sleep does not hold the loop";
  one.what.workload = "hash";
  one.what.workload_options = OptionValues(Registry<WorkloadEntry>::at("hash").options);
  EXPECT_THAT(notes_of({&one}), Contains(HasSubstr("include the wait for one of its threads")));
}

}  // namespace
}  // namespace asyncmark::notes_test
