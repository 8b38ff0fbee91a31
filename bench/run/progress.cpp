#include "bench/run/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "bench/base/standard_error.hpp"

namespace asyncmark {
namespace {

std::uint64_t runs_left(const Result& one) {
  return one.planned_repetitions -
         std::min<std::uint64_t>(one.planned_repetitions, one.repetitions.size());
}

/// In seconds, whose products do not overflow.
std::optional<double> usual_length(const Result& one) {
  const auto& load = one.what.load;
  const auto of_passes = [&](Duration pass) {
    return seconds(pass) * static_cast<double>(load.passes);
  };
  const auto times = one.elapsed();
  if (!times.empty()) return of_passes(median(times));
  if (load.duration) return of_passes(*load.duration);
  if (one.bound) return of_passes(one.bound->time);
  return std::nullopt;
}

}  // namespace

Progress::Progress(const std::vector<Result>& cases, bool wanted)
    : cases_(cases), on_(wanted && isatty(STDERR_FILENO) == 1) {
  Duration longest{};
  for (const auto& one : cases)
    if (has_drain(one.what.load)) longest = std::max(longest, one.what.load.drain);
  if (on_ && longest > Duration(0))
    to_standard_error(
        "After its duration or last arrival a run drains for at most {}; what has not ended "
        "then is dropped (--drain).\n",
        exact_text(longest));
}

Duration Progress::left(const std::vector<Result>& cases) {
  double known = 0, sum_of_usual = 0;
  std::uint64_t unknown_runs = 0, usual = 0;
  for (const auto& one : cases) {
    const auto length = usual_length(one);
    if (length) {
      known += *length * static_cast<double>(runs_left(one));
      sum_of_usual += *length;
      ++usual;
    } else {
      unknown_runs += runs_left(one);
    }
  }
  const auto mean = usual > 0 ? sum_of_usual / static_cast<double>(usual) : 0;
  return from_seconds(known + mean * static_cast<double>(unknown_runs));
}

void Progress::begin(const Result& result) {
  running_ = result.name();
  begun_ = Clock::now();
  show();
}

void Progress::end(const Result&) { running_.clear(); }

void Progress::show() {
  if (!on_) return;
  std::uint64_t done = 0, all = 0;
  for (const auto& one : cases_) {
    done += one.repetitions.size();
    all += one.planned_repetitions;
  }
  const auto left = std::max(Duration{}, Progress::left(cases_) - (Clock::now() - begun_));
  const auto s = std::chrono::ceil<std::chrono::seconds>(left).count();
  to_standard_error("\r\033[K[{}/{}] {}  about {} left", done, all, running_,
                    s >= 60 ? fmt::format("{} min {} s", s / 60, s % 60) : fmt::format("{} s", s));
  std::fflush(stderr);
}

void Progress::clear() {
  if (on_) to_standard_error("\r\033[K");
}

}  // namespace asyncmark
