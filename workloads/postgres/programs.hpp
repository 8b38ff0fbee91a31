#pragma once

#include <string>

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

/// The last complaint in what one of them said, without what stands before its FATAL or error; the
/// last line where it does not complain.
std::string last_complaint(const std::string& text);

}  // namespace asyncmark::postgres
