#include "bench/probe/doubts.hpp"

#include <algorithm>

namespace asyncmark {
namespace {

/// The means over a plateau.
struct Means {
  double ours = 0;
  double others = 0;
  double client_busy = 0;
  double wait_share = 0;  ///< Waiting for a processor, of the unloaded time.
  double server = 0;      ///< Processors that the server used.
  double waiting = 0;     ///< Processors that it waited for.
  double thread = 0;      ///< Processors that its busiest thread used.
};

Means means_of(const std::vector<LoadPoint>& plateau, double operation_s) {
  Means sum;
  const auto share = 1 / static_cast<double>(plateau.size());
  for (const auto& point : plateau) {
    sum.ours += share * point.cpu.ours;
    sum.others += share * point.cpu.others;
    sum.client_busy += share * point.client_busy;
    sum.wait_share += share * point.cpu_wait_s / operation_s;
    if (!point.server) continue;
    sum.server += share * point.server->busy;
    sum.waiting += share * point.server->waiting;
    sum.thread += share * point.server->busiest_thread;
  }
  return sum;
}

/// Whether a thread of the server, or all of its processors, have no time left at all.
bool is_server_full(const std::vector<LoadPoint>& plateau) {
  constexpr double kFull = 0.95;
  return std::ranges::any_of(plateau, [](const LoadPoint& point) {
    return point.server && (point.server->busiest_thread >= kFull ||
                            point.server->busy >= kFull * point.server->usable);
  });
}

/// Whether the number could be another one without the time for which operations waited for
/// processors.
bool is_shifted(double at_once, double unloaded_wait, double plateau_wait) {
  constexpr double kOne = 1.5;
  const auto low = at_once * (1 - std::min(1.0, unloaded_wait));
  const auto high = at_once * (1 + plateau_wait);
  return (low < kOne) != (high < kOne) || high - low > std::max(1.0, 0.1 * at_once);
}

bool is_crowded_out(const Unloaded& unloaded, const Means& means, double at_once) {
  constexpr double kComputes = 0.2;  // Of the machine; less are operations that wait.
  constexpr double kUnclear = 0.5;   // Of one processor: too much to be idle.
  const bool before = unloaded.others >= kMuchOfOthers, later = means.others >= kMuchOfOthers;
  if (!before && !later) return false;
  if (later && (means.ours >= kComputes || means.server + means.waiting >= kUnclear)) return true;
  return is_shifted(at_once, before ? unloaded.cpu_wait_s / unloaded.mean_s() : 0,
                    later ? means.wait_share : 0);
}

}  // namespace

bool may_be_paced(const Unloaded& unloaded, double best_per_s) {
  return unloaded.others >= kMuchOfOthers && unloaded.p50_s > 0 &&
         best_per_s * unloaded.p50_s < kLessThanOne;
}

bool computes_in_one_thread(const std::vector<LoadPoint>& plateau) {
  constexpr double kMost = 0.85, kAlways = 0.9;
  if (plateau.empty()) return false;
  const auto means = means_of(plateau, 1);
  return means.thread >= kMost * means.server && means.server >= 0.4 && means.server <= 1.05 &&
         means.server + means.waiting >= kAlways;
}

std::optional<Bottleneck> doubt_of(const Unloaded& unloaded, const std::vector<LoadPoint>& plateau,
                                   double at_once) {
  if (plateau.empty() || unloaded.mean_s() <= 0) return std::nullopt;
  const auto means = means_of(plateau, unloaded.mean_s());
  if (means.client_busy >= kClientFull && !is_server_full(plateau)) return Bottleneck::client;
  if (is_crowded_out(unloaded, means, at_once) && !computes_in_one_thread(plateau))
    return Bottleneck::others;
  return std::nullopt;
}

}  // namespace asyncmark
