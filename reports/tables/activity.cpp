#include "reports/tables/activity.hpp"

namespace asyncmark {

std::optional<double> active_requests(const Measurement& one) {
  const auto& service = one.observed.service;
  const auto mean = service ? service->active() : std::nullopt;
  if (!mean || seconds(one.elapsed()) <= 0) return std::nullopt;
  return *mean < 0.9 * seconds(service->cpu) / seconds(one.elapsed()) ? std::nullopt : mean;
}

}  // namespace asyncmark
