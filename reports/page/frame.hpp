#pragma once

#include <string>

#include "bench/results/result.hpp"
#include "reports/charts/chart.hpp"

// What all pages have in common.
namespace asyncmark::page {

/// A chart with its question, its answer and its exact figures folded beneath; `key` is its own on
/// the page.
std::string figure(const charts::Chart& chart, const std::string& key);

/// Where and by what something was measured.
std::string environment_of(const Context& context);

/// A page that needs nothing else: the body below its title, and what draws its charts. Throws
/// UsageError where this program was built without that.
std::string framed(const std::string& title, const std::string& body);

}  // namespace asyncmark::page
