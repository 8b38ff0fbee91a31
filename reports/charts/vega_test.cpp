#include <gmock/gmock.h>

#include <algorithm>

#include "bench/results/format_entry.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::charts::vega_test {
namespace {

using asyncmark::testing::construct;
using asyncmark::testing::set_of;
using asyncmark::testing::sweep;
using ::testing::HasSubstr;

TEST(Vega, GivesALegendOfLongNamesFewerColumns) {
  auto results = sweep();
  const auto columns = [&] {
    const auto set = set_of(results);
    const auto& entry = Registry<OutputEntry>::at("vega");
    return Json::parse(entry.folder({&set}).at("sleep-time-by-operations.vl.json"))
        .at("/config/legend/columns"_json_pointer);
  };
  EXPECT_EQ(columns(), 3);
  results.push_back(construct({.ops = 100, .in_flight = 28}));
  EXPECT_EQ(columns(), 2);
}

TEST(Vega, GivesTheParametersOfASectionInFull) {
  auto set = set_of(sweep(), std::string(70, 'a'));
  const auto& entry = Registry<OutputEntry>::at("vega");
  std::string subtitle;
  for (const auto& [name, text] : entry.folder({&set}))
    if (name.ends_with("time-by-operations.vl.json")) {
      const auto spec = Json::parse(text);
      for (const auto& line : spec.at("title").at("subtitle"))
        subtitle += line.get<std::string>() + " ";
    }
  EXPECT_EQ(subtitle, std::string(70, 'a') + ": sleep, wait 46ms ");
}

TEST(Vega, WritesEachChartOnWhiteAndOnBlack) {
  const auto set = set_of(sweep(), "../a b");
  const auto& entry = Registry<OutputEntry>::at("vega");
  const auto files = entry.folder({&set});
  ASSERT_TRUE(files.contains("---a-b-sleep-time-by-operations.dark.vl.json"));
  std::vector<std::string> paper;
  for (const auto& [name, text] : files) {
    EXPECT_EQ(name.find('/'), std::string::npos);
    const auto spec = Json::parse(text);
    EXPECT_THAT(spec.at("$schema").get<std::string>(), HasSubstr("vega-lite/v6"));
    EXPECT_TRUE(spec.at("width").is_number());
    EXPECT_EQ(spec.at("/config/background"_json_pointer) == "#121212",
              name.find(".dark.") != std::string::npos);
  }
  const auto nothing = set_of({});
  EXPECT_ANY_THROW(entry.folder({&nothing}));
}

}  // namespace
}  // namespace asyncmark::charts::vega_test
