#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace asyncmark {

/// Every time in the program is read from this one monotonic clock, in nanoseconds.
using Clock = std::chrono::steady_clock;
using Duration = std::chrono::nanoseconds;
static_assert(std::is_same_v<Clock::duration, Duration>);

/// No duration is longer (73 years), so that a few of them and a point in time add up without
/// overflow.
inline constexpr Duration kLongest{std::int64_t{1} << 61};

/// Reads a duration with its unit: `46ms`, `1.5s`, `250us`, `10m`. Units: ns, us, ms, s, m, h.
/// Throws UsageError, whose text begins with `what` (a flag or field), when the unit is missing,
/// the number is negative or malformed, or the value is beyond kLongest.
Duration parse_duration(std::string_view text, std::string_view what);

/// Reads a size with its unit: `64KiB`, `1MiB`, `512B`. Units: B, kB, KiB, MB, MiB, GB, GiB.
std::int64_t parse_bytes(std::string_view text, std::string_view what);

/// Reads a whole number from `least` to `most`.
std::int64_t parse_count(std::string_view text, std::string_view what, std::int64_t least = 1,
                         std::int64_t most = std::numeric_limits<std::int64_t>::max());

/// Reads a finite number that is not negative.
double parse_real(std::string_view text, std::string_view what);

/// The shortest text that parse_duration() reads back to the same value: `46ms`, `1.66ms`, `2s`.
std::string exact_text(Duration duration);

/// The shortest text that parse_bytes() reads back to the same value: `64KiB`, `1000B`.
std::string exact_bytes(std::int64_t bytes);

/// For people: three significant digits and a unit, `46.1 ms`, `1.70 s`, `53 ns`.
std::string rounded_text(Duration duration);

/// For people: `1.02 kB`, `3.1 MB`; powers of 1000, as disks and networks count.
std::string rounded_bytes(double bytes);

/// For people: `21.3 k`, `15.3 M`; powers of 1000.
std::string rounded_count(double count);

constexpr double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

/// The nearest whole nanosecond, within kLongest.
constexpr Duration from_seconds(double seconds) {
  constexpr auto longest = static_cast<double>(kLongest.count());
  const double ns = std::clamp(seconds * 1e9, -longest, longest);
  return Duration(static_cast<std::int64_t>(ns + (ns < 0 ? -0.5 : 0.5)));
}

}  // namespace asyncmark
