#include "bench/child/check_adapter.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "bench/base/errors.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/base/visible.hpp"
#include "bench/child/child.hpp"
#include "bench/child/protocol.hpp"
#include "bench/model/adapter.hpp"
#include "bench/model/arrivals.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/os/interruption.hpp"

namespace asyncmark {
namespace {

using namespace std::chrono_literals;

/// For some milliseconds of work, and an interpreter's start on a busy machine.
constexpr Duration kLong = 5s;

constexpr const char* kStillRunning = "still running";

using Wrong = std::optional<std::string>;

/// One case, and what is to become of it.
struct Trial {
  std::string what;
  std::string workload;
  std::vector<std::pair<std::string, std::string>> options;
  Load load;
  std::function<Wrong(const Result&)> judge;
  Duration time_limit = kLong;
  bool may_lack = true;  ///< Whether a program may say that it does not do this.
  std::function<std::string(const Case&)> write = {};
};

const Repetition& outcome(const Result& result) { return result.repetitions.front(); }
const Measurement& measured(const Result& result) { return outcome(result).measurement; }

Wrong all_succeed(const Result& result) {
  if (const auto& died = outcome(result).died; !died.empty()) return died;
  const auto& m = measured(result);
  if (m.failed + m.never_started == 0) return std::nullopt;
  return fmt::format("{} operations failed and {} were dropped, although all can succeed", m.failed,
                     m.never_started);
}

/// Sleeps that are all alike overlap as far as may be.
Wrong reach_the_cap(const Result& result) {
  if (auto wrong = all_succeed(result)) return wrong;
  const auto peak = measured(result).peak_in_flight;
  const auto cap = std::min(result.how.cap, result.what.load.ops);
  if (peak == cap) return std::nullopt;
  return fmt::format(
      "{} operations were in flight at the most, and not {}; where it never has more, it says so "
      "by \"how\"",
      peak, cap);
}

Wrong end_in_time(const Result& result) {
  if (auto wrong = all_succeed(result)) return wrong;
  const auto asked = *result.what.load.duration, took = measured(result).elapsed();
  if (measured(result).completed == 0) return "not one operation was carried out";
  // Twice as long is for a machine that has something else to do.
  if (took >= asked / 2 && took <= 2 * asked + 200ms) return std::nullopt;
  return fmt::format("its pass took {}, where operations were to be begun for {}",
                     rounded_text(took), exact_text(asked));
}

Wrong all_fail(const Result& result) {
  if (const auto& died = outcome(result).died; !died.empty()) return died;
  const auto& m = measured(result);
  if (m.completed == 0 && m.failed == result.what.load.ops) return std::nullopt;
  return fmt::format("{} of {} operations failed, where no server listens", m.failed,
                     m.failed + m.completed);
}

Wrong is_killed(const Result& result) {
  const auto& died = outcome(result).died;
  if (died.starts_with(kStillRunning)) return std::nullopt;
  return died.empty() ? "it reported within a second that an hour is over" : died;
}

Wrong is_refused(const Result& result) {
  const auto& [m, died, how, by_itself, understood] = outcome(result);
  if (by_itself) return std::nullopt;
  return died.empty() ? "it was carried out, and not refused by an \"error\"" : died;
}

/// The document with something in it that no program knows.
auto with(const char* pointer, Json value) {
  return [=](const Case& one) {
    auto json = Json::parse(write_case(one));
    json[Json::json_pointer(pointer)] = value;
    return json.dump();
  };
}

Load load_of(std::uint64_t ops, std::optional<std::uint64_t> in_flight = std::nullopt) {
  Load load;
  load.ops = ops;
  load.in_flight = in_flight;
  return load;
}

std::vector<Trial> trials() {
  auto passes = load_of(200, 4);
  passes.passes = 2;
  passes.warmup = 7;
  auto for_a_time = load_of(0, 2);
  for_a_time.duration = 100ms;
  auto open = load_of(40);
  open.rate = 400;
  open.arrivals = Arrivals::poisson;
  open.due = std::make_shared<const std::vector<std::int64_t>>(make_arrivals(open, 1));
  return {
      {"sleep of 10 ms, 20 of them, 4 in flight",
       "sleep",
       {{"wait", "10ms"}},
       load_of(20, 4),
       reach_the_cap,
       kLong,
       /*may_lack=*/false},
      {"sleep of 10 ms, 20 at once", "sleep", {{"wait", "10ms"}}, load_of(20), reach_the_cap},
      {"sleep of 5 ms, begun for 100 ms, 2 in flight",
       "sleep",
       {{"wait", "5ms"}},
       for_a_time,
       end_in_time},
      {"sleep of 1 ms, 40 of them due at 400 a second",
       "sleep",
       {{"wait", "1ms"}},
       open,
       all_succeed},
      {"sleep of 5 ms after 5 ms of computing, 10 of them, one in flight",
       "sleep",
       {{"wait", "5ms"}, {"cpu", "5ms"}},
       load_of(10, 1),
       all_succeed},
      {"null, 2 passes of 200, 4 in flight, 7 to warm up", "null", {}, passes, all_succeed},
      {"http, where no server listens",
       "http",
       {{"url", "http://127.0.0.1:1/"}},
       load_of(10, 2),
       all_fail},
      {"sleep of an hour, killed by --time-limit",
       "sleep",
       {{"wait", "1h"}},
       load_of(2, 2),
       is_killed,
       400ms,
       /*may_lack=*/false},
      {"an unknown workload, which is an error",
       "null",
       {},
       load_of(10, 2),
       is_refused,
       kLong,
       /*may_lack=*/false,
       with("/workload/name", "unheard-of")},
      {"a protocol of the future, which is an error",
       "null",
       {},
       load_of(10, 2),
       is_refused,
       kLong,
       /*may_lack=*/false,
       with("/protocol", kProtocol + 98)},
  };
}

Result played(const Trial& trial, const RunnerEntry& runner) {
  Result result;
  auto& what = result.what;
  what.workload = trial.workload;
  what.workload_options = OptionValues(Registry<WorkloadEntry>::at(trial.workload).options);
  for (const auto& [name, text] : trial.options) what.workload_options.set(name, text);
  what.runner = runner.name;
  what.runner_options = OptionValues(runner.options);
  what.load = trial.load;
  if (!runner.knows_in_flight) what.load.in_flight.reset();
  result.how = what.concurrency();
  result.bound = ideal_bound(what);
  ChildSettings settings;
  settings.time_limit = trial.time_limit;
  settings.write = trial.write;
  take(result, run_in_child(what, settings));
  return result;
}

std::string summary(std::size_t right, std::size_t wrong, std::size_t refused) {
  auto text = fmt::format("{} right, {} wrong", right, wrong);
  if (refused > 0) text += fmt::format(", {} refused", refused);
  return wrong == 0 ? text : text + "; docs/protocol.md says what is right";
}

/// What it is useless to go on after, with what may help. `nothing_yet` is whether it has never
/// handed back anything that could be read.
std::optional<std::string> hopeless(const std::string& why, bool nothing_yet) {
  if (why == kNoReport)
    return "what it reports goes to descriptor 3, and not to standard output; the other cases are "
           "left out";
  const bool is_unread = why.starts_with("ended by ") || why.starts_with("killed by ") ||
                         why.starts_with("its report cannot be read");
  if (why.starts_with(kStillRunning) || (nothing_yet && is_unread))
    return "the other cases are left out";
  return std::nullopt;
}

}  // namespace

int check_adapter(const std::vector<std::string>& words) {
  if (words.empty())
    throw UsageError(
        "check-adapter: give a command behind '--', as 'asyncmark check-adapter -- python3 "
        "mine.py', or the name of a runner");
  const bool is_named = words.size() == 1 && Registry<RunnerEntry>::find(words[0]);
  const auto& runner =
      runner_entry(is_named ? words[0] : std::string(kCommandPrefix) + as_typed(words));
  check_program_of(runner);
  Interruption::watch();
  std::size_t right = 0, wrong = 0, refused = 0;
  for (const auto& trial : trials()) {
    const auto result = played(trial, runner);
    if (Interruption::happened()) return 130;
    const auto& [m, died, how, by_itself, understood] = outcome(result);
    if (trial.may_lack && by_itself) {
      fmt::print("-      {}: {}\n", trial.what, visible(died));
      ++refused;
      continue;
    }
    const auto why = trial.judge(result);
    ++(why ? wrong : right);
    const auto end = why ? hopeless(*why, right + wrong + refused == 1) : std::nullopt;
    fmt::print("{}  {}{}{}\n", why ? "WRONG" : "right", trial.what, why ? ": " + visible(*why) : "",
               end ? "; " + *end : "");
    std::fflush(stdout);
    if (end) break;
  }
  fmt::print("{}: {}\n", visible(fmt::format("{}", fmt::join(words, " "))),
             summary(right, wrong, refused));
  return wrong == 0 ? 0 : 1;
}

}  // namespace asyncmark
