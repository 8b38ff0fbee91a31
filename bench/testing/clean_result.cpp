#include "bench/testing/clean_result.hpp"

#include <gmock/gmock.h>

#include <memory>

#include "bench/checks/checks.hpp"
#include "bench/model/arrivals.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::testing {

Case case_of(const Plan& plan) {
  Case one;
  one.workload = plan.workload;
  one.workload_options = OptionValues(Registry<WorkloadEntry>::at(plan.workload).options);
  if (plan.workload == "sleep") {
    one.workload_options.set("wait", plan.wait);
    one.workload_options.set("cpu", plan.cpu);
  }
  one.runner = plan.runner;
  one.runner_options = OptionValues(runner_entry(plan.runner).options);
  one.load.ops = plan.duration ? 0 : plan.ops;
  one.load.duration = plan.duration;
  one.load.rate = plan.rate;
  if (runner_entry(plan.runner).knows_in_flight) one.load.in_flight = plan.in_flight;
  if (plan.rate)
    one.load.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(one.load, 1));
  return one;
}

Measurement measured(const Case& one, const Concurrency& how, double slower) {
  const auto cost = one.make_workload()->cost(0).value_or(Cost{microseconds(400), {}});
  const auto service = from_seconds(seconds(cost.wait + cost.cpu) * slower) + microseconds(100);
  Measurement m;
  const auto limit = one.load.duration.value_or(Duration(0));
  m.completed = one.load.ops   ? one.load.ops
                : one.load.due ? one.load.due->size()
                               : how.cap * static_cast<std::uint64_t>(limit / service);
  const auto cap = std::min(how.cap, m.completed);
  auto elapsed = service * static_cast<std::int64_t>((m.completed + cap - 1) / cap);
  elapsed = std::max(elapsed, cost.cpu * static_cast<std::int64_t>(m.completed));
  if (one.load.due) elapsed = Duration(one.load.due->back()) + service;
  const auto cpu = (cost.cpu + microseconds(5)) * static_cast<std::int64_t>(m.completed);
  m.passes.push_back({elapsed, cpu, m.completed});
  m.resources.user = cpu;
  m.service_time.add(service, m.completed);
  m.peak_in_flight = one.load.rate ? 1 + cap / 2 : cap;
  m.placement.client = "0-1";
  m.observed.samples = 200;
  m.observed.mean_in_flight =
      static_cast<double>(m.service_time.sum_ns()) / (seconds(elapsed) * 1e9) * (2 - slower);
  m.observed.peak_threads = how.one_loop ? 1 : how.workers + 1;
  if (how.one_loop) {
    m.loop.lag.add(microseconds(200), 100);
    m.loop.longest_hold = cost.cpu + microseconds(100);
  }
  return m;
}

Result clean(const Plan& plan) {
  Result result;
  result.what = case_of(plan);
  result.how = result.what.make_runner()->concurrency(result.what.load);
  result.bound = ideal_bound(result.what);
  result.planned_repetitions = 3;
  for (const double slower : {1.0, 1.01, 1.03})
    result.repetitions.push_back({measured(result.what, result.how, slower), ""});
  return result;
}

void take(Measurement& m, Duration service, std::uint64_t at_once) {
  m.service_time.clear();
  m.service_time.add(service, m.completed);
  m.passes = {{service * static_cast<std::int64_t>(m.completed / at_once), m.cpu(), m.completed}};
  m.observed.mean_in_flight = static_cast<double>(at_once);
}

std::vector<std::string> codes(const std::vector<Result>& results, const Context& context) {
  std::vector<std::string> all;
  for (const auto& one : check(context, results)) all.push_back(one.code);
  return all;
}

Finding only_finding(const std::vector<Result>& results) {
  const auto all = check(quiet(), results);
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? Finding{} : all.front();
}

}  // namespace asyncmark::testing
