#include "bench/compare/paired_cases.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/base/errors.hpp"
#include "bench/child/protocol.hpp"
#include "bench/compare/compare_progress.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/interruption.hpp"
#include "bench/plan/prepare.hpp"
#include "bench/results/counters.hpp"
#include "bench/services/service.hpp"

namespace asyncmark {
namespace {

constexpr std::uint64_t kFewestPasses = 5;
constexpr std::uint64_t kMostPasses = 200;
/// How many times the fewest pairs for a verdict a budget should have room for.
constexpr std::uint64_t kPairsInBudget = 2;
/// Of the timed part of a block: long beside its process's start, and short beside slow spells of
/// the machine, which both sides of a pair should share.
constexpr auto kBlock = std::chrono::milliseconds(40);

/// Of an open loop as many as its median needs.
std::uint64_t fewest_passes(const Load& load) {
  if (!load.rate) return kFewestPasses;
  std::uint64_t passes = 1;
  while (load.due && !load.due->empty() && Histogram::rank_of(0.5, passes * load.due->size()) == 0)
    ++passes;
  return passes;
}

/// How long a pass takes, and whether both sides carry the case out at all.
Duration pilot(PairedCases& cases, std::size_t index) {
  Duration longest{};
  for (auto* side : {&cases.baseline, &cases.contender}) {
    const auto measured = side->run(index, fewest_passes(side->cases()[index].what.load));
    if (Interruption::happened()) return {};
    longest = std::max(longest, measured.per_pass(measured.elapsed()));
  }
  return longest;
}

/// Throws CaseError where not even one pair could be taken in time.
void check_budget(const Result& one, const CompareSettings& settings) {
  auto block = one;
  const std::uint64_t fewest = one.what.load.rate ? fewest_passes(one.what.load) : 1;
  block.what.load.passes = std::max(fewest, one.what.load.passes);
  const auto least = 2 * least_time(block);
  if (least > settings.pairs.budget)
    throw CaseError(
        fmt::format("one pair takes at least {}, and --budget is {}: use --budget {}, or give the "
                    "case less work",
                    rounded_text(least), exact_text(settings.pairs.budget),
                    exact_text(std::chrono::ceil<std::chrono::seconds>(
                        least * static_cast<std::int64_t>(fewest_pairs() + 1)))));
}

/// Throws CaseError where a side fails in the first run.
CaseVerdict judge_pairs(PairedCases& cases, CaseSide& other, std::size_t index,
                        const PairSettings& pairs, std::mt19937_64& random) {
  const auto& planned = cases.baseline.cases()[index].what;
  const auto passes = std::max(planned.load.passes,
                               passes_of_block(planned.load, pilot(cases, index), pairs.budget));
  const auto take = [&](bool contender_first) {
    Pair pair;
    pair.contender_first = contender_first;
    for (const bool second : {false, true}) {
      const bool of_contender = contender_first != second;
      auto& side = of_contender ? other : cases.baseline;
      const auto measured = side.run(index, passes);
      if (Interruption::happened()) return pair;
      (of_contender ? pair.contender : pair.base) = cases.block(planned, measured);
    }
    return pair;
  };
  if (Interruption::happened()) throw CaseError("interrupted");
  auto verdict = judge_case(cases.names[index], take, pairs, random);
  verdict.passes = passes;
  return verdict;
}

CaseVerdict judge_one(PairedCases& cases, CaseSide& other, std::size_t index,
                      const PairSettings& pairs, const CompareSettings& settings,
                      std::mt19937_64& random) {
  CaseVerdict verdict{.name = cases.names[index]};
  const auto& runner = cases.baseline.cases()[index].what.runner;
  if (cases.baseline.is_build() && runner_entry(runner).program) {
    verdict.failed = fmt::format(
        "the runner {} is a separate program, so both builds would start the same one", runner);
    return verdict;
  }
  try {
    check_budget(cases.baseline.cases()[index], settings);
  } catch (const CaseError& error) {
    verdict.failed = error.what();
    return verdict;
  }
  try {
    verdict = judge_pairs(cases, other, index, pairs, random);
  } catch (const CaseError& error) {
    verdict.failed = error.what();
    verdict.died = true;
  }
  return verdict;
}

}  // namespace

void CaseSide::serve_by(Services& services) {
  child_.service = [&services](const Case& one) { return service_of(services, one); };
}

Measurement CaseSide::run(std::size_t index, std::uint64_t passes) {
  auto one = cases_[index].what;
  one.load.passes = passes;
  auto repetition = run_in_child(one, child_);
  if (Interruption::happened()) return {};
  check_understood(one, repetition.understood);
  if (repetition.died == kNoReport && !child_.program.empty())
    fail(fmt::format("{}; is '{}' a build of asyncmark? For other commands there is --commands",
                     kNoReport, child_.program));
  if (!repetition.died.empty()) fail(repetition.died);
  const auto& measured = repetition.measurement;
  failed_[index].completed += measured.completed;
  failed_[index].failed += measured.failed;
  if (max_failed_.exceeded_by(failed_[index]))
    fail(fmt::format("{} of {} operations failed ({} {})", failed_[index].failed,
                     failed_[index].failed + failed_[index].completed,
                     measured.failures.begin()->second, measured.failures.begin()->first));
  if (measured.completed == 0) fail("no operation completed");
  return std::move(repetition.measurement);
}

void CaseSide::fail(const std::string& why) const {
  throw CaseError(fmt::format("the {}: {}", side_.role, why));
}

/// An older build passes over options that it does not know, and would do something else.
void CaseSide::check_understood(const Case& one, const Json& understood) const {
  if (understood.is_null()) return;
  const auto asked = to_json(one);
  for (const auto* axis : {"workload", "runner"}) {
    const auto known = understood.value(axis, Json::object()).value("options", Json::object());
    for (const auto& [key, value] : asked.at(axis).at("options").items())
      if (!known.contains(key))
        fail(fmt::format("its {} '{}' does not know the option '{}'", axis,
                         asked.at(axis).at("name").get<std::string>(), key));
  }
}

void judge_cases(PairedCases& cases, const CompareSettings& settings, Comparison& all) {
  std::mt19937_64 random{std::random_device{}()};
  CompareProgress progress(cases.names.size() + 1, settings);
  const auto judged = [&](std::size_t index, CaseSide& other) {
    auto pairs = settings.pairs;
    pairs.seen = [&](const auto& taken) { progress.show(taken); };
    progress.begin(cases.names[index]);
    auto verdict = judge_one(cases, other, index, pairs, settings, random);
    progress.end();
    return verdict;
  };
  for (std::size_t i = 0; i < cases.names.size() && !Interruption::happened(); ++i) {
    auto verdict = judged(i, cases.contender);
    if (Interruption::happened()) break;
    all.cases.push_back(std::move(verdict));
    settings.keep(all);
    // By the first case that can be judged at all.
    if (all.control || !all.cases.back().failed.empty()) continue;
    auto control = judged(i, cases.itself);
    if (Interruption::happened()) break;
    all.control = std::move(control);
  }
  all.partial = Interruption::happened();
}

Comparison begun(const CompareSettings& settings, const Side& baseline, const Side& contender) {
  Comparison all;
  all.margins = settings.pairs.margins;
  all.budget = settings.pairs.budget;
  all.baseline = baseline;
  all.contender = contender;
  return all;
}

std::uint64_t passes_of_block(const Load& load, Duration pass, Duration budget) {
  const auto ns = std::max<std::int64_t>(1, pass.count());
  auto fewest = fewest_passes(load);
  if (!load.rate) {
    const auto blocks = static_cast<std::int64_t>(2 * kPairsInBudget * fewest_pairs());
    fewest = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(budget.count() / blocks / ns), 1,
                                       fewest);
  }
  return std::clamp(static_cast<std::uint64_t>(Duration(kBlock).count() / ns), fewest, kMostPasses);
}

Block block_of(const Case& one, const Measurement& measured) {
  Block block;
  for (const auto& pass : measured.passes) {
    if (pass.completed == 0) continue;
    const auto ops = static_cast<double>(pass.completed);
    if (!one.load.rate) block.wall_ns.push_back(static_cast<double>(pass.elapsed.count()) / ops);
    block.cpu_ns.push_back(static_cast<double>(pass.cpu.count()) / ops);
  }
  const bool has_response = measured.response_time.count() > 0;
  if (one.load.rate)
    if (const auto half = response_percentile(measured, 0.5))
      block.wall_ns.push_back(static_cast<double>(half->count()));
  const auto& times = has_response ? measured.response_time : measured.service_time;
  if (times.count() > 0)
    block.tail_ns = static_cast<double>(times.percentile(0.99).value_or(times.max()).count());
  block.memory_bytes = memory_bytes_per_op(measured);
  return block;
}

Block service_block_of(const Case& one, const Measurement& measured) {
  auto block = block_of(one, measured);
  block.cpu_ns.clear();
  block.memory_bytes.reset();
  if (const auto& service = measured.observed.service)
    if (const auto cpu = service->cpu_per_request(); cpu && *cpu > Duration(0))
      block.service_cpu_ns = static_cast<double>(cpu->count());
  return block;
}

}  // namespace asyncmark
