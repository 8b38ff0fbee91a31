#include "bench/results/summary.hpp"

#include <utility>

#include "bench/results/result.hpp"

namespace asyncmark {
namespace {

std::map<std::string, double> medians_of(const std::vector<Counters>& counters) {
  std::map<std::string, std::vector<double>> values;
  for (const auto& repetition : counters)
    for (const auto& [name, value] : repetition) values[name].push_back(value);
  std::map<std::string, double> medians;
  for (auto& [name, all] : values) medians.emplace(name, median(std::move(all)));
  return medians;
}

}  // namespace

std::optional<double> Summary::median(const std::string& counter) const {
  const auto found = medians.find(counter);
  return found == medians.end() ? std::nullopt : std::optional(found->second);
}

Summary summarize(const Result& result) {
  Summary summary;
  std::vector<Duration> cpu;
  for (const auto& [measured, died, how, by_itself, understood] : result.repetitions) {
    summary.counters.push_back(died.empty() ? counters(result, measured) : Counters{});
    if (!died.empty()) continue;
    summary.all.merge(measured);
    cpu.push_back(measured.per_pass(measured.cpu()));
  }
  summary.medians = medians_of(summary.counters);
  if (!cpu.empty()) {
    summary.time = median(result.elapsed());
    summary.cpu = median(std::move(cpu));
    summary.interval = median_interval(result.elapsed());
  }
  summary.offered = offered(result, summary.all);
  summary.efficiency = efficiency(result, summary.all);
  return summary;
}

const Summary& Result::summary() const {
  if (!summary_ || summary_->counters.size() != repetitions.size())
    summary_ = std::make_shared<const Summary>(summarize(*this));
  return *summary_;
}

}  // namespace asyncmark
