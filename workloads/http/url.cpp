#include "workloads/http/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "bench/base/errors.hpp"

namespace asyncmark::http {
namespace {

constexpr std::uint16_t kPlainPort = 80, kTlsPort = 443;

UsageError wrong(const std::string& text, const std::string& why) {
  return UsageError(
      fmt::format("--url: '{}' {}; give it as http://127.0.0.1:8080/path", text, why));
}

/// Takes the scheme and "://" off the front of `rest`.
bool take_scheme(std::string_view& rest, const std::string& text) {
  const auto end = rest.find("://");
  if (end == std::string_view::npos) throw wrong(text, "has no scheme");
  std::string scheme(rest.substr(0, end));
  std::ranges::transform(scheme, scheme.begin(), [](unsigned char c) { return std::tolower(c); });
  if (scheme != "http" && scheme != "https")
    throw wrong(text, fmt::format("has the scheme {}, which is neither http nor https", scheme));
  rest.remove_prefix(end + 3);
  return scheme == "https";
}

/// Takes the host off the front of `authority`, with the brackets that an IPv6 address has.
std::string take_host(std::string_view& authority, const std::string& text) {
  const bool bracketed = authority.starts_with('[');
  const auto end =
      bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (end == std::string_view::npos) throw wrong(text, "has a '[' without its ']'");
  const std::string host(authority.substr(bracketed, end - bracketed));
  authority.remove_prefix(end + bracketed);
  if (host.empty()) throw wrong(text, "names no host");
  return host;
}

std::uint16_t port_of(std::string_view colon_and_port, bool tls, const std::string& text) {
  if (colon_and_port.empty()) return tls ? kTlsPort : kPlainPort;
  const auto digits = colon_and_port.substr(1);
  const bool all_digits =
      !digits.empty() && digits.size() <= 5 &&
      std::ranges::all_of(digits, [](unsigned char c) { return std::isdigit(c) != 0; });
  const auto port = all_digits ? std::stoul(std::string(digits)) : 0;
  if (colon_and_port.front() != ':' || port == 0 || port > 65535)
    throw wrong(text, "has no port from 1 to 65535 where one is begun");
  return static_cast<std::uint16_t>(port);
}

}  // namespace

Url Url::parse(const std::string& text) {
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 127; }))
    throw wrong(text, "has a space or a control character in it");
  Url url;
  std::string_view rest = text;
  url.tls = take_scheme(rest, text);
  const auto path = std::min(rest.find_first_of("/?#"), rest.size());
  auto authority = rest.substr(0, path);
  url.target = rest.substr(path);
  if (authority.find('@') != std::string_view::npos)
    throw UsageError("--url: carries a user's name; give it by --header 'Authorization: ...'");
  if (url.target.find('#') != std::string::npos)
    throw wrong(text, "has a '#', and what follows that is never sent");
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  url.host = take_host(authority, text);
  url.port = port_of(authority, url.tls, text);
  return url;
}

std::string Url::authority() const {
  const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? kTlsPort : kPlainPort) ? name : fmt::format("{}:{}", name, port);
}

}  // namespace asyncmark::http
