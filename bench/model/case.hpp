#pragma once

#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/base/options.hpp"
#include "bench/model/load.hpp"
#include "bench/os/placement.hpp"

namespace asyncmark {

class Runner;
class Workload;

/// One workload under one runner at one load: a document, complete in itself.
struct Case {
  std::string workload;
  OptionValues workload_options;
  std::string runner;
  OptionValues runner_options;
  Load load;
  std::uint64_t seed = 1;
  Placement cpus;  ///< As asked for (`--cpus`).
  /// Of the service that was started for it, else empty. Not among the options: it is another one
  /// each time, and would be in the name.
  std::string endpoint = {};

  /// `sleep/event-loop/ops:1000/in_flight:28/wait:44.3ms`: everything that is not at its default.
  std::string name() const;
  /// What the user named for it to call; empty where that is nothing, or a service of ours.
  std::string address() const;
  /// The words after `asyncmark serve` that start what it calls; absent where that is none of ours.
  /// Throws UsageError where the options of the workload contradict one another.
  std::optional<std::vector<std::string>> service() const;
  /// Where on this machine it calls a server that asyncmark did not start, as far as is known.
  std::vector<sockaddr_storage> local_addresses() const;
  /// Whether its operations are processes of their own, see WorkloadEntry.
  bool starts_processes() const;
  /// Whether its operations do nothing, see WorkloadEntry.
  bool measures_the_harness() const;
  /// Where its sides are to run: a service of ours and its client apart, as far as nothing else was
  /// asked for and there are processors for both.
  Placement placed() const;
  /// The case as a repetition carries it out, the first of which is 0: with a seed, and so arrivals
  /// and draws, of its own, which are the same for every runner. Repetitions that drew the same
  /// would tell no more than one of them.
  Case of_repetition(std::uint64_t repetition) const;
  std::unique_ptr<Workload> make_workload() const;
  /// Throws UsageError for options that the workload refuses.
  void check_options() const;
  std::unique_ptr<Runner> make_runner() const;
  /// As the runner will resolve the load where placed() puts it, see concurrency_here(). What a
  /// launcher makes of the processors is not known before.
  Concurrency concurrency() const;
};

/// As the runner resolves the load of the case, with no more processors than the calling process
/// may use: all of those where operations are processes. Throws UsageError when the load does not
/// tell.
Concurrency concurrency_here(const Runner& runner, const Case& one);

Json to_json(const Concurrency& how);
/// Missing keys are as `how` has them. Throws UsageError for a value of the wrong type and for 0.
Concurrency concurrency_from_json(const Json& json, Concurrency how = {});

/// The case document, without the arrivals of an open loop, which travel beside it.
Json to_json(const Case& one, Secrets secrets = Secrets::hidden);
/// Throws UsageError naming the field that is missing, of the wrong type or not known to this
/// build.
Case case_from_json(const Json& json);

}  // namespace asyncmark
