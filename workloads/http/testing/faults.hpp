#pragma once

#include <ostream>
#include <vector>

#include "workloads/http/testing/raw_server.hpp"

namespace asyncmark::http::testing {

/// Something that servers do wrong, or at least otherwise than clients would like.
struct Fault {
  const char* name;
  const char* reason;  ///< Why the operations fail that it strikes; empty: none does.
  /// The same of cpp-httplib, which tells less; null: it goes on for ever, or notices later.
  const char* httplib_reason;
  /// Plays it, where a request has been read, and gives whether the connection goes on.
  bool (*play)(Connection& connection);
};

inline void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

/// Those that can strike single requests.
const std::vector<Fault>& faults();

/// Answers well, but for every `period`-th request that comes to it.
RawServer::Script now_and_then(const Fault& fault, std::size_t period);

}  // namespace asyncmark::http::testing
