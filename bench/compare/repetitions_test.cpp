#include <gtest/gtest.h>

#include <fstream>

#include "bench/compare/compare_stored.hpp"
#include "bench/testing/own_tmpdir.hpp"

namespace asyncmark::repetitions_test {
namespace {

/// Two files of one case, whose repetitions took so long.
Verdict verdict(const std::vector<double>& before, const std::vector<double>& after) {
  const testing::OwnTmpdir folder;
  const auto file = [&](const char* name, const std::vector<double>& times) {
    auto rows = Json::array();
    for (const auto ns : times)
      rows.push_back({{"name", "BM_a"}, {"real_time", ns}, {"cpu_time", 100}});
    const auto path = (folder.path() / name).string();
    std::ofstream(path) << Json{{"context", Json::object()}, {"benchmarks", rows}};
    return path;
  };
  const auto all = compare_stored(file("before.json", before), file("after.json", after));
  EXPECT_EQ(all.cases.size(), 1u);
  return all.cases.at(0).verdict;
}

TEST(CompareStored, FindsWhatIsAQuarterAwayWhereTheRangesLieApart) {
  EXPECT_EQ(verdict({99, 100, 101}, {139, 140, 141}), Verdict::slower);
  EXPECT_EQ(verdict({139, 140, 141}, {99, 100, 101}), Verdict::faster);
  EXPECT_EQ(verdict({99, 100, 101}, {109, 110, 111}), Verdict::same);
}

TEST(CompareStored, SaysNothingOfRangesThatOverlap) {
  EXPECT_EQ(verdict({80, 100, 135}, {130, 140, 150}), Verdict::inconclusive);
  EXPECT_EQ(verdict({130, 140, 150}, {80, 100, 135}), Verdict::inconclusive);
  EXPECT_EQ(verdict({99, 100, 101}, {90, 140, 150}), Verdict::inconclusive);
  EXPECT_EQ(verdict({90, 140, 150}, {99, 100, 101}), Verdict::inconclusive);
}

}  // namespace
}  // namespace asyncmark::repetitions_test
