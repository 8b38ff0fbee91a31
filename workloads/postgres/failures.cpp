#include "workloads/postgres/failures.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace asyncmark::postgres {
namespace {

constexpr std::size_t kSqlState = 5;

/// As in `FATAL:  53300: sorry, too many clients already`; libpq tells the SQLSTATE of an attempt
/// to connect in no other way.
std::string_view sqlstate_in(std::string_view message) {
  constexpr std::string_view kBefore = ":  ";
  for (auto at = message.find(kBefore); at != message.npos; at = message.find(kBefore, at + 1)) {
    const auto code = message.substr(at + kBefore.size(), kSqlState);
    const auto behind = message.substr(std::min(message.size(), at + kBefore.size() + kSqlState));
    const bool is_one = code.size() == kSqlState && std::ranges::all_of(code, [](unsigned char c) {
                          return std::isdigit(c) || std::isupper(c);
                        });
    if (is_one && behind.starts_with(':')) return code;
  }
  return {};
}

}  // namespace

FailureReason sqlstate_of(const PGresult& message) {
  const auto* code = PQresultErrorField(&message, PG_DIAG_SQLSTATE);
  return code ? code : "";
}

bool ends_session(const PGresult& message) {
  const auto* severity = PQresultErrorField(&message, PG_DIAG_SEVERITY_NONLOCALIZED);
  const std::string_view how = severity ? severity : "";
  // A server that goes down after a crash only warns.
  return how == "FATAL" || how == "PANIC" || sqlstate_of(message) == "57P02";
}

FailureReason reason_of_failure(const PGresult& answer, const PGconn* connection) {
  if (const auto code = sqlstate_of(answer); !code.empty()) return code;
  return PQstatus(connection) == CONNECTION_BAD ? kClosed : FailureReason("libpq");
}

FailureReason reason_of_no_connection(const PGconn* connection) {
  if (!connection) return "out of memory";
  const std::string_view message = PQerrorMessage(connection);
  if (const auto code = sqlstate_in(message); !code.empty()) return code;
  for (const int error : {ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH,
                          EADDRNOTAVAIL, EMFILE, ENFILE})
    if (message.find(std::strerror(error)) != message.npos) return failure_of(error);
  // A Unix socket that is not there, or that has no place left in its queue.
  for (const int error : {ENOENT, ENOTCONN, EAGAIN})
    if (message.find(std::strerror(error)) != message.npos) return failures::kRefused;
  if (message.find("closed the connection") != message.npos) return kClosed;
  return "no connection";
}

}  // namespace asyncmark::postgres
