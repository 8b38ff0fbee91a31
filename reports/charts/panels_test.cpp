#include "reports/charts/panels.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "reports/charts/spec.hpp"

namespace asyncmark::charts::panels_test {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

Json rows_of(int runners, const std::vector<std::string>& loads) {
  auto rows = Json::array();
  for (const auto& load : loads)
    for (int i = 0; i < runners; ++i) {
      const auto runner = fmt::format("runner-{}", i);
      for (const int x : {1, 10})
        rows.push_back({{"series", runner + ", " + load},
                        {"panel", load},
                        {"runner", runner},
                        {"x", x},
                        {"y", x}});
    }
  return rows;
}

Json drawn(const Json& rows, const std::string& dashed_by = "series") {
  return lines_spec(rows, {.x = quantity("x", "x", Scale::log),
                           .y = quantity("y", "y", Scale::log),
                           .tip = Json::array(),
                           .dashed_by = dashed_by});
}

const Json& domain(const Json& spec) {
  return spec.at("/spec/layer/1/encoding/color/scale/domain"_json_pointer);
}

TEST(Panels, AreThereOnlyForMoreLinesThanCanBeToldApart) {
  EXPECT_FALSE(drawn(rows_of(4, {"limit 4", "limit 28"})).contains("facet"));
  const auto many = drawn(rows_of(4, {"limit 4", "limit 28", "limit 99"}));
  EXPECT_THAT(values_of(many.at("data").at("values"), "panel"),
              ElementsAre("limit 4", "limit 28", "limit 99"));
  EXPECT_THAT(domain(many), SizeIs(4));
  EXPECT_EQ(domain(many).at(0), "runner-0");
  EXPECT_EQ(many.at("usermeta").at("runners").at("runner-0"), "runner-0");
}

TEST(Panels, DivideALoadWithTooManyRunners) {
  const auto spec = drawn(rows_of(11, {"default concurrency"}));
  EXPECT_THAT(values_of(spec.at("data").at("values"), "panel"),
              ElementsAre("default concurrency (1 of 2)", "default concurrency (2 of 2)"));
  EXPECT_THAT(domain(spec), SizeIs(11));
}

TEST(Panels, HaveTheBaselineInEachAndSmallLimitsFirst) {
  auto rows = rows_of(4, {"16 in flight", "4 in flight"});
  for (auto row : rows_of(1, {"default concurrency"})) {
    row["series"] = row["runner"] = "sync";
    rows.push_back(row);
  }
  const auto spec = drawn(rows);
  EXPECT_EQ(spec.at("facet").at("sort"), Json({"4 in flight", "16 in flight"}));
  EXPECT_THAT(domain(spec), SizeIs(5));
  EXPECT_THAT(spec.at("data").at("values"), SizeIs(2 * 2 * 5));
}

TEST(Panels, KeepLoadsApartWhereTheDashTellsFiles) {
  auto rows = rows_of(1, {"limit 4", "limit 28"});
  for (auto& row : rows) row["file"] = "a";
  EXPECT_TRUE(drawn(rows, "file").contains("facet"));
  EXPECT_FALSE(drawn(rows).contains("facet"));
}

}  // namespace
}  // namespace asyncmark::charts::panels_test
