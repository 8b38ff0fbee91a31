#pragma once

#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "bench/compare/paired_rule.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// One of the two that are compared.
struct Side {
  std::string role;     ///< "baseline" or "contender".
  std::string what;     ///< The program, command, URL or file, as the user named it.
  std::string version;  ///< As a build tells of itself; empty where none is told.
};

/// What is said of one case, and on which pairs it rests.
struct CaseVerdict {
  std::string name;
  Verdict verdict = Verdict::inconclusive;
  std::string failed = {};  ///< Why it could not be judged; empty: it was.
  std::string remark = {};  ///< What a reader has to know beside the verdict.
  bool died = false;        ///< It failed because something went wrong on one of the sides.
  Judged judged = {};
  std::vector<Pair> pairs = {};    ///< Of the run that decided: of two, the second.
  std::vector<Pair> flagged = {};  ///< Of the first run, where it was flagged and run again.
  std::uint64_t passes = 0;        ///< Of each block.
  Duration spent{};

  /// The figures that made it what it is: those that say `slower`, or `faster`, or are undecided.
  std::vector<Figure> because() const;
  /// In words, with how far: "time +5.1 % (+4.2 to +6.0 %)". Of what is the same, by how much the
  /// time differs; empty where nothing was measured.
  std::string reason() const;
};

/// `+5.1 %`.
std::string change_text(double ratio);
/// The same of a figure with its name and interval.
std::string change_text(const Judgement& one);

/// Two builds, two commands, two services or two kept results beside one another.
struct Comparison {
  Context context = {};
  Side baseline = {};
  Side contender = {};
  Margins margins = {};
  Duration budget{};
  std::optional<CaseVerdict> control = {};  ///< The baseline beside itself.
  std::vector<CaseVerdict> cases = {};
  bool services = false;  ///< Of running services: processor time is theirs, and not the client's.
  bool stored = false;    ///< Of kept results: taken at different times.
  /// Of kept results: by what their machines differ.
  std::vector<std::string> machine_differences = {};
  bool gates = true;     ///< Whether what is slower fails a build.
  bool partial = false;  ///< Interrupted: cases that were not judged are not there.

  std::size_t count(Verdict verdict) const;
  /// Whether something went wrong on one of the sides.
  bool failed() const;
  /// Whether the comparison is invalid: the baseline differs from itself, or no case has a verdict.
  bool is_void() const;
  /// In one sentence, what the verdicts come to.
  std::string sentence() const;
};

/// How long a case may take, and from when on a change counts.
struct PairSettings {
  Margins margins = {};
  Duration budget = std::chrono::seconds(30);  ///< Of one run of a case; a flagged case has two.
  std::function<Clock::time_point()> now = [] { return Clock::now(); };
  /// Called after each pair with what they say so far.
  std::function<void(const std::vector<Pair>&)> seen = {};
};

/// Takes a block of either side, one right after the other. Throws CaseError where a side fails.
using TakePair = std::function<Pair(bool contender_first)>;

/// Takes pairs in random order until the rule is sure or the budget is used up: it looks after a
/// twelfth of that, a sixth, a third, a half, three quarters and all of it. What is found slower or
/// faster is run again, and has to be found so by the same figure again; the effect is that of the
/// second run, for the first was chosen for being large. On an Interruption it ends early, without
/// a verdict.
CaseVerdict judge_case(const std::string& name, const TakePair& take, const PairSettings& settings,
                       std::mt19937_64& random);

/// Pairs that the rule needs to be sure of anything.
std::size_t fewest_pairs();

}  // namespace asyncmark
