#pragma once

#include <cmath>
#include <optional>
#include <string_view>

#include "bench/results/result.hpp"

namespace asyncmark {

/// From this share of its processors on, a model waits for them more than for what it waits on.
inline constexpr double kBusy = 0.8;

/// What an open loop offered, and what share of it was carried out in its time.
struct Offered {
  double per_s = 0;     ///< Operations due, over the time until the last was due.
  double achieved = 0;  ///< The share that succeeded as they came due, at most 1.
  double ended = 0;     ///< The share that ended, in success or failure.

  bool kept_up() const { return achieved >= kKeptUp; }
  /// `achieved` for people: a rate that was not kept up with is never rounded up to one that was.
  double achieved_percent() const {
    return kept_up() ? std::round(100 * achieved) : std::floor(100 * achieved);
  }
  /// More came due than ended, so response times grow for as long as the run lasts.
  bool saturated() const { return ended < kKeptUp; }
  /// What a cell shows that could not keep up: `SATURATED`, or `FAILING` where only failures are to
  /// blame; empty where it kept up.
  std::string_view shortfall() const {
    if (kept_up()) return "";
    return saturated() ? "SATURATED" : "FAILING";
  }

 private:
  static constexpr double kKeptUp = 0.95;
};

/// Absent for bursts and closed loops, which offer nothing by the clock. `all` is one repetition of
/// `result` or several merged.
std::optional<Offered> offered(const Result& result, const Measurement& all);

/// How many processors a runner could use: of those that the kernel gave, else of those that were
/// asked for, else of those that are here.
double usable_processors(const Result& result, const Measurement& all);

/// The share of the processors it can use on this machine that a case kept busy, by CPU time.
double busy_share(const Result& result, const Measurement& all);

}  // namespace asyncmark
