#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/base/screen.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/plan/plan.hpp"
#include "bench/probe/probe.hpp"

namespace asyncmark {

/// What `probe` is asked for.
struct ProbeRequest {
  std::vector<Request> endpoints;  ///< One for each, without a load.
  Duration budget{};               ///< For each endpoint.
  std::uint64_t most_in_flight = 0;
  std::optional<Slo> slo;
  std::vector<std::string> gates;  ///< Names of what makes the exit code 3.
  bool explain = false;
  ProgressMode progress = ProgressMode::automatic;
  std::string out;                                 ///< Where the JSON goes; empty: nowhere.
  std::string junit;                               ///< Where JUnit's XML goes; empty: nowhere.
  std::vector<std::string> command;                ///< As the user typed it, for the context.
  std::function<std::string(const Probe&)> print;  ///< Writes what standard output shows.
};

/// Whether operations of the workload call something, with some of its options at least.
bool may_be_probed(const WorkloadEntry& workload);

/// The error for operations that call nothing: they would tell only of this machine.
UsageError calls_nothing(const std::string& workload);

/// Probes the endpoints one after the other, prints and keeps what was found, and gives the exit
/// code: 0, 3 if a gate found something, 4 if an endpoint has no verdict because nothing could be
/// measured, 130 if interrupted. Throws UsageError before anything runs.
int probe(const ProbeRequest& request);

}  // namespace asyncmark
