#pragma once

#include <cstdint>
#include <string>

#include "bench/os/scratch.hpp"
#include "workloads/sqlite/connection.hpp"

namespace asyncmark::sqlite::testing {

/// A database file of a test's own, with the table t (id, value) of as many rows; and a connection
/// to it, through which the test does what others might.
class Database {
 public:
  explicit Database(int rows = 1000, const std::string& journal = "delete");

  const std::string& path() const { return path_; }
  void run(const std::string& sql) const { connection_.run(sql); }
  std::int64_t number(const std::string& sql) const { return std::stoll(connection_.ask(sql)); }
  std::string ask(const std::string& sql) const { return connection_.ask(sql); }

 private:
  Scratch scratch_;
  std::string path_;
  Connection connection_;
};

}  // namespace asyncmark::sqlite::testing
