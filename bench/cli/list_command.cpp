#include "bench/cli/list_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/base/nearest.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/services/serving.hpp"

namespace asyncmark {
namespace {

void list_entries(const char* title, const auto& entries) {
  fmt::print("{}\n", title);
  for (const auto& entry : entries) fmt::print("  {:<16} {}\n", entry.name, entry.summary);
}

}  // namespace

int list_plug_ins(const std::string& kind) {
  const bool all = kind.empty();
  const std::vector<std::string> kinds{"workloads", "runners", "services", "formats",
                                       "reproductions"};
  if (!all && std::ranges::find(kinds, kind) == kinds.end())
    throw UsageError(fmt::format("list: '{}' cannot be listed; give {}{}", kind,
                                 fmt::join(kinds, ", "), suggestion(kind, kinds)));
  if (all || kind == "workloads") list_entries("workloads", Registry<WorkloadEntry>::all());
  if (all || kind == "runners") {
    list_entries("runners", built_in_runners());
    list_entries("runners in other languages (not in --runner all)", adapters());
  }
  if (all || kind == "services") list_entries("services", Registry<ServiceEntry>::all());
  if (all || kind == "formats") list_entries("formats", Registry<FormatEntry>::all());
  if (all || kind == "reproductions")
    list_entries("reproductions", Registry<ReproductionEntry>::all());
  return 0;
}

}  // namespace asyncmark
