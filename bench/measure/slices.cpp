#include "bench/measure/slices.hpp"

#include <algorithm>
#include <cmath>

namespace asyncmark {
namespace {

constexpr std::size_t kMost = 10;
/// Fewer samples in a slice would make its count a matter of where they fell.
constexpr std::size_t kSamplesEach = 5;

double begun_until(Clock::time_point at, const std::vector<Begun>& samples) {
  const auto next = std::ranges::lower_bound(samples, at, {}, &Begun::at);
  if (next == samples.begin()) return static_cast<double>(samples.front().operations);
  if (next == samples.end()) return static_cast<double>(samples.back().operations);
  const auto& before = next[-1];
  const auto share = seconds(at - before.at) / seconds(next->at - before.at);
  return static_cast<double>(before.operations) +
         share * static_cast<double>(next->operations - before.operations);
}

}  // namespace

Slices slices_of(const std::vector<Begun>& samples) {
  if (samples.empty()) return {};
  const auto last =
      std::ranges::lower_bound(samples, samples.back().operations, {}, &Begun::operations);
  const auto used = static_cast<std::size_t>(last - samples.begin());
  const auto count = std::min(kMost, used / kSamplesEach);
  if (count < 2) return {};
  Slices slices;
  const auto first = samples.front().at;
  slices.length = (last->at - first) / static_cast<std::int64_t>(count);
  auto before = std::round(begun_until(first, samples));
  for (std::size_t i = 1; i <= count; ++i) {
    const auto until = i == count ? last->at : first + slices.length * static_cast<std::int64_t>(i);
    const auto now = std::round(begun_until(until, samples));
    slices.begun.push_back(static_cast<std::uint64_t>(now - before));
    before = now;
  }
  return slices;
}

}  // namespace asyncmark
