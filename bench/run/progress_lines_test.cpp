#include "bench/run/progress_lines.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <memory>

#include "bench/base/wrap.hpp"

namespace asyncmark::progress_lines_test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

CaseProgress busy(const std::string& name) {
  return {.name = name,
          .place = "case 3 of 7, run 2 of 3",
          .elapsed = 40s,
          .left = 20s,
          .figures = {"19.7 k ops/s", "p50 10.1 ms", "0 failed", "200 in flight"},
          .rates = {1, 2, 4, 8, 8, 8, 8, 8}};
}

const std::string kLong =
    "http/thread-pool/duration:60s/in_flight:1000/url:http:__127.0.0.1:8080_a_path_that_never_ends/"
    "header:accept_text_plain/expect:404/connect:per-op/timeout:20s";

TEST(ProgressLines, FitEveryWidth) {
  for (const auto& name : {std::string("sleep/sync/ops:10"), kLong, std::string(300, 'x'),
                           std::string("exec/sync/command:\u6f22\u5b57\u6f22\u5b57") +
                               "\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57"})
    for (const bool unicode : {false, true})
      for (const std::size_t columns : {1, 2, 5, 10, 20, 40, 60, 80, 200})
        for (const auto& line :
             progress_lines(busy(name), {.columns = columns, .unicode = unicode}))
          EXPECT_LE(columns_of(line), std::max<std::size_t>(columns, 2) - 1) << line;
}

TEST(ProgressLines, ShowTheMostImportantFiguresWhereThereIsLittleRoom) {
  const auto lines = progress_lines(busy(kLong), {.columns = 40});
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0], HasSubstr("case 3 of 7, run 2 of 3: ht"));
  EXPECT_THAT(lines[1], HasSubstr(" 67 %  about 20 s left"));
  EXPECT_EQ(lines[2], "19.7 k ops/s, p50 10.1 ms, 0 failed");
}

TEST(ProgressLines, ShowAllWhereThereIsRoom) {
  const auto lines = progress_lines(busy(kLong), {.columns = 200});
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0], "case 3 of 7, run 2 of 3: " + kLong);
  EXPECT_THAT(lines[1], HasSubstr("####################----------  67 %  about 20 s left, ends "));
  EXPECT_THAT(lines[1], HasSubstr("40 s elapsed"));
  EXPECT_EQ(lines[2], "19.7 k ops/s, p50 10.1 ms, 0 failed, 200 in flight  so far: .:=#####");
}

TEST(ProgressLines, DrawBlocksWhereTheLocaleHasThem) {
  const auto lines = progress_lines(busy("null"), {.columns = 80, .unicode = true});
  EXPECT_THAT(lines[1], HasSubstr("\u2588\u2591"));
  EXPECT_THAT(lines[2], HasSubstr("\u2582\u2583\u2585\u2588\u2588"));
}

TEST(ProgressLines, AreColouredOnRequestAlone) {
  auto failing = busy("null");
  failing.alarming = true;
  EXPECT_THAT(progress_lines(failing, {.colour = true})[2], HasSubstr("\033[31m"));
  EXPECT_THAT(progress_lines(busy("null"), {.colour = true})[2], Not(HasSubstr("\033[31m")));
  for (const auto& line : progress_lines(failing, {})) EXPECT_THAT(line, Not(HasSubstr("\033")));
}

TEST(ProgressLines, NameNoEndThatIsNotKnown) {
  auto external = busy("null");
  external.left = {};
  external.figures.clear();
  const auto lines = progress_lines(external, {});
  EXPECT_THAT(lines, ElementsAre("case 3 of 7, run 2 of 3: null", "40 s elapsed"));
}

Live timed(Duration since) {
  return {.phase = Phase::timed,
          .timed = since,
          .claimed = 90,
          .in_flight = 30,
          .failed = 2,
          .p50 = 10ms};
}

Load of_ops(std::uint64_t ops) {
  Load load;
  load.ops = ops;
  return load;
}

TEST(LiveFigures, TellWhatACaseDoes) {
  const auto load = of_ops(100);
  EXPECT_THAT(live_figures({}, load, {}), IsEmpty()) << "as of a program that shows nothing";
  EXPECT_THAT(live_figures({.phase = Phase::warm_up}, load, {}), ElementsAre("warming up"));
  EXPECT_THAT(live_figures(timed(1s), load, 1234.0),
              ElementsAre("1234 ops/s", "p50 10.0 ms", "2 failed", "30 in flight"));
}

TEST(LiveFigures, TellWhatIsOutstandingWhileALoadDrains) {
  Load closed;
  closed.duration = 5s;
  EXPECT_THAT(live_figures(timed(4s), closed, {}), Not(::testing::Contains(HasSubstr("drain"))));
  EXPECT_THAT(live_figures(timed(6s), closed, {}),
              ElementsAre("draining, 30 outstanding", "p50 10.0 ms", "2 failed"));
  auto open = of_ops(220);
  open.rate = 100;
  open.due = std::make_shared<const std::vector<std::int64_t>>(220, 1'000);
  EXPECT_THAT(live_figures(timed(6s), open, {}),
              ElementsAre("draining, 160 outstanding", "response p50 10.0 ms", "2 failed"))
      << "130 were not even handed out";
}

TEST(ProgressTimes, AreWholeSeconds) {
  EXPECT_EQ(whole_seconds(-1s), "0 s");
  EXPECT_EQ(whole_seconds(41'200ms), "42 s");
  EXPECT_EQ(whole_seconds(270s), "4 min 30 s");
  EXPECT_EQ(whole_seconds(7530s), "2 h 5 min");
}

TEST(ProgressTimes, NameTheDayOfAnotherDay) {
  std::tm noon{};
  noon.tm_year = 126;
  noon.tm_mon = 4;
  noon.tm_mday = 3;
  noon.tm_hour = 12;
  noon.tm_isdst = -1;
  const auto now = std::chrono::system_clock::from_time_t(std::mktime(&noon));
  EXPECT_EQ(end_text(now, 90s), "12:01:30");
  EXPECT_EQ(end_text(now, 30h), "2026-05-04 18:00");
}

}  // namespace
}  // namespace asyncmark::progress_lines_test
