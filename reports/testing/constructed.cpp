#include "reports/testing/constructed.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/base/split.hpp"
#include "bench/base/wrap.hpp"
#include "bench/checks/checks.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_set.hpp"

namespace asyncmark::testing {

Result construct(const Constructed& plan) {
  Result result;
  auto& one = result.what;
  one.workload = "sleep";
  one.workload_options = OptionValues(Registry<WorkloadEntry>::at("sleep").options);
  one.workload_options.set("wait", plan.wait);
  one.runner = plan.runner;
  one.runner_options = OptionValues(runner_entry(plan.runner).options);
  one.load.ops = plan.ops;
  one.load.in_flight = plan.in_flight;
  result.how = one.concurrency();
  result.bound = ideal_bound(one);
  result.planned_repetitions = plan.times.size();
  for (const auto time : plan.times) {
    Measurement measured;
    measured.completed = plan.ops;
    measured.peak_in_flight = std::min(result.how.cap, plan.ops);
    measured.passes.push_back({time, time / 100, plan.ops});
    measured.resources.user = time / 100;
    measured.resources.peak_rss_bytes = 5'000'000;
    measured.resources.grown_bytes = 1000 * static_cast<std::int64_t>(measured.peak_in_flight);
    measured.service_time.add(milliseconds(46), plan.ops);
    if (kind_of(one.load, result.how) == LoadKind::burst)
      measured.response_time.add(milliseconds(48), plan.ops);
    result.repetitions.push_back({measured, ""});
  }
  return result;
}

void add_death(Result& result, const std::string& reason) {
  result.repetitions.push_back({{}, reason});
  result.planned_repetitions = result.repetitions.size();
}

Context some_context() {
  return {{{"date", "2026-01-02T03:04:05+0000"},
           {"num_cpus", 2},
           {"load_avg", {0.5, 0.25, 0.125}},
           {"library_build_type", "release"},
           {"command", "asyncmark run sleep"},
           {"cpu_model", "Some Processor"},
           {"kernel", "Linux 6.1"},
           {"commit", "0123456789ab"},
           {"compiler", "g++ 12.2.0"},
           {"compiler_flags", "-O3"}}};
}

std::vector<Result> sweep() {
  const auto times = [](int ms) { return std::vector<Duration>(6, milliseconds(ms)); };
  return {construct({.runner = "sync", .ops = 100, .times = times(4600)}),
          construct({.runner = "sync", .ops = 1000, .times = times(46000)}),
          construct({.ops = 100, .times = times(50)}),
          construct({.ops = 1000, .times = times(92)})};
}

ResultSet set_of(std::vector<Result> results, std::string label) {
  ResultSet set;
  set.label = std::move(label);
  set.context = some_context();
  set.results = std::move(results);
  return set;
}

std::string printed(const std::string& format, const std::vector<Result>& results) {
  return printed(format, some_context(), results);
}

std::string printed(const std::string& format, const Context& context,
                    const std::vector<Result>& results) {
  const ResultSet set{.context = context, .results = results, .findings = check(context, results)};
  return Registry<FormatEntry>::at(format).print({&set}, {});
}

std::string unwrapped(const std::string& text) {
  std::string joined;
  for (const auto& word : words_in(text)) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

Result& named(std::vector<Result>& results, const std::string& name) {
  const auto found = std::ranges::find(results, name, &Result::name);
  if (found == results.end()) throw std::out_of_range(name);
  return *found;
}

void expect_any_part_prints(const ReproductionEntry& entry, const std::vector<Result>& results) {
  for (std::size_t left_out = 0; left_out < results.size(); ++left_out) {
    auto some = results;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(left_out));
    EXPECT_THAT(unwrapped(entry.print({}, some, false, Markup::terminal)),
                ::testing::HasSubstr("1 cases were not run"))
        << results[left_out].name();
  }
}

void expect_fits(const ReproductionEntry& entry, const std::vector<Result>& results) {
  for (const auto& some : {results, std::vector<Result>{}})
    for (const auto& line : lines_in(entry.print({}, some, false, Markup::terminal)))
      EXPECT_LE(columns_of(line), 80u) << line;
}

std::string verdict_in(const std::string& markdown, const std::string& sentence) {
  for (const auto& line : lines_in(markdown))
    if (line.starts_with("| " + sentence)) {
      const auto cells = split(line, '|');
      return cells.at(4).substr(1, cells.at(4).size() - 2);
    }
  return "no such claim";
}

void expect_each_claim_turns(const ReproductionEntry& entry, const std::vector<Result>& results,
                             const std::vector<Turn>& turns) {
  const auto judged = [&](const std::vector<Result>& some) {
    return entry.print({}, some, false, Markup::markdown);
  };
  const auto before = judged(results);
  for (const auto& [sentence, verdict, change] : turns) {
    EXPECT_EQ(verdict_in(before, sentence), verdict) << sentence;
    auto changed = results;
    change(changed);
    for (auto& one : changed) one.forget_summary();
    EXPECT_EQ(verdict_in(judged(changed), sentence), verdict == "yes" ? "no" : "yes") << sentence;
    EXPECT_THAT(verdict_in(judged({}), sentence), ::testing::StartsWith("not measured: "));
  }
  EXPECT_THAT(before, ::testing::HasSubstr(fmt::format(" of {} claims hold", turns.size())));
}

}  // namespace asyncmark::testing
