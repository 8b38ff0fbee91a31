#pragma once

#include <libpq-fe.h>

#include "workloads/support/waiting.hpp"

namespace asyncmark::postgres {

inline constexpr FailureReason kClosed{"closed"};  ///< By the server, without a word.
/// All went well, but for a transaction that is left open: the next operation would be inside it.
inline constexpr FailureReason kUnended{"not ended"};

/// A statement of that name is there already: a pooler has handed out a connection to the server on
/// which another of its clients prepared it.
inline constexpr FailureReason kAlreadyPrepared{"42P05"};
inline constexpr const char* kNoPreparedStatements =
    "the pooler before the server does not support prepared statements; use --mode simple or "
    "extended";

/// Empty where it has none, as what libpq says by itself.
FailureReason sqlstate_of(const PGresult& message);

/// Whether it is the last that a server says in a session.
bool ends_session(const PGresult& message);

/// The SQLSTATE of an answer that is an error, as "57P01", or a word where it has none.
FailureReason reason_of_failure(const PGresult& answer, const PGconn* connection);

/// Why a connection does not come to stand: the SQLSTATE if the server said so, or what the socket
/// came to.
FailureReason reason_of_no_connection(const PGconn* connection);

}  // namespace asyncmark::postgres
