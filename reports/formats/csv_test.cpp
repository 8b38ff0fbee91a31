#include <gmock/gmock.h>

#include <map>

#include "reports/testing/constructed.hpp"

namespace asyncmark::csv_test {
namespace {

using testing::add_death;
using testing::construct;
using ::testing::ElementsAre;
using testing::milliseconds;
using ::testing::SizeIs;

using Record = std::vector<std::string>;

/// A reader by RFC 4180, independent of the writer.
std::vector<Record> parse(const std::string& text) {
  std::vector<Record> records{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto& field = records.back().back();
    if (quoted && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"')
      field += text[++i];
    else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && text[i] == ',')
      records.back().emplace_back();
    else if (!quoted && text[i] == '\n')
      records.push_back({""});
    else
      field += text[i];
  }
  records.pop_back();  // After the last line's end.
  return records;
}

std::vector<std::map<std::string, std::string>> rows(const std::vector<Result>& results) {
  const auto records = parse(testing::printed("csv", results));
  std::vector<std::map<std::string, std::string>> all;
  for (std::size_t r = 1; r < records.size(); ++r) {
    EXPECT_THAT(records[r], SizeIs(records[0].size()));
    auto& row = all.emplace_back();
    for (std::size_t c = 0; c < records[r].size(); ++c) row[records[0][c]] = records[r][c];
  }
  return all;
}

TEST(Csv, HasARowARepetitionInRawNumbers) {
  const auto all = rows({construct({.times = {milliseconds(50), milliseconds(60)}})});
  ASSERT_THAT(all, SizeIs(2));
  auto row = all[1];
  EXPECT_EQ(row["name"], "sleep/event-loop/ops:100");
  EXPECT_EQ(row["runner"], "event-loop");
  EXPECT_EQ(row["workload_wait_ns"], "46000000");
  EXPECT_EQ(row["ops"], "100");
  EXPECT_EQ(row["repetition_index"], "1");
  EXPECT_EQ(row["real_time_ns"], "60000000");
  EXPECT_EQ(row["completed"], "100");
  EXPECT_EQ(row["comparison"], "as usually deployed");
  EXPECT_EQ(row["commit"], "0123456789ab");
  EXPECT_EQ(row["num_cpus"], "2");
}

TEST(Csv, TellsWhereBothSidesWere) {
  auto one = construct({});
  one.repetitions[0].measurement.placement = {"0-1", "2"};
  auto row = rows({one})[0];
  EXPECT_EQ(row["placed_client"], "0-1");
  EXPECT_EQ(row["placed_service"], "2");
  EXPECT_EQ(row["cpus"], "") << "nothing was asked for";
}

TEST(Csv, LeavesFieldsEmptyThatDoNotApply) {
  const auto all = rows({construct({.ops = 100}), construct({.ops = 1000})});
  EXPECT_EQ(all[0].at("service_p99_ns"), "");
  EXPECT_NE(all[1].at("service_p99_ns"), "");
}

TEST(Csv, KeepsTheOrderOfColumnsWhereOnlyLaterRowsHaveThem) {
  const auto header =
      parse(testing::printed("csv", {construct({.ops = 10}), construct({.ops = 1000})}))[0];
  const auto at = [&](const char* name) {
    return std::ranges::find(header, name) - header.begin();
  };
  EXPECT_LT(at("service_p50_ns"), at("service_p99_ns"));
  EXPECT_LT(at("service_p99_ns"), at("service_max_ns"));
  EXPECT_LT(at("service_max_ns"), at("efficiency"));
}

TEST(Csv, QuotesCommasQuotesAndLineEnds) {
  const std::string reason = "it said \"no, never\",\nthen died";
  auto dead = construct({.times = {}});
  add_death(dead, reason);
  auto row = rows({dead, construct({.runner = "sync"})})[0];
  EXPECT_EQ(row["error_message"], reason);
  EXPECT_EQ(row["real_time_ns"], "");
}

TEST(Csv, ShowsControlCharactersInsteadOfHavingThem) {
  auto dead = construct({.times = {}});
  add_death(dead, "a\x1b[31m\u009b\u202e\xff\tb");
  EXPECT_EQ(rows({dead, construct({.runner = "sync"})})[0]["error_message"],
            "a\\x1b[31m\\u009b\\u202e\\xff\\x09b");
}

}  // namespace
}  // namespace asyncmark::csv_test
