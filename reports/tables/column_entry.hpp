#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/registry.hpp"
#include "bench/results/finding.hpp"
#include "reports/analysis/cases.hpp"
#include "reports/text/table.hpp"

namespace asyncmark {

/// A cell's text, with the number behind it, which `--sort` goes by.
struct CellFigure {
  std::string text;
  double value = 0;
};

/// The text of a percentile that too few operations were measured for.
inline constexpr std::string_view kTooFew = "n/a";

/// Absent where the column does not apply to the case.
using Cell = std::optional<CellFigure>;

/// A case with what its cells are made of.
struct CaseFigures {
  const Result& result;
  const Summary& summary;
  const Measurement& all;  ///< Of the summary.
  const Cases& cases;      ///< The table's.
  const std::vector<Finding>& findings;
};

/// The tables that show a column unless --columns says otherwise.
enum class Usual { never, closed, open, always };

/// A column of the table of cases, as it registers itself.
struct ColumnEntry {
  static constexpr std::string_view kKind = "column";
  std::string name;  ///< As --columns and --sort take it.
  int order;         ///< From left to right.
  Column heading;
  std::function<Cell(const CaseFigures&)> cell;
  Usual usual = Usual::never;
  int weight = 0;  ///< Where the terminal is too narrow, the lightest column is left out first.
  bool more_is_better = false;
  const char* blank = "-";  ///< The text of a cell that does not apply.
};

}  // namespace asyncmark
