#pragma once

#include <string>

namespace asyncmark::http {

/// Headers, a line each, without the values of those that let somebody in.
std::string shown_headers(const std::string& lines);

/// A URL without a user's name and password, and without parameters of its query that let somebody
/// in.
std::string shown_url(const std::string& url);

}  // namespace asyncmark::http
