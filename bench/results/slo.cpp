#include "bench/results/slo.hpp"

#include <fmt/format.h>

#include <utility>

#include "bench/base/errors.hpp"

namespace asyncmark {

Slo Slo::parse(const std::string& text) {
  const auto equals = text.find('=');
  const auto percentile = text.substr(0, equals);
  for (const auto& [name, fraction] :
       {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}})
    if (percentile == name && equals != std::string::npos) {
      const auto limit = parse_duration(text.substr(equals + 1), "--slo");
      if (limit <= Duration(0)) throw UsageError("--slo: the limit must be more than 0");
      return {name, fraction, limit};
    }
  throw UsageError(
      fmt::format("--slo: '{}' is not a percentile (p50, p90, p99 or p99.9) and its limit; for "
                  "example p99=50ms",
                  text));
}

std::string Slo::text() const { return fmt::format("{}={}", percentile, exact_text(limit)); }

}  // namespace asyncmark
