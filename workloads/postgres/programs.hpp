#pragma once

#include <string>
#include <vector>

namespace asyncmark::postgres {

/// Where PostgreSQL's own programs are.
struct Programs {
  std::string initdb;
  std::string server;
  std::string pgbench;
};

/// Those of the highest version in /usr/lib/postgresql, where Debian has them, else those that
/// pg_config in the PATH knows. Throws UsageError, naming the package, where there are none.
Programs find_programs();

/// The complaints in what one of them said, each without what stands before its FATAL or error; the
/// last line where it does not complain. The first tells why it failed; of a server that has run
/// for a while the last does.
std::vector<std::string> complaints_in(const std::string& text);

}  // namespace asyncmark::postgres
