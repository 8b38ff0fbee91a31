#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "bench/base/registry.hpp"
#include "bench/compare/comparison.hpp"

namespace asyncmark {

/// A way to write a comparison down: into a file that its flag, `--NAME`, asks for, or where
/// `compare` by itself writes.
struct ComparisonEntry {
  static constexpr std::string_view kKind = "output of a comparison";
  std::string name;
  std::string summary;
  std::function<std::string(const Comparison&)> text;
  bool is_default = false;      ///< What `compare` prints, and no file. One entry has it.
  bool is_job_summary = false;  ///< What a job of GitHub's actions shows. One entry has it.
};

}  // namespace asyncmark
