#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/model/cost.hpp"
#include "bench/results/result.hpp"

/// The single rules of check(). Each looks at one thing, knows no other rule, and gives the
/// evidence if what it looks for is there.
namespace asyncmark::check_rules {

/// A case of which at least one repetition finished.
struct Subject {
  const Result& result;
  Measurement all;    ///< Its finished repetitions as one.
  double processors;  ///< That its runner could use, of those that it was given.

  LoadKind kind() const { return kind_of(result.what.load, result.how); }
  /// Operations that were begun and ended, whatever came of them.
  double ended() const { return static_cast<double>(all.completed + all.failed); }
  /// The share of the processors it can use that it kept busy, by CPU time.
  double busy() const;
};

/// Cases of one workload with the same options under the same load, but for the cap.
using Compared = std::vector<const Subject*>;

/// Figures about some of the compared cases.
struct Difference {
  std::vector<std::string> cases;
  std::string evidence;
};

/// What an operation takes, if its workload tells: the median over the first ones.
std::optional<Cost> typical_cost(const Subject& one);

// Of compared cases.
std::optional<Difference> unequal_operations(const Compared& cases);
std::optional<Difference> unequal_failures(const Compared& cases);
std::optional<Difference> client_cpus_differ(const Compared& cases);

/// Of all cases of a run, compared or not.
std::optional<Difference> mixed_clients(const Compared& all);

// Of one case: whether what was asked for was done.
std::optional<std::string> failed_operations(const Subject& one, const Context& context);
std::optional<std::string> cap_not_reached(const Subject& one);
std::optional<std::string> saturated(const Subject& one);
std::optional<std::string> generator_saturated(const Subject& one);
std::optional<std::string> few_operations(const Subject& one);
std::optional<std::string> service_saturated(const Subject& one);
std::optional<std::string> service_queue(const Subject& one);
std::optional<std::string> processor_bound(const Subject& one);

// Of one case: whether its times are of what they seem to be.
std::optional<std::string> in_flight_disagrees(const Subject& one);
std::optional<std::string> loop_held(const Subject& one);
std::optional<std::string> hidden_threads(const Subject& one);
std::optional<std::string> delayed_acknowledgement(const Subject& one);
std::optional<std::string> late_timers(const Subject& one);

// Of the harness, the kernel and the machine.
std::optional<std::string> harness_cost(const Subject& one, const Context& context);
std::optional<std::string> network_trouble(const Subject& one);
std::optional<std::string> client_and_service_share_cpu(const Subject& one);
std::optional<std::string> coarse_timers(const Context& context);
std::optional<std::string> noisy_machine(const Context& context);

// Of how steady it was.
std::optional<std::string> uneven_repetitions(const Subject& one);
std::optional<std::string> unstable_passes(const Subject& one);

}  // namespace asyncmark::check_rules
