// The one place of the client that sees Boost.Beast, which takes long to compile.

#include "workloads/http/message.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cctype>
#include <sstream>

namespace asyncmark::http {
namespace {

namespace beast = boost::beast;

constexpr int kHttp11 = 11;

}  // namespace

std::string request_text(const Url& url, const std::string& method, const std::string& body,
                         const std::vector<std::pair<std::string, std::string>>& headers,
                         bool keep_alive) {
  beast::http::request<beast::http::string_body> request;
  request.version(kHttp11);
  request.method_string(method);
  request.target(url.target);
  request.set(beast::http::field::host, url.authority());
  request.set(beast::http::field::user_agent, "asyncmark");
  request.body() = body;
  request.keep_alive(keep_alive);
  request.prepare_payload();
  for (const auto& [name, value] : headers) request.erase(name);
  for (const auto& [name, value] : headers) request.insert(name, value);
  std::ostringstream text;
  text << request;
  return text.str();
}

bool is_token(std::string_view text) {
  static const auto allowed = [] {
    std::array<bool, 256> all{};
    for (int c = 0; c < 128; ++c) all[static_cast<std::size_t>(c)] = std::isalnum(c) != 0;
    for (const unsigned char c : std::string_view("!#$%&'*+-.^_`|~")) all[c] = true;
    return all;
  }();
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return allowed[c]; });
}

}  // namespace asyncmark::http
