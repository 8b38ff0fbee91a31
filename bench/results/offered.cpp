#include "bench/results/offered.hpp"

#include <algorithm>

#include "bench/os/placement.hpp"

namespace asyncmark {
namespace {

/// How long a schedule may be exceeded before that means anything, and of a short one what part.
constexpr Duration kShortDelay = std::chrono::milliseconds(10);
constexpr int kShortPart = 5;

/// How long after the schedule the operations due last may end, each in its own time. Where that is
/// not known, what was seen excuses it; but where processors are the limit that has grown by
/// waiting for them, and excuses nothing.
Duration drain(const Result& result, const Measurement& all, Duration last_due) {
  if (result.bound) return std::max(result.bound->undelayed - last_due, Duration(0));
  const auto& service = all.service_time;
  if (busy_share(result, all) >= kBusy) return Duration(0);
  return std::min(service.max(), 5 * service.mean());
}

}  // namespace

double usable_processors(const Result& result, const Measurement& all) {
  const auto& known = all.placement.client;
  auto cpus = known.empty() ? result.what.cpus.client : parse_cpus(known, "placement");
  if (cpus.empty()) cpus = own_cpus();
  return static_cast<double>(
      std::clamp<std::uint64_t>(result.how.processors, 1, std::max<std::size_t>(1, cpus.size())));
}

double busy_share(const Result& result, const Measurement& all) {
  const auto time = seconds(all.elapsed()) * usable_processors(result, all);
  return time > 0 ? seconds(all.cpu()) / time : 0;
}

std::optional<Offered> offered(const Result& result, const Measurement& all) {
  const auto& load = result.what.load;
  if (!load.rate || all.passes.empty()) return std::nullopt;
  const auto passes = static_cast<double>(all.passes.size());
  const auto ended = static_cast<double>(all.completed + all.failed) / passes;
  const auto due = ended + static_cast<double>(all.never_started) / passes;
  const auto last_due = load.due ? Duration(load.due->back())
                                 : load.last_due.value_or(from_seconds(due / *load.rate));
  // One that is due alone, at the very beginning, makes no rate.
  if (last_due <= Duration(0)) return Offered{*load.rate, due > 0 ? ended / due : 1};
  // All but the first came due in that time.
  Offered offer{(due - 1) / seconds(last_due), 1};
  const auto elapsed = all.per_pass(all.elapsed());
  const auto allowed = drain(result, all, last_due);
  if (all.never_started == 0 &&
      elapsed <= last_due + allowed + std::min(kShortDelay, last_due / kShortPart))
    return offer;
  const auto active = std::max(elapsed - allowed, last_due);
  offer.achieved = ended / due * (seconds(last_due) / seconds(active));
  return offer;
}

}  // namespace asyncmark
