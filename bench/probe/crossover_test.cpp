// The range of an option, and the values that are tried in it.

#include "bench/probe/crossover.hpp"

#include <gmock/gmock.h>

#include "bench/base/errors.hpp"

namespace asyncmark::crossover_test {
namespace {

TEST(ValueRange, IsReadWithItsUnit) {
  const auto wait = ValueRange::parse("wait=1ms..100ms");
  EXPECT_EQ(wait.option, "wait");
  EXPECT_EQ(wait.low, 1e6);
  EXPECT_EQ(wait.high, 1e8);
  EXPECT_EQ(wait.text(1.77828e6), "1.78ms");
  const auto ops = ValueRange::parse("--ops=1..1000");
  EXPECT_EQ(ops.option, "ops");
  EXPECT_EQ(ops.text(31.6), "32");
  EXPECT_EQ(ops.rounded(31.6), 32);
  EXPECT_EQ(ValueRange::parse("size=1KiB..1MiB").text(32768), "32800B");
  EXPECT_EQ(ValueRange::parse("share=0.1..0.9").text(0.316228), "0.316");
}

TEST(ValueRange, KeepsItsEndsAsTheyAre) {
  const auto range = ValueRange::parse("wait=1234567ns..9876543ns");
  EXPECT_EQ(range.text(range.low), "1.234567ms");
  EXPECT_EQ(range.text(range.high), "9.876543ms");
}

TEST(ValueRange, RefusesWhatIsNone) {
  for (const auto* text : {"", "wait", "wait=1ms", "=1ms..2ms", "wait=2ms..1ms", "wait=1ms..1ms",
                           "ops=a..b", "wait=1..2ms", "1..2"})
    EXPECT_THROW(ValueRange::parse(text), UsageError) << text;
}

}  // namespace
}  // namespace asyncmark::crossover_test
