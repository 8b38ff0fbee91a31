#include "reports/analysis/cases.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace asyncmark {

Texts load_texts(const Case& one) {
  const auto& load = one.load;
  Texts texts;
  if (load.duration)
    texts.emplace_back("duration", exact_text(*load.duration));
  else
    texts.emplace_back("ops", std::to_string(load.ops));
  if (load.rate)
    texts.emplace_back("rate", fmt::format("{}/s{}", *load.rate,
                                           load.arrivals == Arrivals::poisson ? " poisson" : ""));
  if (load.passes != 1) texts.emplace_back("passes", std::to_string(load.passes));
  if (load.warmup) texts.emplace_back("warmup", std::to_string(*load.warmup));
  if (auto cpus = one.cpus.text(); !cpus.empty()) texts.emplace_back("cpus", std::move(cpus));
  if (one.seed != 1) texts.emplace_back("seed", std::to_string(one.seed));
  return texts;
}

bool same_load(const Case& one, const Case& other) {
  // Of thousands each is compared with each, so what takes least to compare comes first.
  return one.load.ops == other.load.ops && load_texts(one) == load_texts(other);
}

std::string workload_text(const Case& one) {
  std::string text = one.workload;
  for (const auto& spec : one.workload_options.specs()) {
    const auto value = one.workload_options.show(spec.name);
    const bool is_expected =
        (spec.kind == OptionKind::choice || spec.is_minor) && value == spec.print(spec.otherwise);
    if (spec.kind == OptionKind::flag && value == "true")
      text += ", " + spec.name;
    else if (!is_expected && value != "" && value != "false" && value != "0us" && value != "0B")
      text += fmt::format(", {} {}", spec.name, value);
  }
  return text;
}

namespace {

/// What may tell two cases of one runner at one load apart, in words.
std::map<std::string, std::string> particulars(const Result& one) {
  std::map<std::string, std::string> all{{"", fmt::format("{} in flight", one.how.cap)}};
  for (const auto& [name, value] : load_texts(one.what))
    if (name != "rate") all[name] = name + " " + value;
  for (const auto& spec : one.what.runner_options.specs())
    all[spec.name] = spec.name + " " + one.what.runner_options.print(spec.name);
  return all;
}

}  // namespace

std::vector<std::string> labels(const Cases& cases) {
  using Values = std::map<std::string, std::map<std::string, std::size_t>>;
  std::map<std::string, Values> values;  // Of each runner's particulars, and how many have them.
  std::map<std::string, std::size_t> times;
  for (const auto* one : cases) {
    ++times[one->what.runner];
    for (auto& [name, words] : particulars(*one)) ++values[one->what.runner][name][words];
  }
  std::vector<std::string> all;
  for (const auto* one : cases) {
    std::set<std::string> differing;
    const auto& runner = one->what.runner;
    for (const auto& [name, words] : particulars(*one))
      if (values[runner][name][words] < times[runner]) differing.insert(words);
    all.push_back(differing.empty()
                      ? runner
                      : fmt::format("{} with {}", runner, fmt::join(differing, " and ")));
  }
  return all;
}

const Result* baseline_of(const Result& one, const Cases& cases) {
  for (const auto* other : cases)
    if (other->what.runner == kBaseline && same_load(other->what, one.what) &&
        !other->finished().empty())
      return other;
  return nullptr;
}

std::optional<double> times_baseline(const Result& one, const Cases& cases) {
  if (one.what.load.rate) return std::nullopt;
  const auto* baseline = baseline_of(one, cases);
  if (!baseline) return std::nullopt;
  const auto base = baseline->summary().median("ops_per_s").value_or(0);
  const auto own = one.summary().median("ops_per_s");
  if (base <= 0 || !own) return std::nullopt;
  return *own / base;
}

std::string enumerated(const std::vector<std::string>& names) {
  if (names.size() < 2) return fmt::format("{}", fmt::join(names, ""));
  return fmt::format("{} and {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

std::string ratio_text(double ratio) {
  if (ratio < 0.095) return fmt::format("{:.2g}x", ratio);
  return fmt::format("{:.{}f}x", ratio, ratio >= 99.95 ? 0 : ratio >= 9.995 ? 1 : 2);
}

}  // namespace asyncmark
