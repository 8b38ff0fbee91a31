#include "bench/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace asyncmark {
namespace {

std::uint64_t runs_left(const Result& one) {
  return one.planned_repetitions -
         std::min<std::uint64_t>(one.planned_repetitions, one.repetitions.size());
}

std::optional<Duration> usual_length(const Result& one) {
  const auto times = one.elapsed();
  if (!times.empty()) return median(times) * static_cast<std::int64_t>(one.what.load.passes);
  if (one.what.load.duration) return *one.what.load.duration;
  if (one.bound) return one.bound->time * static_cast<std::int64_t>(one.what.load.passes);
  return std::nullopt;
}

}  // namespace

Progress::Progress(const std::vector<Result>& cases, bool wanted)
    : cases_(cases), on_(wanted && isatty(STDERR_FILENO) == 1) {}

Duration Progress::left(const std::vector<Result>& cases) {
  Duration known{};
  std::uint64_t known_runs = 0, unknown_runs = 0;
  Duration sum_of_usual{};
  std::int64_t usual = 0;
  for (const auto& one : cases) {
    const auto length = usual_length(one);
    (length ? known_runs : unknown_runs) += runs_left(one);
    if (!length) continue;
    known += *length * static_cast<std::int64_t>(runs_left(one));
    sum_of_usual += *length;
    ++usual;
  }
  const auto mean = usual > 0 ? sum_of_usual / usual : Duration{};
  return known + mean * static_cast<std::int64_t>(unknown_runs);
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
  fmt::print(stderr, "\r\033[K[{}/{}] {}  about {} left", done, all, running_,
             s >= 60 ? fmt::format("{} min {} s", s / 60, s % 60) : fmt::format("{} s", s));
  std::fflush(stderr);
}

void Progress::clear() {
  if (on_) fmt::print(stderr, "\r\033[K");
}

}  // namespace asyncmark
