#include "bench/probe/crossover_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "bench/base/errors.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/child/child.hpp"
#include "bench/os/interruption.hpp"
#include "bench/plan/prepare.hpp"
#include "bench/results/counters.hpp"
#include "bench/results/result_set.hpp"
#include "bench/run/context.hpp"
#include "bench/run/progress_lines.hpp"
#include "bench/run/result_keeper.hpp"
#include "bench/services/service.hpp"

namespace asyncmark {
namespace {

/// Of each runner, over all values: more runs would only make the bracket a little narrower.
constexpr std::size_t kMostPairs = 20;

/// Both runners at one value.
std::vector<Result> cases_at(const CrossoverRequest& request, double value) {
  auto asked = request.base;
  asked.set(request.range.option, request.range.text(value));
  auto cases = expand({asked});
  if (cases.size() != 2)
    throw UsageError("crossover: give two runners, and one value for each other option");
  return cases;
}

/// Why a run tells nothing; empty if it does.
std::string trouble_of(const Result& result, const Repetition& repetition) {
  const auto& one = repetition.measurement;
  if (!repetition.died.empty()) return fmt::format("{}: {}", result.name(), repetition.died);
  if (one.failed == 0) return "";
  return fmt::format("{}: {} of {} operations failed ({})", result.name(), one.failed,
                     one.failed + one.completed, one.failures.begin()->first);
}

/// The percentile of the response time of an open loop, else of the service time. One that falls
/// among dropped operations is longer than any.
std::optional<double> percentile_of(const Result& result, const Measurement& one, double fraction) {
  if (!result.what.load.rate) {
    const auto time = one.service_time.percentile(fraction);
    return time ? std::optional(seconds(*time)) : std::nullopt;
  }
  if (response_failed(one, fraction)) return seconds(kLongest);
  const auto time = response_percentile(one, fraction);
  return time ? std::optional(seconds(*time)) : std::nullopt;
}

/// In seconds or bytes; absent if the run is too short to tell it.
std::optional<double> figure_of(CrossoverMetric metric, const Result& result,
                                const Measurement& one) {
  const auto ended = static_cast<double>(one.completed + one.failed);
  switch (metric) {
    case CrossoverMetric::p50:
      return percentile_of(result, one, 0.5);
    case CrossoverMetric::p99:
      return percentile_of(result, one, 0.99);
    case CrossoverMetric::memory:
      return memory_bytes_per_op(one);
    case CrossoverMetric::cpu:
      return ended > 0 ? std::optional(seconds(one.cpu()) / ended) : std::nullopt;
    case CrossoverMetric::time:
      break;
  }
  return ended > 0 ? std::optional(seconds(one.elapsed()) / ended) : std::nullopt;
}

/// Carries out the runs of a search.
class Crossing {
 public:
  Crossing(const CrossoverRequest& request, ResultSet& run, ResultKeeper& keeper)
      : request_(request),
        run_(run),
        keeper_(keeper),
        screen_(request.progress == ProgressMode::automatic) {
    child_.time_limit = std::chrono::minutes(2);
    child_.service = [&](const Case& one) { return service_of(services_, one); };
  }

  /// Fills points, bracket and trouble.
  void search(Crossover& found);

 private:
  bool measure(double value, CrossoverSearch& search, Crossover& found);
  std::optional<double> run_once(Result& planned, Crossover& found);
  void start_what_it_calls(std::vector<Result>& cases);
  Duration left() const { return request_.budget - (Clock::now() - begun_); }
  void tell(double value);

  const CrossoverRequest& request_;
  ResultSet& run_;
  ResultKeeper& keeper_;
  ChildSettings child_;
  Services services_;
  ScreenBlock screen_;
  Clock::time_point begun_ = Clock::now();
  std::size_t pairs_ = 0;
};

void Crossing::tell(double value) {
  const auto text =
      fmt::format("{} {}: pair {} of at most {}, at most {} left", request_.range.option,
                  request_.range.text(value), pairs_ + 1, kMostPairs, whole_seconds(left()));
  if (request_.progress == ProgressMode::plain) to_standard_error("{}\n", text);
  screen_.say(text);
}

/// A value of an option of the service needs another service.
void Crossing::start_what_it_calls(std::vector<Result>& cases) {
  for (auto& result : cases) {
    const auto words = result.what.service();
    if (!words) continue;
    const auto known = services_.find({*words, result.what.placed().service});
    if (known == services_.end()) {
      services_.clear();
      services_ = start_services(cases);
      return;
    }
    result.what.endpoint = known->second.endpoint();
  }
}

std::optional<double> Crossing::run_once(Result& planned, Crossover& found) {
  const auto name = planned.name();
  auto place = std::ranges::find(run_.results, name, &Result::name);
  if (place == run_.results.end()) {
    run_.results.push_back(planned);
    place = run_.results.end() - 1;
    place->planned_repetitions = 0;
  }
  auto repetition = run_in_child(planned.what.of_repetition(place->repetitions.size()), child_);
  if (Interruption::happened()) {
    std::erase_if(run_.results, [](const Result& one) { return one.repetitions.empty(); });
    return std::nullopt;
  }
  ++place->planned_repetitions;
  take(*place, std::move(repetition));
  keeper_.keep(false);
  const auto& last = place->repetitions.back();
  found.failed = trouble_of(*place, last);
  if (!found.failed.empty()) return std::nullopt;
  const auto figure = figure_of(request_.metric, *place, last.measurement);
  if (!figure || *figure <= 0)
    found.failed = fmt::format(
        "{}: too few operations for --metric; use more --ops or a longer --duration", name);
  return found.failed.empty() ? figure : std::nullopt;
}

/// One run of each runner; the second goes first in every other pair.
bool Crossing::measure(double value, CrossoverSearch& search, Crossover& found) {
  auto cases = cases_at(request_, value);
  start_what_it_calls(cases);
  if (pairs_ == 0) prepare_workloads(cases);
  double figures[2];
  for (const std::size_t turn : {0, 1}) {
    const auto which = (turn + pairs_) % 2;
    const auto figure = run_once(cases[which], found);
    if (!figure) return false;
    figures[which] = *figure;
  }
  ++pairs_;
  search.note(value, figures[0], figures[1]);
  return true;
}

void Crossing::search(Crossover& found) {
  const auto& range = request_.range;
  CrossoverSearch search(
      range.low, range.high, [&](double value) { return range.rounded(value); }, kMostPairs);
  while (const auto value = search.next()) {
    if (Interruption::happened() || left() <= Duration(0)) break;
    tell(*value);
    if (!measure(*value, search, found)) break;
  }
  screen_.clear();
  found.points = search.points();
  found.bracket = search.bracket();
  found.changes_twice = search.changes_twice();
}

}  // namespace

int crossover(const CrossoverRequest& request) {
  const auto& range = request.range;
  // Both ends are what the options allow, before anything runs.
  const auto low = cases_at(request, range.low);
  cases_at(request, range.high);
  ResultSet run;
  run.context = look_around(request.command.front(), request.command);
  if (!low[0].what.address().empty()) run.context.facts["calls_others"] = true;
  run.context.facts["calibration_skipped"] = true;
  ResultKeeper keeper(request.out, run);
  Crossover found{.workload = request.workload,
                  .first = low[0].what.runner,
                  .second = low[1].what.runner,
                  .metric = request.metric,
                  .range = range};
  const Sweep sweep;
  Interruption::watch();
  const auto before = processor_time();
  {
    Crossing crossing(request, run, keeper);
    crossing.search(found);
  }
  add_what_others_took(run.context, before, run.results);
  found.partial = Interruption::happened();
  if (found.partial) run.context.facts["partial"] = true;
  found.context = run.context;
  const bool kept = keeper.keep(true);
  Interruption::end_watch();
  std::cout << request.print(found) << std::flush;
  if (!std::cout.flush())
    throw UsageError("standard output cannot be written: the results are lost there");
  if (!found.failed.empty()) to_standard_error("warning: {}\n", visible(found.failed));
  if (found.partial) return 130;
  return !kept ? 2 : found.failed.empty() ? 0 : 4;
}

}  // namespace asyncmark
