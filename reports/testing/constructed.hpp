#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/plan/reproduction_entry.hpp"
#include "bench/results/result_set.hpp"

namespace asyncmark::testing {

using std::chrono::milliseconds;

/// What to make a result of, without running anything: a sleep of 46 ms.
struct Constructed {
  std::string runner = "event-loop";
  std::uint64_t ops = 100;
  std::optional<std::uint64_t> in_flight = std::nullopt;
  std::vector<Duration> times{milliseconds(50)};  ///< Of the repetitions, a pass each.
  std::string wait = "46ms";
};

/// Operations took 46 ms each; response times go with bursts alone.
Result construct(const Constructed& plan);

/// Adds a repetition that died.
void add_death(Result& result, const std::string& reason);

/// A context with the facts that reports show.
Context some_context();

/// A sync and an event loop at 100 and 1000 operations, six repetitions each.
std::vector<Result> sweep();

/// A set of these results, in `some_context()`.
ResultSet set_of(std::vector<Result> results, std::string label = "");

/// What a format prints of these results, in `some_context()`.
std::string printed(const std::string& format, const std::vector<Result>& results);
std::string printed(const std::string& format, const Context& context,
                    const std::vector<Result>& results);

/// Line ends and runs of blanks as one blank, so that a sentence can be looked for.
std::string unwrapped(const std::string& text);

/// Returns the result of that case. Throws std::out_of_range where there is none.
Result& named(std::vector<Result>& results, const std::string& name);

/// Expects that a reproduction prints whatever part of these results there is, saying so.
void expect_any_part_prints(const ReproductionEntry& entry, const std::vector<Result>& results);
/// Expects that what it prints fits into 80 columns, with these results and with none.
void expect_fits(const ReproductionEntry& entry, const std::vector<Result>& results);

/// A change of constructed results that turns the verdict of one claim.
struct Turn {
  std::string sentence;  ///< Of the claim, or the beginning of it.
  std::string before;    ///< The verdict without the change: "yes" or "no".
  std::function<void(std::vector<Result>&)> change;
};

/// Expects that each claim has its verdict, that the change turns it, that each claim has a turn,
/// and that none is measured where nothing was run.
void expect_each_claim_turns(const ReproductionEntry& entry, const std::vector<Result>& results,
                             const std::vector<Turn>& turns);

/// The verdict that the printed claims give this sentence: "yes", "no", "not measured: ...".
std::string verdict_in(const std::string& markdown, const std::string& sentence);

}  // namespace asyncmark::testing
