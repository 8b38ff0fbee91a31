#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/options.hpp"
#include "bench/base/registry.hpp"
#include "bench/model/load.hpp"

namespace asyncmark {

class Workload;

/// How the workload is used for a task: "Compare all runners.", "--ops 1000 --in-flight 32".
struct Example {
  std::string task;
  std::string arguments;
};

/// A workload as it registers itself. `make` throws UsageError when the values do not fit together.
struct WorkloadEntry {
  static constexpr std::string_view kKind = "workload";
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
  /// The addresses of this machine (IPv4, IPv6 or a Unix socket's) at which operations with these
  /// values call a foreign server, in the order in which they are tried; none where that is
  /// elsewhere, or not known.
  std::function<std::vector<sockaddr_storage>(const OptionValues&)> local_addresses = {};
  /// The option, a text, that takes the words behind `--` on the command line, as a shell would
  /// quote them; empty where there is none.
  std::string rest_option = {};
  /// The most operations in flight where neither `--in-flight` nor the runner limits them: for a
  /// server that accepts few connections.
  std::uint64_t usual_cap = kUnbounded;
  /// Operations are processes of their own: their processor time is that of the crew, on any
  /// processor, and their memory is unknown.
  bool starts_processes = false;
  /// Operations use a database inside their process, which has limits of its own.
  bool embeds_database = false;
  /// Operations do nothing, so that all that is measured is the harness. One workload has it.
  bool measures_the_harness = false;
  /// For --help; empty: those that suit most workloads.
  std::vector<Example> examples = {};
};

}  // namespace asyncmark
