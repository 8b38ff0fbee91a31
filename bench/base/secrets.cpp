#include "bench/base/secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string_view>

#include "bench/base/options.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/base/split.hpp"

namespace asyncmark {
namespace {

using Parts = std::span<const std::string_view>;

// Parts of names. To hide a harmless value costs less than to show a secret one.
constexpr std::array<std::string_view, 11> kOfHeaders{"auth",  "cookie",    "token",   "secret",
                                                      "passw", "key",       "session", "credential",
                                                      "sign",  "assertion", "jwt"};
// In a query or a flag `key` is mostly no secret.
constexpr std::array<std::string_view, 17> kOfQueries{
    "auth",   "token",   "secret",    "passw",      "passph",  "passcode",
    "apikey", "api_key", "api-key",   "access_key", "session", "credential",
    "sig",    "jwt",     "assertion", "bearer",     "cookie"};
constexpr std::array<std::string_view, 11> kOfVariables{"auth",   "token", "secret",  "pass",
                                                        "pwd",    "key",   "session", "credential",
                                                        "cookie", "jwt",   "bearer"};
// Whole names, for they are parts of harmless ones.
constexpr std::array<std::string_view, 5> kShortNames{"pass", "pwd", "otp", "code", "pin"};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

bool has_part(std::string_view name, Parts parts) {
  const auto lower = lower_case(name);
  return std::ranges::any_of(parts, [&](auto part) { return lower.find(part) != lower.npos; });
}

bool is_secret_parameter(std::string_view name) {
  return has_part(name, kOfQueries) ||
         std::ranges::find(kShortNames, lower_case(name)) != kShortNames.end();
}

/// As servers read it, and those behind them that read it once more.
std::string decoded(std::string text) {
  const auto digit = [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) ? c - '0' : std::tolower(c) - 'a' + 10;
  };
  for (std::size_t at = 0; (at = text.find('%', at)) != text.npos;) {
    const bool is_code = at + 2 < text.size() &&
                         std::isxdigit(static_cast<unsigned char>(text[at + 1])) &&
                         std::isxdigit(static_cast<unsigned char>(text[at + 2]));
    if (!is_code) {
      ++at;
      continue;
    }
    const char c = static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2]));
    text.replace(at, 3, 1, c);
    at = c == '%' ? at : at + 1;
  }
  return text;
}

/// `name=value`, or a name alone. A value may be a URL of its own.
std::string shown_parameter(const std::string& text) {
  const auto end = text.find('=');
  if (end == text.npos) return text;
  const auto value = decoded(text.substr(end + 1));
  const bool is_secret = is_secret_parameter(decoded(text.substr(0, end))) ||
                         (value.find("://") != value.npos && shown_url(value) != value);
  return is_secret ? text.substr(0, end + 1) + kHiddenText : text;
}

std::string shown_parameters(std::string_view text, const char* separators) {
  std::string shown;
  for (;;) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    shown += shown_parameter(std::string(text.substr(0, end)));
    if (end == text.size()) return shown;
    shown += text[end];
    text.remove_prefix(end + 1);
  }
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == '.';
  });
}

bool is_flag(std::string_view word) { return word.starts_with('-') && is_name(word); }

bool is_secret_flag(std::string_view word) {
  const auto begin = std::min(word.find_first_not_of('-'), word.size());
  return is_flag(word) && is_secret_parameter(word.substr(begin));
}

bool is_secret_variable(std::string_view name) {
  return has_part(name, kOfVariables) || is_secret_parameter(name);
}

/// Whether there are words within it, as in that behind `sh -c`.
bool is_command(const std::string& word) {
  const auto sources = sources_of_words(word);
  return sources.size() > 1 || (sources.size() == 1 && unquoted(sources[0]) != word);
}

std::string shown_lines(const std::string& text) {
  std::string shown;
  for (const auto& line : split(text, '\n')) shown += '\n' + shown_command(line);
  return shown.substr(1);
}

std::string shown_word(const std::string& word) {
  const auto equals = word.find('=');
  if (const auto name = word.substr(0, equals); equals != word.npos && is_name(name)) {
    const bool is_secret = is_flag(name) ? is_secret_flag(name) : is_secret_variable(name);
    return name + "=" + (is_secret ? kHiddenText : shown_word(word.substr(equals + 1)));
  }
  const auto colon = word.find(':');
  if (const auto name = word.substr(0, colon); colon != word.npos && is_name(name) &&
                                               word.compare(colon, 3, "://") != 0 &&
                                               has_part(name, kOfHeaders))
    return name + ": " + kHiddenText;
  if (word.find('\n') != word.npos) return shown_lines(word);
  if (word.find_first_of(" \t") != word.npos && is_command(word)) return shown_command(word);
  return word.find("://") != word.npos ? shown_url(word) : word;
}

/// Of `user:password`.
std::string shown_user(const std::string& word) {
  const auto colon = word.find(':');
  return colon == word.npos ? word : word.substr(0, colon + 1) + kHiddenText;
}

}  // namespace

std::string shown_headers(const std::string& lines) {
  std::string shown;
  for (const auto& line : lines_in(lines)) {
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (!shown.empty()) shown += '\n';
    // What has no name is no header, and may be anything.
    shown += colon == line.npos           ? kHiddenText
             : has_part(name, kOfHeaders) ? name + ": " + kHiddenText
                                          : line;
  }
  return shown;
}

std::string shown_url(const std::string& url) {
  const auto fragment = std::min(url.find('#'), url.size());
  const auto scheme = url.find("://");
  const auto begin = scheme == url.npos ? 0 : scheme + 3;
  const auto path = std::min(url.find_first_of("/?#", begin), url.size());
  const auto query = std::max(path, std::min(url.find('?', path), fragment));
  const auto at = url.substr(begin, path - begin).rfind('@');
  auto shown = url.substr(0, begin);
  if (at != url.npos) shown += kHiddenText;
  const auto host = at == url.npos ? begin : begin + at;
  shown += url.substr(host, path - host);
  shown += shown_parameters(std::string_view(url).substr(path, query - path), "/;");
  const auto end = std::max(query, fragment);
  shown += shown_parameters(std::string_view(url).substr(query, end - query), "?&;");
  // It is the browser's, which gets tokens there.
  return end + 1 < url.size() ? shown + "#" + kHiddenText : shown + url.substr(end);
}

std::vector<std::string> shown_words(const std::vector<std::string>& words) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string before = i > 0 ? words[i - 1] : "";
    if (is_secret_flag(before) && !words[i].starts_with('-'))
      shown.push_back(kHiddenText);
    else if (before == "-u" || before == "--user" || before == "--proxy-user")
      shown.push_back(shown_user(words[i]));
    else
      shown.push_back(shown_word(words[i]));
  }
  return shown;
}

std::string shown_command(const std::string& command) {
  const auto sources = sources_of_words(command);
  std::vector<std::string> words;
  for (const auto& source : sources) words.push_back(unquoted(source));
  const auto shown = shown_words(words);
  if (shown == words) return command;
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool needs_quotes = shown[i].find_first_of(" \t\n'\"\\") != std::string::npos;
    text += i == 0 ? "" : " ";
    text += shown[i] == words[i] ? sources[i] : needs_quotes ? as_typed({shown[i]}) : shown[i];
  }
  return text;
}

}  // namespace asyncmark
