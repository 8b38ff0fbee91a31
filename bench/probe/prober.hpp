#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/child/child.hpp"
#include "bench/child/settling.hpp"
#include "bench/probe/probe.hpp"
#include "bench/run/context.hpp"

namespace asyncmark {

/// How an endpoint is probed.
struct ProberSettings {
  Duration budget = std::chrono::seconds(60);  ///< For one endpoint.
  std::uint64_t most_in_flight = 512;
  std::optional<Slo> slo;
  ChildSettings child;
  /// Called before each measurement with what is measured and the time that is left at most.
  std::function<void(const std::string&, Duration)> tell = [](const auto&, Duration) {};
  /// Called after each measurement: the place to save the results.
  std::function<void()> keep = [] {};
};

/// Measures one endpoint: unloaded, in closed loops with more and more in flight, and in open loops
/// if there is an SLO. Every measurement is a case like those of `run`.
class Prober {
 public:
  /// `planned` is a case of the endpoint; runner, load and name of each measurement come from here.
  /// The measured cases are added to `results`.
  Prober(std::string name, Result planned, const ProberSettings& settings,
         std::vector<Result>& results);

  EndpointProbe probe();

 private:
  struct Measured {
    Result result;  ///< Without repetitions.
    Measurement one;
    LoadPoint point;
  };

  void measure_unloaded();
  void measure_unloaded_quietly();
  void sweep();
  void confirm();
  void refine();
  void advise();
  void compare_runners();
  void search_capacity();

  std::optional<Measured> closed_loop(const std::string& runner, std::uint64_t in_flight,
                                      Duration length);
  std::optional<Measured> open_loop(double per_s, Duration length, Arrivals arrivals,
                                    std::uint64_t in_flight);
  std::optional<Measured> measure(const std::string& runner, const Load& load);
  std::optional<std::pair<double, double>> throughput_of(const std::string& runner);
  bool add_point(std::uint64_t in_flight);
  CpuShares note_others(const ProcessorTime& before, const Measurement& one);
  Result& result_of(const Result& planned);

  Duration left() const;
  double others_share() const;
  bool has_left(double share) const;
  bool can_end(Duration length) const;
  bool is_slow() const;
  Duration step() const;

  Result planned_;
  const ProberSettings& settings_;
  std::vector<Result>& results_;
  Settling settling_;
  Clock::time_point begun_ = Clock::now();
  Duration overhead_ = std::chrono::milliseconds(200);  ///< Of a measurement, beyond its length.
  Duration others_{};  ///< Processor time of other programs during the measurements.
  Duration all_{};     ///< All processor time meanwhile.
  EndpointProbe found_;
};

}  // namespace asyncmark
