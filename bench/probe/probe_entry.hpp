#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "bench/base/registry.hpp"
#include "bench/probe/probe.hpp"

namespace asyncmark {

/// A way to print what `probe` found, by the name that `--format` takes.
struct ProbeEntry {
  static constexpr std::string_view kKind = "format of probe";
  std::string name;
  std::string summary;
  std::function<std::string(const Probe&)> text;
  bool is_default = false;      ///< One entry has it.
  bool is_job_summary = false;  ///< What a job of GitHub's actions shows. One entry has it.
};

}  // namespace asyncmark
