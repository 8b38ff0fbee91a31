#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/registry.hpp"
#include "bench/plan/plan.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// How a reproduction is written down.
enum class Markup { terminal, markdown };

/// A published measurement that asyncmark repeats (`asyncmark reproduce table`).
struct ReproductionEntry {
  static constexpr std::string_view kKind = "reproduction";
  std::string name;
  std::string summary;
  std::function<std::vector<Request>(bool quick)> plan;
  std::function<std::string(const Context&, const std::vector<Result>&, bool quick, Markup)> print;
  /// Once the cases have run, while their services are still up: asks other programs for the same.
  /// What they say becomes the fact `others` of the context.
  std::function<Json(const std::vector<Result>&, bool quick)> ask_others = {};
  /// Tells what this machine lacks for it, in a line; empty where nothing is missing.
  std::function<std::string()> missing = {};
  bool is_default = false;  ///< Repeated where none is named. One reproduction has it.
};

}  // namespace asyncmark
