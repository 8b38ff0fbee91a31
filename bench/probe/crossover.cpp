#include "bench/probe/crossover.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cmath>

#include "bench/base/errors.hpp"
#include "bench/base/units.hpp"

namespace asyncmark {
namespace {

/// Rounds to three significant digits.
double three_digits(double value) {
  if (value == 0) return 0;
  const auto unit = std::pow(10, std::floor(std::log10(std::abs(value))) - 2);
  return std::round(value / unit) * unit;
}

bool is_whole(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

double value_of(ValueRange::Kind kind, const std::string& text, const std::string& flag) {
  if (kind == ValueRange::Kind::duration)
    return static_cast<double>(parse_duration(text, flag).count());
  if (kind == ValueRange::Kind::bytes) return static_cast<double>(parse_bytes(text, flag));
  return parse_real(text, flag);
}

ValueRange::Kind kind_of(const std::string& low, const std::string& high) {
  if (is_whole(low) && is_whole(high)) return ValueRange::Kind::whole;
  if (high.ends_with('B')) return ValueRange::Kind::bytes;
  return high.empty() || std::isdigit(static_cast<unsigned char>(high.back()))
             ? ValueRange::Kind::number
             : ValueRange::Kind::duration;
}

}  // namespace

ValueRange ValueRange::parse(const std::string& text) {
  const auto equals = text.find('='), dots = text.find("..");
  if (equals == text.npos || equals == 0 || dots == text.npos || dots < equals)
    throw UsageError(fmt::format(
        "--over: '{}' is no option with a range; for example wait=1ms..100ms or ops=1..1000",
        text));
  const auto begin = text.starts_with("--") ? 2 : 0;
  ValueRange range;
  range.option = text.substr(begin, equals - begin);
  const auto low = text.substr(equals + 1, dots - equals - 1), high = text.substr(dots + 2);
  range.kind = kind_of(low, high);
  range.low = value_of(range.kind, low, "--over");
  range.high = value_of(range.kind, high, "--over");
  if (range.low >= range.high)
    throw UsageError(fmt::format("--over: '{}' must be less than '{}'", low, high));
  return range;
}

double ValueRange::rounded(double value) const {
  // The ends stay as they were given.
  if (value == low || value == high) return value;
  const auto digits = three_digits(value);
  return kind == Kind::number ? digits : std::round(kind == Kind::whole ? value : digits);
}

std::string ValueRange::text(double value) const {
  value = rounded(value);
  const auto whole = static_cast<std::int64_t>(value);
  switch (kind) {
    case Kind::duration:
      return exact_text(Duration(whole));
    case Kind::bytes:
      return exact_bytes(whole);
    case Kind::whole:
      return std::to_string(whole);
    case Kind::number:
      break;
  }
  return fmt::format("{:.3g}", value);
}

}  // namespace asyncmark
