#include "bench/compare/compare_progress.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/compare/compare_builds.hpp"
#include "bench/run/progress_lines.hpp"

namespace asyncmark {
namespace {

std::vector<std::string> figures_of(const std::vector<Pair>& pairs) {
  std::vector<double> ratios;
  for (const auto& pair : pairs)
    if (!pair.base.wall_ns.empty() && !pair.contender.wall_ns.empty())
      ratios.push_back(*std::ranges::min_element(pair.contender.wall_ns) /
                       *std::ranges::min_element(pair.base.wall_ns));
  std::vector<std::string> figures;
  if (!ratios.empty())
    figures.push_back(fmt::format("time {:+.1f} %", (estimate(ratios).median - 1) * 100));
  figures.push_back(fmt::format("{} pairs", pairs.size()));
  return figures;
}

}  // namespace

CompareProgress::CompareProgress(std::size_t cases, const CompareSettings& settings)
    : cases_(cases),
      budget_(settings.pairs.budget),
      plain_(settings.progress == ProgressMode::plain),
      block_(settings.progress == ProgressMode::automatic) {}

void CompareProgress::begin(const std::string& name) {
  name_ = name;
  begun_ = Clock::now();
  show({});
}

std::string CompareProgress::place() const {
  return fmt::format("case {} of {}", done_ + 1, std::max(cases_, done_ + 1));
}

Duration CompareProgress::left() const {
  const auto usual = done_ > 0 ? spent_ / static_cast<std::int64_t>(done_) : budget_;
  return std::max(Duration(0), usual - (Clock::now() - begun_)) +
         usual * static_cast<std::int64_t>(cases_ - std::min(cases_, done_ + 1));
}

void CompareProgress::show(const std::vector<Pair>& pairs) {
  figures_ = figures_of(pairs);
  if (!block_.is_on()) return;
  block_.draw(progress_lines(
      {.name = name_,
       .place = place(),
       .elapsed = std::chrono::floor<std::chrono::seconds>(Clock::now() - all_begun_),
       .left = left(),
       .now = std::chrono::system_clock::now(),
       .figures = figures_},
      block_.screen()));
}

void CompareProgress::end() {
  if (plain_) to_standard_error("{}: {}: {}\n", place(), visible(name_), fmt::join(figures_, ", "));
  ++done_;
  spent_ += Clock::now() - begun_;
  block_.clear();
}

}  // namespace asyncmark
