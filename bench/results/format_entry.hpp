#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "bench/base/registry.hpp"
#include "bench/results/result_set.hpp"

namespace asyncmark {

/// What the user asked a table to show.
struct View {
  /// Names, separated by commas; with a `+` before them in addition to the usual ones; `all`;
  /// empty: the usual ones.
  std::string columns = {};
  std::string sort = {};     ///< The name of a column; empty: best first.
  bool phases = false;       ///< Also how long the parts of the runs took.
  std::string judged = {};   ///< The percentile of --slo, as `p95`, in place of the usual p99.
  bool is_stored = false;    ///< The results come from files, which may be old or incomplete.
  std::string kept_in = {};  ///< The file that they are written to as well; empty: none.

  bool is_usual() const { return columns.empty() && sort.empty() && !phases; }
  bool shows_all() const { return columns == "all"; }
  bool adds_columns() const { return columns.starts_with('+'); }
  bool chooses_columns() const { return !columns.empty() && !shows_all() && !adds_columns(); }
};

/// A way to write results down (`--format table`).
struct FormatEntry {
  static constexpr std::string_view kKind = "value of --format";
  std::string name;
  std::string summary;
  /// Returns one or several sets of results as text. Throws UsageError where the format holds one
  /// set alone.
  std::function<std::string(const ResultSets&, const View&)> print;
  /// Throws UsageError, which names the flag, for a view that it cannot show. Empty: it has one
  /// view, the usual one.
  std::function<void(const View&)> check_view = {};
  bool is_job_summary = false;  ///< Shown by GitHub's actions of each run in a job.
  bool is_default = false;      ///< Used where no --format is given. One format has it.
};

/// Throws UsageError, which names the flag, where the format cannot show the view.
void check_view(const FormatEntry& format, const View& view);

/// A file or folder that `report` writes where its flag, `--NAME`, is given. It has one of the
/// functions.
struct OutputEntry {
  static constexpr std::string_view kKind = "output of a report";
  std::string name;
  std::string summary;
  std::function<std::string(const ResultSets&)> file = {};
  /// Texts by the names of their files, in a folder.
  std::function<std::map<std::string, std::string>(const ResultSets&)> folder = {};
};

}  // namespace asyncmark
