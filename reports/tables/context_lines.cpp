#include "reports/tables/context_lines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "bench/base/visible.hpp"
#include "bench/base/wrap.hpp"

namespace asyncmark {
namespace {

/// A fact as text; empty where there is none.
std::string text(const Json& facts, const char* key) {
  const auto found = facts.find(key);
  if (found == facts.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

class ContextLine {
 public:
  /// Adds a part; `form` holds one {} for the text. Nothing is added for an empty text.
  ContextLine& add(const std::string& text, const char* form = "{}") {
    if (!text.empty()) parts_.push_back(fmt::format(fmt::runtime(form), text));
    return *this;
  }
  std::string joined() const { return fmt::format("{}", fmt::join(parts_, ", ")); }

 private:
  std::vector<std::string> parts_;
};

std::string load_average(const Json& facts) {
  const auto found = facts.find("load_avg");
  if (found == facts.end() || !found->is_array() || found->empty()) return "";
  return fmt::format("{:.2f}", fmt::join(found->get<std::vector<double>>(), " "));
}

std::string rounded(const Json& calibration, const char* key) {
  const auto found = calibration.find(key);
  return found == calibration.end() ? "" : rounded_text(from_seconds(found->get<double>() / 1e9));
}

/// What an operation that does nothing takes, by runner: of several cases the least and the most.
std::string null_costs(const Json& calibration) {
  std::vector<std::string> runners;
  std::map<std::string, std::pair<double, double>> costs;
  for (const auto& one : calibration.value("null", Json::array())) {
    const auto runner = one.value("runner", "");
    const auto cost = one.value("ns_per_op", 0.0) / 1e9;
    const auto [known, is_new] = costs.try_emplace(runner, cost, cost);
    if (is_new) runners.push_back(runner);
    auto& [least, most] = known->second;
    least = std::min(least, cost);
    most = std::max(most, cost);
  }
  std::vector<std::string> texts;
  for (const auto& runner : runners) {
    const auto [least, most] = costs[runner];
    const auto from = rounded_text(from_seconds(least)), to = rounded_text(from_seconds(most));
    texts.push_back(fmt::format("{}{} for {}", from, from == to ? "" : " to " + to, runner));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

ContextLine harness(const Json& facts) {
  if (facts.value("calibration_skipped", false))
    return ContextLine().add("not calibrated (--no-calibration)");
  const auto calibration = facts.value("calibration", Json::object());
  return ContextLine()
      .add(rounded(calibration, "clock_ns"), "clock read {}")
      .add(rounded(calibration, "sleep_overshoot_median_ns"), "sleeps end {} late")
      .add(rounded(calibration, "timer_slack_ns"), "timer slack {}")
      .add(null_costs(calibration), "empty operation {}");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> context_lines(const Context& context) {
  const auto& facts = context.facts;
  const bool debug = text(facts, "library_build_type") == "debug";
  const std::pair<std::string, ContextLine> lines[] = {
      {"command", ContextLine().add(text(facts, "command"))},
      {"machine", ContextLine()
                      .add(text(facts, "cpu_model"))
                      .add(text(facts, "num_cpus"), "{} cores")
                      .add(text(facts, "kernel"))
                      .add(load_average(facts), "load average {}")},
      {"build", ContextLine()
                    .add(text(facts, "asyncmark_version"), "asyncmark {}")
                    .add(text(facts, "commit"), "commit {}")
                    .add(text(facts, "compiler"))
                    .add(text(facts, "compiler_flags"))
                    .add(debug ? "DEBUG BUILD: much slower" : "")},
      {"harness", harness(facts)},
      {"date", ContextLine().add(text(facts, "date"))},
  };
  std::vector<std::pair<std::string, std::string>> known;
  for (const auto& [heading, line] : lines)
    if (auto joined = line.joined(); !joined.empty())
      known.emplace_back(heading, std::move(joined));
  return known;
}

std::string context_line(const Context& context, const std::string& separator) {
  const auto& facts = context.facts;
  const auto loads = facts.value("load_avg", std::vector<double>{});
  const auto kernel = text(facts, "kernel");
  const auto machine =
      ContextLine()
          .add(text(facts, "cpu_model"))
          .add(text(facts, "num_cpus"), "{} cores")
          .add(kernel.substr(0, kernel.find('-')))
          .add(loads.empty() ? "" : fmt::format("{:.1f}", loads.front()), "load {}")
          .joined();
  auto build = ContextLine().add(text(facts, "asyncmark_version"), "asyncmark {}").joined();
  if (const auto commit = text(facts, "commit"); !commit.empty())
    build += fmt::format("{}({})", build.empty() ? "" : " ", commit);
  if (text(facts, "library_build_type") == "debug") build += ", DEBUG BUILD: much slower";
  return machine + (machine.empty() || build.empty() ? "" : separator) + build;
}

std::string context_text(const Context& context, const Terminal& terminal) {
  constexpr std::size_t kIndent = 9;
  std::string text;
  for (const auto& [heading, line] : context_lines(context)) {
    // A command that was broken could not be given again as it stands.
    auto lines = heading == "command"
                     ? std::string(kIndent, ' ') + visible(line) + '\n'
                     : wrap(std::string(kIndent, ' ') + visible(line), terminal.text_width());
    text += lines.replace(0, kIndent, fmt::format("{:<{}}", heading, kIndent));
  }
  return text;
}

}  // namespace asyncmark
