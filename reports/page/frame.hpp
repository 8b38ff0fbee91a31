#pragma once

#include <string>

#include "bench/results/result.hpp"
#include "reports/charts/chart.hpp"

// What all pages have in common.
namespace asyncmark::page {

/// How a chart stands on a page.
struct Place {
  std::string key;            ///< The chart's own on the page.
  std::string warnings = {};  ///< Markup below the chart.
  bool lead = false;          ///< Larger than the others.
};

/// A chart with its title, its finding and its exact figures folded beneath.
std::string figure(const charts::Chart& chart, const Place& place);

/// Where and by what something was measured, folded.
std::string environment_of(const Context& context, const std::string& summary);

/// A page that needs nothing else: the body below its title, and what draws its charts. Throws
/// UsageError where this program was built without that.
std::string framed(const std::string& title, const std::string& body);

}  // namespace asyncmark::page
