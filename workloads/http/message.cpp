// The one place that sees Boost.Beast, which takes long to compile.

#include "workloads/http/message.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cctype>
#include <optional>
#include <sstream>

namespace asyncmark::http {
namespace {

namespace beast = boost::beast;

using beast::error_code;
using beast::string_view;

constexpr std::uint32_t kHeaderLimit = 32 * 1024;
constexpr int kHttp11 = 11;

/// Keeps the status and nothing else: neither fields nor bodies are looked at.
class StatusParser final : public beast::http::basic_parser<false> {
 public:
  explicit StatusParser(bool has_body) {
    eager(true);
    skip(!has_body);
    header_limit(kHeaderLimit);
    body_limit(boost::none);
  }

  int status = 0;

 private:
  void on_request_impl(beast::http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int code, string_view, int, error_code&) override { status = code; }
  void on_field_impl(beast::http::field, string_view, string_view, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

}  // namespace

struct AnswerReader::Parser {
  std::optional<StatusParser> one;
};

AnswerReader::AnswerReader() : parser_(std::make_unique<Parser>()) {}
AnswerReader::AnswerReader(AnswerReader&&) noexcept = default;
AnswerReader::~AnswerReader() = default;

void AnswerReader::begin(bool has_body) {
  has_body_ = has_body;
  parser_->one.emplace(has_body);
}

AnswerReader::State AnswerReader::feed(std::string_view piece, std::size_t& left) {
  for (;;) {
    auto& parser = *parser_->one;
    error_code error;
    piece.remove_prefix(parser.put(boost::asio::buffer(piece), error));
    left = piece.size();
    if (error && error != beast::http::error::need_more) return State::malformed;
    // Beast looks for the end of a chunk's header without bound.
    if (!parser.is_done()) return left > kHeaderLimit ? State::malformed : State::incomplete;
    const bool interim = parser.status >= 100 && parser.status < 200 && parser.status != 101;
    if (!interim) return State::complete;
    begin(has_body_);
    if (piece.empty()) return State::incomplete;
  }
}

AnswerReader::State AnswerReader::end() {
  auto& parser = *parser_->one;
  if (!parser.got_some()) return State::incomplete;
  error_code error;
  parser.put_eof(error);
  return error || !parser.is_done() ? State::incomplete : State::complete;
}

int AnswerReader::status() const { return parser_->one->status; }
bool AnswerReader::keep_alive() const { return parser_->one->keep_alive(); }

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
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

}  // namespace asyncmark::http
