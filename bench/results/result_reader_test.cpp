#include "bench/results/result_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "bench/testing/own_tmpdir.hpp"

namespace asyncmark::result_reader_test {
namespace {

TEST(ResultReader, TakesBothTimesOfAnotherProgramInTheirUnit) {
  const testing::OwnTmpdir folder;
  const auto path = (folder.path() / "r.json").string();
  for (const auto& [name, ns] : {std::pair{"ns", 1.0}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}) {
    std::ofstream(path) << fmt::format(
        R"({{"context": {{}}, "benchmarks": [
             {{"name": "BM_a", "real_time": 2.5, "cpu_time": 1.25, "time_unit": "{}"}}]}})",
        name);
    const auto set = read_results(path);
    ASSERT_EQ(set.foreign.size(), 1u) << name;
    EXPECT_DOUBLE_EQ(set.foreign[0].real_ns().at(0), 2.5 * ns) << name;
    EXPECT_DOUBLE_EQ(set.foreign[0].cpu_ns().at(0), 1.25 * ns) << name;
  }
}

}  // namespace
}  // namespace asyncmark::result_reader_test
