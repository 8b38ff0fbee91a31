#include "bench/child/settling.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "bench/engine/in_time.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/interruption.hpp"

namespace asyncmark {
namespace {

/// The reason of workloads whose --timeout was over.
constexpr auto kTimeOut = "time-out";
/// A process that has just started is late by so much.
constexpr Duration kLate = std::chrono::milliseconds(10);
constexpr Duration kPause = std::chrono::milliseconds(50);

/// Of a server on this machine: its port or the path of its socket.
std::string place_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_UNIX) return reinterpret_cast<const sockaddr_un&>(address).sun_path;
  // The port is in the same place in both families.
  return std::to_string(ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port));
}

/// What the case calls; empty where that is nothing which works on after a run.
std::string target_of(const Case& one) {
  if (const auto words = one.service()) return fmt::format("{}", fmt::join(*words, " "));
  const auto addresses = one.local_addresses();
  return addresses.empty() ? one.address() : place_of(addresses.front());
}

/// The same operation alone: the first of each process opens what it needs, two more are judged.
Case probe_of(Case one) {
  one.runner = "sync";
  one.runner_options = OptionValues(runner_entry(one.runner).options);
  one.load = {};
  one.load.ops = 3;
  one.load.warmup = 0;
  return one;
}

}  // namespace

Settling::Settling(Run run, Duration at_most) : run_(std::move(run)), at_most_(at_most) {}

void Settling::ended(const Case& one, const Repetition& run) {
  const auto target = target_of(one);
  if (target.empty() || !run.died.empty()) return;
  const auto& measured = run.measurement;
  if (const auto time = unloaded_time(one.load, measured)) {
    auto& usual = usual_.emplace(target, *time).first->second;
    usual = std::min(usual, *time);  // Another run may have begun with the service busy.
  }
  if (measured.never_started > 0 || measured.failures.contains(kTimeOut)) left_work_.insert(target);
}

bool Settling::is_needed(const Case& one) const {
  return !left_work_.empty() && left_work_.contains(target_of(one));
}

bool Settling::is_idle(const Case& one, const Measurement& probe) const {
  const auto usual = usual_.find(target_of(one));
  // Nothing is known where not one operation has succeeded: then an answer is all there is to see.
  if (usual == usual_.end()) return !probe.failures.contains(kTimeOut);
  const auto& all = probe.timeline.operations;
  return all.size() >= 2 && std::all_of(all.end() - 2, all.end(), [&](const auto& operation) {
           return operation.finished - operation.started <= usual->second + kLate;
         });
}

Duration Settling::longest_wait(const std::string& target) const {
  if (in_vain_.contains(target)) return at_most_ / 10;
  return usual_.contains(target) ? at_most_ : at_most_ / 4;
}

Settling::Wait Settling::wait(const Case& one, ChildSettings settings) {
  const auto begun = Clock::now();
  const auto target = target_of(one);
  const auto at_most = longest_wait(target);
  settings.launcher.clear();
  settings.write = {};
  const auto probe = probe_of(one);
  Wait waited{.still_busy = true};
  for (; waited.still_busy && waited.took < at_most; waited.took = Clock::now() - begun) {
    settings.time_limit = at_most - waited.took;
    const auto run = run_(probe, settings);
    if (Interruption::happened()) break;
    if (run.died.empty())
      waited.still_busy = !is_idle(one, run.measurement);
    else if (Clock::now() - begun < at_most)
      waited.still_busy = false;  // For another reason than that, which the run will tell.
    if (waited.still_busy) std::this_thread::sleep_for(kPause);
  }
  left_work_.erase(target);
  if (waited.still_busy)
    in_vain_.insert(target);
  else
    in_vain_.erase(target);
  return waited;
}

}  // namespace asyncmark
