#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "bench/os/process.hpp"

namespace asyncmark::postgres::testing {

/// A cluster (`asyncmark serve postgres`) for all tests of this process, started by the first that
/// asks for it: that takes some seconds. It is no child of ours, for what a test's program leaves
/// behind is told by that, and ends with us whatever happens.
class SharedCluster {
 public:
  static const SharedCluster& get();

  /// For libpq.
  const std::string& conninfo() const { return conninfo_; }
  /// Where its data and configuration are.
  std::string data() const;

  /// The first column of the first row of an answer, or what the server complains of.
  std::string ask(const std::string& sql) const;

 private:
  SharedCluster();

  Descriptor end_;     ///< Of a pipe: when we close it, the cluster ends.
  Descriptor output_;  ///< Of the cluster.
  std::string conninfo_;
};

/// The same of any server.
std::string ask(const std::string& conninfo, const std::string& sql);

}  // namespace asyncmark::postgres::testing
