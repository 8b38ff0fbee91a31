#include "bench/run/gates.hpp"

#include <gmock/gmock.h>

#include "bench/base/errors.hpp"
#include "bench/testing/clean_result.hpp"

namespace asyncmark::testing::gates_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A run in which a case is saturated, on a busy machine.
ResultSet saturated() {
  ResultSet run;
  run.results = {clean({.ops = 100, .rate = 300})};
  run.findings = {{.code = "saturated", .cases = {"a", "b"}, .evidence = "98/s of 300/s"},
                  {.code = "noisy-machine", .evidence = "load average 9"}};
  return run;
}

std::vector<std::string> names_of(const std::vector<Objection>& all) {
  std::vector<std::string> names;
  for (const auto& one : all) names.push_back(one.gate);
  return names;
}

std::vector<std::string> found(const Gates& gates, const ResultSet& run,
                               const std::optional<Slo>& slo = {}) {
  return names_of(gates.objections(run, FailureBudget::parse("0"), slo));
}

TEST(Gates, ObjectToWhatTheyName) {
  EXPECT_THAT(found(Gates(), saturated()), IsEmpty());
  EXPECT_THAT(found(Gates::parse("loop-held,failed", true), saturated()), IsEmpty());
  const auto all = Gates::parse("saturated,loop-held", true)
                       .objections(saturated(), FailureBudget::parse("0"), {});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].gate, "saturated");
  EXPECT_EQ(all[0].text(), "a, b: 98/s of 300/s");
}

TEST(Gates, ObjectToABusyMachineOnlyByItsName) {
  EXPECT_EQ(found(Gates::parse("noisy-machine", true), saturated()),
            std::vector<std::string>{"noisy-machine"});
  EXPECT_EQ(found(Gates::strict(), saturated()), std::vector<std::string>{"saturated"});
}

TEST(Gates, ObjectToFailedOperationsAndToDeaths) {
  auto run = saturated();
  const auto failed = Gates::parse("failed", true);
  EXPECT_THAT(found(failed, run), IsEmpty());
  run.results[0].repetitions[0].died = "killed by SIGKILL";
  EXPECT_EQ(found(failed, run), std::vector<std::string>{"failed"});
  run.results = {changed(clean({.ops = 100}), [](Measurement& one) {
    one.failed = 3;
    one.failures["refused"] = 3;
  })};
  EXPECT_EQ(found(failed, run), std::vector<std::string>{"failed"});
  EXPECT_THAT(names_of(failed.objections(run, FailureBudget::parse("50%"), {})), IsEmpty());
}

TEST(Gates, ObjectToAMissedObjective) {
  const auto gate = Gates::parse("slo", true);
  auto run = saturated();
  run.results = {changed(run.results[0], [](Measurement& one) {
    one.response_time.clear();
    one.response_time.add(milliseconds(46), one.completed);
  })};
  EXPECT_THAT(found(gate, run, Slo::parse("p50=1s")), IsEmpty());
  EXPECT_EQ(found(gate, run, Slo::parse("p50=1ms")), std::vector<std::string>{"slo"});
}

TEST(GatesJUnit, HasWhatTheyFindAsFailuresAndDeathsAsErrors) {
  auto run = saturated();
  run.results = {clean({.ops = 100}), clean({.ops = 200}), clean({.ops = 300})};
  run.results[1].repetitions[0].died = "killed by SIGKILL";
  run.results[2] = changed(std::move(run.results[2]), [](Measurement& one) {
    one.failed = 3;
    one.failures["refused"] = 3;
  });
  const auto budget = FailureBudget::parse("0");
  const auto text = [&](const std::vector<Objection>& all) { return junit_of(run, budget, all); };
  EXPECT_THAT(text({}), AllOf(HasSubstr("tests=\"3\" failures=\"0\" errors=\"2\""),
                              HasSubstr("<error message=\"killed by SIGKILL\"/>"),
                              HasSubstr("operations failed\"/>")));
  const auto name = [&](std::size_t i) { return run.results[i].name(); };
  EXPECT_THAT(text({{"slo", {name(0)}, "p99 is missed"},
                    {"failed", {name(0), name(1), name(2)}, "3 failed"},
                    {"noisy-machine", {}, "load average 9"}}),
              AllOf(HasSubstr("tests=\"4\" failures=\"3\" errors=\"1\""),
                    HasSubstr("<failure message=\"slo: p99 is missed; failed: 3 failed\"/>"),
                    HasSubstr("name=\"noisy-machine\"")));
}

TEST(Gates, AreRefusedByNameWithTheNearestOne) {
  try {
    Gates::parse("slo,saturatd", true);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("--fail-on: 'saturatd'"), HasSubstr("'saturated'")));
  }
  EXPECT_THROW(Gates::parse("", true), UsageError);
  EXPECT_THROW(Gates::parse("slo,", true), UsageError);
  EXPECT_THROW(Gates::parse("slo", false), UsageError) << "there is no objective";
}

}  // namespace
}  // namespace asyncmark::testing::gates_test
