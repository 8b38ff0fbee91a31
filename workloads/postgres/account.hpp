#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "bench/os/process.hpp"

namespace asyncmark::postgres {

/// Whom PostgreSQL's programs run as, for they refuse to be root: the user `postgres` where we are
/// root, else us.
class Account {
 public:
  /// Throws UsageError where we are root and there is no such user.
  Account();

  const std::string& name() const { return name_; }
  bool is_ours() const { return ours_; }
  uid_t uid() const { return uid_; }
  gid_t gid() const { return gid_; }

  /// Starts a program, found in the PATH, which works in `folder`, writes all it says to `output`,
  /// finds nothing on its standard input, and gets `signal` when we are gone. It has a session of
  /// its own: Ctrl-C is for us. The calling process must have one thread. Throws CaseError.
  Process start(const std::vector<std::string>& words, const std::string& folder, int output,
                int signal) const;

 private:
  /// In the child. Gives what failed, with errno as it was left.
  const char* become(const std::string& folder) const;

  bool ours_ = true;
  std::string name_;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
};

}  // namespace asyncmark::postgres
