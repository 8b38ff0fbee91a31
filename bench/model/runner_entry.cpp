#include "bench/model/runner_entry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <mutex>
#include <ranges>

#include "bench/base/errors.hpp"
#include "bench/base/nearest.hpp"
#include "bench/model/adapter.hpp"

namespace asyncmark {
namespace {

/// Makes the entry when it is first asked for, and keeps it where it is.
const RunnerEntry& command_runner(std::string_view name) {
  static std::map<std::string, RunnerEntry, std::less<>> all;
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  const auto found = all.find(name);
  if (found != all.end()) return found->second;
  return all.emplace(name, runner_of_command(std::string(name))).first->second;
}

std::string names_of(std::span<const RunnerEntry> runners) {
  return fmt::format("{}", fmt::join(runners | std::views::transform(&RunnerEntry::name), ", "));
}

/// What people call a runner.
constexpr std::pair<std::string_view, std::string_view> kElsewhere[] = {
    {"async", "event-loop"},     {"threads", "thread-pool"},    {"thread", "thread-pool"},
    {"threaded", "thread-pool"}, {"processes", "process-pool"}, {"process", "process-pool"},
    {"loop", "event-loop"}};

/// Returns "; did you mean 'event-loop'? There are", or "; there are". Parts of names are known:
/// `asyncio`.
std::string meant_by(std::string_view name) {
  for (const auto& [theirs, ours] : kElsewhere)
    if (name == theirs) return fmt::format("; did you mean '{}'? There are", ours);
  constexpr std::size_t kTelling = 4;  // Letters.
  std::vector<std::string> names;
  for (const auto& runner : Registry<RunnerEntry>::all()) names.push_back(runner.name);
  auto meant = suggestion(name, names);
  if (meant.empty() && name.size() >= kTelling)
    for (const auto& known : names)
      if (known.find(name) != known.npos) meant = fmt::format("; did you mean '{}'?", known);
  return meant.empty() ? "; there are" : meant + " There are";
}

}  // namespace

std::span<const RunnerEntry> built_in_runners() {
  const auto& all = Registry<RunnerEntry>::all();
  return {all.begin(), std::ranges::find_if(all, &RunnerEntry::order)};
}

std::span<const RunnerEntry> adapters() {
  const auto& all = Registry<RunnerEntry>::all();
  return {std::ranges::find_if(all, &RunnerEntry::order), all.end()};
}

const RunnerEntry& runner_entry(std::string_view name) {
  if (const auto* found = Registry<RunnerEntry>::find(name)) return *found;
  if (name.starts_with(kCommandPrefix)) return command_runner(name);
  throw UsageError(fmt::format("no such runner '{}'{} {}; of other programs {}, cmd:PROGRAM", name,
                               meant_by(name), names_of(built_in_runners()), names_of(adapters())));
}

}  // namespace asyncmark
