#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "bench/result.hpp"

namespace asyncmark::reproduce_table {

inline constexpr std::size_t kColumns = 3;
inline constexpr std::array<std::uint64_t, kColumns> kOps{100, 500, 1000};
inline constexpr std::uint64_t kCap = 28;

/// A figure as it was published: the decimals tell to what it was rounded.
struct Published {
  double seconds;
  int decimals;

  /// The most by which rounding can have moved it, as a part of it.
  double rounding() const;
};
inline constexpr std::array<Published, kColumns> kPublishedSync{{{4.8, 1}, {22, 0}, {46, 0}}};
inline constexpr std::array<Published, kColumns> kPublishedAsync{{{0.19, 2}, {0.83, 2}, {1.68, 2}}};

/// One case of the plan and what became of it.
struct Cell {
  Result planned;
  const Result* result = nullptr;  ///< Null: filtered out, or interrupted before it began.

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

/// The whole reproduction: what was planned, and what came of it.
struct Study {
  bool quick = false;
  bool partial = false;  ///< Interrupted: some cells are absent or have fewer runs.
  Duration wait{};       ///< Of an operation in all rows but `computing`.
  Duration computing_wait{};
  Duration computing_cpu{};
  Row sync, thread_per_op, thread_pool, unbounded, capped, computing, process_pool;
  /// The small example: one cell each, the second operation half as long again as the first.
  Row example_sync, example_gathered;

  std::vector<const Row*> rows() const;
  std::vector<const Row*> examples() const { return {&example_sync, &example_gathered}; }
  std::vector<const Row*> all_rows() const;
  /// --quick divides every wait by ten, and the published cells to compare with.
  double scale() const { return quick ? 10 : 1; }
  double published(const Row& row, std::size_t column) const {
    return (*row.published)[column].seconds / scale();
  }
  /// Measured over published; absent when the cell is not sound.
  std::optional<double> ratio(const Row& row, std::size_t column) const;
  /// How many times as fast as sync; absent unless both cells are sound.
  std::optional<double> speed_up(const Row& row, std::size_t column) const;
};

/// Each a paragraph of one line, made from the figures alone: what the figures do not support is
/// not said, or its contrary is.
std::vector<std::string> how_to_read(const Study& study);
std::vector<std::string> about_the_published_column(const Study& study);
std::string about_the_example(const Study& study);

/// So many significant digits, or all that stand before the point: 46.13, 0.1867, 46130.
std::string digits(double value, int significant);

}  // namespace asyncmark::reproduce_table
