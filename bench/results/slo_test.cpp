#include "bench/results/slo.hpp"

#include <gmock/gmock.h>

#include "bench/base/errors.hpp"

namespace asyncmark::slo_test {
namespace {

using namespace std::chrono_literals;

TEST(Slo, IsAPercentileAndItsLimit) {
  const auto slo = Slo::parse("p99.9=50ms");
  EXPECT_EQ(slo.percentile, "p99.9");
  EXPECT_EQ(slo.fraction, 0.999);
  EXPECT_EQ(slo.limit, 50ms);
  EXPECT_EQ(slo.text(), "p99.9=50ms");
  EXPECT_EQ(Slo::parse("p50=1s").fraction, 0.5);
  EXPECT_EQ(Slo::parse("p95=1s").fraction, 0.95);
}

TEST(Slo, RefusesWhatItCannotJudge) {
  for (const auto* text : {"", "p99", "p99=", "p99=5", "p0=5ms", "p100=5ms", "pnan=5ms", "p9x=5ms",
                           "p-5=5ms", "=5ms", "p99=0ms", "50ms"})
    EXPECT_THROW(Slo::parse(text), UsageError) << text;
}

}  // namespace
}  // namespace asyncmark::slo_test
