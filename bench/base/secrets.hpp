#pragma once

#include <string>
#include <vector>

namespace asyncmark {

/// Headers, a line each, without the values of credentials.
std::string shown_headers(const std::string& lines);

/// A URL without a user's name and password, without secret parameters of its path and query, and
/// without its fragment.
std::string shown_url(const std::string& url);

/// The words of a command without secret values: of `NAME=value`, of a flag, of a header and in a
/// URL. Which values are secret is told by the names alone.
std::vector<std::string> shown_words(const std::vector<std::string>& words);

/// The same of a command as a shell reads it. All other words stay as they were typed.
std::string shown_command(const std::string& command);

}  // namespace asyncmark
