#pragma once

#include <string>
#include <vector>

#include "bench/results/result_set.hpp"
#include "reports/analysis/check_texts.hpp"
#include "reports/charts/charts.hpp"

namespace asyncmark::page {

/// The warnings of all sets, and where each of them stands on the page.
class Warnings {
 public:
  /// Sections of the gallery show what concerns their cases, where there are several sections.
  Warnings(const ResultSets& sets, const charts::Gallery& gallery);

  /// Returns the warnings for the top of the page: those of a whole run or of cases without
  /// figures, and those of the section where it is the only one.
  std::string general() const;
  /// Returns the warnings that concern cases of the section; empty where there are none.
  std::string of(const charts::Section& section) const;
  /// Returns links from a chart of the section to the warnings that concern its cases; empty where
  /// there are none.
  std::string links(const charts::Section& section, const charts::Chart& chart) const;

 private:
  struct Warning {
    const ResultSet* set;
    CheckText text;
    std::string id;
    std::string label;  ///< Of the set, where there are several.
    bool in_section = false;
  };

  const charts::Section* only_;  ///< Null where there are several.
  std::vector<Warning> all_;
};

}  // namespace asyncmark::page
