#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bench/plan/reproduction_entry.hpp"
#include "bench/results/format_entry.hpp"

namespace asyncmark {

/// Options as (name, text), in the order given; Request understands them.
using Texts = std::vector<std::pair<std::string, std::string>>;

/// What stands behind the flags that `run` and `reproduce` share.
struct Common {
  std::string time_limit = "10m";
  std::string launcher;
  std::string max_failed = "0";
  std::string out;
  std::string junit;
  std::string fail_on;  ///< Empty: not given.
  bool strict = false;
  bool no_calibration = false;
  std::string progress = "auto";
  bool quiet = false;
};

/// What stands behind the flags of `run` beside those.
struct Shown {
  std::string format = Registry<FormatEntry>::default_entry().name;
  View view;
  std::string slo;  ///< Empty: none.
};

/// What stands behind the flags of `compare`.
struct Compared {
  std::string baseline;
  std::string contender;
  std::string budget = "30s";
  std::string least_effect = "2.5%";
  bool commands = false;
  bool urls = false;
  bool gate_stored = false;
  bool strict = false;
  std::string progress = "auto";
  bool quiet = false;
  Texts outputs;  ///< By the names of ComparisonEntry: where each goes.
};

/// What stands behind the flags of `probe`, beside those of its workload.
struct Probed {
  std::vector<std::string> addresses;  ///< What is probed, one after the other; empty: not given.
  std::string runner = "event-loop";
  std::string slo;  ///< Empty: none.
  std::string budget = "60s";
  std::string in_flight;  ///< Empty: not given.
  bool explain = false;
  std::string fail_on;  ///< Empty: not given.
  std::string format = "table";
  std::string out;
  std::string junit;
  std::string progress = "auto";
  bool quiet = false;
};

/// What stands behind the flags of `crossover`, beside those of `run`.
struct Crossed {
  std::string over;    ///< An option and its range.
  std::string metric;  ///< Empty: not given.
  std::string budget = "60s";
  std::string format = "table";
  std::string out;
  std::string progress = "auto";
  bool quiet = false;
};

struct Arguments {
  Common common;
  std::string plan;
  Shown shown;
  std::vector<std::string> files;  ///< Of results, for a report.
  std::string report_format;       ///< Empty: not given.
  View report_view;
  Texts outputs;  ///< Of a report, by the names of OutputEntry: where each goes.
  std::string reproduction = Registry<ReproductionEntry>::default_entry().name;
  bool quick = false;
  std::string reproduction_format = "table";
  std::string listed;
  std::string new_name;              ///< Of a workload that is to be written.
  std::vector<std::string> adapter;  ///< The words to check.
  int counts = -1;                   ///< Where a service counts for the process that started it.
  Texts options;
  Compared compared;
  Probed probed;
  Crossed crossed;
};

/// The whole command line, as CLI11 sees it. Parsing fills `arguments`.
class Grammar {
 public:
  Grammar();

  Arguments arguments;
  CLI::App app;
  CLI::App* run = nullptr;
  CLI::App* reproduce = nullptr;
  CLI::App* report = nullptr;
  CLI::App* compare = nullptr;
  CLI::App* probe = nullptr;
  CLI::App* crossover = nullptr;
  CLI::App* serve = nullptr;
  CLI::App* list = nullptr;
  CLI::App* create = nullptr;
  CLI::App* check_adapter = nullptr;

 private:
  void add_run();
  void add_reproduce();
  void add_report();
  void add_compare();
  void add_probe();
  void add_crossover();
  void add_serve();
  void add_others();
};

}  // namespace asyncmark
