#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "bench/base/units.hpp"
#include "workloads/postgres/script.hpp"

namespace asyncmark::postgres {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// In which of its ways the protocol carries a query.
enum class Mode {
  simple,    ///< One text, numbers written into it.
  extended,  ///< Text and parameters apart, parsed each time.
  prepared,  ///< Parsed once a connection.
  pipeline,  ///< As prepared, many sent before the first answer is awaited.
};

/// What every operation of a case does. Outlives its sessions.
struct Plan {
  std::string dsn;
  /// Of its server where a name was looked up, so that nothing else looks it up while it is timed.
  std::string address = {};
  Mode mode = Mode::simple;
  std::uint64_t depth = 1;  ///< How often an operation carries out the script, in a pipeline.
  bool keep = true;         ///< Whether connections are used again.
  Duration timeout{};
  Script script;
  std::string script_option = "--preset";  ///< What the user gave it by.
  std::uint64_t seed = 1;
  std::uint64_t scale = 1;  ///< Of pgbench's tables.

  bool prepares() const { return mode == Mode::prepared || mode == Mode::pipeline; }
  /// Whether some statement draws keys of pgbench's tables.
  bool needs_scale() const;
};

/// Begins to connect, quietly: what the server only remarks is not printed.
Connection start_connection(const Plan& plan);

/// What libpq or a server says, on one line.
std::string one_line(const char* message);

}  // namespace asyncmark::postgres
