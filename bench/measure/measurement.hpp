#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/base/options.hpp"
#include "bench/measure/histogram.hpp"
#include "bench/measure/loop_times.hpp"
#include "bench/os/network.hpp"

namespace asyncmark {

/// Facts of a program that does not tell what it took: what is known is of its whole process, and
/// not to be compared with what others took for their operations alone.
inline constexpr const char* kCpuFact = "CPU";
inline constexpr const char* kSwitchesFact = "context switches";

/// How long the parts of a child's life took. They follow one another, but for `drain`.
struct Phases {
  /// Starting the threads or processes that are kept, as far as no session was being opened.
  Duration set_up{};
  /// From the moment the first session was begun to be opened until the last was open. The threads
  /// of a pool open their own while others are being started: that time is counted here.
  Duration connect{};
  Duration warm_up{};
  Duration timed{};  ///< All passes. A burst of thread-per-op starts its threads in here.
  /// The last part of `timed`, summed over the passes: from the first time that an operation ended
  /// and there was no other left to begin, to the end of the last one.
  Duration drain{};
  /// The rest of its process's life, as the parent saw it: starting a program or an interpreter,
  /// reading the case, handing back. Zero where that is not known.
  Duration around{};
  /// Before its process: until the service was done with what an earlier run had left.
  Duration settle{};
};

/// One timed run over the sessions of one child.
struct Pass {
  Duration
      elapsed{};   ///< From the moment the clients were let go to the end of the last operation.
  Duration cpu{};  ///< Processor time of the child and its workers meanwhile.
  std::uint64_t completed = 0;
};

/// What the operating system says the timed part took.
struct Resources {
  Duration user{};    ///< CPU time in user mode, all threads and workers.
  Duration system{};  ///< CPU time in the kernel.
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t minor_faults = 0;  ///< Page faults served without reading a disk.
  std::uint64_t major_faults = 0;
  /// Made in place of one that the server had closed while nothing was asked over it.
  std::uint64_t connections_reopened = 0;
  /// Time in which threads could have run and no processor took them; absent where it is not known
  /// of all, as of threads that have ended.
  std::optional<Duration> run_queue_wait = Duration(0);
  std::int64_t peak_rss_bytes = 0;  ///< Of the child alone, without the workers of a pool.
  /// Peak resident memory beyond what stood before the first session or thread, and what workers
  /// had of their own.
  std::int64_t grown_bytes = 0;
};

/// A count among the resources, whose field is declared with `per_operation`.
struct Count {
  const char* name;
  std::uint64_t* value;  ///< In the resources that were asked.
};

/// In the order of the fields.
std::vector<Count> counts_of(Resources& resources);

/// What a service used during the timed part of a child that called it.
struct ServiceUsage {
  /// To the nanosecond; of a tree of processes, what those took that ended meanwhile is known to a
  /// hundredth of a second.
  Duration cpu{};
  Duration user{};    ///< To a hundredth of a second, as the kernel tells of others.
  Duration system{};  ///< The same.
  /// Of the thread that used most; zero where it is not known.
  Duration busiest_thread{};
  /// By all threads, for a processor while they could have run; zero where it is not known.
  Duration waited_for_cpu{};
  std::uint64_t threads = 0;  ///< At the end; of all processes of a tree.
  /// Of a tree of processes: at the end, and what they share counts once.
  std::int64_t peak_rss_bytes = 0;
  std::uint64_t peak_connections = 0;
  /// Where the service does not see them: what its clients had from it, answers and failures.
  std::uint64_t requests = 0;
  /// By itself, from the arrival of each of these requests to handing its answer to the kernel.
  Histogram own_time{};
  /// How many requests it worked at at one moment (a database's active connections), sampled by
  /// itself; no samples where it does not tell or the time was too short.
  std::uint64_t activity_samples = 0;
  double mean_active = 0;
  std::uint64_t peak_active = 0;

  /// Absent where it had no request.
  std::optional<Duration> cpu_per_request() const;
  /// The mean; absent where too few samples tell it.
  std::optional<double> active() const;

  ServiceUsage& operator+=(const ServiceUsage& other);
};

/// What the parent saw of the child from outside, at random moments of its timed part.
struct Observed {
  std::uint64_t samples = 0;
  double mean_in_flight = 0;  ///< Over time.
  std::uint64_t peak_threads = 0;
  /// The most by which the kernel's own memory grew since before the first session or thread.
  std::int64_t page_table_bytes = 0;    ///< Of the child and its workers.
  std::int64_t kernel_stack_bytes = 0;  ///< Of their threads but the first.
  std::int64_t slab_bytes = 0;          ///< Of the machine: the kernel does not tell whose it is.
  /// One pass: the operations that were begun in each of some parts of it, equally long, up to the
  /// one in which the last was begun. Empty where too few samples tell, or passes are several.
  std::vector<std::uint64_t> slices{};
  Duration slice{};  ///< How long each of them is.

  /// What the kernel held for so many operations in flight, as far as it tells.
  std::int64_t kernel_bytes(std::uint64_t in_flight) const;
  NetworkCounts network{};  ///< From the child's start to its end; the machine's, not its alone.
  std::optional<ServiceUsage> service{};  ///< If one was started for the case.
};

/// How the operations of the timed part came by their connections. One that failed to connect is
/// neither.
struct Connections {
  std::uint64_t made = 0;
  std::uint64_t reused = 0;  ///< Operations over a connection that stood already.
};

/// What became of an open loop's operations by the time the last was due, see in_time() in
/// engine/. The sum over the passes.
struct InTime {
  double due = 0;
  double ended = 0;      ///< Those that a steady state has in flight at the end count as ended.
  double succeeded = 0;  ///< Of these.
  Duration schedule{};   ///< How long they came due, until the last.

  InTime& operator+=(const InTime& other);
};

/// What it takes a loop to hand a function that does nothing to its executor and to have it back.
struct Hop {
  Duration cpu{};    ///< Processor time of both sides, of many at once.
  Duration alone{};  ///< From asking to having it, of one alone.
};

/// Which processors the kernel let the sides of a case use, as it lists them (`0-1`); empty where
/// not known.
struct Placed {
  std::string client;
  std::string service;  ///< Of a service that was started for it.
};

/// When some of the operations of a pass ran, chosen by their numbers alone (see Sampler): all
/// where there are at most kMostSampled, else about as many, from the whole pass.
struct Timeline {
  struct Operation {
    std::uint64_t op = 0;                   ///< Its number: operations begin in this order.
    std::optional<Duration> intended = {};  ///< These times count from the pass's start.
    Duration started{};
    Duration finished{};
    /// The thread, process or loop that carried it out; where each has a thread of its own, the
    /// place that it took among those in flight.
    std::uint32_t worker = 0;
    bool ok = true;
  };
  std::uint64_t of = 0;                    ///< So many operations of the pass were begun.
  std::vector<Operation> operations = {};  ///< In the order of their starts.
};

/// What one child measured. Plain data; merges over threads and processes, passes and repetitions.
struct Measurement {
  Histogram service_time;          ///< Successes only.
  Histogram response_time;         ///< Successes only; empty in a closed loop, which has none.
  BasicLoopTimes<Histogram> loop;  ///< Of an event loop; empty where there is none.
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t never_started = 0;
  std::uint64_t abandoned = 0;  ///< Of these, the ones that were started and did not end in time.
  std::map<std::string, std::uint64_t> failures;  ///< By reason; they sum to `failed`.
  std::uint64_t rows = 0;  ///< Given by the operations that succeeded; 0 where none asks for some.
  std::vector<Pass> passes;
  Timeline timeline;  ///< Of the last pass; of several repetitions, of the first that has one.
  Phases phases;
  /// Whether the service was still busy with operations of an earlier run when this one began.
  bool busy_before = false;
  std::uint64_t warm_up = 0;         ///< Operations of the warm-up, which are nowhere else.
  std::uint64_t warm_up_failed = 0;  ///< Of these.
  Resources resources;
  Observed observed;
  Placed placement;
  /// What carried it out, where that is not asyncmark: texts by what they are about.
  std::map<std::string, std::string> facts;
  std::optional<Connections> connections;  ///< Absent where the workload makes none.
  Duration ideal{};  ///< The ideal bounds of its passes, as it drew them; zero where none is known.
  std::optional<InTime> in_time;  ///< Absent where no clock says when operations are due.
  std::optional<Hop> hop;         ///< Of a loop with an executor, before the timed part.
  std::uint64_t peak_in_flight = 0;
  /// No more than that, and perhaps fewer: several event loops count for themselves, and this is
  /// the sum of their peaks, which they did not have all at one moment.
  bool peak_is_upper_bound = false;

  void add_failures(const std::string& reason, std::uint64_t times);
  /// Takes in another measurement of the same case, but for its slices, which are of one pass.
  void merge(const Measurement& other);

  Duration elapsed() const;  ///< The sum over the passes.
  Duration cpu() const;      ///< The sum over the passes.
  /// Successes per second of the passes' elapsed time; zero when nothing took any time.
  double ops_per_s() const;
  /// The makespan of one pass: the mean over the passes.
  Duration per_pass(Duration total) const;
};

/// Returns the reasons and their numbers, as `2 reset, 1 SQLSTATE 57014`.
std::string failures_text(const Measurement& measurement);

/// In JSON a histogram is `{"max_ns", "sum_ns", "buckets": [[shortest ns, count], ...]}`, ascending
/// and without empty buckets.
Json to_json(const Histogram& histogram);
Histogram histogram_from_json(const Json& json);
Json to_json(const Measurement& measurement);
/// Missing keys keep their defaults and unknown ones are passed over; throws a std::exception for a
/// value of the wrong type or out of range, and when `completed` or `passes` is missing.
Measurement measurement_from_json(const Json& json);

}  // namespace asyncmark
