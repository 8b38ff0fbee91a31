#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asyncmark {

/// Processors by their numbers, ascending and each once.
using Cpus = std::vector<unsigned>;

/// As the kernel lists them: `0`, `0-1`, `0,2-3`.
std::string list_text(const Cpus& cpus);

/// Reads what list_text() writes, in any order. Throws UsageError, whose text begins with `what`.
Cpus parse_cpus(std::string_view text, std::string_view what);

/// `--cpus`: where the two sides of a case are to run; empty: anywhere.
struct Placement {
  Cpus client;
  Cpus service;

  /// Reads `0-1`, which is the client's, or `client=0,service=1`. Throws UsageError naming
  /// `--cpus`, also for a processor that this process may not use.
  static Placement parse(std::string_view text);
};

/// The processors that the calling process may use, as the kernel tells.
Cpus own_cpus();

/// Keeps the calling process, and what it starts, to these processors. Throws CaseError unless the
/// kernel then says that it has these and no others. Needs a process of one thread.
void keep_to(const Cpus& cpus);

}  // namespace asyncmark
