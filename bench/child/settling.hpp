#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "bench/child/child.hpp"

namespace asyncmark {

/// Keeps a run from being charged for what another one left: operations that were dropped or timed
/// out may keep the service busy long after their run is over. Before the next run that calls the
/// same service, single operations are carried out until two in a row take about as long as one
/// does by itself.
class Settling {
 public:
  using Run = std::function<Repetition(const Case&, const ChildSettings&)>;

  /// How long to wait at the most; then the next run is begun and marked. A quarter of it where no
  /// operation has ever succeeded, and a tenth after a wait that was in vain.
  static constexpr Duration kLongest = std::chrono::seconds(20);

  explicit Settling(Run run = run_in_child, Duration at_most = kLongest);

  /// Notes what became of a run.
  void ended(const Case& one, const Repetition& run);
  /// Whether an earlier run may have left work to what this case calls.
  bool is_needed(const Case& one) const;

  struct Wait {
    Duration took{};
    bool still_busy = false;
  };
  /// Waits until that is done.
  Wait wait(const Case& one, ChildSettings settings);

 private:
  bool is_idle(const Case& one, const Measurement& probe) const;
  Duration longest_wait(const std::string& target) const;

  Run run_;
  Duration at_most_;
  std::set<std::string> left_work_;
  std::set<std::string> in_vain_;          ///< Still busy when the last wait for them was over.
  std::map<std::string, Duration> usual_;  ///< What an operation takes by itself, at the most.
};

}  // namespace asyncmark
