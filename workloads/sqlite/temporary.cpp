#include "workloads/sqlite/temporary.hpp"

#include <fmt/format.h>

#include "workloads/sqlite/connection.hpp"

namespace asyncmark::sqlite {

void make_temporary(const std::string& path, std::uint64_t rows) {
  const Connection connection(path, Duration(0), Connection::Missing::is_created);
  // Nothing is there that a journal could save. It is on the disk when this ends, or that would be
  // written while operations are timed.
  connection.run("PRAGMA journal_mode = OFF");
  connection.run(kSchema);
  connection.run(
      fmt::format("WITH RECURSIVE row (id) AS "
                  "(SELECT 0 UNION ALL SELECT id + 1 FROM row WHERE id + 1 < {}) "
                  "INSERT INTO item SELECT id, 0, hex(zeroblob(42)) FROM row",
                  rows));
}

}  // namespace asyncmark::sqlite
