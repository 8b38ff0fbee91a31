#pragma once

#include "bench/base/options.hpp"

namespace asyncmark::charts {

/// Lines of rows (charts::row_of) along two quantities.
struct Lines {
  Json x, y;
  Json tip;
  std::string dashed_by = "series";  ///< As for lines_layers().
  int point_size = 60;
  Json more_layers = Json::array();  ///< Drawn over the lines, in each panel.
};

/// Returns one picture of the lines, or where these are too many to be told apart, a panel for each
/// load: the lines of a panel have the same concurrency limit and settings.
Json lines_spec(Json rows, const Lines& lines);

}  // namespace asyncmark::charts
