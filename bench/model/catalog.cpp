#include "bench/model/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <mutex>

#include "bench/base/errors.hpp"
#include "bench/model/adapter.hpp"

namespace asyncmark {
namespace {

// Function-local, because plug-ins register before main() in an order that nobody defines.
template <class Entry>
std::vector<Entry>& entries() {
  static std::vector<Entry> all;
  return all;
}

std::vector<RunnerEntry>& adapter_entries() {
  static std::vector<RunnerEntry> all;
  return all;
}

template <class Entry>
bool insert(Entry entry, std::vector<Entry>& all = entries<Entry>()) {
  all.insert(std::ranges::upper_bound(all, entry.name, {}, &Entry::name), std::move(entry));
  return true;
}

template <class Entry>
const Entry* find(std::string_view name, const std::vector<Entry>& all) {
  const auto found = std::ranges::find(all, name, &Entry::name);
  return found == all.end() ? nullptr : &*found;
}

template <class Entry>
std::string names_of(const std::vector<Entry>& all) {
  std::string names;
  for (const auto& entry : all) names += (names.empty() ? "" : ", ") + entry.name;
  return names;
}

template <class Entry>
const Entry& find(std::string_view name, std::string_view kind) {
  if (const auto* found = find(name, entries<Entry>())) return *found;
  throw UsageError(
      fmt::format("no such {} '{}'; there are {}", kind, name, names_of(entries<Entry>())));
}

/// Made when it is first asked for, and kept where it is.
const RunnerEntry& command_runner(std::string_view name) {
  static std::map<std::string, RunnerEntry, std::less<>> all;
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  const auto found = all.find(name);
  if (found != all.end()) return found->second;
  return all.emplace(name, runner_of_command(std::string(name))).first->second;
}

}  // namespace

bool Catalog::add(WorkloadEntry entry) { return insert(std::move(entry)); }
bool Catalog::add(RunnerEntry entry) {
  auto& all = entry.program ? adapter_entries() : entries<RunnerEntry>();
  return insert(std::move(entry), all);
}
bool Catalog::add(FormatEntry entry) { return insert(std::move(entry)); }
bool Catalog::add(OutputEntry entry) { return insert(std::move(entry)); }
bool Catalog::add(ServiceEntry entry) { return insert(std::move(entry)); }
bool Catalog::add(ReproductionEntry entry) { return insert(std::move(entry)); }
bool Catalog::add(ComparisonEntry entry) { return insert(std::move(entry)); }
bool Catalog::add(LibraryEntry entry) { return insert(std::move(entry)); }

const std::vector<WorkloadEntry>& Catalog::workloads() { return entries<WorkloadEntry>(); }
const std::vector<RunnerEntry>& Catalog::runners() { return entries<RunnerEntry>(); }
const std::vector<RunnerEntry>& Catalog::adapters() { return adapter_entries(); }
const std::vector<FormatEntry>& Catalog::formats() { return entries<FormatEntry>(); }
const std::vector<OutputEntry>& Catalog::outputs() { return entries<OutputEntry>(); }
const std::vector<ServiceEntry>& Catalog::services() { return entries<ServiceEntry>(); }
const std::vector<ReproductionEntry>& Catalog::reproductions() {
  return entries<ReproductionEntry>();
}
const std::vector<ComparisonEntry>& Catalog::comparisons() { return entries<ComparisonEntry>(); }
const std::vector<LibraryEntry>& Catalog::libraries() { return entries<LibraryEntry>(); }

const WorkloadEntry& Catalog::workload(std::string_view name) {
  return find<WorkloadEntry>(name, "workload");
}
const RunnerEntry& Catalog::runner(std::string_view name) {
  if (const auto* found = find(name, adapter_entries())) return *found;
  if (name.starts_with(kCommandPrefix)) return command_runner(name);
  if (const auto* found = find(name, entries<RunnerEntry>())) return *found;
  throw UsageError(
      fmt::format("no such runner '{}'; there are {}; of other programs {}, cmd:PROGRAM", name,
                  names_of(runners()), names_of(adapters())));
}
const FormatEntry& Catalog::format(std::string_view name) {
  return find<FormatEntry>(name, "value of --format");
}
const ServiceEntry& Catalog::service(std::string_view name) {
  return find<ServiceEntry>(name, "service");
}
const ReproductionEntry& Catalog::reproduction(std::string_view name) {
  return find<ReproductionEntry>(name, "reproduction");
}
const ComparisonEntry& Catalog::comparison(std::string_view name) {
  return find<ComparisonEntry>(name, "output of a comparison");
}

}  // namespace asyncmark
