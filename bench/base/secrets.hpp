#pragma once

#include <string>
#include <vector>

namespace asyncmark {

/// Headers, a line each, without the values of those that let somebody in.
std::string shown_headers(const std::string& lines);

/// A URL without a user's name and password, without parameters of its path and query that let
/// somebody in, and without its fragment.
std::string shown_url(const std::string& url);

/// The words of a command without values that let somebody in: of `NAME=value`, of a flag, of a
/// header and in a URL. What such a word holds is told by its name alone.
std::vector<std::string> shown_words(const std::vector<std::string>& words);

/// The same of a command as a shell reads it. All other words stay as they were typed.
std::string shown_command(const std::string& command);

}  // namespace asyncmark
