#include "bench/child/listed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "bench/base/errors.hpp"
#include "bench/base/json_fields.hpp"
#include "bench/base/visible.hpp"
#include "bench/engine/in_time.hpp"
#include "bench/engine/sampler.hpp"
#include "bench/measure/flat_histogram.hpp"
#include "bench/model/bound.hpp"
#include "bench/model/workload.hpp"

namespace asyncmark {
namespace {

// As our own children have them; what goes beyond is no reason, but a text for each operation.
constexpr std::size_t kMostReasons = 12;
constexpr std::size_t kLongestReason = 40;

/// The list in JSON. Negative times are kept: the check of the operation tells what is wrong.
struct ListedDocument {
  std::vector<std::uint64_t> op;
  std::vector<std::int64_t> started, finished;
  std::vector<std::uint32_t> worker;
  std::map<std::string, std::vector<std::uint64_t>> failed;
};

template <class Visitor>
void fields(Visitor& visit, ListedDocument& list) {
  visit("op", list.op);
  visit("started_ns", list.started);
  visit("finished_ns", list.finished);
  visit("worker", list.worker);
  visit("failed", list.failed);
}

std::vector<Duration> times(const std::vector<std::int64_t>& column) {
  std::vector<Duration> all;
  all.reserve(column.size());
  for (const auto ns : column)
    all.emplace_back(std::clamp(ns, -kLongest.count(), kLongest.count()));
  return all;
}

/// The most at one moment. One that ends when another begins has made place for it.
std::uint64_t most_in_flight(const Listed& pass) {
  auto started = pass.started, finished = pass.finished;
  std::ranges::sort(started);
  std::ranges::sort(finished);
  std::uint64_t most = 0;
  for (std::size_t begun = 0, ended = 0; begun < started.size(); ++begun) {
    while (ended < finished.size() && finished[ended] <= started[begun]) ++ended;
    // Those that took no time at all have ended before they were begun, in this order.
    most = std::max<std::uint64_t>(most, begun + 1 - std::min(begun, ended));
  }
  return most;
}

/// One list, and all that it is held against.
class PassOfList {
 public:
  PassOfList(const Listed& list, const Pass& pass, const Case& one, const Concurrency& how)
      : list_(list),
        pass_(pass),
        kind_(kind_of(one.load, how)),
        cap_(how.cap),
        load_(one.load),
        workload_(one.make_workload()),
        at_once_(static_cast<double>(at_once(how, workload_->holds_the_loop()))),
        processors_(static_cast<double>(how.processors)) {
    const auto count = list.started.size();
    for (const auto& [length, key] : {std::pair{list.finished.size(), "finished_ns"},
                                      {list.op.empty() ? count : list.op.size(), "op"},
                                      {list.worker.empty() ? count : list.worker.size(), "worker"}})
      if (length != count)
        throw UsageError(
            fmt::format("operations: {} have started_ns, and {} have {}", count, length, key));
    if (load_.due || !load_.duration) ops_ = load_.due ? load_.due->size() : load_.ops;
    read_failures();
  }

  void add_to(Measurement& measurement) const {
    FlatHistogram service, response;
    double needed = 0, computed = 0;
    for (std::size_t i = 0; i < list_.started.size(); ++i) {
      check(i);
      if (reasons_.contains(number(i))) continue;
      if (const auto cost = workload_->cost(number(i))) {
        needed += seconds(cost->wait + cost->cpu);
        computed += seconds(cost->cpu);
      }
      service.add(list_.finished[i] - list_.started[i]);
      if (const auto due = intended(i)) response.add(list_.finished[i] - *due);
    }
    const auto most = most_in_flight(list_);
    if (most > cap_)
      throw UsageError(
          fmt::format("{} operations were in flight at once, where {} may be", most, cap_));
    check_bound(std::max(needed / at_once_, computed / processors_));
    measurement.service_time.merge(service);
    measurement.response_time.merge(response);
    measurement.peak_in_flight = std::max(measurement.peak_in_flight, most);
    for (const auto& [op, reason] : reasons_) {
      const bool one_more =
          measurement.failures.contains(reason) || measurement.failures.size() < kMostReasons;
      measurement.add_failures(one_more ? reason : "other", 1);
    }
    measurement.timeline = timeline();
    if (load_.rate) add_in_time(measurement);
  }

  std::uint64_t completed() const { return list_.started.size() - reasons_.size(); }
  std::uint64_t never_started() const {
    return ops_ == kUnbounded ? 0 : ops_ - std::min(ops_, list_.started.size());
  }

 private:
  std::uint64_t number(std::size_t i) const { return list_.op.empty() ? i : list_.op[i]; }

  std::optional<Duration> intended(std::size_t i) const {
    if (kind_ == LoadKind::closed_loop) return std::nullopt;
    return load_.due ? Duration((*load_.due)[number(i)]) : Duration(0);
  }

  void read_failures() {
    std::unordered_set<std::uint64_t> listed;
    for (std::size_t i = 0; i < list_.op.size(); ++i)
      if (!listed.insert(list_.op[i]).second)
        throw UsageError(fmt::format("operation {} is listed twice", list_.op[i]));
    for (const auto& [reason, ops] : list_.failed)
      for (const auto op : ops) {
        if (list_.op.empty() ? op >= list_.started.size() : !listed.contains(op))
          throw UsageError(fmt::format("operation {} failed, and is not listed", op));
        if (!reasons_
                 .emplace(op, reason.empty() ? "no reason"
                                             : std::string(beginning_of(reason, kLongestReason)))
                 .second)
          throw UsageError(fmt::format("operation {} failed twice", op));
      }
  }

  void check(std::size_t i) const {
    const auto op = number(i);
    const auto started = list_.started[i], finished = list_.finished[i];
    const auto wrong = [&](const std::string& what) {
      throw UsageError(fmt::format("operation {} {}", op, what));
    };
    if (op >= ops_) wrong(fmt::format("is beyond the {} that there are", ops_));
    if (started < Duration(0)) wrong("started before its pass did");
    if (finished < started)
      wrong(fmt::format("finished {} before it started", exact_text(started - finished)));
    if (finished > pass_.elapsed)
      wrong(
          fmt::format("finished {} after its pass was over", exact_text(finished - pass_.elapsed)));
    if (const auto due = intended(i); due && started < *due)
      wrong(fmt::format("started {} before it was due", exact_text(*due - started)));
    const auto cost = workload_->cost(op);
    if (cost && !reasons_.contains(op) &&
        seconds(finished - started) < seconds(cost->wait + cost->cpu) * (1 - kClockError))
      wrong(fmt::format("took {}, and what it had to do takes {}", exact_text(finished - started),
                        exact_text(cost->wait + cost->cpu)));
  }

  /// As ideal_bound(), of those that succeeded alone: that one failed makes the others no faster.
  void check_bound(double needed) const {
    if (seconds(pass_.elapsed) < needed * (1 - kClockError))
      throw UsageError(fmt::format("it took {}, and what its operations had to do at least {}",
                                   exact_text(pass_.elapsed), exact_text(from_seconds(needed))));
  }

  void add_in_time(Measurement& measurement) const {
    Measurement pass;
    pass.passes.push_back(pass_);
    pass.completed = completed();
    pass.failed = reasons_.size();
    pass.never_started = never_started();
    pass.timeline = measurement.timeline;
    auto& sum = measurement.in_time;
    (sum ? *sum : sum.emplace()) += in_time(load_, pass);
  }

  Timeline timeline() const {
    std::vector<std::size_t> chosen;
    const auto limit = Sampler::limit_for(ops_ == kUnbounded ? list_.started.size() : ops_);
    for (std::size_t i = 0; i < list_.started.size(); ++i)
      if (Sampler::rank(number(i)) < limit) chosen.push_back(i);
    std::ranges::sort(chosen, {},
                      [&](std::size_t i) { return std::pair(list_.started[i], number(i)); });
    if (chosen.size() > kMostSampled) chosen.resize(kMostSampled);
    Timeline timeline{.of = list_.started.size()};
    for (const auto i : chosen)
      timeline.operations.push_back({.op = number(i),
                                     .intended = intended(i),
                                     .started = list_.started[i],
                                     .finished = list_.finished[i],
                                     .worker = list_.worker.empty() ? 0 : list_.worker[i],
                                     .ok = !reasons_.contains(number(i))});
    return timeline;
  }

  const Listed& list_;
  const Pass& pass_;
  LoadKind kind_;
  std::uint64_t cap_;
  const Load& load_;
  std::unique_ptr<Workload> workload_;
  double at_once_, processors_;
  std::uint64_t ops_ = kUnbounded;
  std::unordered_map<std::uint64_t, std::string> reasons_;
};

}  // namespace

Listed listed_from_json(const Json& json) {
  ListedDocument list;
  read_json(json, list, {.key = "operations"});
  return {.op = std::move(list.op),
          .started = times(list.started),
          .finished = times(list.finished),
          .worker = std::move(list.worker),
          .failed = std::move(list.failed)};
}

void add_up(Measurement& measurement, const std::vector<Listed>& passes, const Case& one,
            const Concurrency& how) {
  Measurement counted;
  for (std::size_t i = 0; i < passes.size(); ++i) {
    try {
      auto& pass = measurement.passes.at(i);
      const PassOfList list(passes[i], pass, one, how);
      list.add_to(counted);
      counted.completed += pass.completed = list.completed();
      // In a closed loop whatever was not begun should have been.
      if (one.load.rate) counted.never_started += list.never_started();
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("pass {}: {}", i, error.what()));
    }
  }
  const auto agree = [](const char* key, std::uint64_t told, std::uint64_t found) {
    if (told != found)
      throw UsageError(
          fmt::format("\"{}\" is {}, and its operations make it {}", key, told, found));
  };
  agree("completed", measurement.completed, counted.completed);
  if (measurement.failed != 0) agree("failed", measurement.failed, counted.failed);
  // How many it began and dropped, only a load that lasts for a time leaves to its word.
  if (one.load.duration && !one.load.rate)
    counted.never_started = measurement.never_started;
  else if (measurement.never_started != 0)
    agree("never_started", measurement.never_started, counted.never_started);
  measurement.failed = counted.failed;
  measurement.failures = std::move(counted.failures);
  measurement.never_started = counted.never_started;
  measurement.service_time = std::move(counted.service_time);
  measurement.response_time = std::move(counted.response_time);
  measurement.peak_in_flight = counted.peak_in_flight;
  measurement.timeline = std::move(counted.timeline);
  measurement.in_time = counted.in_time;
}

}  // namespace asyncmark
