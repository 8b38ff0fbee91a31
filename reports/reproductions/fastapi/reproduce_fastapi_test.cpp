#include "reports/reproductions/fastapi/reproduce_fastapi.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bench/os/python.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "bench/testing/run_program.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::reproduce_fastapi_test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const ReproductionEntry& entry() { return Registry<ReproductionEntry>::at("fastapi"); }

std::string endpoint_of(const Result& one) { return one.what.workload_options.text("server"); }

/// As its endpoint does on a machine whose server answers 2000 requests per second at most.
Duration ideal(const Result& one) {
  const auto ops = static_cast<double>(one.what.load.ops);
  auto at_once = static_cast<double>(std::min(one.how.cap, one.what.load.ops));
  if (endpoint_of(one) == "fastapi-threads") at_once = std::min(at_once, 40.0);
  if (endpoint_of(one) == "fastapi-blocking") at_once = 1;
  return from_seconds(std::max(0.046 * std::ceil(ops / at_once), ops / 2000));
}

void took(Result& one, Duration elapsed) {
  Repetition run;
  auto& measured = run.measurement;
  const auto ops = one.what.load.ops;
  measured.completed = ops;
  measured.passes = {{elapsed, 10us * static_cast<int>(ops), ops}};
  measured.peak_in_flight = std::min(one.how.cap, ops);
  measured.service_time.add(elapsed / 2, ops);
  measured.observed.service = ServiceUsage{.cpu = 450us * static_cast<int>(ops)};
  one.repetitions.assign(one.planned_repetitions, run);
  one.forget_summary();
}

std::vector<Result> good_results(bool with_aiohttp = true) {
  auto results = expand(reproduce_fastapi::requests(false, with_aiohttp));
  for (auto& one : results) took(one, ideal(one) * 102 / 100);
  return results;
}

testing::Turn turn(const char* sentence, const char* before, const char* endpoint,
                   const char* runner, double of_the_ideal) {
  return {sentence, before, [=](std::vector<Result>& results) {
            for (auto& one : results)
              if (endpoint_of(one) == endpoint && one.what.runner == runner)
                took(one, from_seconds(seconds(ideal(one)) * of_the_ideal));
          }};
}

TEST(ReproduceFastApi, PlansEachEndpointAndAiohttpWhereItIs) {
  std::vector<std::string> names;
  for (const auto& one : expand(reproduce_fastapi::requests(false, false)))
    names.push_back(one.name());
  EXPECT_EQ(names.size(), 6 + 4 + 3);
  EXPECT_THAT(names,
              Contains(StartsWith("http/event-loop/ops:1000/warmup:100/server:fastapi-threads/")));
  EXPECT_EQ(expand(reproduce_fastapi::requests(true, true)).size(), names.size() + 3);
}

TEST(ReproduceFastApi, EachClaimCanHoldAndCanFail) {
  testing::expect_each_claim_turns(
      entry(), good_results(),
      {turn("async def, one request", "yes", "fastapi-await", "sync", 1.3),
       turn("async def: 1000 at once are 25", "yes", "fastapi-await", "event-loop", 5),
       turn("async def: 1000 at once take", "no", "fastapi-await", "event-loop", 0.1),
       turn("async def: the server's CPU", "yes", "fastapi-await", "event-loop", 2),
       turn("def: 1000 at once take 25", "yes", "fastapi-threads", "event-loop", 1.5),
       turn("async def that blocks", "yes", "fastapi-blocking", "event-loop", 0.5),
       turn("aiohttp is as fast", "yes", "fastapi-await", "python-asyncio", 2)});
}

TEST(ReproduceFastApi, WithoutAiohttpItsClaimIsNotMeasured) {
  const auto text = entry().print({}, good_results(false), false, Markup::markdown);
  EXPECT_EQ(testing::verdict_in(text, "aiohttp is as fast"),
            "not measured: aiohttp is not installed");
  EXPECT_THAT(text, Not(HasSubstr("were not run")));
}

TEST(ReproduceFastApi, ShowsEachClientByEndpoint) {
  EXPECT_THAT(
      entry().print({}, good_results(), false, Markup::markdown),
      HasSubstr("| def | event-loop | 1000 | 1173 | 853 | 1000 | 585 ms | 585 ms | 38 % |"));
}

TEST(ReproduceFastApi, AnyPartOfItCanBePrinted) {
  testing::expect_any_part_prints(entry(), good_results(false));
}

TEST(ReproduceFastApi, FitsIntoEightyColumns) { testing::expect_fits(entry(), good_results()); }

TEST(ReproduceFastApi, IsSkippedInOneLineWhereFastApiIsMissing) {
  const auto ended =
      testing::run_program({"env", "PYTHONPATH=.", testing::program(), "reproduce", "fastapi"},
                           {.files = {{"fastapi.py", "raise ImportError\n"}}});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out,
            "reproduce fastapi: skipped: FastAPI or uvicorn is not installed; Debian's packages "
            "python3-fastapi and uvicorn have them\n");
  EXPECT_EQ(ended.err, "");
}

/// The program itself, against the real server.
TEST(SlowReproduceFastApi, ABlockingEndpointAnswersOneRequestAtATime) {
  if (!python_with("fastapi, uvicorn")) GTEST_SKIP() << "FastAPI is not installed";
  const auto ended = testing::run_program(
      {testing::program(), "reproduce", "fastapi", "--quick", "--format", "markdown"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(testing::verdict_in(ended.out, "async def that blocks"), "yes") << ended.out;
  EXPECT_EQ(testing::verdict_in(ended.out, "async def: 1000 at once are 25"), "yes") << ended.out;
  EXPECT_THAT(ended.left_running, ::testing::IsEmpty());
}

}  // namespace
}  // namespace asyncmark::reproduce_fastapi_test
