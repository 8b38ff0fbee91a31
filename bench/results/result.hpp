#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/base/statistics.hpp"
#include "bench/measure/measurement.hpp"
#include "bench/model/bound.hpp"
#include "bench/model/case.hpp"

namespace asyncmark {

struct Summary;

/// Where and by what the results were obtained: ordered (key, value) pairs of text, numbers or
/// lists, such as {"cpu_model", "..."}.
struct Context {
  Json facts = Json::object();
};

/// One run of a case in a child of its own: what it measured, or why there is nothing.
struct Repetition {
  Measurement measurement;
  std::string died;  ///< Empty, or: "killed by SIGSEGV", "still running after --time-limit 10s".
  /// As the child says that its runner resolved the load, if it does.
  std::optional<Concurrency> how = {};
  bool by_itself = false;  ///< Whether the child itself says why it died.
  /// The case document as the child understood it, without secrets; null where it does not tell.
  Json understood = {};
};

/// A case is not repeated more often: each run takes some milliseconds and some kilobytes.
inline constexpr std::int64_t kMostRepetitions = 1'000'000;

/// A case and all that became of it.
struct Result {
  Case what;
  Concurrency how;  ///< As the runner resolved it for this load: where the child ran, once it has.
  std::optional<Bound> bound;
  std::uint64_t planned_repetitions = 1;
  std::vector<Repetition> repetitions;

  std::string name() const { return what.name(); }
  /// The repetitions that were carried out to their end.
  std::vector<const Measurement*> finished() const;
  /// The reason of the first one that died.
  std::optional<std::string> died() const;
  /// The times of one pass, a value a finished repetition.
  std::vector<Duration> elapsed() const;
  /// What summarize() makes of it, when first asked for and again after a repetition was added. One
  /// thread at a time may ask.
  const Summary& summary() const;
  /// Makes summary() compute again: for code that changes a measurement in place, as tests do.
  void forget_summary() { summary_.reset(); }

 private:
  mutable std::shared_ptr<const Summary> summary_;
};

/// Takes a repetition in. By the first that tells how it was carried out go `how` and the bound: a
/// launcher may have given the child other processors than it was planned for. One that cannot be
/// true, or that had other processors than those before it, counts as died. Only the first that
/// finished keeps its timeline.
void take(Result& result, Repetition repetition);

/// Why this measurement cannot be true, if so: it took less time than its ideal bound allows, with
/// nothing failed and all started. A bound that is beaten is a defect of the workload or of
/// asyncmark.
std::optional<std::string> too_good(const std::optional<Bound>& bound, const Measurement& one);

/// Bound over measured time; above 1 only by a defect. Absent where there is no bound, and where
/// operations were dropped, for the bound is that of all of them.
std::optional<double> efficiency(const Result& result, const Measurement& one);

}  // namespace asyncmark
