#include "bench/checks/checks.hpp"

#include <algorithm>
#include <functional>

#include "bench/checks/check_rules.hpp"
#include "bench/results/offered.hpp"

namespace asyncmark {
namespace {

using namespace check_rules;

/// Everything that there is to look at.
struct Scene {
  const Context& context;
  std::vector<Subject> subjects;
  std::vector<Compared> comparisons;
};

using Differences = std::vector<Difference>;

struct Rule {
  const char* code;
  std::function<Differences(const Scene&)> look;
  const char* sentence;
  const char* remedy;
};

auto in_each_case(std::optional<std::string> (*rule)(const Subject&)) {
  return [rule](const Scene& scene) {
    Differences found;
    for (const auto& one : scene.subjects)
      if (auto evidence = rule(one)) found.push_back({{one.result.name()}, std::move(*evidence)});
    return found;
  };
}

auto in_each_case(std::optional<std::string> (*rule)(const Subject&, const Context&)) {
  return [rule](const Scene& scene) {
    Differences found;
    for (const auto& one : scene.subjects)
      if (auto evidence = rule(one, scene.context))
        found.push_back({{one.result.name()}, std::move(*evidence)});
    return found;
  };
}

auto in_each_comparison(std::optional<Difference> (*rule)(const Compared&)) {
  return [rule](const Scene& scene) {
    Differences found;
    for (const auto& cases : scene.comparisons)
      if (auto difference = rule(cases)) found.push_back(std::move(*difference));
    return found;
  };
}

auto in_all_cases(std::optional<Difference> (*rule)(const Compared&)) {
  return [rule](const Scene& scene) {
    Compared all;
    for (const auto& one : scene.subjects) all.push_back(&one);
    Differences found;
    if (auto difference = rule(all)) found.push_back(std::move(*difference));
    return found;
  };
}

auto in_the_context(std::optional<std::string> (*rule)(const Context&)) {
  return [rule](const Scene& scene) {
    Differences found;
    if (auto evidence = rule(scene.context)) found.push_back({{}, std::move(*evidence)});
    return found;
  };
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      {"unequal-operations", in_each_comparison(unequal_operations),
       "compared cases ended different numbers of operations, so they did not do the same work",
       "see why the fewer were not all carried out, or give a load that every runner can carry"},
      {"failed-operations", in_each_case(failed_operations),
       "more operations failed than may, and the times are of those that did not",
       "mend what fails, or allow it with --max-failed"},
      {"unequal-failures", in_each_comparison(unequal_failures),
       "compared cases failed differently often, and an operation that fails early looks fast",
       "mend what fails, or compare at a load at which nothing does"},
      {"client-cpus-differ", in_each_comparison(client_cpus_differ),
       "compared cases ran on different processors, so they had not the same to run on",
       "give all of them the same --cpus and --launcher"},
      {"mixed-clients", in_all_cases(mixed_clients),
       "runners did their operations by different clients, so they differ in more than the model",
       "give all of them the same client, or one of the runners both"},
      {"cap-not-reached", in_each_case(cap_not_reached),
       "other than the cap that was asked for was in flight, so this is no comparison at equal cap",
       "leave --workers out, or compare as usually deployed, without --in-flight; a call that "
       "holds its loop has to become an asynchronous one"},
      {"saturated", in_each_case(saturated),
       "less was carried out than was offered, so response times grow with the run",
       "offer a lower --rate, or more --in-flight or --workers"},
      {"generator-saturated", in_each_case(generator_saturated),
       "the load generator's own processors were busy, so it is the limit and not what it measures",
       "offer a lower --rate, give the client more processors (--cpus), or take a runner that uses "
       "more of them"},
      {"service-saturated", in_each_case(service_saturated),
       "the service had no processor time left: it is the bottleneck, and not what calls it",
       "offer less (--rate, --in-flight), give the service more processors (--cpus), or take a "
       "faster one"},
      {"service-queue", in_each_case(service_queue),
       "requests waited in front of the service, of which its own figures know nothing",
       "give the service more workers, or keep fewer in flight"},
      {"few-operations", in_each_case(few_operations),
       "too few operations, or over too soon, for the figures that this kind of run is for",
       "give more --ops, a longer --duration or more --repetitions"},
      {"processor-bound", in_each_case(processor_bound),
       "the processor is the limit: what is timed is mostly computing, not the waits",
       "spread it over more processors, or keep fewer in flight"},
      {"in-flight-disagrees", in_each_case(in_flight_disagrees),
       "what was seen in flight is not throughput times service time, so one of the three is wrong",
       "run it again on a quiet machine; if it stays, the runner or workload times something else"},
      {"loop-held", in_each_case(loop_held),
       "an operation kept the event loop to itself, and all others waited for it meanwhile",
       "make that call an asynchronous one, or give it to threads (hybrid, thread-pool)"},
      {"hidden-threads", in_each_case(hidden_threads),
       "an event loop of one thread had more: something waits or computes in hidden ones",
       "look for the library that starts them, and count them in what is compared"},
      {"delayed-ack", in_each_case(delayed_acknowledgement),
       "service times pile up where Nagle's algorithm meets a delayed acknowledgement, unless the "
       "service takes as long by itself",
       "set TCP_NODELAY on both ends, or send each message in one piece"},
      {"late-timers", in_each_case(late_timers),
       "operations took longer than what they wait for, though processors were idle",
       "look for timer slack, power saving and other load on the machine"},
      {"harness-cost", in_each_case(harness_cost),
       "more than half of the time is the runner's own: it takes that for operations that do "
       "nothing",
       "give each operation more to do, or look at the difference to the workload null"},
      {"network-trouble", in_each_case(network_trouble),
       "the network's own trouble was measured too: what was dropped is sent again much later",
       "raise the listener's backlog, somaxconn or 'ulimit -n', or open fewer connections"},
      {"client-and-service-share-cpu", in_each_case(client_and_service_share_cpu),
       "the client and what it calls may run on the same processor, and each then waits for the "
       "other",
       "give each its own, as --cpus client=0,service=1, on a machine of two processors or more"},
      {"coarse-timers", in_the_context(coarse_timers),
       "timers of this machine are late, and all that waits is late with them",
       "look for timer slack, power saving, or a virtual machine that is seldom run"},
      {"noisy-machine", in_the_context(noisy_machine),
       "others were using this machine, so times are longer than they need be and vary",
       "end what else runs, or take another machine"},
      {"uneven-repetitions", in_each_case(uneven_repetitions),
       "repetitions of the same case were not equally fast, so small differences mean nothing",
       "quiet the machine, or give more --repetitions and quote the interval"},
      {"unstable", in_each_case(unstable_passes),
       "passes of one process, or parts of one pass, were not equally fast, so it was in no steady "
       "state",
       "give a longer --warmup or longer passes"},
  };
  return all;
}

bool compared(const Case& a, const Case& b) {
  return a.workload == b.workload && a.load.ops == b.load.ops &&
         a.load.duration == b.load.duration && a.load.rate == b.load.rate &&
         a.load.arrivals == b.load.arrivals && a.load.passes == b.load.passes && a.seed == b.seed &&
         a.workload_options.name_suffix() == b.workload_options.name_suffix();
}

Scene set(const Context& context, const std::vector<Result>& results) {
  Scene scene{context, {}, {}};
  for (const auto& one : results) {
    if (one.finished().empty()) continue;
    auto all = one.merged();
    const auto processors = usable_processors(one, all);
    scene.subjects.push_back({one, std::move(all), processors});
  }
  for (const auto& one : scene.subjects) {
    const auto group = std::ranges::find_if(scene.comparisons, [&](const Compared& cases) {
      return compared(cases.front()->result.what, one.result.what);
    });
    if (group == scene.comparisons.end())
      scene.comparisons.push_back({&one});
    else
      group->push_back(&one);
  }
  return scene;
}

}  // namespace

std::vector<Finding> check(const Context& context, const std::vector<Result>& results) {
  const auto scene = set(context, results);
  std::vector<Finding> findings;
  for (const auto& rule : rules())
    for (auto& [cases, evidence] : rule.look(scene))
      findings.push_back(
          {rule.code, std::move(cases), rule.sentence, std::move(evidence), rule.remedy});
  return findings;
}

}  // namespace asyncmark
