#include "bench/base/units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "bench/base/errors.hpp"

namespace asyncmark::units_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What the parser says of a text that it refuses; empty when it takes it.
template <class Parse>
std::string refusal(Parse parse, const std::string& text) {
  try {
    parse(text, "--it");
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

std::string refused_duration(const std::string& text) { return refusal(parse_duration, text); }
std::string refused_bytes(const std::string& text) { return refusal(parse_bytes, text); }
std::string refused_real(const std::string& text) { return refusal(parse_real, text); }
std::string refused_count(const std::string& text) {
  return refusal([](auto t, auto what) { return parse_count(t, what, 1, 1000); }, text);
}

TEST(Duration, ReadsEveryUnit) {
  using namespace std::chrono_literals;
  EXPECT_EQ(parse_duration("7ns", ""), 7ns);
  EXPECT_EQ(parse_duration("250us", ""), 250us);
  EXPECT_EQ(parse_duration("46ms", ""), 46ms);
  EXPECT_EQ(parse_duration("1.5s", ""), 1500ms);
  EXPECT_EQ(parse_duration("10m", ""), 10min);
  EXPECT_EQ(parse_duration("2h", ""), 2h);
  EXPECT_EQ(parse_duration("1.66ms", ""), 1'660'000ns);
  EXPECT_EQ(parse_duration(".5s", ""), 500ms);
  EXPECT_EQ(parse_duration("1e3ms", ""), 1s);
  EXPECT_EQ(parse_duration("0s", ""), 0ns);
  EXPECT_EQ(parse_duration("-0s", ""), 0ns);
}

TEST(Duration, RoundsToTheNearestNanosecond) {
  EXPECT_EQ(parse_duration("1.4ns", "").count(), 1);
  EXPECT_EQ(parse_duration("1.6ns", "").count(), 2);
  EXPECT_EQ(parse_duration("0.0000000016s", "").count(), 2);
}

TEST(Duration, RefusesWhatIsNotOneAndNamesFlagAndText) {
  for (const std::string text :
       {"",      "ms",     " 46ms", "46 ms", "46",    "46MS",  "46msec", "46mss",
        "0x2ms", "nan",    "nans",  "inf",   "infs",  "-",     "-ms",    "+-5ms",
        "1,5ms", "1..5ms", "5e",    "5ems",  "1-2ms", "46ms,", "46ms 2", "\n46ms"}) {
    EXPECT_THAT(refused_duration(text), StartsWith("--it: '" + text + "' ")) << text;
  }
}

TEST(Duration, NamesTheUnitsWhenOneIsMissing) {
  EXPECT_THAT(refused_duration("46"), AllOf(HasSubstr("needs a unit"),
                                            HasSubstr("h, m, s, ms, us, ns"), HasSubstr("46ms")));
}

TEST(Duration, NamesTheUnitsThatThereAreWhenOneIsUnknown) {
  EXPECT_EQ(refused_duration("46msec"),
            "--it: '46msec' has no unit of a duration; there are h, m, s, ms, us, ns; for example "
            "46ms");
  EXPECT_EQ(refused_bytes("1TB"),
            "--it: '1TB' has no unit of a size; there are GiB, GB, MiB, MB, KiB, kB, B; for "
            "example 64KiB");
}

TEST(Duration, RefusesWhatIsNegative) {
  for (const std::string text : {"-1ms", "-0.1ns", "-1e300h"})
    EXPECT_THAT(refused_duration(text), HasSubstr("is negative")) << text;
}

TEST(Duration, RefusesWhatIsTooLarge) {
  for (const std::string text : {"2305843010s", "1e10s", "1e400s", "1e300h",
                                 "99999999999999999999ns", "2305843009213693953ns"})
    EXPECT_THAT(refused_duration(text), HasSubstr("too large")) << text;
}

TEST(Duration, TwoAndAClockReadingAddUpWithoutOverflow) {
  const auto longest = parse_duration("2305843009213693952ns", "");
  EXPECT_EQ(longest, kLongest);
  const auto decades_after_boot = Clock::time_point(std::chrono::years(50));
  EXPECT_GT(decades_after_boot + longest + longest, decades_after_boot + longest);
}

TEST(Duration, TextReadsBackToTheSameValue) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    const Duration value(static_cast<std::int64_t>(random() >> (3 + i % 61)));
    ASSERT_EQ(parse_duration(exact_text(value), ""), value) << exact_text(value);
  }
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{999}, std::int64_t{1000},
        std::int64_t{60'000'000'000}, std::int64_t{9'007'199'254'740'993},
        std::int64_t{2'305'843'009'213'693'951}})
    EXPECT_EQ(parse_duration(exact_text(Duration(value)), "").count(), value);
}

TEST(Duration, TextIsShort) {
  using namespace std::chrono_literals;
  EXPECT_EQ(exact_text(0ns), "0us");
  EXPECT_EQ(exact_text(999ns), "999ns");
  EXPECT_EQ(exact_text(1500ns), "1.5us");
  EXPECT_EQ(exact_text(46ms), "46ms");
  EXPECT_EQ(exact_text(1'660'000ns), "1.66ms");
  EXPECT_EQ(exact_text(1'000'001ns), "1.000001ms");
  EXPECT_EQ(exact_text(2s), "2s");
  EXPECT_EQ(exact_text(90s), "90s");
  EXPECT_EQ(exact_text(10min), "10m");
  EXPECT_EQ(exact_text(90min), "90m");
  EXPECT_EQ(exact_text(3h), "3h");
}

TEST(Duration, IsRoundedToThreeDigitsForPeople) {
  EXPECT_EQ(rounded_text(Duration(0)), "0 ns");
  EXPECT_EQ(rounded_text(Duration(53)), "53 ns");
  EXPECT_EQ(rounded_text(Duration(999)), "999 ns");
  EXPECT_EQ(rounded_text(Duration(1000)), "1.00 us");
  EXPECT_EQ(rounded_text(Duration(9'994)), "9.99 us");
  EXPECT_EQ(rounded_text(Duration(9'996)), "10.0 us");
  EXPECT_EQ(rounded_text(Duration(99'960)), "100 us");
  EXPECT_EQ(rounded_text(Duration(999'499)), "999 us");
  EXPECT_EQ(rounded_text(Duration(999'500)), "1.00 ms");
  EXPECT_EQ(rounded_text(Duration(46'123'456)), "46.1 ms");
  EXPECT_EQ(rounded_text(Duration(1'700'000'000)), "1.70 s");
  EXPECT_EQ(rounded_text(std::chrono::seconds(73)), "73.0 s");
  EXPECT_EQ(rounded_text(std::chrono::minutes(20)), "20.0 min");
}

TEST(Duration, FromSecondsRoundsAndNeverOverflows) {
  EXPECT_EQ(from_seconds(1.6e-9).count(), 2);
  EXPECT_EQ(from_seconds(-1.6e-9).count(), -2);
  EXPECT_EQ(from_seconds(0.046), std::chrono::milliseconds(46));
  EXPECT_EQ(from_seconds(1e12), kLongest);
  EXPECT_EQ(from_seconds(std::numeric_limits<double>::infinity()), kLongest);
  EXPECT_EQ(from_seconds(-1e12), -kLongest);
}

TEST(Bytes, ReadEveryUnit) {
  EXPECT_EQ(parse_bytes("512B", ""), 512);
  EXPECT_EQ(parse_bytes("64KiB", ""), 65'536);
  EXPECT_EQ(parse_bytes("64kB", ""), 64'000);
  EXPECT_EQ(parse_bytes("1.5MiB", ""), 1'572'864);
  EXPECT_EQ(parse_bytes("3MB", ""), 3'000'000);
  EXPECT_EQ(parse_bytes("2GiB", ""), 2'147'483'648);
  EXPECT_EQ(parse_bytes("2GB", ""), 2'000'000'000);
}

TEST(Bytes, RefuseWhatIsNotASize) {
  for (const std::string text : {"", "64", "64kb", "64KB", "KiB", "64 KiB", "nan", "-1B", "1e400B",
                                 "1e30GiB", "9223372036854775808B"})
    EXPECT_THAT(refused_bytes(text), StartsWith("--it: '" + text + "' ")) << text;
}

TEST(Bytes, TextReadsBackToTheSameValue) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() >> (3 + i % 61));
    ASSERT_EQ(parse_bytes(exact_bytes(value), ""), value) << exact_bytes(value);
  }
  EXPECT_EQ(exact_bytes(0), "0B");
  EXPECT_EQ(exact_bytes(65'536), "64KiB");
  EXPECT_EQ(exact_bytes(1000), "1kB");
  EXPECT_EQ(exact_bytes(1001), "1001B");
}

TEST(Bytes, AreRoundedForPeople) {
  EXPECT_EQ(rounded_bytes(0), "0 B");
  EXPECT_EQ(rounded_bytes(1020), "1.02 kB");
  EXPECT_EQ(rounded_bytes(999'500), "1.00 MB");
  EXPECT_EQ(rounded_bytes(3.14e9), "3.14 GB");
}

TEST(Count, ReadsWholeNumbersBetweenItsLimits) {
  EXPECT_EQ(parse_count("1", ""), 1);
  EXPECT_EQ(parse_count("0", "", 0), 0);
  EXPECT_EQ(parse_count("-0", "", 0), 0);
  EXPECT_EQ(parse_count("9223372036854775807", ""), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_count("1000", "", 1, 1000), 1000);
}

TEST(Count, RefusesEverythingElse) {
  for (const std::string text :
       {"", " 5", "5 ", "+5", "5.0", "1e3", "0x10", "five", "nan", "5,", "--5", "1'000"})
    EXPECT_THAT(refused_count(text), HasSubstr("--it: '" + text + "' is not a whole number"))
        << text;
  for (const std::string text : {"0", "-1", "-9223372036854775808", "-99999999999999999999"})
    EXPECT_THAT(refused_count(text), HasSubstr("1 or more")) << text;
  for (const std::string text : {"1001", "9223372036854775807", "9223372036854775808",
                                 "18446744073709551616", "99999999999999999999999"})
    EXPECT_THAT(refused_count(text), AllOf(HasSubstr("too large"), HasSubstr("1000 or less")))
        << text;
}

TEST(Real, ReadsNumbersThatAreNotNegative) {
  EXPECT_EQ(parse_real("0", ""), 0);
  EXPECT_EQ(parse_real("2.5", ""), 2.5);
  EXPECT_EQ(parse_real("1e+22", ""), 1e22);
}

TEST(Real, RefusesEverythingElse) {
  for (const std::string text : {"", "nan", "-nan", "inf", "infinity", "1e400", "-1e400", "1e5000",
                                 "5%", "1 000", "0x1p4", "+1"})
    EXPECT_THAT(refused_real(text), HasSubstr("--it: '" + text + "' is not a number")) << text;
  EXPECT_THAT(refused_real("-1"), HasSubstr("negative"));
}

}  // namespace
}  // namespace asyncmark::units_test
