#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/model/case.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {

/// One workload over a matrix of runners and loads, as the command line or an entry of a plan file
/// asks for it. Both set it by the same names and texts, so both accept and refuse the same.
class Request {
 public:
  /// Throws UsageError for a workload that does not exist.
  explicit Request(const std::string& workload);

  /// Sets a run option (`ops`, `in-flight`, ...), an option of the workload, or one of some runner.
  /// Lists are separated by commas. Throws UsageError naming `--name`.
  Request& set(const std::string& name, const std::string& text);

  /// Whether an option of the workload is set by a list one by one, and not as one text.
  bool adds_up(const std::string& name) const;

  /// Every case of the matrix, in the order given. An option that a runner does not know is ignored
  /// by it alone. The bounds are added by expand(). Throws UsageError when options contradict one
  /// another.
  std::vector<Result> cases() const;

  /// Whether `--in-flight` asks for more than one of runners that by definition never have more.
  bool asks_for_idle_in_flight() const;

 private:
  bool set_load(const std::string& name, const std::string& text);
  std::vector<Load> loads() const;
  std::vector<Result> cases_of(const std::string& runner) const;

  std::string workload_;
  OptionValues workload_options_;
  std::vector<std::string> runners_;
  std::map<std::string, std::string> runner_options_;
  std::vector<std::uint64_t> ops_;
  std::optional<Duration> duration_, drain_;
  std::vector<std::uint64_t> in_flight_;
  std::vector<double> rates_;
  std::optional<Arrivals> arrivals_;
  std::optional<std::uint64_t> warmup_;
  std::uint64_t passes_ = 1;
  std::uint64_t repetitions_ = 3;
  std::uint64_t seed_ = 1;
  Placement cpus_;
};

/// An option that `run` has beside those of the workload and the runners.
struct RunOption {
  std::string name;
  std::string placeholder;  ///< As in `--ops N[,N...]`.
  std::string help;
  std::string group;     ///< The heading in --help.
  bool is_list = false;  ///< Given again, it adds to its list.
};

const std::vector<RunOption>& run_options();

/// The cases of all requests, with their bounds. Throws UsageError when there are none or two share
/// a name.
std::vector<Result> expand(const std::vector<Request>& requests);

/// A plan file: JSON with comments, `{"cases": [{"workload": "sleep", "wait": "46ms", "ops": [100,
/// 500], "runner": ["sync", "event-loop"]}, ...]}`; the keys are the flags of `run`, without dashes
/// in front and with either dashes or underscores inside. `file` names it in errors.
std::vector<Request> parse_plan(const std::string& text, const std::string& file);

}  // namespace asyncmark
