#include "bench/bound.hpp"

#include <algorithm>
#include <thread>

namespace asyncmark {
namespace {

struct Sums {
  double wait = 0;
  double cpu = 0;
  double longest = 0;
  double shortest_wait = 0;
  bool all_equal = true;
};

std::optional<Sums> add_up(const Workload& workload, std::uint64_t ops) {
  Sums sums;
  std::optional<Cost> first;
  for (std::uint64_t op = 0; op < ops; ++op) {
    const auto cost = workload.cost(op);
    if (!cost) return std::nullopt;
    if (!first) {
      first = cost;
      sums.shortest_wait = seconds(cost->wait);
    }
    sums.all_equal = sums.all_equal && cost->wait == first->wait && cost->cpu == first->cpu;
    sums.wait += seconds(cost->wait);
    sums.cpu += seconds(cost->cpu);
    sums.longest = std::max(sums.longest, seconds(cost->wait + cost->cpu));
    sums.shortest_wait = std::min(sums.shortest_wait, seconds(cost->wait));
  }
  return sums;
}

}  // namespace

std::optional<Bound> ideal_bound(const Case& one) {
  const auto workload = one.make_workload();
  const auto how = one.make_runner()->concurrency(one.load);
  if (one.load.duration || one.load.ops == 0) return std::nullopt;
  const auto sums = add_up(*workload, one.load.ops);
  if (!sums) return std::nullopt;

  const bool held = how.one_loop && workload->holds_the_loop();
  const auto cap = held ? 1.0 : static_cast<double>(std::min(how.cap, one.load.ops));
  Bound bound;
  double most = 0;
  const auto consider = [&](double time, const char* term) {
    if (time > most) {
      most = time;
      bound.term = term;
    }
  };
  consider(sums->longest, "the slowest operation");
  consider((sums->wait + sums->cpu) / cap, "waits queue behind the cap");
  if (sums->all_equal)
    consider(std::ceil(static_cast<double>(one.load.ops) / cap) * sums->longest,
             cap == 1 ? "one at a time" : "waits queue behind the cap");
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const auto processors = static_cast<double>(std::min<std::uint64_t>(how.processors, cores));
  consider(sums->cpu / processors + (how.processors == 1 ? sums->shortest_wait : 0),
           "computing on the processors it can use");
  bound.time = from_seconds(most);
  return bound;
}

}  // namespace asyncmark
