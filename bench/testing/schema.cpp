#include "bench/testing/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "bench/base/options.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing {
namespace {

/// Checks what programs wrote in tests when all tests have ended: once, as Python starts slowly.
class WrittenResultsKeepToTheSchema final : public ::testing::Environment {
 public:
  void TearDown() override {
    const auto& written = written_results();
    if (written.empty()) return;
    std::vector<std::string> documents;
    for (const auto& result : written) documents.push_back(result.document);
    const auto found = violations(fmt::format("[{}]", fmt::join(documents, ",")),
                                  source_file("reports/formats/result.schema.json"));
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_THAT(found[i], ::testing::IsEmpty())
          << "a result of the test " << written[i].test
          << " is not as reports/formats/result.schema.json describes it";
  }
};

[[maybe_unused]] const auto* const registered =
    ::testing::AddGlobalTestEnvironment(new WrittenResultsKeepToTheSchema);

}  // namespace

std::vector<std::vector<std::string>> violations(const std::string& documents,
                                                 const std::string& schema) {
  const auto ended = run_program({"python3", source_file("bench/testing/violations.py"), schema},
                                 {.input = documents});
  EXPECT_EQ(ended.code, 0) << ended.err;
  if (ended.code != 0) return {};
  return Json::parse(ended.out).get<std::vector<std::vector<std::string>>>();
}

}  // namespace asyncmark::testing
