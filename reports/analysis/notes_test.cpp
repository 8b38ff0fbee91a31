#include "reports/analysis/notes.hpp"

#include <gmock/gmock.h>

#include "bench/model/workload_entry.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::notes_test {
namespace {

using testing::construct;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  EXPECT_THAT(notes_of({&one}), IsEmpty()) << "a sleep has no server";
  one.what.workload = "http";
  one.what.workload_options = OptionValues(Registry<WorkloadEntry>::at("http").options);
  one.what.workload_options.set("url", "http://127.0.0.1:8080/");
  EXPECT_THAT(notes_of({&one}), Contains(HasSubstr("also counts the warm-up: 28 operations")));
}

TEST(ShortNotes, SayThatAnExecutorsTimesIncludeTheWaitForAThread) {
  auto one = construct({.runner = "hybrid"});
  one.repetitions.at(0).measurement.hop.emplace();
  EXPECT_THAT(notes_of({&one}), IsEmpty()) << "a sleep does not hold the loop";
  one.what.workload = "hash";
  one.what.workload_options = OptionValues(Registry<WorkloadEntry>::at("hash").options);
  EXPECT_THAT(notes_of({&one}), Contains(HasSubstr("include the wait for one of its threads")));
}

}  // namespace
}  // namespace asyncmark::notes_test
