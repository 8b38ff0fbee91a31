#include "bench/results/failure_budget.hpp"

#include <fmt/format.h>

#include "bench/base/errors.hpp"
#include "bench/base/units.hpp"

namespace asyncmark {

FailureBudget FailureBudget::parse(const std::string& text) {
  if (!text.ends_with('%'))
    return {static_cast<std::uint64_t>(parse_count(text, "--max-failed", 0)), 0};
  const auto share = parse_real(text.substr(0, text.size() - 1), "--max-failed");
  if (share > 100) throw UsageError(fmt::format("--max-failed: {} is more than 100%", text));
  return {0, share / 100};
}

bool FailureBudget::exceeded_by(const Measurement& all) const {
  const auto ended = static_cast<double>(all.failed + all.completed);
  return all.failed > number && static_cast<double>(all.failed) > share * ended;
}

std::string FailureBudget::text() const {
  return share > 0 ? fmt::format("{:g}%", 100 * share) : std::to_string(number);
}

}  // namespace asyncmark
