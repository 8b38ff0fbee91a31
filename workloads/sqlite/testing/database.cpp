#include "workloads/sqlite/testing/database.hpp"

#include <fmt/format.h>

namespace asyncmark::sqlite::testing {

Database::Database(int rows, const std::string& journal)
    : path_(scratch_.path() + "/t.db"),
      connection_(path_, std::chrono::seconds(20), Connection::Missing::is_created) {
  run("PRAGMA synchronous = OFF");  // Of what the test does itself: it is to be there soon.
  run("PRAGMA journal_mode = " + journal);
  run("CREATE TABLE t (id INTEGER PRIMARY KEY, value TEXT)");
  if (rows == 0) return;
  run(
      fmt::format("WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
                  "INSERT INTO t SELECT i, hex(zeroblob(40)) FROM n",
                  rows - 1));
}

}  // namespace asyncmark::sqlite::testing
