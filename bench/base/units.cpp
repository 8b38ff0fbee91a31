#include "bench/base/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "bench/base/errors.hpp"

namespace asyncmark {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t scale;
};

// Largest first, so that the printers find the largest unit that fits.
constexpr std::array<Unit, 6> kTimeUnits{{{"h", 3'600'000'000'000},
                                          {"m", 60'000'000'000},
                                          {"s", 1'000'000'000},
                                          {"ms", 1'000'000},
                                          {"us", 1'000},
                                          {"ns", 1}}};
constexpr std::array<Unit, 7> kByteUnits{{{"GiB", 1 << 30},
                                          {"GB", 1'000'000'000},
                                          {"MiB", 1 << 20},
                                          {"MB", 1'000'000},
                                          {"KiB", 1 << 10},
                                          {"kB", 1'000},
                                          {"B", 1}}};

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::int64_t parse_with_unit(std::string_view text, std::string_view what,
                             std::span<const Unit> units, std::string_view kind,
                             std::string_view example) {
  const auto split = text.find_first_not_of("0123456789.+-eE");
  // A double would lose nanoseconds from a month on, and bytes from some terabytes on.
  const auto number = read_number<long double>(text.substr(0, split));
  const auto unit_name = split == std::string_view::npos ? "" : text.substr(split);
  if (!number)
    throw UsageError(
        fmt::format("{}: '{}' is not a {}; for example {}", what, text, kind, example));
  for (const auto& unit : units) {
    if (unit.name != unit_name) continue;
    const auto scaled = *number * static_cast<long double>(unit.scale);
    if (scaled < 0)
      throw UsageError(fmt::format("{}: '{}' is negative; a {} is 0 or more", what, text, kind));
    if (scaled > static_cast<long double>(kLongest.count()))
      throw UsageError(fmt::format("{}: '{}' is too large for a {}", what, text, kind));
    return static_cast<std::int64_t>(std::llround(scaled));
  }
  std::string names;
  for (const auto& unit : units) names += fmt::format("{}{}", names.empty() ? "" : ", ", unit.name);
  if (unit_name.empty())
    throw UsageError(
        fmt::format("{}: '{}' needs a unit ({}); for example {}", what, text, names, example));
  const bool is_sum = unit_name.find_first_of("0123456789") != std::string_view::npos;
  throw UsageError(fmt::format("{}: '{}' {} of a {}; there are {}; for example {}", what, text,
                               is_sum ? "is not one number with one unit" : "has no unit", kind,
                               names, example));
}

/// `value` in `unit`, all its digits, no trailing zeros.
std::string exact_in(std::int64_t value, const Unit& unit) {
  const auto whole = value / unit.scale;
  auto rest = value % unit.scale;
  std::string text = std::to_string(whole);
  if (rest != 0) {
    text += '.';
    for (auto digit = unit.scale / 10; rest != 0; digit /= 10) {
      text += static_cast<char>('0' + rest / digit);
      rest %= digit;
    }
  }
  return text + std::string(unit.name);
}

std::string rounded(double value, std::string_view unit) {
  const double size = std::abs(value);
  const int decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}", value, decimals, unit);
}

}  // namespace

Duration parse_duration(std::string_view text, std::string_view what) {
  return Duration(parse_with_unit(text, what, kTimeUnits, "duration", "46ms"));
}

std::int64_t parse_bytes(std::string_view text, std::string_view what) {
  return parse_with_unit(text, what, kByteUnits, "size", "64KiB");
}

std::int64_t parse_count(std::string_view text, std::string_view what, std::int64_t least,
                         std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    throw UsageError(fmt::format("{}: '{}' is not a whole number", what, text));
  const bool overflows = error == std::errc::result_out_of_range;
  if (overflows ? text.front() == '-' : value < least)
    throw UsageError(fmt::format("{}: {} is too small; it must be {} or more", what, text, least));
  if (overflows || value > most)
    throw UsageError(fmt::format("{}: {} is too large; it must be {} or less", what, text, most));
  return value;
}

double parse_real(std::string_view text, std::string_view what) {
  const auto value = read_number<double>(text);
  if (!value) {
    // `100/s` has a number in it.
    const auto begin = text.substr(0, text.find_first_not_of("0123456789."));
    throw UsageError(
        fmt::format("{}: '{}' is not a number{}", what, text,
                    read_number<double>(begin) ? fmt::format("; give {}", begin) : ""));
  }
  if (*value < 0)
    throw UsageError(fmt::format("{}: {} is negative; it must be 0 or more", what, text));
  return *value;
}

std::string exact_text(Duration duration) {
  const auto value = duration.count();
  if (value == 0) return "0us";
  // Minutes and hours only when whole: '90s' reads better than '1.5m', and 1/60 has no end.
  for (const auto& unit : kTimeUnits) {
    if (value < unit.scale) continue;
    if (unit.scale > 1'000'000'000 && (value % unit.scale != 0)) continue;
    return exact_in(value, unit);
  }
  return exact_in(value, kTimeUnits.back());
}

std::string exact_bytes(std::int64_t bytes) {
  for (const auto& unit : kByteUnits)
    if (bytes >= unit.scale && bytes % unit.scale == 0) return exact_in(bytes, unit);
  return "0B";
}

std::string rounded_text(Duration duration) {
  const double value = static_cast<double>(duration.count());
  if (value >= 60e9 * 10) return rounded(value / 60e9, "min");
  if (value >= 999.5e6) return rounded(value / 1e9, "s");
  if (value >= 999.5e3) return rounded(value / 1e6, "ms");
  if (value >= 999.5) return rounded(value / 1e3, "us");
  return fmt::format("{:.0f} ns", value);
}

std::string rounded_bytes(double bytes) {
  if (bytes >= 999.5e6) return rounded(bytes / 1e9, "GB");
  if (bytes >= 999.5e3) return rounded(bytes / 1e6, "MB");
  if (bytes >= 999.5) return rounded(bytes / 1e3, "kB");
  return fmt::format("{:.0f} B", bytes);
}

std::string rounded_count(double count) {
  if (count >= 999.5e6) return rounded(count / 1e9, "G");
  if (count >= 999.5e3) return rounded(count / 1e6, "M");
  if (count >= 99'950) return rounded(count / 1e3, "k");
  if (count >= 99.5) return fmt::format("{:.0f}", count);
  return fmt::format("{:.1f}", count);
}

}  // namespace asyncmark
