#include <algorithm>

#include "bench/base/split.hpp"
#include "workloads/postgres/plan.hpp"

namespace asyncmark::postgres {

bool Plan::needs_scale() const {
  return std::ranges::any_of(script, [](const Statement& statement) {
    return std::ranges::any_of(statement.numbers,
                               [](Number number) { return number != Number::query; });
  });
}

Connection start_connection(const Plan& plan) {
  // The one that stands later holds: an address is added to those that the user gave.
  const char* const keywords[] = {"fallback_application_name", "dbname",
                                  plan.address.empty() ? nullptr : "hostaddr", nullptr};
  const char* const values[] = {"asyncmark", plan.dsn.c_str(), plan.address.c_str(), nullptr};
  Connection connection(PQconnectStartParams(keywords, values, 1), PQfinish);
  if (connection) {
    PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);  // With SQLSTATEs.
    PQsetNoticeReceiver(
        connection.get(), [](void*, const PGresult*) {}, nullptr);
  }
  return connection;
}

std::string one_line(const char* message) {
  std::string all;
  for (const auto& line : lines_in(message)) {
    const auto begin = line.find_first_not_of(" \t");
    // Where in a query, shown by a caret below it, or in PostgreSQL's source.
    if (begin == std::string::npos || line[begin] == '^' || line.starts_with("LINE ") ||
        line.starts_with("LOCATION:"))
      continue;
    all += (all.empty() ? "" : "; ") + line.substr(begin);
  }
  for (std::size_t at; (at = all.find("  ")) != std::string::npos;) all.erase(at, 1);
  return all;
}

}  // namespace asyncmark::postgres
