#include "bench/run/gates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "bench/base/errors.hpp"
#include "bench/base/github_actions.hpp"
#include "bench/base/nearest.hpp"
#include "bench/base/output_file.hpp"
#include "bench/base/split.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/checks/check_entry.hpp"
#include "bench/results/counters.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark {
namespace {

constexpr const char* kSlo = "slo";
constexpr const char* kFailed = "failed";

/// Whether the same case keeps to the objective at a higher rate, so that it does at lower ones.
bool keeps_above(const Slo& slo, const Result& one, const std::vector<Result>& results) {
  return std::ranges::any_of(results, [&](const Result& other) {
    if (!other.what.load.rate || *other.what.load.rate <= *one.what.load.rate) return false;
    auto same = other.what;
    same.load.rate = one.what.load.rate;
    return same.name() == one.what.name() && keeps_to(slo, other).value_or(false);
  });
}

/// Why the objective is not known to be met; empty if it is, or if the case has no rate.
std::string missed(const Slo& slo, const Result& one, const std::vector<Result>& results) {
  if (!one.what.load.rate) return "";
  const auto keeps = keeps_to(slo, one);
  if (!keeps && keeps_above(slo, one, results)) return "";
  if (!keeps) return "too few operations to tell whether it keeps " + slo.text();
  if (*keeps) return "";
  const auto& all = one.summary().all;
  if (const auto value = response_percentile(all, slo.fraction))
    return fmt::format("{} is missed: {}", slo.text(), rounded_text(*value));
  const auto failures = all.failed == 0 ? ""
                                        : fmt::format(" ({} of {} operations failed)", all.failed,
                                                      operations_due(all));
  return slo.text() + " is missed" + failures;
}

std::string failure(const FailureBudget& budget, const Result& one) {
  if (const auto died = one.died()) return *died;
  const auto& all = one.summary().all;
  if (!budget.exceeded_by(all)) return "";
  return fmt::format("{} of {} operations failed", all.failed, operations_due(all));
}

}  // namespace

std::vector<std::string> parse_gates(const std::string& text, const std::vector<std::string>& known,
                                     const std::string& choices, bool has_slo) {
  auto names = split(text, ',');
  for (const auto& name : names) {
    if (name.starts_with('p') && name.find_first_of("0123456789") == 1)
      throw UsageError(fmt::format(
          "--fail-on: '{}' is no name; give a limit by --slo p99=300ms, and --fail-on slo", name));
    if (std::ranges::find(known, name) == known.end())
      throw UsageError(fmt::format("--fail-on: '{}' is unknown{} (known: {})", name,
                                   suggestion(name, known), choices));
    if (name == kSlo && !has_slo)
      throw UsageError("--fail-on: slo needs --slo, such as --slo p99=50ms");
  }
  return names;
}

Gates Gates::parse(const std::string& text, bool has_slo) {
  std::vector<std::string> known{kSlo, kFailed};
  for (const auto& check : Registry<CheckEntry>::all()) known.push_back(check.name);
  Gates gates;
  for (auto& name :
       parse_gates(text, known, "slo, failed or names of warnings (docs/reading.md)", has_slo))
    gates.names_.insert(std::move(name));
  return gates;
}

Gates Gates::strict() {
  Gates gates;
  gates.names_ = {kSlo};  // There is a check of failed operations.
  for (const auto& check : Registry<CheckEntry>::all())
    if (!check.is_noise) gates.names_.insert(check.name);
  return gates;
}

std::vector<Objection> Gates::objections(const ResultSet& run, const FailureBudget& budget,
                                         const std::optional<Slo>& slo) const {
  std::vector<Objection> all;
  const auto object = [&](const char* name, const Result& one, const std::string& why) {
    if (names(name) && !why.empty()) all.push_back({name, {one.name()}, why});
  };
  for (const auto& one : run.results) {
    if (slo) object(kSlo, one, missed(*slo, one, run.results));
    object(kFailed, one, failure(budget, one));
  }
  for (const auto& one : run.findings)
    if (names(one.code)) all.push_back({one.code, one.cases, one.evidence});
  return all;
}

std::string Objection::text() const {
  return cases.empty() ? why : fmt::format("{}: {}", fmt::join(cases, ", "), why);
}

void tell(const std::vector<Objection>& all) {
  std::vector<Annotation> annotations;
  for (const auto& one : all) {
    to_standard_error("--fail-on {}: {}\n", one.gate, visible(one.text()));
    annotations.push_back({"asyncmark: " + one.gate, one.text()});
  }
  if (runs_in_github_actions()) to_standard_error("{}", annotation_lines(annotations, "asyncmark"));
}

void check_apart(const std::string& out, const std::string& junit) {
  if (!out.empty() && !junit.empty() && same_file(out, junit))
    throw UsageError(fmt::format("--out and --junit: both are '{}'; give two files", out));
}

std::vector<JUnitCase> with_objections(std::vector<JUnitCase> cases,
                                       const std::vector<Objection>& all) {
  for (auto& test : cases) {
    if (test.outcome == JUnitOutcome::error) continue;
    for (const auto& one : all) {
      if (std::ranges::find(one.cases, test.name) == one.cases.end()) continue;
      test.outcome = JUnitOutcome::failure;
      test.message += fmt::format("{}{}: {}", test.message.empty() ? "" : "; ", one.gate, one.why);
    }
  }
  for (const auto& one : all)
    if (one.cases.empty())
      cases.push_back({.name = one.gate, .outcome = JUnitOutcome::failure, .message = one.why});
  return cases;
}

std::string junit_of(const ResultSet& run, const FailureBudget& budget,
                     const std::vector<Objection>& all) {
  std::vector<JUnitCase> cases;
  for (const auto& one : run.results) {
    JUnitCase test{.name = one.name()};
    for (const auto took : one.elapsed()) test.spent += took;
    if (const auto died = one.died()) {
      test.outcome = JUnitOutcome::error;
      test.message = *died;
    }
    cases.push_back(std::move(test));
  }
  cases = with_objections(std::move(cases), all);
  // No gate was asked for, and yet the exit code is not 0.
  for (std::size_t i = 0; i < run.results.size(); ++i)
    if (const auto why = failure(budget, run.results[i]);
        cases[i].outcome == JUnitOutcome::passed && !why.empty()) {
      cases[i].outcome = JUnitOutcome::error;
      cases[i].message = why;
    }
  return junit_document("run", cases);
}

}  // namespace asyncmark
