#include "bench/model/bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "bench/model/runner.hpp"
#include "bench/model/workload.hpp"

namespace asyncmark {
namespace {

// To add up the costs of more would take longer than most people wait.
constexpr std::uint64_t kMostAddedUp = 10'000'000;

/// In nanoseconds; doubles hold these exactly for a hundred days, and never overflow.
struct Sums {
  double wait = 0;
  double cpu = 0;
  double longest = 0;
  double last_end = 0;  ///< Were every operation begun when it is due.
  double shortest_wait = std::numeric_limits<double>::infinity();
  bool all_equal = true;
};

std::optional<Sums> add_up(const Workload& workload, const Load& load, std::uint64_t ops) {
  Sums sums;
  const auto first = workload.cost(0);
  for (std::uint64_t op = 0; op < ops; ++op) {
    const auto cost = workload.cost(op);
    if (!cost) return std::nullopt;
    const auto wait = static_cast<double>(cost->wait.count());
    const auto cpu = static_cast<double>(cost->cpu.count());
    const auto due = load.due ? static_cast<double>((*load.due)[op]) : 0;
    sums.all_equal = sums.all_equal && cost->wait == first->wait && cost->cpu == first->cpu;
    sums.wait += wait;
    sums.cpu += cpu;
    sums.longest = std::max(sums.longest, wait + cpu);
    sums.last_end = std::max(sums.last_end, due + wait + cpu);
    sums.shortest_wait = std::min(sums.shortest_wait, wait);
  }
  return sums;
}

}  // namespace

std::string words_of(const std::string& term) {
  return term == bound_terms::kCap ? "waits queue behind the concurrency limit" : term;
}

std::optional<Bound> ideal_bound(const Workload& workload, const Load& load,
                                 const Concurrency& how) {
  if (load.duration && !load.due) return std::nullopt;
  const auto count = load.due ? load.due->size() : load.ops;
  if (count == 0 || count > kMostAddedUp) return std::nullopt;
  const auto sums = add_up(workload, load, count);
  if (!sums) return std::nullopt;

  const auto ops = static_cast<double>(count);
  const auto under_way = at_once(how, workload.holds_the_loop());
  const auto cap = std::min(static_cast<double>(under_way), ops);
  Bound bound;
  double most = 0;
  const auto consider = [&](double time, const char* term) {
    if (time <= most) return;
    most = time;
    bound.term = term;
  };
  consider(sums->last_end, load.due ? bound_terms::kArrival : bound_terms::kSlowest);
  const auto* queue = cap == 1              ? bound_terms::kOneAtATime
                      : under_way < how.cap ? bound_terms::kThreads
                                            : bound_terms::kCap;
  consider((sums->wait + sums->cpu) / cap, queue);
  if (sums->all_equal) consider(std::ceil(ops / cap) * sums->longest, queue);
  consider(sums->cpu / static_cast<double>(how.processors) +
               (how.processors == 1 ? sums->shortest_wait : 0),
           bound_terms::kComputing);
  if (most == 0) return std::nullopt;
  bound.time = from_seconds(most / 1e9);
  bound.undelayed = from_seconds(sums->last_end / 1e9);
  bound.asked = from_seconds((sums->wait + sums->cpu) / ops / 1e9);
  bound.alike = sums->all_equal;
  return bound;
}

std::optional<Bound> ideal_bound(const Case& one, const Concurrency& how) {
  return ideal_bound(*one.make_workload(), one.load, how);
}

std::optional<Bound> ideal_bound(const Case& one) { return ideal_bound(one, one.concurrency()); }

}  // namespace asyncmark
