#include "workloads/http/secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string_view>

#include "bench/base/split.hpp"

namespace asyncmark::http {
namespace {

constexpr std::string_view kHidden = "***";

// Parts of names. To hide a harmless value costs less than to show a secret one.
constexpr std::array<std::string_view, 11> kOfHeaders{"auth",  "cookie",    "token",   "secret",
                                                      "passw", "key",       "session", "credential",
                                                      "sign",  "assertion", "jwt"};
// In a query `key` is mostly no secret.
constexpr std::array<std::string_view, 12> kOfQueries{
    "auth",    "token",      "secret",  "passw",      "apikey", "api_key",
    "api-key", "access_key", "session", "credential", "sig",    "jwt"};

bool has_part(std::string_view name, std::span<const std::string_view> parts) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(parts, [&](auto part) { return lower.find(part) != lower.npos; });
}

/// `name=value`, or a name alone.
std::string shown_parameter(const std::string& text) {
  const auto end = text.find('=');
  if (end == text.npos || !has_part(text.substr(0, end), kOfQueries)) return text;
  return text.substr(0, end + 1).append(kHidden);
}

}  // namespace

std::string shown_headers(const std::string& lines) {
  std::string shown;
  for (const auto& line : lines_in(lines)) {
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (!shown.empty()) shown += '\n';
    // What has no name is no header, and may be anything.
    shown += colon == line.npos           ? std::string(kHidden)
             : has_part(name, kOfHeaders) ? name + ": " + std::string(kHidden)
                                          : line;
  }
  return shown;
}

std::string shown_url(const std::string& url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == url.npos ? 0 : scheme + 3;
  const auto path = std::min(url.find_first_of("/?#", begin), url.size());
  auto shown = url.substr(0, begin);
  const auto at = url.substr(begin, path - begin).rfind('@');
  if (at != url.npos) shown.append(kHidden);
  shown +=
      url.substr(at == url.npos ? begin : begin + at, path - (at == url.npos ? begin : begin + at));
  const auto query = url.find('?', path);
  shown += url.substr(path, query == url.npos ? url.npos : query + 1 - path);
  if (query == url.npos) return shown;
  bool is_first = true;
  for (const auto& parameter : split(url.substr(query + 1), '&')) {
    shown += (is_first ? "" : "&") + shown_parameter(parameter);
    is_first = false;
  }
  return shown;
}

}  // namespace asyncmark::http
