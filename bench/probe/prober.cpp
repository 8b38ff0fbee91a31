#include "bench/probe/prober.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/model/arrivals.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/interruption.hpp"
#include "bench/os/placement.hpp"
#include "bench/probe/capacity_search.hpp"
#include "bench/probe/doubts.hpp"
#include "bench/probe/points.hpp"
#include "bench/results/counters.hpp"

namespace asyncmark {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDrain = 5s;
constexpr const char* kLoop = "event-loop";
constexpr const char* kThreads = "thread-pool";
/// Times of one operation that a closed loop lasts, so that its last round counts for little.
constexpr double kRounds = 40;

/// Rounds a length to milliseconds: it is in the names of the cases.
Duration rounded(Duration length) { return std::chrono::round<std::chrono::milliseconds>(length); }

/// Rounds a rate to three significant digits.
double rounded_rate(double per_s) {
  if (per_s <= 0) return 0;
  // By its text: a product such as 535 * 0.01 has more digits than three.
  return std::stod(fmt::format("{:.3g}", per_s));
}

}  // namespace

Prober::Prober(std::string name, Result planned, const ProberSettings& settings,
               std::vector<Result>& results)
    : planned_(std::move(planned)),
      settings_(settings),
      results_(results),
      settling_(run_in_child, 5s) {
  found_.name = std::move(name);
}

Duration Prober::left() const {
  return std::max(Duration(0), settings_.budget - (Clock::now() - begun_));
}

double Prober::others_share() const {
  return all_ > Duration(0) ? seconds(others_) / seconds(all_) : 0;
}

bool Prober::has_left(double share) const {
  return !Interruption::happened() && seconds(left()) >= share * seconds(settings_.budget);
}

/// Whether a measurement of this length will probably end within the budget.
bool Prober::can_end(Duration length) const {
  return !Interruption::happened() && (found_.points.empty() || left() >= length + overhead_);
}

/// Whether few operations, one after the other, fit into a step: then fewer and longer steps tell
/// more, because a step ends with a part of a round.
bool Prober::is_slow() const {
  constexpr double kFewRounds = 10;
  return kFewRounds * found_.unloaded.occupied_s() > seconds(settings_.budget / 16);
}

Duration Prober::step() const {
  const auto wanted = from_seconds(kRounds * found_.unloaded.occupied_s());
  const auto usual = std::min<Duration>(2500ms, settings_.budget / 16);
  const auto most = is_slow() ? 2 * usual : usual;
  const auto least = std::min<Duration>(1s, settings_.budget / 40);
  return rounded(std::clamp(wanted, least, std::max(least, most)));
}

Result& Prober::result_of(const Result& planned) {
  const auto name = planned.name();
  for (auto& result : results_)
    if (result.name() == name) return result;
  results_.push_back(planned);
  results_.back().planned_repetitions = 0;
  return results_.back();
}

/// Returns which shares of the machine's processor time a measurement and other programs took since
/// `before`, and adds them up. The warm-up takes as much of it as the timed part.
CpuShares Prober::note_others(const ProcessorTime& before, const Measurement& one) {
  const auto now = processor_time();
  const auto all = now.total - before.total;
  const auto timed = seconds(one.elapsed());
  if (all <= Duration(0) || timed <= 0) return {};
  auto cpu = seconds(one.cpu());
  if (one.observed.service) cpu += seconds(one.observed.service->cpu);
  const auto ours = from_seconds(cpu * (1 + seconds(one.phases.warm_up) / timed));
  const auto others = std::max(Duration(0), now.busy - before.busy - ours);
  others_ += others;
  all_ += all;
  return {.ours = cpu / timed / static_cast<double>(own_cpus().size()),
          .others = seconds(others) / seconds(all)};
}

std::optional<Prober::Measured> Prober::measure(const std::string& runner, const Load& load) {
  const auto length = load.duration.value_or(Duration(0));
  if (!can_end(length)) return std::nullopt;
  const auto begun = Clock::now();
  auto planned = planned_;
  planned.repetitions.clear();
  planned.forget_summary();
  planned.bound.reset();
  if (runner != planned.what.runner) {
    planned.what.runner = runner;
    planned.what.runner_options = OptionValues(runner_entry(runner).options);
  }
  planned.what.load = load;
  planned.how = planned.what.concurrency();
  auto& result = result_of(planned);
  const auto what = planned.what.of_repetition(result.repetitions.size());
  auto child = settings_.child;
  Settling::Wait waited;
  if (settling_.is_needed(what)) waited = settling_.wait(what, child);
  const auto before = processor_time();
  auto repetition = run_in_child(what, child);
  const auto cpu = note_others(before, repetition.measurement);
  settling_.ended(what, repetition);
  repetition.measurement.phases.settle = waited.took;
  repetition.measurement.busy_before = waited.still_busy;
  if (Interruption::happened() && !repetition.died.empty()) {
    std::erase_if(results_, [](const Result& one) { return one.repetitions.empty(); });
    return std::nullopt;
  }
  ++result.planned_repetitions;
  take(result, std::move(repetition));
  settings_.keep();
  // The settling, the start and the drain; what happened once need not happen again.
  overhead_ = std::max<Duration>(Clock::now() - begun - length, overhead_ / 2);
  const auto& last = result.repetitions.back();
  if (!last.died.empty()) {
    (found_.points.empty() ? found_.failed : found_.stopped) = last.died;
    return std::nullopt;
  }
  planned.how = result.how;
  auto point = load_point(planned, last.measurement);
  point.cpu = cpu;
  if (const auto& times = last.measurement.service_time; settings_.slo && times.count() > 0)
    point.slow_s = seconds(times.ranked(static_cast<std::uint64_t>(
        std::ceil(settings_.slo->fraction * static_cast<double>(times.count())))));
  return Measured{std::move(planned), last.measurement, std::move(point)};
}

std::optional<Prober::Measured> Prober::closed_loop(const std::string& runner,
                                                    std::uint64_t in_flight, Duration length) {
  settings_.tell(fmt::format("{}: {} in flight", found_.name, in_flight), left());
  Load load;
  load.duration = length;
  load.in_flight = in_flight;
  load.drain = kDrain;
  return measure(runner, load);
}

std::optional<Prober::Measured> Prober::open_loop(double per_s, Duration length, Arrivals arrivals,
                                                  std::uint64_t in_flight) {
  settings_.tell(fmt::format("{}: {:.4g} per second", found_.name, per_s), left());
  Load load;
  load.duration = length;
  load.rate = per_s;
  load.arrivals = arrivals;
  load.in_flight = in_flight;
  load.drain = kDrain;
  load.due =
      std::make_shared<const std::vector<std::int64_t>>(make_arrivals(load, planned_.what.seed));
  return load.due->empty() ? std::nullopt : measure(planned_.what.runner, load);
}

void Prober::measure_unloaded() {
  auto& unloaded = found_.unloaded;
  const auto length = rounded(std::min<Duration>(1500ms, settings_.budget / 20));
  const auto alone = closed_loop(planned_.what.runner, 1, length);
  if (!alone) return;
  found_.points.push_back(alone->point);
  auto times = alone->one.service_time;
  unloaded.cpu_wait_s = alone->point.cpu_wait_s;
  unloaded.others = alone->point.cpu.others;
  unloaded.back_to_back_s = seconds(times.mean());
  const auto& service = alone->one.observed.service;
  if (const auto ended = alone->one.completed + alone->one.failed; service && ended > 0)
    unloaded.server_cpu_s = seconds(service->cpu) / static_cast<double>(ended);

  const auto pace = alone->one.completed > 0 ? 0.3 * found_.points.front().per_s : 2.0;
  const auto per_s = rounded_rate(std::min(20.0, pace));
  constexpr double kEnough = 30;  // Operations.
  const auto spaced_length =
      rounded(std::min<Duration>({from_seconds(kEnough / per_s), 3s, settings_.budget / 12}));
  if (const auto spaced = open_loop(per_s, spaced_length, Arrivals::fixed, 1)) {
    const auto& one = spaced->one;
    const auto all = operations_due(one);
    unloaded.failed = static_cast<double>(all - one.completed) / static_cast<double>(all);
    unloaded.spaced_s = seconds(one.service_time.mean());
    if (unloaded.spaced_s > 0 && unloaded.mean_s() == unloaded.spaced_s) {
      times = one.service_time;
      unloaded.cpu_wait_s = spaced->point.cpu_wait_s;
    }
    unloaded.others = std::max(unloaded.others, spaced->point.cpu.others);
    constexpr double kMost = 0.5;  // Of the operations.
    unloaded.delayed_ack = alone->point.delayed > kMost && spaced->point.delayed < kMost &&
                           unloaded.spaced_s < unloaded.back_to_back_s;
  }
  unloaded.operations = times.count();
  unloaded.deviation_s = spread_of(times).deviation_s;
  if (times.count() > 0) unloaded.p50_s = seconds(times.ranked((times.count() + 1) / 2));
}

/// Measures a point, and puts it in its place. False if it could not be measured.
bool Prober::add_point(std::uint64_t in_flight) {
  auto& points = found_.points;
  const auto measured = closed_loop(planned_.what.runner, in_flight, step());
  if (!measured) return false;
  const auto place = std::ranges::lower_bound(points, in_flight, {}, &LoadPoint::in_flight);
  points.insert(place, measured->point);
  return true;
}

void Prober::sweep() {
  const auto reserve = settings_.slo ? 0.4 : 0.15;
  const auto most = settings_.most_in_flight;
  while (found_.points.back().in_flight < most && !is_plateau(found_.points)) {
    if (!has_left(reserve) || !can_end(step())) {
      found_.cut = true;
      return;
    }
    const auto times = is_slow() ? 4 : 2;
    if (!add_point(std::min(most, times * found_.points.back().in_flight))) return;
  }
}

/// Repeats the point beyond the limit if it is the only one, and takes the better result: other
/// programs may have slowed it down.
void Prober::confirm() {
  const auto& model = found_.model;
  if (model.limit != Limit::pool && model.limit != Limit::one_at_a_time) return;
  const auto is_beyond = [&](const LoadPoint& point) {
    return static_cast<double>(point.in_flight) >= 1.1 * model.at_once.value;
  };
  if (std::ranges::count_if(found_.points, is_beyond) != 1) return;
  auto& last = found_.points.back();
  const auto again = closed_loop(planned_.what.runner, last.in_flight, step());
  if (!again || again->point.per_s <= last.per_s) return;
  last = again->point;
  found_.model = fit(found_.unloaded, found_.points);
}

/// Measures the number that the service seems to serve at once, which may be between two points,
/// and again if that moved it.
void Prober::refine() {
  const auto most = found_.model.bottleneck == Bottleneck::connections ? 5 : 2;
  const auto reserve = settings_.slo ? 0.4 : 0.1;
  for (int i = 0; i < most; ++i) {
    const auto number = next_to_try(found_.model, found_.points);
    if (number == 0 || !has_left(reserve) || !add_point(number)) return;
    found_.model = fit(found_.unloaded, found_.points);
  }
}

/// Measures the runner at the advised number in flight. Returns successes per second, with the
/// relative standard error; absent if it could not be measured.
std::optional<std::pair<double, double>> Prober::throughput_of(const std::string& runner) {
  constexpr double kReserve = 0.05;
  if (!has_left(kReserve)) return std::nullopt;
  const auto measured = closed_loop(runner, found_.advice->connections, step());
  if (!measured || measured->one.completed == 0) return std::nullopt;
  const auto spread = spread_of(measured->one.service_time);
  return std::pair(
      load_point(measured->result, measured->one).per_s,
      spread.deviation_s / spread.mean_s / std::sqrt(static_cast<double>(measured->one.completed)));
}

void Prober::advise() {
  const auto limit = settings_.slo ? std::optional(seconds(settings_.slo->limit)) : std::nullopt;
  auto connections = fewest_sufficient(found_.model, found_.points, limit);
  const bool misses = connections == 0;
  if (misses) connections = fewest_sufficient(found_.model, found_.points);
  found_.advice = Advice{.connections = connections, .misses_slo = misses};
}

void Prober::compare_runners() {
  if (planned_.what.runner != kLoop) return;
  // Twice in turns: what else runs on the machine makes the pairs differ.
  std::vector<double> ratios;
  double noise = 0;
  for (int i = 0; i < 2; ++i) {
    const auto loop = throughput_of(kLoop);
    const auto threads = throughput_of(kThreads);
    if (!loop || !threads) break;
    ratios.push_back(threads->first / loop->first);
    noise = std::max(noise, 1.96 * std::hypot(loop->second, threads->second));
  }
  if (ratios.empty()) return;
  found_.advice->threads_over_loop = std::sqrt(ratios.front() * ratios.back());
  noise = std::max(noise, std::abs(ratios.front() - ratios.back()));
  // What other programs take, they may take from one of the two.
  const auto others = others_share();
  found_.advice->noise = others >= kMuchOfOthers ? std::max(noise, others) : noise;
}

void Prober::search_capacity() {
  const auto& slo = *settings_.slo;
  Capacity capacity;
  // No queue is short for ever above the throughput at the limit; the margin is for its error.
  const auto best = found_.model.best_per_s;
  const auto too_high = found_.model.limit == Limit::none_found
                            ? std::nullopt
                            : std::optional(rounded_rate(1.05 * best));
  // Without a limit the connections must not be one.
  const auto in_flight = too_high ? found_.advice->connections : settings_.most_in_flight;
  CapacitySearch search(rounded_rate(0.55 * best), too_high);
  // As many operations as the percentile needs, if there is time for them.
  constexpr double kMany = 100;
  const auto needed = std::max(kMany, 10 / (1 - slo.fraction));
  while (const auto per_s = search.next()) {
    const auto wanted = from_seconds(1.1 * needed / *per_s);
    const auto most = std::max<Duration>(500ms, settings_.budget / 12);
    const auto length = rounded(std::clamp<Duration>(wanted, std::min<Duration>(2s, most), most));
    const auto measured = open_loop(rounded_rate(*per_s), length, Arrivals::poisson, in_flight);
    if (!measured) break;
    const auto step = capacity_step(measured->result, measured->one, slo, too_high.has_value());
    if (step.near && static_cast<double>(measured->one.completed) >= needed)
      search.note_near(step.per_s);
    else
      search.note(step.passed, step.per_s);
    capacity.steps.push_back(step);
  }
  capacity.passed = search.passed();
  capacity.failed = search.failed();
  capacity.narrow = search.is_narrow();
  found_.capacity = std::move(capacity);
}

/// Everything else is compared with the unloaded time: if other programs disturbed it, once more.
void Prober::measure_unloaded_quietly() {
  constexpr double kEarly = 0.8;  // Of the budget.
  measure_unloaded();
  if (found_.points.empty() || found_.unloaded.others < kMuchOfOthers || !has_left(kEarly)) return;
  const auto before = found_;
  found_.points.clear();
  measure_unloaded();
  if (found_.points.empty() || found_.unloaded.others >= before.unloaded.others) found_ = before;
}

EndpointProbe Prober::probe() {
  measure_unloaded_quietly();
  if (found_.points.empty()) return found_;
  // A service that answers nothing has no limits to be found.
  if (found_.points.front().completed > 0) sweep();
  found_.model = fit(found_.unloaded, found_.points);
  if (found_.points.size() > 1) {
    confirm();
    refine();
    if (found_.model.bottleneck != Bottleneck::client &&
        found_.model.bottleneck != Bottleneck::others) {
      advise();
      if (settings_.slo && found_.model.best_per_s > 0) search_capacity();
      compare_runners();
    }
  }
  // More sessions could not be opened.
  if (!found_.stopped.empty() && found_.model.limit == Limit::none_found &&
      found_.model.bottleneck == Bottleneck::none)
    found_.model.bottleneck = Bottleneck::connections;
  if (Interruption::happened()) found_.cut = true;
  found_.others = others_share();
  found_.took = Clock::now() - begun_;
  return found_;
}

bool Advice::differs() const {
  constexpr double kSame = 0.03;
  return threads_over_loop && std::abs(*threads_over_loop - 1) > std::max(kSame, noise);
}

}  // namespace asyncmark
