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

  /// What parse() reads back; empty where neither side is placed.
  std::string text() const;

  /// With a place for both sides, apart where these processors are two or more: a side that is not
  /// placed gets those that the other leaves, and where neither is the client gets the first half.
  Placement apart(const Cpus& there) const;

  /// Reads `0-1`, which is the client's, or `client=0,service=1`. Throws UsageError naming
  /// `--cpus`, also for a processor that this process may not use.
  static Placement parse(std::string_view text);
};

/// The processors that the calling process may use, as the kernel tells.
Cpus own_cpus();
/// The same of any process; none once it is gone.
Cpus cpus_of(int pid);

/// Keeps the calling thread, and what it starts, to these processors. Throws CaseError unless the
/// kernel then says that it has these and no others.
void keep_to(const Cpus& cpus);

/// Keeps the calling thread to other processors for a moment, for what it starts inherits them: set
/// afterwards they would miss the threads that this has by then.
class KeptTo {
 public:
  /// Nothing happens where there are none. Throws CaseError as keep_to() does.
  explicit KeptTo(const Cpus& cpus);
  ~KeptTo();
  KeptTo(const KeptTo&) = delete;
  KeptTo& operator=(const KeptTo&) = delete;

 private:
  Cpus before_;
};

}  // namespace asyncmark
