#include "bench/results/slo.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "bench/base/errors.hpp"
#include "bench/results/counters.hpp"
#include "bench/results/result.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark {

Slo Slo::parse(const std::string& text) {
  const auto equals = text.find('=');
  const auto percentile = text.substr(0, equals);
  double percent = 0;
  const auto* end = percentile.data() + percentile.size();
  const bool is_number =
      percentile.starts_with('p') &&
      std::from_chars(percentile.data() + 1, end, percent, std::chars_format::fixed).ptr == end;
  // p0 and p100 are no percentiles, and no run has the operations for more than five nines.
  if (equals == std::string::npos || !is_number || !(percent >= 1 && percent <= 99.999))
    throw UsageError(fmt::format(
        "--slo: '{}' is not a percentile and its limit; for example p95=200ms or p99.9=1s", text));
  const auto limit = parse_duration(text.substr(equals + 1), "--slo");
  if (limit <= Duration(0)) throw UsageError("--slo: the limit must be more than 0");
  // 99.9 / 100 is not the number nearest to 0.999.
  return {percentile, std::round(percent * 1000) / 100'000, limit};
}

std::string Slo::text() const { return fmt::format("{}={}", percentile, exact_text(limit)); }

std::optional<bool> keeps_to(const Slo& slo, const Result& result) {
  const auto& summary = result.summary();
  const auto& all = summary.all;
  const bool kept_up = summary.offered && summary.offered->kept_up();
  if (all.passes.empty() || !kept_up || response_failed(all, slo.fraction)) return false;
  if (const auto value = response_percentile(all, slo.fraction)) return *value <= slo.limit;
  if (const auto bound = response_bound(all, slo.fraction); bound && *bound <= slo.limit)
    return true;
  // What half of the operations exceed, every higher percentile does.
  if (const auto half = response_percentile(all, 0.5); half && *half > slo.limit) return false;
  return std::nullopt;
}

}  // namespace asyncmark
