#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/plan/plan.hpp"
#include "bench/plan/reproduction_entry.hpp"
#include "bench/results/result.hpp"
#include "bench/results/summary.hpp"
#include "reports/analysis/published.hpp"
#include "reports/reproductions/claims.hpp"
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
  Table table(const std::string& title, const std::vector<const Row*>& others) const;
};

/// The figure of one cell of a row, by default the last; where the cell cannot be quoted, the
/// reason.
using Figure = std::function<std::optional<double>(const Cell&)>;
Measured measured(const Row& row, const Figure& figure);
Measured measured(const Row& row, std::size_t column, const Figure& figure);
/// Seconds of one pass.
Measured time_of(const Row& row);
Measured time_of(const Row& row, std::size_t column);
/// The same, where all operations were in flight at once.
Measured time_of_all_at_once(const Row& row);

/// The 99th percentile of these times of the last cell, in seconds.
Measured p99_of(const Row& row, Histogram Measurement::*times);
/// The same as the service itself saw it.
Measured own_p99_of(const Row& row);

/// A table of these lines. In the first, which is its head, `\n` breaks a heading.
Table figures(std::string title, Lines lines, std::vector<std::string> notes);

/// The time in milliseconds, marked where it cannot be quoted; "died" or "-" without one.
std::string ms_of(const Cell& cell);
/// Half of the 95 % interval of the median as a part of that, or how many runs there were.
std::string interval_text(const Cell& cell);
/// So many significant digits, or all that stand before the point: 46.13, 0.1867, 46130.
std::string digits(double value, int significant);
/// A round time, as `46 ms` and `0.5 ms`.
std::string plain(Duration time);
/// Such as `27.7×`.
std::string times(double factor);

/// All that a reproduction tells.
struct Account {
  std::string name;   ///< Its page is docs/articles/NAME.md.
  std::string title;  ///< One line.
  std::string quick;  ///< What --quick left out; empty for the whole thing.
  std::vector<Claim> claims;
  std::vector<Table> figures;
  std::vector<const Row*> rows;  ///< All that was planned.
};

/// The title, the claims, what cannot be quoted, the figures, and the machine.
std::string text_of(Account account, const Context& context, const std::vector<Result>& results,
                    Markup markup);

/// Of those that have a tenth of every wait.
inline std::string tenth(bool quick) { return quick ? "every wait a tenth" : ""; }

}  // namespace asyncmark::reproduction
