// How answers are framed: the rules of docs/http.md.

#include <algorithm>
#include <array>
#include <charconv>

#include "workloads/http/message.hpp"

namespace asyncmark::http {
namespace {

constexpr std::string_view kBegin = "HTTP/1.";
constexpr std::uint64_t kLongestBody = std::uint64_t(1) << 62;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// `other` is in lower case.
bool is_same(std::string_view text, std::string_view other) {
  return std::ranges::equal(text, other, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

/// Calls `read` with each entry of a list; false where one of them is refused.
template <class Read>
bool each_of(std::string_view list, Read read) {
  for (;;) {
    const auto end = list.find(',');
    if (!read(trimmed(list.substr(0, end)))) return false;
    if (end == list.npos) return true;
    list.remove_prefix(end + 1);
  }
}

/// The whole of it as a number, which is no larger than a body may be.
std::optional<std::uint64_t> number_of(std::string_view text, int base) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size() || number > kLongestBody)
    return std::nullopt;
  return number;
}

}  // namespace

void AnswerReader::begin(bool has_body) {
  part_ = Part::status;
  field_ = Field::none;
  has_body_ = has_body;
  closes_ = stays_ = is_coded_ = is_chunked_ = false;
  status_ = minor_version_ = 0;
  header_size_ = 0;
  length_.reset();
  line_.clear();
}

AnswerReader::State AnswerReader::feed(std::string_view& piece) {
  while (part_ != Part::over)
    if (const auto state = step(piece); state != State::complete) return state;
  return State::complete;
}

AnswerReader::State AnswerReader::end() const {
  return part_ == Part::until_end ? State::complete : State::incomplete;
}

AnswerReader::State AnswerReader::step(std::string_view& piece) {
  switch (part_) {
    case Part::over:
      return State::complete;
    case Part::until_end:
      piece = {};
      return State::incomplete;
    case Part::body:
    case Part::chunk:
      skip(piece);
      if (left_ > 0) return State::incomplete;
      part_ = part_ == Part::body ? Part::over : Part::chunk_end;
      return State::complete;
    default:
      break;
  }
  std::string_view line;
  if (const auto state = take_line(piece, line); state != State::complete) return state;
  bool good = true;
  switch (part_) {
    case Part::status:
      good = read_status(line);
      break;
    case Part::fields:
      good = line.empty() ? end_field() && end_header() : read_field(line);
      break;
    case Part::chunk_size:
      good = read_chunk_size(line);
      break;
    case Part::chunk_end:
      good = line.empty();
      header_size_ = 0;
      part_ = Part::chunk_size;
      break;
    default:  // The trailer.
      if (line.empty()) part_ = Part::over;
  }
  return good ? State::complete : State::malformed;
}

AnswerReader::State AnswerReader::take_line(std::string_view& piece, std::string_view& line) {
  const auto end = piece.find('\n');
  const bool is_whole = end != piece.npos;
  const auto part = piece.substr(0, end);
  header_size_ += part.size() + (is_whole ? 1 : 0);
  if (header_size_ > kHeaderLimit)
    return part_ == Part::chunk_size ? State::malformed : State::header_too_long;
  line = part;
  if (!is_whole || !line_.empty()) line = line_.append(part);
  if (part_ == Part::status && !line.starts_with(kBegin.substr(0, line.size())))
    return State::malformed;
  piece.remove_prefix(is_whole ? end + 1 : piece.size());
  if (!is_whole) return State::incomplete;
  if (!line_.empty()) {
    whole_.swap(line_);
    line_.clear();
    line = whole_;
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool is_text = line.find('\r') == line.npos && line.find('\0') == line.npos;
  return is_text ? State::complete : State::malformed;
}

bool AnswerReader::read_status(std::string_view line) {
  constexpr std::size_t kShortest = 12;  // "HTTP/1.1 200", for the reason may be missing.
  if (line.size() < kShortest || !line.starts_with(kBegin)) return false;
  const auto version = number_of(line.substr(7, 1), 10), status = number_of(line.substr(9, 3), 10);
  if (!version || line[8] != ' ' || !status || *status < 100) return false;
  if (line.size() > kShortest && line[kShortest] != ' ') return false;
  minor_version_ = static_cast<int>(*version);
  status_ = static_cast<int>(*status);
  part_ = Part::fields;
  return true;
}

bool AnswerReader::read_field(std::string_view line) {
  if (is_blank(line.front())) {  // It goes on from the line before.
    if (field_ == Field::none) return false;
    if (field_ != Field::other) value_.append(" ").append(trimmed(line));
    return true;
  }
  if (!end_field()) return false;
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == line.npos || !is_token(name)) return false;
  field_ = is_same(name, "content-length")      ? Field::content_length
           : is_same(name, "transfer-encoding") ? Field::transfer_encoding
           : is_same(name, "connection")        ? Field::connection
                                                : Field::other;
  if (field_ != Field::other) value_ = trimmed(line.substr(colon + 1));
  return true;
}

bool AnswerReader::end_field() {
  switch (field_) {
    case Field::content_length:
      return each_of(value_, [&](auto number) { return read_length(number); });
    case Field::transfer_encoding:
      return each_of(value_, [&](auto coding) { return read_coding(coding); });
    case Field::connection:
      return each_of(value_, [&](auto option) {
        closes_ = closes_ || is_same(option, "close");
        stays_ = stays_ || is_same(option, "keep-alive");
        return true;
      });
    default:
      return true;
  }
}

bool AnswerReader::read_length(std::string_view text) {
  const auto number = number_of(text, 10);
  if (!number || (length_ && length_ != number)) return false;
  length_ = number;
  return true;
}

bool AnswerReader::read_coding(std::string_view coding) {
  if (coding.empty() || is_same(coding, "identity")) return true;
  if (is_chunked_) return false;  // It is the last one, or the end of the body would be unknown.
  is_coded_ = true;
  is_chunked_ = is_same(coding, "chunked");
  return true;
}

bool AnswerReader::end_header() {
  if (is_coded_ && length_) return false;
  if (status_ < 200 && status_ != 101) {  // The answer is yet to come.
    begin(has_body_);
    return true;
  }
  header_size_ = 0;
  if (!has_body_ || status_ == 101 || status_ == 204 || status_ == 304)
    part_ = Part::over;
  else if (is_chunked_)
    part_ = Part::chunk_size;
  else if (is_coded_ || !length_)
    part_ = Part::until_end;
  else
    part_ = Part::body, left_ = *length_;
  return true;
}

bool AnswerReader::read_chunk_size(std::string_view line) {
  const auto size = number_of(trimmed(line.substr(0, line.find(';'))), 16);
  if (!size || is_blank(line.front())) return false;
  header_size_ = 0;
  left_ = *size;
  part_ = left_ > 0 ? Part::chunk : Part::trailer;
  return true;
}

void AnswerReader::skip(std::string_view& piece) {
  const auto here = std::min<std::uint64_t>(left_, piece.size());
  piece.remove_prefix(here);
  left_ -= here;
}

bool AnswerReader::keep_alive() const {
  const bool is_framed = part_ == Part::over && status_ != 101;
  return is_framed && !closes_ && (minor_version_ > 0 || stays_);
}

}  // namespace asyncmark::http
