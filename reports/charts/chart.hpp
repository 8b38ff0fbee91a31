#pragma once

#include <string>
#include <vector>

#include "bench/base/options.hpp"
#include "reports/text/table.hpp"

namespace asyncmark::charts {

/// A picture of results with its finding and the exact figures.
struct Chart {
  std::string name;        ///< Of its family: "time-by-operations".
  std::string title;       ///< Names the axes: "Response time (p50) by request rate".
  std::string caption;     ///< The finding in one sentence, made from the figures; may be empty.
  std::string signs = {};  ///< What the signs mean and what is not drawn; may be empty.
  /// In Vega-Lite (vega.github.io/vega-lite), data included, without size and colours of the page.
  /// The mark that stands for a row of figures is named kPoints.
  Json spec = {};
  Table table = {};  ///< The exact figures, a row a mark or more.
};

inline constexpr const char* kPoints = "points";

/// Returns the title and the finding as one text, for people who do not see the picture.
std::string description(const Chart& chart);

/// A column of exact figures: its key in rows, and its heading with the unit.
struct Field {
  std::string key;
  std::string heading;
  bool number = true;
};

/// The rows (a list of objects) as they are, with all digits. What a row lacks stays blank, and
/// what all of them lack has no column.
Table exact_table(const Json& rows, std::vector<Field> fields);

/// `text` as a label of a picture: on one line and not too long.
std::string short_label(const std::string& text);

}  // namespace asyncmark::charts
