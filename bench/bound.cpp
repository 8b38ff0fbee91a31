#include "bench/bound.hpp"

#include <algorithm>
#include <thread>

namespace asyncmark {
namespace {

struct Sums {
  double wait = 0;
  double cpu = 0;
  double ops = 0;
  double longest = 0;
  double last_end = 0;  ///< Were every operation begun when it is due.
  double shortest_wait = 0;
  bool all_equal = true;
};

std::optional<Sums> add_up(const Workload& workload, const Load& load) {
  Sums sums;
  std::optional<Cost> first;
  const auto ops = load.due ? load.due->size() : load.ops;
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
    const auto due = load.due ? Duration((*load.due)[op]) : Duration(0);
    sums.last_end = std::max(sums.last_end, seconds(due + cost->wait + cost->cpu));
    sums.ops = static_cast<double>(ops);
    sums.shortest_wait = std::min(sums.shortest_wait, seconds(cost->wait));
  }
  return sums;
}

}  // namespace

std::optional<Bound> ideal_bound(const Case& one) {
  const auto workload = one.make_workload();
  const auto how = one.make_runner()->concurrency(one.load);
  if (one.load.duration && !one.load.due) return std::nullopt;
  const auto sums = add_up(*workload, one.load);
  if (!sums) return std::nullopt;

  const bool held = how.one_loop && workload->holds_the_loop();
  const auto cap = held ? 1.0 : std::min(static_cast<double>(how.cap), sums->ops);
  Bound bound;
  double most = 0;
  const auto consider = [&](double time, const char* term) {
    // Rounding alone must not make a sum of equal waits, shared out, longer than one of them.
    if (time > most * (1 + 1e-9)) {
      most = time;
      bound.term = term;
    }
  };
  consider(sums->last_end, one.load.due ? "the last arrival" : "the slowest operation");
  const auto* queue = cap == 1 ? "one at a time" : "waits queue behind the cap";
  consider((sums->wait + sums->cpu) / cap, queue);
  if (sums->all_equal) consider(std::ceil(sums->ops / cap) * sums->longest, queue);
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const auto processors = static_cast<double>(std::min<std::uint64_t>(how.processors, cores));
  consider(sums->cpu / processors + (how.processors == 1 ? sums->shortest_wait : 0),
           "computing on the processors it can use");
  bound.time = from_seconds(most);
  return bound;
}

}  // namespace asyncmark
