// What `report` writes into files: each is read by a reader of its own.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>

#include "bench/base/split.hpp"
#include "bench/base/visible.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_set.hpp"
#include "bench/testing/run_program.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::outputs_test {
namespace {

using testing::add_death;
using testing::construct;
using ::testing::HasSubstr;
using testing::milliseconds;
using testing::set_of;
using ::testing::SizeIs;

const OutputEntry& output(const std::string& name) { return Registry<OutputEntry>::at(name); }

Result burst() { return construct({.ops = 1000, .times = {milliseconds(50), milliseconds(60)}}); }

/// The four columns of each line that an HdrHistogram plotter reads.
std::vector<std::vector<double>> hgrm_lines(const std::string& text) {
  std::vector<std::vector<double>> all;
  for (const auto& line : lines_in(text)) {
    if (line.empty() || line[0] == '#' || line.find("Percentile") != std::string::npos) continue;
    auto& columns = all.emplace_back();
    for (const auto& word : words_in(line)) columns.push_back(std::stod(word));
  }
  return all;
}

TEST(Hgrm, HasFourColumnsThatRiseToTheMaximum) {
  auto result = construct({.ops = 1000});
  auto& times = result.repetitions[0].measurement.service_time;
  times.clear();
  for (int i = 1; i <= 1000; ++i) times.add(milliseconds(i));
  const auto set = set_of({result});
  const auto files = output("hgrm").folder({&set});
  const auto lines = hgrm_lines(files.at("sleep_event-loop_ops-1000.service.hgrm"));
  ASSERT_GT(lines.size(), 20u);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_THAT(lines[i], SizeIs(4));
    const auto value = lines[i][0], share = lines[i][1], count = lines[i][2];
    if (i > 0) {
      EXPECT_GE(value, lines[i - 1][0]);
      EXPECT_GT(share, lines[i - 1][1]);
      EXPECT_GE(count, lines[i - 1][2]);
    }
    EXPECT_NEAR(value, count, 0.005 * value);  // So many took no longer than that many ms.
    EXPECT_GE(count, share * 1000);
    if (share < 1) {
      EXPECT_NEAR(lines[i][3], 1 / (1 - share), 0.01);
    }
  }
  EXPECT_EQ(lines.back(), (std::vector<double>{1000, 1, 1000, INFINITY}));
}

TEST(Hgrm, HoldsServiceAndResponseTimesApart) {
  const auto closed = construct({.ops = 1000, .in_flight = 5});
  auto dead = construct({.runner = "thread-pool", .times = {}});
  add_death(dead, "killed by SIGSEGV");
  const auto set = set_of({burst(), closed, dead});
  const auto files = output("hgrm").folder({&set});
  std::vector<std::string> names;
  for (const auto& [name, text] : files) names.push_back(name);
  EXPECT_THAT(names, ::testing::ElementsAre("sleep_event-loop_ops-1000.response.hgrm",
                                            "sleep_event-loop_ops-1000.service.hgrm",
                                            "sleep_event-loop_ops-1000_in_flight-5.service.hgrm"));
  const auto nothing = set_of({dead});
  EXPECT_ANY_THROW(output("hgrm").folder({&nothing}));
}

/// What Python's csv module makes of it.
Json read_by_python(const std::string& csv) {
  const auto ended = testing::run_program({"python3", "-c", R"(
import csv, io, json, sys
text = io.TextIOWrapper(sys.stdin.buffer, newline="", encoding="utf-8")
print(json.dumps(list(csv.DictReader(text, strict=True))))
)"},
                                          {.input = csv});
  EXPECT_EQ(ended.code, 0) << ended.err;
  return Json::parse(ended.out);
}

TEST(CsvFile, IsReadByPythonsModule) {
  const std::string reason = "it said \"no, never\",\r\nthen | died </script>";
  auto dead = construct({.runner = "thread-pool", .times = {}});
  add_death(dead, reason);
  auto set = set_of({burst(), dead});
  set.label = "a\"b,c";
  set.foreign = {{"BM_x<1, 2>", "another program", {{.real_ns = 2.5, .counters = {{"a,b", 7}}}}},
                 {.name = "BM_y", .why = "another program", .skipped = "no GPU"}};
  const auto rows = read_by_python(output("csv").file({&set}));
  ASSERT_EQ(rows.size(), 5u);
  for (const auto& row : rows) {
    EXPECT_EQ(row.size(), rows[0].size());
    EXPECT_EQ(row.at("file"), set.label);
    for (const auto& [column, value] : row.items()) EXPECT_TRUE(value.is_string()) << column;
  }
  EXPECT_EQ(rows[0].at("real_time_ns"), "50000000");
  EXPECT_EQ(rows[1].at("real_time_ns"), "60000000");
  EXPECT_EQ(rows[2].at("error_message"), visible_lines(reason)) << "a terminal obeys what it had";
  EXPECT_EQ(rows[3].at("name"), "BM_x<1, 2>");
  EXPECT_EQ(rows[3].at("real_time_ns"), "2.5");
  EXPECT_EQ(rows[3].at("a,b"), "7");
  EXPECT_EQ(rows[4].at("error_message"), "skipped: no GPU");
  EXPECT_EQ(rows[4].at("real_time_ns"), "");
}

TEST(Prometheus, IsOneSummaryOfEachTimeInSeconds) {
  const auto set = set_of({burst(), construct({.runner = "sync"})});
  const auto text = output("prometheus").file({&set});
  const std::string labels =
      R"(case="sleep/event-loop/ops:1000",workload="sleep",runner="event-loop")";
  for (const auto& line : {std::string("# TYPE asyncmark_service_time_seconds summary"),
                           "asyncmark_service_time_seconds_count{" + labels + "} 2000",
                           "asyncmark_service_time_seconds_sum{" + labels + "} 92",
                           "asyncmark_time_seconds{" + labels + "} 0.055",
                           "asyncmark_operations_completed{" + labels + "} 2000",
                           std::string("# TYPE asyncmark_response_time_seconds summary")})
    EXPECT_THAT(text, HasSubstr(line + '\n'));
  // A metric is told of once, and all of it in one place.
  std::set<std::string> told;
  std::string current;
  for (const auto& line : lines_in(text)) {
    if (line.starts_with("# HELP ")) {
      current = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(told.insert(current).second) << line;
    }
    if (line[0] != '#') {
      EXPECT_TRUE(line.starts_with(current)) << line;
      EXPECT_TRUE(std::regex_match(line, std::regex(R"([a-z_]+\{.*\} [0-9.e+-]+)"))) << line;
    }
  }
}

TEST(Prometheus, EscapesWhatUsersNamed) {
  auto set = set_of({burst()});
  set.label = "a\"b\\c\nd";
  EXPECT_THAT(output("prometheus").file({&set}), HasSubstr(R"(file="a\"b\\c\nd")"));
}

TEST(Prometheus, IsAcceptedByPromtool) {
  if (testing::run_program({"sh", "-c", "command -v promtool"}).code != 0)
    GTEST_SKIP() << "promtool (Debian's prometheus) is not installed";
  auto set = set_of({burst(), construct({.runner = "sync"})});
  set.label = "a\"b\\c\nd";
  const auto ended = testing::run_program({"promtool", "check", "metrics"},
                                          {.input = output("prometheus").file({&set})});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
}

TEST(SummaryJson, HasARowACaseAndOneAP99WithNamesOfTheirOwn) {
  auto dead = construct({.runner = "thread-pool", .times = {}});
  add_death(dead, "killed by SIGSEGV");
  const auto set = set_of({burst(), construct({.runner = "sync", .in_flight = 1}), dead});
  const auto json = Json::parse(output("summary-json").file({&set}));
  std::map<std::string, double> times;
  for (const auto& row : json.at("benchmarks")) {
    EXPECT_EQ(row.at("time_unit"), "ms");
    EXPECT_TRUE(times.emplace(row.at("name"), row.at("real_time")).second);
  }
  ASSERT_THAT(times, SizeIs(4));
  EXPECT_DOUBLE_EQ(times.at("sleep/event-loop/ops:1000"), 55);
  EXPECT_NEAR(times.at("sleep/event-loop/ops:1000/service_p99"), 46, 0.3);
  EXPECT_NEAR(times.at("sleep/event-loop/ops:1000/response_p99"), 48, 0.3);
  EXPECT_FALSE(json.at("context").contains("schema_version"));
  EXPECT_ANY_THROW(output("summary-json").file({&set, &set}));
}

}  // namespace
}  // namespace asyncmark::outputs_test
