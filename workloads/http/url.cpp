#include "workloads/http/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/src.hpp>  // With its source: no library to link.
#include <charconv>
#include <string_view>

#include "bench/base/errors.hpp"
#include "bench/base/secrets.hpp"

namespace asyncmark::http {
namespace {

namespace urls = boost::urls;

constexpr std::uint16_t kPlainPort = 80, kTlsPort = 443;
constexpr std::size_t kLongestHost = 253;  // Of DNS.

UsageError wrong(const std::string& text, const std::string& why) {
  return UsageError(
      fmt::format("--url: '{}' {}; give it as http://127.0.0.1:8080/path", shown_url(text), why));
}

/// Where the path begins, or the query where there is none.
std::size_t path_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  return std::min(url.find_first_of("/?#", begin), url.size());
}

/// Once and for all runners. What is encoded already stays so, even where it is not well-formed.
std::string percent_encoded(const std::string& url) {
  const auto path = path_of(url);
  auto encoded = url.substr(0, path);
  for (const unsigned char c : url.substr(path))
    encoded += c < 0x80 ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  return encoded;
}

/// Takes the zone out of an IPv6 address, as `%eth0` out of `[fe80::1%eth0]`: Boost.URL 1.81 knows
/// none.
std::string take_zone(std::string& authority) {
  const auto begin = authority.find('%'), end = authority.find(']');
  if (begin > end || end == std::string::npos) return "";
  auto zone = authority.substr(begin, end - begin);
  authority.erase(begin, end - begin);
  return zone;
}

std::uint16_t port_of(const urls::authority_view& authority, bool tls, const std::string& text) {
  if (!authority.has_port()) return tls ? kTlsPort : kPlainPort;
  // Not port_number(), which keeps the lowest 16 bits of what is more.
  const std::string_view digits = authority.port();
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0)
    throw wrong(text, "has no port from 1 to 65535 where one is begun");
  return port;
}

}  // namespace

// Only the authority is parsed by Boost.URL 1.81: of a whole URL it refuses brackets in the query,
// which servers take, and it reads `host:8x/` as the port 8 and the path `x/`.
Url Url::parse(const std::string& text) {
  if (std::ranges::any_of(text, [](unsigned char c) { return c <= ' ' || c == 127; }))
    throw wrong(text, "has a space or a control character in it");
  const auto colon = text.find("://");
  if (colon == std::string::npos) throw wrong(text, "has no scheme");
  const auto scheme = text.substr(0, colon);
  const auto known = urls::string_to_scheme(scheme);
  if (known != urls::scheme::http && known != urls::scheme::https)
    throw wrong(text, fmt::format("has the scheme {}, which is neither http nor https", scheme));
  const auto begin = colon + 3, end = path_of(text);
  auto authority = text.substr(begin, end - begin);
  if (authority.starts_with('[') && authority.find(']') == std::string::npos)
    throw wrong(text, "has a '[' without its ']'");
  const auto zone = take_zone(authority);
  const auto parsed = urls::parse_authority(authority);
  if (!parsed) throw wrong(text, "has no host with or without a port behind its scheme");
  if (parsed->has_userinfo())
    throw UsageError("--url: contains a user name; use --header 'Authorization: ...' instead");
  if (text.find('#', end) != std::string::npos)
    throw wrong(text, "contains a '#'; the part after it is never sent");
  if (parsed->encoded_host().empty()) throw wrong(text, "has no host");
  if (const auto size = parsed->encoded_host().size(); size > kLongestHost)
    throw UsageError(fmt::format("--url: its host has {} characters; a name has at most {}", size,
                                 kLongestHost));
  const bool tls = known == urls::scheme::https;
  return {.tls = tls,
          .host = parsed->host_address() + zone,
          .port = port_of(*parsed, tls, text),
          .target = (text.substr(end).starts_with('/') ? "" : "/") + text.substr(end)};
}

OptionSpec url_option(std::string help) {
  auto option = text_option("url", "", std::move(help));
  option.canonical = percent_encoded;
  option.shown = shown_url;
  option.placeholder = "URL";
  return option;
}

std::string Url::authority() const {
  const auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? kTlsPort : kPlainPort) ? name : fmt::format("{}:{}", name, port);
}

}  // namespace asyncmark::http
