#include "bench/base/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace asyncmark {
namespace {

/// Returns how many letters must be added, removed, changed or swapped with the next one.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& names) {
  // A mistyped word may be long, but then it is no name.
  constexpr std::size_t kLongestName = 100;
  if (typed.size() > kLongestName) return std::nullopt;
  std::optional<std::string> best;
  auto least = std::max<std::size_t>(1, typed.size() / 3) + 1;
  for (const auto& name : names)
    if (const auto apart = distance(typed, name); apart < least && apart < name.size()) {
      least = apart;
      best = name;
    }
  return best;
}

std::string suggestion(std::string_view typed, const std::vector<std::string>& names) {
  const auto name = nearest(typed, names);
  return name ? "; did you mean '" + *name + "'?" : "";
}

}  // namespace asyncmark
