#include "reports/charts/spec.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/model/runner_entry.hpp"

namespace asyncmark::charts::spec_test {
namespace {

using ::testing::SizeIs;

TEST(Charts, TellSixteenRunnersApartByColour) {
  std::vector<std::string> runners;
  for (const auto& runner : built_in_runners()) runners.push_back(runner.name);
  while (runners.size() < 16) runners.push_back(fmt::format("cmd:{}", runners.size()));
  auto rows = Json::array();
  for (const auto& runner : runners) rows.push_back({{"runner", runner}, {"series", runner}});
  const auto range = runner_colour(rows).at("scale").at("range");
  EXPECT_THAT(std::set<std::string>(range.begin(), range.end()), SizeIs(16));
}

/// Contrast of a colour as `#rrggbb` with black, by WCAG 2.1; that of white is 21.
double contrast_with_black(const std::string& colour) {
  double luminance = 0;
  for (const auto& [place, weight] : {std::pair{1, 0.2126}, {3, 0.7152}, {5, 0.0722}}) {
    const auto value = std::stoi(colour.substr(place, 2), nullptr, 16) / 255.0;
    luminance +=
        weight * (value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4));
  }
  return (luminance + 0.05) / 0.05;
}

double contrast(const std::string& a, const std::string& b) {
  const auto ratio = contrast_with_black(a) / contrast_with_black(b);
  return std::max(ratio, 1 / ratio);
}

TEST(Charts, HaveColoursAndWordsThatStandOutOnWhiteAndOnBlack) {
  auto rows = Json::array();
  for (int i = 0; i < 16; ++i) {
    const auto name = fmt::format("cmd:{}", i);
    rows.push_back({{"runner", name}, {"series", name}, {"x", 1}});
  }
  const auto x = quantity("x", "x", Scale::linear);
  const auto spec = spec_of(rows, lines_layers(x, x, rows, Json::array()));
  for (const bool dark : {false, true}) {
    const auto paper = config(dark).at("background").get<std::string>();
    EXPECT_GE(contrast(config(dark).at("axis").at("labelColor"), paper), 4.5);
    const auto shown = dark ? on_black(spec) : spec;
    for (const auto& colour : shown.at("/layer/0/encoding/color/scale/range"_json_pointer))
      EXPECT_GE(contrast(colour, paper), 3) << colour;
  }
}

}  // namespace
}  // namespace asyncmark::charts::spec_test
