#pragma once

#include <string>
#include <vector>

#include "reports/charts/chart.hpp"
#include "reports/charts/lines.hpp"

namespace asyncmark::charts {

/// The charts of one workload with one set of options, of one set of results.
struct Section {
  std::string key;  ///< For names of files, and of no other section: "sleep-2".
  std::string
      heading;  ///< `sleep, wait 46ms`, behind the label of its set where there are several.
  Group group;  ///< What was drawn, which may not be all.
  std::vector<Chart> charts;
};

struct Gallery {
  std::vector<Chart> overall;
  std::vector<Section> sections;
  std::string left_out;  ///< A sentence where not all was drawn, else empty.
};

/// Returns all charts that have figures. Of a great many cases the first are drawn: more could not
/// be read, and browsers would be slow to show them.
Gallery gallery_of(const ResultSets& sets);

}  // namespace asyncmark::charts
