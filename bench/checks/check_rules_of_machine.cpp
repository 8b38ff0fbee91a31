// Rules that ask whether machine, kernel and harness were fit for what was measured with them.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "bench/checks/check_entry.hpp"
#include "bench/model/outcome.hpp"
#include "bench/os/placement.hpp"
#include "bench/results/null_case.hpp"

namespace asyncmark::check_rules {
namespace {

using std::chrono::milliseconds;

constexpr double kMuchHarness = 0.5;
/// Fewer operations are mostly starting up.
constexpr double kEnoughOperations = 100;
constexpr double kMuchSteal = 0.05;
constexpr double kMuchByOthers = 0.1;
/// Between medians of three: on two cores with little else to do those of processes were seen up to
/// 8 % apart. With five busy programs a core 5 of 15 pairs were further apart than this, and as
/// many where the sets were passes of one process. Repetitions that far apart are called uneven.
constexpr double kFarApart = 0.2;
constexpr Duration kCoarse = milliseconds(1);
/// The kernel waits no less for an acknowledgement before it calls that a time-out.
constexpr Duration kLeastTimeout = milliseconds(200);

const Json& calibration_of(const Context& context) {
  static const Json none = Json::object();
  const auto found = context.facts.find("calibration");
  return found == context.facts.end() ? none : *found;
}

std::uint64_t times(const Measurement& one, const FailureReason& reason) {
  const auto found = one.failures.find(std::string(reason.code()));
  return found == one.failures.end() ? 0 : found->second;
}

/// Whether anything took so much longer than it should, or failed, that a lost segment may have
/// been why. The kernel's counts are of the whole machine, and others have their own troubles.
bool may_have_waited_for_the_network(const Subject& one) {
  if (one.all.failed != 0) return true;
  const auto& what = one.result.what;
  if (what.address().empty() && !what.service()) return false;
  const auto cost = typical_cost(one).value_or(Cost{});
  return one.all.never_started != 0 ||
         one.all.service_time.max() >= cost.wait + cost.cpu + kLeastTimeout ||
         one.all.phases.set_up >= kLeastTimeout;
}

std::optional<std::string> harness_cost(const Subject& one, const Context& context) {
  const auto null = null_case(one.result).name();
  if (one.result.what.measures_the_harness() || one.ended() <= 0) return std::nullopt;
  const auto& costs = calibration_of(context).value("null", Json::array());
  for (const auto& cost : costs) {
    if (cost.value("case", "") != null) continue;
    const auto own = cost.value("ns_per_op", 0.0);
    const auto all = seconds(one.all.elapsed()) * 1e9 / one.ended();
    if (own <= kMuchHarness * all || one.ended() < kEnoughOperations) return std::nullopt;
    const auto total = rounded_text(from_seconds(all / 1e9));
    if (own >= all) return fmt::format("{} per operation; an empty one takes as long", total);
    return fmt::format("{} per operation, {} for an empty one", total,
                       rounded_text(from_seconds(own / 1e9)));
  }
  return std::nullopt;
}

std::optional<std::string> network_trouble(const Subject& one) {
  std::vector<std::string> signs;
  const auto add = [&](std::uint64_t number, std::string_view what) {
    if (number != 0) signs.push_back(fmt::format("{} {}{}", number, what, number == 1 ? "" : "s"));
  };
  const auto add_failures = [&](const FailureReason& reason, std::string_view lacking) {
    if (const auto number = times(one.all, reason))
      signs.push_back(
          fmt::format("{} operation{} without a {}", number, number == 1 ? "" : "s", lacking));
  };
  add_failures(reasons::kNoDescriptor, "descriptor");
  add_failures(reasons::kNoPort, "port");
  const auto own = signs.size();
  if (may_have_waited_for_the_network(one)) {
    add(one.all.observed.network.listen_overflows, "listen overflow");
    add(one.all.observed.network.tcp_timeouts, "TCP timeout");
  }
  // Other programs may have had them.
  if (signs.size() > own) signs[own] = "on the whole machine: " + signs[own];
  if (signs.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(signs, ", "));
}

std::optional<std::string> client_and_service_share_cpu(const Subject& one) {
  const auto& [client, service] = one.all.placement;
  if (client.empty() || service.empty()) return std::nullopt;
  Cpus both;
  std::ranges::set_intersection(parse_cpus(client, "placement"), parse_cpus(service, "placement"),
                                std::back_inserter(both));
  if (both.empty()) return std::nullopt;
  return fmt::format("client {}, service {}", client, service);
}

std::optional<std::string> coarse_timers(const Context& context) {
  const auto& calibration = calibration_of(context);
  const Duration overshoot(calibration.value("sleep_overshoot_median_ns", std::int64_t{0}));
  const Duration slack(calibration.value("timer_slack_ns", std::int64_t{0}));
  std::vector<std::string> signs;
  if (overshoot > kCoarse)
    signs.push_back(fmt::format("a sleep of 1 ms ends {} late (median)", rounded_text(overshoot)));
  if (slack > kCoarse) signs.push_back(fmt::format("the timer slack is {}", rounded_text(slack)));
  if (signs.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(signs, "; "));
}

std::optional<std::string> noisy_machine(const Context& context) {
  const auto& facts = context.facts;
  std::vector<std::string> signs;
  const auto loads = facts.value("load_avg", std::vector<double>{});
  const auto cores = facts.value("num_cpus", 1);
  // What others took meanwhile tells more than a load average, which is of the minute before. But a
  // service that was called and is not ours is among them.
  const bool others_known = facts.contains("others_share") && !facts.value("calls_others", false);
  if (!others_known && !loads.empty() && loads.front() > cores)
    signs.push_back(
        fmt::format("load average {:.2f} on {} cores before the run", loads.front(), cores));
  if (const auto steal = facts.value("steal_share", 0.0); steal > kMuchSteal)
    signs.push_back(fmt::format("other virtual machines used {:.0f} % of the CPU", 100 * steal));
  if (const auto others = facts.value("others_share", 0.0); others_known && others > kMuchByOthers)
    signs.push_back(fmt::format("other processes used {:.0f} % of the CPU", 100 * others));
  const auto& calibration = calibration_of(context);
  if (const auto apart = aa_difference(calibration); apart && *apart > kFarApart)
    signs.push_back(fmt::format("the calibration {}, measured twice, differed by {:.0f} %",
                                calibration["aa_pair"].value("case", "the same"), 100 * *apart));
  if (signs.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(signs, "; "));
}

const bool harness_cost_registered = Registry<CheckEntry>::add({
    .name = "harness-cost",
    .order = 180,
    .look = in_each_case(harness_cost),
    .sentence = "more than half of the time is the runner's own overhead",
    .remedy = "use longer operations, or subtract the time of the workload null",
    .limit = LimitedBy::runner,
});

const bool network_trouble_registered = Registry<CheckEntry>::add({
    .name = "network-trouble",
    .order = 190,
    .look = in_each_case(network_trouble),
    .sentence = "the network lost or delayed packets, or connections could not be opened",
    .remedy = "raise the backlog, somaxconn or 'ulimit -n', or open fewer connections",
});

const bool client_and_service_share_cpu_registered = Registry<CheckEntry>::add({
    .name = "client-and-service-share-cpu",
    .order = 200,
    .look = in_each_case(client_and_service_share_cpu),
    .sentence = "client and service may use the same CPU and wait for each other",
    .remedy_of =
        [](const Result& result) {
          return result.what.service() ? "use --cpus client=0,service=1"
                                       : "start your service with 'taskset -c 1' and use --cpus 0";
        },
});

const bool coarse_timers_registered = Registry<CheckEntry>::add({
    .name = "coarse-timers",
    .order = 210,
    .look = in_the_context(coarse_timers),
    .sentence = "timers on this machine are late, and so is everything that waits",
    .remedy = "check timer slack, power saving, and the CPU time of a virtual machine",
});

const bool noisy_machine_registered = Registry<CheckEntry>::add({
    .name = "noisy-machine",
    .order = 220,
    .look = in_the_context(noisy_machine),
    .sentence = "other work used the CPU, so times are longer and vary more",
    .remedy = "repeat on an idle machine",
    .is_noise = true,
});

}  // namespace
}  // namespace asyncmark::check_rules
