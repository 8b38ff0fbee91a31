#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workloads/http/url.hpp"

namespace asyncmark::http {

/// The text of a request, as Boost.Beast writes it. `headers` replace those that it has by itself.
std::string request_text(const Url& url, const std::string& method, const std::string& body,
                         const std::vector<std::pair<std::string, std::string>>& headers,
                         bool keep_alive);

/// Whether it may stand for a method or a header's name.
bool is_token(std::string_view text);

/// Reads answers as Boost.Beast parses them, from pieces of any size, and throws their bodies away.
class AnswerReader {
 public:
  enum class State { incomplete, complete, malformed };

  AnswerReader();
  AnswerReader(AnswerReader&&) noexcept;
  ~AnswerReader();

  /// Before each answer. An answer to HEAD has no body, whatever its header says.
  void begin(bool has_body);
  /// Takes the next piece, which has to begin with what was left over of the one before. `left`
  /// is set to how much of its end is to be presented again.
  State feed(std::string_view piece, std::size_t& left);
  /// The connection ended: an answer without a length is complete by that.
  State end();

  int status() const;
  bool keep_alive() const;  ///< Whether the server leaves the connection open.

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  bool has_body_ = true;
};

}  // namespace asyncmark::http
