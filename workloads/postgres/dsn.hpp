#pragma once

#include <string>

namespace asyncmark::postgres {

/// Throws UsageError, without a word of what may be a password, where libpq does not understand it
/// or would take a part of a password for something else.
void check_dsn(const std::string& dsn);

/// A DSN that names the folder of a socket, so that libpq does not take PGHOSTADDR instead; any
/// other as it is.
std::string kept_to_socket(const std::string& dsn);

/// What of a DSN may be shown: key=value, without passwords.
std::string shown_dsn(const std::string& dsn);

}  // namespace asyncmark::postgres
