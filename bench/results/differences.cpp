#include "bench/results/differences.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace asyncmark {
namespace {

/// `L1 32KiB, L2 1MiB`.
std::string caches_text(const Json& caches) {
  std::vector<std::string> all;
  for (const auto& one : caches)
    if (one.is_object())
      all.push_back(fmt::format("L{} {}", one.value("level", Json()).dump(),
                                one.value("size", Json()).dump()));
  return fmt::format("{}", fmt::join(all, ", "));
}

}  // namespace

const std::vector<ComparableFact>& machine_facts() {
  static const std::vector<ComparableFact> all{
      {"host_name", "host"},
      {"cpu_model", "processor"},
      {"num_cpus", "cores"},
      {"caches", "caches in bytes"},
      {"affinity", "processors that it was given"},
      {"kernel", "kernel"},
      {"governor", "governor"},
      {"cgroup_cpu_max", "processor limit"},
  };
  return all;
}

std::string fact_text(const Context& context, const char* key) {
  const auto found = context.facts.find(key);
  if (found == context.facts.end()) return "not told";
  if (found->is_string()) return found->get<std::string>();
  return std::string(key) == "caches" && found->is_array() ? caches_text(*found) : found->dump();
}

std::vector<std::string> machine_differences(const Context& first, const Context& second) {
  std::vector<std::string> all;
  for (const auto& [key, words] : machine_facts()) {
    if (!first.facts.contains(key) || !second.facts.contains(key)) continue;
    const auto one = fact_text(first, key), other = fact_text(second, key);
    if (one != other) all.push_back(fmt::format("{}: {} and {}", words, one, other));
  }
  return all;
}

}  // namespace asyncmark
