#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/options.hpp"
#include "bench/model/load.hpp"

namespace asyncmark {

class Runner;
class Workload;
struct Result;
struct Context;
struct Request;
struct ResultSet;
struct ServiceCounts;
struct Comparison;
using ResultSets = std::vector<const ResultSet*>;

/// A workload as it registers itself. `make` throws UsageError when the values do not fit together.
struct WorkloadEntry {
  std::string name;
  std::string summary;  ///< One line, for `list` and `--help`.
  std::vector<OptionSpec> options;
  /// In a child, the option `address_option` is the endpoint of the service that was started.
  std::function<std::unique_ptr<Workload>(const OptionValues&, std::uint64_t seed)> make;
  /// The words after `asyncmark serve` that start what it needs to be up; nullopt where these
  /// values need nothing of ours. Equal words are one service.
  std::function<std::optional<std::vector<std::string>>(const OptionValues&)> service = {};
  /// The option, a text, that names what an operation calls ("url"); empty where it calls nothing.
  std::string address_option = {};
  /// The option, a text, that takes the words behind `--` on the command line, as a shell would
  /// quote them; empty where there is none.
  std::string rest_option = {};
  /// Operations are processes of their own: their processor time is that of the crew, on any
  /// processor, and nobody knows their memory.
  bool starts_processes = false;
};

/// Another program that carries out cases, as docs/protocol.md says.
struct Program {
  std::vector<std::string> words;
  std::string_view text = {};  ///< A script of ours that it finds on kScriptDescriptor, or none.
  std::string package = {};    ///< Of Debian, that has it; empty: who names it knows.
};

struct RunnerEntry {
  std::string name;
  std::string summary;
  std::string timing;  ///< One sentence: whether starting threads or processes is timed.
  std::vector<OptionSpec> options;
  bool knows_in_flight = true;  ///< False where the cap is 1 by definition.
  std::function<std::unique_ptr<Runner>(const OptionValues&)> make;
  /// Whose processes carry out its cases, where that is not asyncmark. Its Runner only plans, see
  /// elsewhere().
  std::optional<Program> program = {};
};

/// A way to write results down (`--format table`): one or several sets of them in, text out. Throws
/// UsageError where it has no place for several.
struct FormatEntry {
  std::string name;
  std::string summary;
  std::function<std::string(const ResultSets&)> print;
  /// The same with how long the parts of the runs took; empty where they have no place.
  std::function<std::string(const ResultSets&)> print_with_phases = {};
};

/// What `report` writes into files where its flag, `--NAME`, is given. It has one of the functions.
struct OutputEntry {
  std::string name;
  std::string summary;
  std::function<std::string(const ResultSets&)> file = {};
  /// Texts by the names of their files, in a folder.
  std::function<std::map<std::string, std::string>(const ResultSets&)> folder = {};
};

/// A way to write a comparison down: `table` is what `compare` prints, every other is a file that
/// its flag, `--NAME`, asks for.
struct ComparisonEntry {
  std::string name;
  std::string summary;
  std::function<std::string(const Comparison&)> text;
};

/// What a workload needs to be up: a process of its own (`asyncmark serve NAME`).
struct ServiceEntry {
  std::string name;
  std::string summary;
  std::vector<OptionSpec> options;
  /// Listens, calls announce() and serves until Interruption::descriptor() is readable. Throws
  /// UsageError when the values do not fit together or the service cannot be.
  std::function<void(const OptionValues&, ServiceCounts&)> serve;
};

/// A published measurement that asyncmark repeats (`asyncmark reproduce table`).
struct ReproductionEntry {
  std::string name;
  std::string summary;
  std::function<std::vector<Request>(bool quick)> plan;
  std::function<std::string(const Context&, const std::vector<Result>&, bool quick)> print;
  /// Once the cases have run, while their services are still up: asks other programs for the same.
  /// What they say becomes the fact `others` of the context.
  std::function<Json(const std::vector<Result>&, bool quick)> ask_others = {};
};

/// A library that the program is linked with: for `--version`, and for the context of results.
struct LibraryEntry {
  std::string name;
  std::string version;
};

/// Everything that registered itself. A plug-in's file has one line
///     const bool registered = Catalog::add(WorkloadEntry{...});
/// and nothing else in the program names it.
class Catalog {
 public:
  static bool add(WorkloadEntry entry);
  static bool add(RunnerEntry entry);
  static bool add(FormatEntry entry);
  static bool add(OutputEntry entry);
  static bool add(ServiceEntry entry);
  static bool add(ReproductionEntry entry);
  static bool add(ComparisonEntry entry);
  static bool add(LibraryEntry entry);

  /// In the order of their names, so that lists do not depend on the order of linking.
  static const std::vector<WorkloadEntry>& workloads();
  static const std::vector<RunnerEntry>& runners();   ///< Those of asyncmark itself: `all`.
  static const std::vector<RunnerEntry>& adapters();  ///< Those that are other programs.
  static const std::vector<FormatEntry>& formats();
  static const std::vector<OutputEntry>& outputs();
  static const std::vector<ServiceEntry>& services();
  static const std::vector<ReproductionEntry>& reproductions();
  static const std::vector<ComparisonEntry>& comparisons();
  static const std::vector<LibraryEntry>& libraries();

  /// Throw UsageError, with the names that exist, for a name that does not.
  static const WorkloadEntry& workload(std::string_view name);
  /// `cmd:PROGRAM ARGUMENTS` is whatever speaks the protocol, whether it is there or not.
  static const RunnerEntry& runner(std::string_view name);
  static const FormatEntry& format(std::string_view name);
  static const ServiceEntry& service(std::string_view name);
  static const ReproductionEntry& reproduction(std::string_view name);
  static const ComparisonEntry& comparison(std::string_view name);
};

}  // namespace asyncmark
