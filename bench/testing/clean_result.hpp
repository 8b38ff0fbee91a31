#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/results/finding.hpp"
#include "bench/results/result.hpp"
#include "bench/testing/quiet.hpp"

/// Results made of nothing, as a good runner on a quiet machine gives them, and ways to spoil them.
namespace asyncmark::testing {

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct Plan {
  std::string runner = "event-loop";
  std::uint64_t ops = 1000;
  std::optional<std::uint64_t> in_flight = std::nullopt;
  std::optional<double> rate = std::nullopt;
  std::optional<Duration> duration = std::nullopt;
  std::string wait = "46ms";
  std::string cpu = "0us";
  std::string workload = "sleep";
};

Case case_of(const Plan& plan);

/// What a good runner on a quiet machine makes of it, `slower` times as slow as it could.
Measurement measured(const Case& one, const Concurrency& how, double slower);

Result clean(const Plan& plan);

template <class Change>
Result changed(Result result, Change change) {
  for (auto& repetition : result.repetitions) change(repetition.measurement);
  return result;
}

/// Replaces the service times, and the time and the in flight that follow from them.
void take(Measurement& m, Duration service, std::uint64_t at_once);

std::vector<std::string> codes(const std::vector<Result>& results,
                               const Context& context = quiet());

Finding only_finding(const std::vector<Result>& results);

}  // namespace asyncmark::testing
