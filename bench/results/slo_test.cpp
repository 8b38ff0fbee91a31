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
}

TEST(Slo, RefusesWhatItCannotJudge) {
  for (const auto* text : {"", "p99", "p99=", "p99=5", "p98=5ms", "=5ms", "p99=0ms", "50ms"})
    EXPECT_THROW(Slo::parse(text), UsageError) << text;
}

}  // namespace
}  // namespace asyncmark::slo_test
