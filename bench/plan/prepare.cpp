#include "bench/plan/prepare.hpp"

#include <algorithm>
#include <map>

#include "bench/model/workload.hpp"
#include "bench/os/scratch.hpp"

namespace asyncmark {
namespace {

/// What the warm-up needs under the best of circumstances: by default it has an operation at least.
Duration least_warmup(const Case& one) {
  const auto ops = one.load.warmup.value_or(1);
  if (ops == 0) return {};
  Load load;
  load.ops = ops;
  const auto bound = ideal_bound(*one.make_workload(), load, one.concurrency());
  return bound ? bound->time : Duration(0);
}

}  // namespace

bool holds_the_loop(const Case& one) { return one.make_workload()->holds_the_loop(); }

Duration least_time(const Result& one) {
  const auto& load = one.what.load;
  auto least = load.duration.value_or(Duration(0));
  if (one.bound) least = std::max(least, one.bound->time);
  if (load.due) least = std::max(least, Duration(load.due->back()));
  return least_warmup(one.what) + from_seconds(seconds(least) * static_cast<double>(load.passes));
}

void prepare_workloads(const std::vector<Result>& cases) {
  std::map<std::string, const Result*> largest;
  for (const auto& one : cases) {
    auto& known = largest[one.what.workload + one.what.workload_options.name_suffix()];
    if (!known || known->how.cap < one.how.cap) known = &one;
  }
  for (const auto& [name, one] : largest) {
    const auto workload = one->what.make_workload();
    const bool shared = workload->sessions() == Sessions::shared;
    workload->prepare(shared ? 1 : at_once(one->how, workload->holds_the_loop()));
  }
}

Sweep::Sweep() { Scratch::remove_stale(); }
Sweep::~Sweep() { Scratch::remove_stale(); }

}  // namespace asyncmark
