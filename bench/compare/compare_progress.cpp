#include "bench/compare/compare_progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "bench/base/standard_error.hpp"
#include "bench/compare/compare_builds.hpp"

namespace asyncmark {

CompareProgress::CompareProgress(std::size_t cases, const CompareSettings& settings)
    : cases_(cases),
      budget_(settings.pairs.budget),
      on_(settings.progress && isatty(STDERR_FILENO) == 1) {}

void CompareProgress::begin(const std::string& name) {
  name_ = name;
  begun_ = Clock::now();
}

void CompareProgress::show(const std::vector<Pair>& pairs) {
  if (!on_) return;
  std::vector<double> ratios;
  for (const auto& pair : pairs)
    if (!pair.base.wall_ns.empty() && !pair.contender.wall_ns.empty())
      ratios.push_back(*std::ranges::min_element(pair.contender.wall_ns) /
                       *std::ranges::min_element(pair.base.wall_ns));
  const auto usual = done_ > 0 ? spent_ / static_cast<std::int64_t>(done_) : budget_;
  const auto now = Clock::now();
  const auto left = std::max(Duration(0), usual - (now - begun_)) +
                    usual * static_cast<std::int64_t>(cases_ - std::min(cases_, done_ + 1));
  to_standard_error(
      "\r\033[K[{}/{}] {}: {} pairs{}  about {} s left", done_ + 1, cases_, name_, pairs.size(),
      ratios.empty() ? "" : fmt::format(", {:+.1f} %", (estimate(ratios).median - 1) * 100),
      std::chrono::ceil<std::chrono::seconds>(left).count());
  std::fflush(stderr);
}

void CompareProgress::end() {
  ++done_;
  spent_ += Clock::now() - begun_;
  if (on_) to_standard_error("\r\033[K");
}

}  // namespace asyncmark
