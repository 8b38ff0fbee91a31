#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "bench/plan/plan.hpp"
#include "bench/results/result.hpp"
#include "bench/results/summary.hpp"
#include "reports/analysis/published.hpp"
#include "reports/text/markdown_table.hpp"

namespace asyncmark::reproduction {

/// One case of a plan and what became of it.
struct Cell {
  Result planned;
  const Result* result = nullptr;  ///< Null: filtered out, or interrupted before it began.
  /// Whether it means something else with fewer in flight than its cap: not where they compute.
  bool needs_its_cap = true;

  std::uint64_t ops() const { return planned.what.load.ops; }
  bool ran() const { return result && !result->repetitions.empty(); }
  /// Whether there is a time to show, even if not one to rest on.
  bool timed() const { return result && !result->finished().empty(); }
  double seconds() const;                 ///< Of one pass: the median of the runs. Needs timed().
  double cpu_seconds() const;             ///< Likewise.
  std::optional<double> reached() const;  ///< The ideal bound over seconds(). Needs timed().
  std::uint64_t peak_in_flight() const;   ///< Of the run with the fewest. Needs timed().
  /// Why nothing may be concluded from it: it was not run, a run of it died, an operation did not
  /// succeed, its cap was not reached or not kept, it beat its ideal bound. Absent when it may be
  /// quoted.
  std::optional<std::string> trouble() const;
  bool sound() const { return !trouble(); }
};

struct Row {
  std::string label;
  std::vector<Cell> cells;
  const std::array<Published, kColumns>* published = nullptr;  ///< What its cells stand beside.
};

/// The cells that a request plans, with what became of them.
Row row_of(const std::string& label, const Request& request, const std::vector<Result>& results,
           const std::array<Published, kColumns>* published = nullptr);

/// Rows of the published table run anew, with sync among them.
struct Comparison {
  bool quick = false;
  Row sync;

  /// --quick divides every wait by ten, and the published cells to compare with.
  double scale() const { return quick ? 10 : 1; }
  double published(const Row& row, std::size_t column) const {
    return (*row.published)[column].seconds / scale();
  }
  /// Measured over published; absent when the cell is not sound.
  std::optional<double> ratio(const Row& row, std::size_t column) const;
  /// How many times as fast as sync; absent unless both cells are sound.
  std::optional<double> speed_up(const Row& row, std::size_t column) const;
  /// The rows beside the published ones: sync beside sync, all others beside async.
  std::string table(const std::vector<const Row*>& others) const;
};

/// What a cell that cannot be quoted says of itself, a line each.
std::vector<std::string> troubles(const std::vector<const Row*>& rows);
/// What was run and what became of every operation.
std::string ledger(const std::vector<const Row*>& rows);
/// The 95 % interval of the median in milliseconds, or why there is none.
std::string interval_text(const Result& result);

/// A table that reads in a terminal and in Markdown: the first column to the left, figures to the
/// right. The first line is its head.
std::string table(const Lines& lines);
/// Paragraphs of one line each, broken between words.
std::string bullets(const std::vector<std::string>& paragraphs);
/// Machine, build, load, command, and whether others used the machine meanwhile. Before any figure:
/// without its machine it means nothing.
std::string where(const Context& context, const std::vector<Result>& results);
/// `# WHAT (quick: HOW)`, and whether it was interrupted. `quick` is empty for the whole thing.
std::string title(const std::string& what, const Context& context, const std::string& quick);
/// Of the two that have a tenth of every wait.
inline std::string tenth(bool quick) { return quick ? "every wait a tenth" : ""; }

/// So many significant digits, or all that stand before the point: 46.13, 0.1867, 46130.
std::string digits(double value, int significant);
/// One, two and three.
std::string list(const std::vector<std::string>& parts);
/// Adds a paragraph where there is something to say.
void add(std::vector<std::string>& all, const std::optional<std::string>& one);

}  // namespace asyncmark::reproduction
