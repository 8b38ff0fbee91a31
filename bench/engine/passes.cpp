#include "bench/engine/passes.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "bench/engine/hard_end.hpp"
#include "bench/engine/in_time.hpp"
#include "bench/engine/window.hpp"

namespace asyncmark {
namespace {

std::uint64_t completed(std::span<const Recorder> recorders) {
  std::uint64_t sum = 0;
  for (const auto& recorder : recorders) sum += recorder.completed();
  return sum;
}

std::uint64_t ended(std::span<const Recorder> recorders) {
  std::uint64_t sum = 0;
  for (const auto& recorder : recorders) sum += recorder.ended();
  return sum;
}

Clock::time_point last_finished(std::span<const Recorder> recorders) {
  return std::ranges::max_element(recorders, {}, &Recorder::last_finished)->last_finished;
}

/// The warm-up takes the very path that is timed: other loads, one after the other, over the same
/// clients and sessions.
void warm_up(const Load& load, const Concurrency& how, const Crew& crew, Measurement& noted) {
  const auto [ops, at_once] = warm_up_of(load, how, crew.sessions);
  if (ops == 0) return;
  window().phase = Phase::warm_up;
  for (std::uint64_t done = 0; done < ops; done += at_once) {
    Load rehearsal;
    rehearsal.ops = std::min(at_once, ops - done);
    crew.stage.schedule.begin(rehearsal, LoadKind::burst, Clock::now());
    crew.carry_out();
  }
  noted.warm_up = ops;
  noted.warm_up_failed = ended(crew.recorders) - completed(crew.recorders);
  for (auto& recorder : crew.recorders) recorder.clear();
  crew.stage.in_flight.forget_peak();
}

void add(Resources& resources, const Usage& used) {
  resources.user += used.user;
  resources.system += used.system;
  resources.voluntary_switches += used.voluntary_switches;
  resources.involuntary_switches += used.involuntary_switches;
  resources.minor_faults += used.minor_faults;
  resources.major_faults += used.major_faults;
}

void add_wait(Resources& resources, std::optional<Duration> before, std::optional<Duration> after) {
  // Less than before: a thread has ended, perhaps one that some library kept.
  const auto wait =
      before && after && *after >= *before ? std::optional(*after - *before) : std::nullopt;
  resources.run_queue_wait = sum_of(resources.run_queue_wait, wait);
}

/// How many connections were tried and made so far, by all of the crew.
std::pair<std::uint64_t, std::uint64_t> connections() {
  return {window().connections_tried.load(), window().connections_made.load()};
}

/// The memory in which the recorders were written. A page that was only read stays without memory
/// of its own, so those count that hold anything.
std::int64_t written_bytes(std::span<const Recorder> recorders) {
  const auto bytes = std::as_bytes(recorders);
  constexpr std::size_t kPage = 4096;
  std::int64_t pages = 0;
  for (std::size_t at = 0; at < bytes.size(); at += kPage)
    pages += std::ranges::any_of(bytes.subspan(at, std::min(kPage, bytes.size() - at)),
                                 [](std::byte one) { return one != std::byte{}; });
  return pages * static_cast<std::int64_t>(kPage);
}

/// For the parent, which shows progress.
void show_recorders(std::span<const Recorder> recorders) {
  window().recorders_at = reinterpret_cast<std::uintptr_t>(recorders.data());
  window().recorder_bytes = sizeof(Recorder);
  window().recorders = static_cast<std::uint32_t>(recorders.size());
}

/// Before each pass, and before the warm-up, which takes the path that is timed.
void begin_sample(const Load& load, const Crew& crew) {
  const auto known = load.due ? load.due->size() : load.ops;
  const auto clients = crew.recorders.size();
  const auto share =
      std::min<std::size_t>(known == 0 ? kMostSampled : known, kMostSampled) / clients + 1;
  // One client may carry out most of them. Where their number is not known, each lowers its limit
  // as it goes, and then the lowest counts: a client may do twice its share without making it too
  // low.
  constexpr std::size_t kLeast = 32;
  const auto room = known == 0 ? std::max(2 * share, kLeast) : 2 * kMostSampled;
  for (auto& recorder : crew.recorders)
    recorder.sample.begin(Sampler::limit_for(known), room, share);
}

/// Of the pass that is over.
Timeline timeline_of(const Crew& crew) {
  auto limit = std::numeric_limits<std::uint64_t>::max();
  for (const auto& recorder : crew.recorders) limit = std::min(limit, recorder.sample.limit());
  std::vector<Timeline::Operation> all;
  const auto t0 = crew.stage.schedule.t0();
  for (std::size_t i = 0; i < crew.recorders.size(); ++i)
    crew.recorders[i].sample.for_each([&](const Sampled& one) {
      if (Sampler::rank(one.start.op) >= limit) return;
      all.push_back({.op = one.start.op,
                     .started = one.began - t0,
                     .finished = one.finished - t0,
                     .worker = one.worker + static_cast<std::uint32_t>(i),
                     .ok = one.ok});
      if (one.start.intended) all.back().intended = *one.start.intended - t0;
    });
  if (all.size() > kMostSampled) {
    const auto end = all.begin() + kMostSampled;
    std::ranges::nth_element(all, end, {}, [](const auto& one) { return Sampler::rank(one.op); });
    all.erase(end, all.end());
  }
  std::ranges::sort(all, {}, [](const auto& one) { return std::pair(one.started, one.op); });
  return {crew.stage.schedule.claimed(), std::move(all)};
}

/// The course of one measurement. What it has of a pass is taken once: by who carried it out, or by
/// the hard end, in another thread, while operations that have no waiter any more go on.
class Course {
 public:
  Course(const Load& load, const Concurrency& how, const Crew& crew)
      : load_(load), how_(how), crew_(crew), begun_(Clock::now()) {}

  Measurement whole() {
    auto& phases = measurement_.phases;
    phases.connect = crew_.stage.connect.length();
    phases.set_up = begun_ - crew_.stage.begun - phases.connect;
    show_recorders(crew_.recorders);
    begin_sample(load_, crew_);
    warm_up(load_, how_, crew_, measurement_);
    phases.warm_up = Clock::now() - begun_;
    connections_before_ = connections();
    reopened_before_ = window().connections_reopened.load();
    meet(Phase::ready);
    ready_ = Clock::now();
    for (std::uint64_t i = 0; i < load_.passes; ++i) {
      begin_pass();
      carry_out_pass();
      end_pass();
    }
    return added_up();
  }

 private:
  void begin_pass() {
    if (!measurement_.passes.empty()) take_in_time();
    begin_sample(load_, crew_);
    completed_before_ = completed(crew_.recorders);
    ended_before_ = ended(crew_.recorders);
    // Read outside of what usage() frames, for it takes processor time itself.
    waited_before_ = crew_.run_queue_wait();
    used_before_ = crew_.usage();
    auto& stage = crew_.stage;
    stage.drain.forget();
    stage.schedule.begin(load_, kind_of(load_, how_), Clock::now());
    if (const auto length = length_of(load_))
      HardEnd::arm(stage.schedule.t0() + *length + load_.drain, [this] { give_up(); });
  }

  void carry_out_pass() {
    struct Disarmed {
      ~Disarmed() { HardEnd::disarm(); }
    } in_the_end;
    window().phase = Phase::timed;  // Only now, or the parent would see the last pass's claims.
    crew_.carry_out();
  }

  void end_pass() {
    window().phase = Phase::over;
    const auto used = crew_.usage() - used_before_;
    auto& stage = crew_.stage;
    const auto t0 = stage.schedule.t0();
    const auto ended_now = ended(crew_.recorders) - ended_before_;
    const auto dropped = stage.schedule.dropped(ended_now);
    auto last = std::max(last_finished(crew_.recorders), t0);
    stage.drain.ends(last);
    // Where some never ended, the time that was given to them counts.
    if (const auto length = length_of(load_); length && dropped > 0)
      last = std::max(last, t0 + *length);
    measurement_.passes.push_back(
        {last - t0, used.cpu(), completed(crew_.recorders) - completed_before_});
    measurement_.phases.drain += stage.drain.length();
    add(measurement_.resources, used);
    add_wait(measurement_.resources, waited_before_, crew_.run_queue_wait());
    measurement_.never_started += dropped_ = dropped;
    measurement_.abandoned += std::min(dropped, stage.schedule.claimed() - ended_now);
  }

  /// What the pass that is over achieved, while the times of its operations are still there: those
  /// of the next take their place. Not in end_pass(), for it takes memory and time of its own.
  Timeline take_in_time() {
    Measurement pass;
    pass.timeline = timeline_of(crew_);
    if (!load_.rate) return std::move(pass.timeline);
    pass.passes.push_back(measurement_.passes.back());
    pass.completed = pass.passes.back().completed;
    pass.failed = ended(crew_.recorders) - ended_before_ - pass.completed;
    pass.never_started = dropped_;
    auto& sum = measurement_.in_time;
    (sum ? *sum : sum.emplace()) += in_time(load_, pass);
    return std::move(pass.timeline);
  }

  Measurement added_up() {
    measurement_.phases.timed = Clock::now() - ready_;
    meet(Phase::over);
    // Without what was written down, and before it is added up: neither is memory of the model.
    measurement_.resources.peak_rss_bytes = peak_resident_bytes();
    measurement_.resources.grown_bytes = -written_bytes(crew_.recorders);
    for (const auto& recorder : crew_.recorders) add(measurement_, recorder);
    measurement_.timeline = take_in_time();
    const auto [tried_before, made_before] = connections_before_;
    if (const auto [tried, made] = connections(); tried > 0) {
      const auto ended = measurement_.completed + measurement_.failed;
      measurement_.connections = {made - made_before,
                                  ended - std::min(ended, tried - tried_before)};
    }
    measurement_.resources.connections_reopened =
        window().connections_reopened.load() - reopened_before_;
    Peak of_lanes;
    for (const auto& recorder : crew_.recorders) of_lanes.add(recorder.peak);
    measurement_.peak_in_flight = crew_.stage.in_flight.peak() + of_lanes.most;
    measurement_.peak_is_upper_bound = !of_lanes.is_exact();
    return std::move(measurement_);
  }

  /// In the thread of the hard end.
  [[noreturn]] void give_up() {
    // With what each writer wrote before.
    for (const auto& recorder : crew_.recorders) recorder.written.load(std::memory_order_acquire);
    end_pass();
    const bool is_last = measurement_.passes.size() == load_.passes;
    HardEnd::deliver(is_last ? std::optional(added_up()) : std::nullopt);
  }

  const Load& load_;
  const Concurrency& how_;
  const Crew& crew_;
  Clock::time_point begun_, ready_;
  Measurement measurement_;
  std::pair<std::uint64_t, std::uint64_t> connections_before_;
  std::uint64_t reopened_before_ = 0;
  // Of the pass that is carried out.
  std::uint64_t completed_before_ = 0, ended_before_ = 0, dropped_ = 0;
  std::optional<Duration> waited_before_;
  Usage used_before_;
};

}  // namespace

Measurement measure(const Load& load, const Concurrency& how, const Crew& crew) {
  return Course(load, how, crew).whole();
}

}  // namespace asyncmark
