#include "bench/probe/crossover_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace asyncmark {
namespace {

constexpr double kLeastDifference = 0.02;
constexpr std::size_t kMostPairsAtOne = 5;  ///< Of runs, at one value.
constexpr double kWideRange = 8;            ///< A range of such a ratio is halved logarithmically.
constexpr double kNearOneAnother = 0.04;  ///< Of the scale's unit: a bracket that needs no halving.

double mean_log(const std::vector<double>& figures) {
  double sum = 0;
  for (const auto figure : figures) sum += std::log(figure);
  return sum / static_cast<double>(figures.size());
}

double spread_log(const std::vector<double>& figures) {
  const auto [least, most] = std::ranges::minmax(figures);
  return std::log(most / least);
}

}  // namespace

double CrossoverPoint::ratio() const { return std::exp(mean_log(second) - mean_log(first)); }

Better CrossoverPoint::better() const {
  const auto runs = std::min(first.size(), second.size());
  if (runs < 2) return Better::unknown;
  const auto distance = std::abs(std::log(ratio()));
  const auto spreads = runs == 2 ? 4 : runs == 3 ? 1.5 : 0;
  const auto spread = std::max(spread_log(first), spread_log(second));
  if (distance < std::max(std::log1p(kLeastDifference), spreads * spread)) return Better::unknown;
  if (std::ranges::max(first) < std::ranges::min(second)) return Better::first;
  return std::ranges::max(second) < std::ranges::min(first) ? Better::second : Better::unknown;
}

CrossoverSearch::CrossoverSearch(double low, double high, std::function<double(double)> rounded,
                                 std::size_t most_pairs)
    : low_(low), high_(high), rounded_(std::move(rounded)), pairs_left_(most_pairs) {}

const CrossoverPoint* CrossoverSearch::at(double value) const {
  const auto found = std::ranges::find(points_, value, &CrossoverPoint::value);
  return found == points_.end() ? nullptr : &*found;
}

bool CrossoverSearch::wants_more(double value) const {
  const auto* point = at(value);
  return !point || (point->first.size() < kMostPairsAtOne && point->better() == Better::unknown);
}

/// On the scale that is halved; one unit of it is the whole range, or a factor of e.
double CrossoverSearch::scaled(double value) const {
  const bool wide = low_ > 0 && high_ / low_ >= kWideRange;
  return wide ? std::log(value) : (value - low_) / (high_ - low_);
}

/// Absent if there is no value in between, or the two are near one another.
std::optional<double> CrossoverSearch::middle(double low, double high) const {
  if (scaled(high) - scaled(low) < kNearOneAnother) return std::nullopt;
  const bool wide = low_ > 0 && high_ / low_ >= kWideRange;
  const auto value = rounded_(wide ? std::sqrt(low * high) : (low + high) / 2);
  return value > low && value < high ? std::optional(value) : std::nullopt;
}

std::optional<CrossoverBracket> CrossoverSearch::bracket() const {
  const CrossoverPoint* known = nullptr;    // The last one with an order.
  const CrossoverPoint* unknown = nullptr;  // The last one without, after it.
  for (const auto& point : points_) {
    const auto better = point.better();
    if (better == Better::unknown) {
      unknown = &point;
      continue;
    }
    if (known && known->better() != better)
      return CrossoverBracket{known->value, point.value, known->better(), better};
    if (!known && unknown)
      return CrossoverBracket{unknown->value, point.value, Better::unknown, better};
    known = &point;
    unknown = nullptr;
  }
  if (!known || !unknown) return std::nullopt;
  const auto first = std::ranges::find(points_, known->value, &CrossoverPoint::value) + 1;
  return CrossoverBracket{known->value, first->value, known->better(), Better::unknown};
}

bool CrossoverSearch::changes_twice() const {
  std::size_t changes = 0;
  auto last = Better::unknown;
  for (const auto& point : points_) {
    const auto better = point.better();
    if (better == Better::unknown) continue;
    if (last != Better::unknown && better != last) ++changes;
    last = better;
  }
  return changes > 1;
}

std::optional<double> CrossoverSearch::next() const {
  if (pairs_left_ == 0) return std::nullopt;
  for (const auto end : {low_, high_})
    if (wants_more(end)) return end;
  const auto found = bracket();
  if (!found) {
    // The ends agree; the order may still change and change back in between.
    const auto between = middle(low_, high_);
    return between && wants_more(*between) ? between : std::nullopt;
  }
  // A value without an order is part of the bracket: the two gaps beside those are halved.
  auto lower = found->high, upper = found->low;
  for (const auto& point : points_) {
    if (point.value < found->low || point.value > found->high) continue;
    if (wants_more(point.value)) return point.value;
    if (point.value == found->low || point.value == found->high) continue;
    lower = std::min(lower, point.value);
    upper = std::max(upper, point.value);
  }
  const bool below_is_wider =
      scaled(lower) - scaled(found->low) >= scaled(found->high) - scaled(upper);
  const auto below = middle(found->low, lower), above = middle(upper, found->high);
  const auto wider = below_is_wider ? below : above;
  return wider ? wider : below_is_wider ? above : below;
}

void CrossoverSearch::note(double value, double first, double second) {
  auto place = std::ranges::lower_bound(points_, value, {}, &CrossoverPoint::value);
  if (place == points_.end() || place->value != value) place = points_.insert(place, {value});
  place->first.push_back(first);
  place->second.push_back(second);
  if (pairs_left_ > 0) --pairs_left_;
}

}  // namespace asyncmark
