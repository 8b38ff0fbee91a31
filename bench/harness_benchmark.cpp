// What the harness costs by itself, part by part: micro-benchmarks for its developers.
//   build/release/harness_benchmark
// The whole, as users meet it, is `asyncmark run null`.

#include <benchmark/benchmark.h>

#include "bench/child/child.hpp"
#include "bench/engine/passes.hpp"
#include "bench/engine/recorder.hpp"
#include "bench/model/case.hpp"
#include "bench/plan/plan.hpp"

namespace asyncmark {
namespace {

void read_the_clock(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Clock::now());
}
BENCHMARK(read_the_clock);

void add_to_a_histogram(benchmark::State& state) {
  FlatHistogram histogram;
  std::int64_t value = 1;
  for (auto _ : state) {
    histogram.add(Duration(value));
    value = (value * 13) & 0xFFFFFFF;
  }
  benchmark::DoNotOptimize(histogram.max());
}
BENCHMARK(add_to_a_histogram);

void claim_an_operation(benchmark::State& state) {
  Schedule schedule;
  Load load;
  load.ops = kUnbounded;
  const auto now = Clock::now();
  schedule.begin(load, LoadKind::closed_loop, now);
  for (auto _ : state) benchmark::DoNotOptimize(schedule.next(now, Duration(0)));
}
BENCHMARK(claim_an_operation);

void claim_an_operation_of_a_lane(benchmark::State& state) {
  Schedule schedule;
  schedule.divide(2, 64);
  Lane lane(schedule, 1);
  Load load;
  load.ops = kUnbounded;
  const auto now = Clock::now();
  schedule.begin(load, LoadKind::closed_loop, now);
  for (auto _ : state) benchmark::DoNotOptimize(lane.next(now, Duration(0)));
}
BENCHMARK(claim_an_operation_of_a_lane);

void write_an_operation_down(benchmark::State& state) {
  Recorder recorder;
  const auto now = Clock::now();
  const Start start{0, now};
  for (auto _ : state) recorder.record(start, now, now + Duration(46'000'000), Outcome{});
  benchmark::DoNotOptimize(recorder);
}
BENCHMARK(write_an_operation_down);

/// A whole null operation under each runner, in this process.
void null_operation(benchmark::State& state, const std::string& runner) {
  Request request("null");
  request.set("runner", runner).set("ops", "1000000").set("in-flight", "2");
  const auto one = request.cases().front().what;
  const auto workload = one.make_workload();
  for (auto _ : state) {
    const auto measured = one.make_runner()->run(*workload, one.load);
    state.SetIterationTime(seconds(measured.elapsed()) / 1e6);
  }
}

/// What a case costs beyond itself: process, document, report.
void child(benchmark::State& state) {
  Request request("null");
  request.set("runner", "sync").set("ops", "1");
  const auto one = request.cases().front().what;
  for (auto _ : state) {
    const auto repetition = run_in_child(one, {});
    if (!repetition.died.empty()) state.SkipWithError(repetition.died.c_str());
  }
}
BENCHMARK(child)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace asyncmark

int main(int argc, char** argv) {
  // child() runs this very program again, as asyncmark does.
  if (argc == 2 && std::string_view(argv[1]) == "run-case") return asyncmark::run_case();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const std::string runner :
       {"sync", "thread-pool", "event-loop", "multi-loop", "process-pool"})
    benchmark::RegisterBenchmark(("null_operation/" + runner).c_str(), asyncmark::null_operation,
                                 runner)
        ->UseManualTime()
        ->Iterations(5);
  benchmark::RunSpecifiedBenchmarks();
}
