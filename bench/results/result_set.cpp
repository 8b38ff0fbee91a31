#include "bench/results/result_set.hpp"

#include <algorithm>

namespace asyncmark {

std::string ForeignCase::missing() const {
  return died.empty() && !skipped.empty() ? "skipped: " + skipped : died;
}

std::vector<double> ForeignCase::real_ns() const {
  std::vector<double> all;
  for (const auto& run : runs) all.push_back(run.real_ns);
  return all;
}

std::vector<double> ForeignCase::cpu_ns() const {
  std::vector<double> all;
  for (const auto& run : runs) all.push_back(run.cpu_ns);
  return all;
}

bool ResultSet::is_partial() const {
  return context.facts.value("partial", false) ||
         std::ranges::any_of(results, [](const Result& one) {
           return one.repetitions.size() < one.planned_repetitions;
         });
}

}  // namespace asyncmark
