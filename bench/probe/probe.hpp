#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/probe/service_model.hpp"
#include "bench/results/result.hpp"
#include "bench/results/slo.hpp"

namespace asyncmark {

/// One open loop of the search for the capacity.
struct CapacityStep {
  double per_s = 0;  ///< Operations due per second.
  std::optional<double> slow_s =
      {};  ///< The percentile of the SLO, in seconds; absent if it failed.
  bool passed = false;
  bool near = false;  ///< Whether it may as well have been the other way round.
  bool few = false;   ///< Whether fewer operations were due than the percentile needs.
};

/// The highest rate within the SLO, as a bracket.
struct Capacity {
  std::optional<double> passed = {};  ///< Highest rate per second that passed.
  std::optional<double> failed = {};  ///< Lowest rate per second that failed.
  bool narrow = false;                ///< Whether the bracket is at most 10 % wide.
  std::vector<CapacityStep> steps = {};
};

/// What a client needs to get the best throughput.
struct Advice {
  /// Smallest number within 3 % of the best. With an SLO, of those whose closed loop meets it.
  std::uint64_t connections = 0;
  bool misses_slo = false;  ///< Whether no number meets the SLO, so the number ignores it.
  /// Throughput of a thread for each operation over that of an event loop; absent if not measured.
  std::optional<double> threads_over_loop = {};
  double noise = 0;  ///< Half of the 95 % interval of that ratio.

  /// Whether the two differ by more than 3 % and by more than the noise.
  bool differs() const;
};

/// What was found out about one endpoint.
struct EndpointProbe {
  std::string name;  ///< As `/sync`, or the workload.
  Unloaded unloaded = {};
  std::vector<LoadPoint> points = {};  ///< In ascending order of in flight.
  ServiceModel model = {};
  std::optional<Capacity> capacity = {};
  std::optional<Advice> advice = {};
  std::string failed = {};   ///< Why there is no verdict; empty if there is one.
  std::string stopped = {};  ///< Why no more in flight were tried; empty if nothing went wrong.
  double others = 0;         ///< Share of the machine's processor time that other programs used.
  Duration took{};           ///< From its first measurement to its last.
  bool cut = false;          ///< Whether the budget or an interrupt ended it early.
};

/// What `probe` prints.
struct Probe {
  Context context = {};
  std::optional<Slo> slo = {};
  std::vector<EndpointProbe> endpoints = {};
  bool explain = false;
  bool partial = false;  ///< Whether an interrupt ended it.
  /// Operations of all measurements together: that ended, that failed of these, and of warm-ups.
  std::uint64_t operations = 0, failed = 0, warm_up = 0;
};

}  // namespace asyncmark
