#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/os/process.hpp"
#include "bench/os/scratch.hpp"
#include "workloads/postgres/account.hpp"
#include "workloads/postgres/programs.hpp"

namespace asyncmark::postgres {

/// A PostgreSQL cluster that goes with this: as PostgreSQL comes, but for its locale, which is C,
/// and reached by a Unix socket alone, in a folder that only its user and root can enter.
class Cluster {
 public:
  /// Makes a place for it. Throws UsageError where there is none.
  Cluster();
  /// Ends it within about a second, and removes all of it.
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// Makes and starts it, with pgbench's tables of scale 1 in it, and room for so many connections
  /// beside one that looks at them; false after an Interruption. Throws UsageError with what
  /// PostgreSQL itself complains of.
  bool start(std::uint64_t max_connections);
  /// For libpq.
  std::string conninfo() const;
  /// Its first process, from which all others come.
  const Process& postmaster() const { return postmaster_; }
  /// Awaits its end, and says how it came to it.
  std::string ending();

 private:
  std::string data() const { return folder_ + "/data"; }
  bool run(const std::vector<std::string>& words, const char* what);
  bool start_server(std::uint64_t max_connections);
  void end_postmaster();
  void give_back_shared_memory();
  std::string last_words() const;

  Programs programs_ = find_programs();
  Account account_;
  Scratch scratch_;
  std::string folder_ = scratch_.path() + "/server";
  Process postmaster_;
};

}  // namespace asyncmark::postgres
