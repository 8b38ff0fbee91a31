// What `asyncmark compare` tells GitHub's actions of many cases.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

#include "bench/base/options.hpp"
#include "bench/base/split.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::annotations_test {
namespace {

using ::testing::StartsWith;

/// What GitHub's actions are told of two kept results of which so many cases are slower.
std::vector<std::string> annotations(int slower) {
  std::map<std::string, std::string> files;
  for (const auto& [name, ns] : {std::pair{"before.json", 100}, {"after.json", 200}}) {
    auto all = Json::array();
    for (int i = 0; i < slower; ++i)
      for (int repetition = 0; repetition < 2; ++repetition)
        all.push_back({{"name", fmt::format("BM_{}", i)}, {"real_time", ns}, {"cpu_time", ns}});
    files[name] = Json{{"context", Json::object()}, {"benchmarks", all}}.dump();
  }
  const auto ended = run_program({"/usr/bin/env", "GITHUB_ACTIONS=true", program(), "compare",
                                  "before.json", "after.json", "--gate-stored"},
                                 {.files = files});
  EXPECT_EQ(ended.code, 1) << ended.err;
  auto lines = lines_in(ended.out);
  std::erase_if(lines, [](const auto& line) { return !line.starts_with("::error "); });
  return lines;
}

TEST(Annotations, ShowGitHubNineOfWhatIsSlowerAndHowManyMoreThereAre) {
  const auto nine = annotations(9);
  ASSERT_EQ(nine.size(), 9u);
  EXPECT_THAT(nine.back(), StartsWith("::error title=slower%3A BM_8::time +100.0 %25"));
  const auto more = annotations(11);
  ASSERT_EQ(more.size(), 10u);
  EXPECT_EQ(more.back(), "::error title=slower::and 2 more");
}

}  // namespace
}  // namespace asyncmark::testing::annotations_test
