// Two files of results beside one another, of any program.

#include "bench/compare/compare_stored.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "bench/base/errors.hpp"
#include "bench/base/options.hpp"
#include "bench/os/scratch.hpp"

namespace asyncmark::compare_stored_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

/// A case `a` of one run whose row has these members too, and a case `b` that is the same in all.
std::string document(const std::string& members, const std::string& context = "{}") {
  return R"({"context": )" + context + R"(, "benchmarks": [
      {"name": "a", "iterations": 10, "cpu_time": 5, )" +
         members + R"(},
      {"name": "b", "iterations": 10, "cpu_time": 5, "real_time": 5}]})";
}

Comparison compared(const std::string& base, const std::string& contender) {
  const Scratch folder;
  const auto before = folder.path() + "/base.json", after = folder.path() + "/contender.json";
  std::ofstream(before, std::ios::binary) << base;
  std::ofstream(after, std::ios::binary) << contender;
  return compare_stored(before, after);
}

const auto* const kRan = R"("real_time": 5)";
const auto* const kSkipped = R"("real_time": 0, "skipped": true, "skip_message": "no GPU")";
const auto* const kFailed = R"("real_time": 0, "error_occurred": true, "error_message": "lost")";

TEST(CompareStored, NeverJudgesACaseThatWasSkippedOrFailed) {
  struct Sides {
    const char *base, *contender, *why;
    bool died;
  };
  for (const auto& [base, contender, why, died] :
       {Sides{kRan, kSkipped, "the contender: skipped: no GPU", true},
        {kSkipped, kRan, "the baseline: skipped: no GPU", false},
        {kSkipped, kSkipped, "the baseline: skipped: no GPU; the contender: skipped: no GPU",
         false},
        {kRan, kFailed, "the contender: lost", true},
        {kFailed, kRan, "the baseline: lost", true},
        {kSkipped, kFailed, "the baseline: skipped: no GPU; the contender: lost", true},
        {kRan, R"("real_time": NaN)", "the contender: its real_time is not a finite number", true},
        {R"("real_time": Infinity)", kRan, "the baseline: its real_time is not a finite number",
         true},
        {kRan, R"("real_time": 0)", "the contender: its time is 0", true},
        {R"("real_time": 0)", R"("real_time": 0)",
         "the baseline: its time is 0; the contender: its time is 0", false}}) {
    const auto all = compared(document(base), document(contender));
    ASSERT_THAT(all.cases, SizeIs(2));
    EXPECT_EQ(all.cases[0].failed, why);
    EXPECT_EQ(all.cases[0].died, died) << why;
    EXPECT_THAT(all.cases[0].judged.figures, IsEmpty());
    EXPECT_EQ(all.cases[1].failed, "");
    EXPECT_EQ(all.failed(), died);
  }
}

TEST(CompareStored, JudgesProcessorTimeOnlyOfWhatComputes) {
  const auto took = [](double cpu) {
    std::string rows;
    for (int i = 0; i < 6; ++i)
      rows += fmt::format(R"({}{{"name": "a", "iterations": 1, "real_time": 100, "cpu_time": {}}})",
                          i == 0 ? "" : ",", cpu);
    return R"({"context": {}, "benchmarks": [)" + rows + "]}";
  };
  const auto verdict = [&](double before, double after) {
    return compared(took(before), took(after)).cases.at(0).verdict;
  };
  EXPECT_EQ(verdict(5, 10), Verdict::same) << "it waits";
  EXPECT_EQ(verdict(60, 120), Verdict::slower) << "it computes";
}

TEST(CompareStored, ReadsWhatJsonHasNoNumbersFor) {
  const auto with = [](const char* word) {
    return document(std::string(kRan) + ", \"misses\": " + word);
  };
  const auto all = compared(with("NaN"), with("-Infinity"));
  EXPECT_EQ(all.cases.at(0).failed, "");
  EXPECT_THAT([&] { compared(with("nothing"), with("1")); },
              ThrowsMessage<UsageError>(HasSubstr("is not JSON: it goes wrong at byte")));
}

TEST(CompareStored, NamesTheEncodingOfWhatItCannotRead) {
  std::string utf16 = "\xff\xfe";
  for (const char c : document(kRan)) utf16 += {c, '\0'};
  EXPECT_THAT([&] { compared(document(kRan), utf16); },
              ThrowsMessage<UsageError>(HasSubstr("contender.json': is UTF-16")));
}

TEST(CompareStored, SaysByWhatTheMachinesDiffer) {
  const auto differences = [](const std::string& base, const std::string& contender) {
    return compared(document(kRan, base), document(kRan, contender)).machine_differences;
  };
  EXPECT_THAT(differences(R"({"num_cpus": 4, "host_name": "a"})", R"({"num_cpus": 8})"),
              ElementsAre("cores: 4 and 8"));
  EXPECT_THAT(differences(R"({"host_name": "a", "cpu_model": "X"})",
                          R"({"host_name": "b", "cpu_model": "Y", "num_cpus": 8})"),
              ElementsAre("host: a and b", "processor: X and Y"));
  EXPECT_THAT(differences(R"({"caches": [{"level": 1, "size": 32768}]})",
                          R"({"caches": [{"level": 1, "size": 49152}]})"),
              ElementsAre("caches in bytes: L1 32768 and L1 49152"));
  EXPECT_THAT(differences(R"({"num_cpus": 4, "date": "now"})", R"({"num_cpus": 4})"), IsEmpty());
}

}  // namespace
}  // namespace asyncmark::compare_stored_test
