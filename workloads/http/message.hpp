#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// A header may be as long as this, with its status line and all line ends.
inline constexpr std::size_t kHeaderLimit = 256 * 1024;

/// Reads answers from pieces of any size by the rules of docs/http.md, and throws their bodies
/// away. The runners in other languages have the same rules.
class AnswerReader {
 public:
  enum class State { incomplete, complete, malformed, header_too_long };

  /// Before each answer. An answer to HEAD has no body, whatever its header says.
  void begin(bool has_body);
  /// Takes the next piece. `piece` becomes what follows the answer.
  State feed(std::string_view& piece);
  /// The connection ended: an answer without a length is complete by that.
  State end() const;

  int status() const { return status_; }
  bool keep_alive() const;  ///< Whether the server leaves the connection open.

 private:
  enum class Part { status, fields, body, until_end, chunk_size, chunk, chunk_end, trailer, over };
  enum class Field { none, content_length, transfer_encoding, connection, other };

  /// Goes on to the next line, chunk or body; complete: there is more to do.
  State step(std::string_view& piece);
  State take_line(std::string_view& piece, std::string_view& line);
  bool read_status(std::string_view line);
  bool read_field(std::string_view line);
  bool read_chunk_size(std::string_view line);
  bool end_field();
  bool end_header();
  bool read_length(std::string_view number);
  bool read_coding(std::string_view coding);
  void skip(std::string_view& piece);

  Part part_ = Part::over;
  Field field_ = Field::none;  ///< May go on in the next line.
  bool has_body_ = true;
  bool closes_ = false, stays_ = false;  ///< As its header Connection says.
  bool is_coded_ = false, is_chunked_ = false;
  int status_ = 0, minor_version_ = 0;
  std::size_t header_size_ = 0;
  std::uint64_t left_ = 0;  ///< Of the body, or of the chunk.
  std::optional<std::uint64_t> length_;
  std::string value_;         ///< Of the field, where it matters.
  std::string line_, whole_;  ///< A line that came in pieces: so far, and complete.
};

}  // namespace asyncmark::http
