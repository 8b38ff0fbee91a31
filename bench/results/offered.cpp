#include "bench/results/offered.hpp"

#include <algorithm>

#include "bench/engine/in_time.hpp"
#include "bench/os/placement.hpp"

namespace asyncmark {

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
  // A result of an earlier version does not have it.
  const auto in = all.in_time ? *all.in_time : in_time(load, all);
  // One that is due alone, at the very beginning, makes no rate. All but the first came due later.
  const auto later = in.due - static_cast<double>(all.passes.size());
  return Offered{.per_s = in.schedule > Duration(0) ? later / seconds(in.schedule) : *load.rate,
                 .achieved = in.due > 0 ? in.succeeded / in.due : 1,
                 .ended = in.due > 0 ? in.ended / in.due : 1};
}

}  // namespace asyncmark
