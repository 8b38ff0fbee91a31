#include "bench/base/strict_json.hpp"

#include <algorithm>
#include <cctype>

namespace asyncmark {
namespace {

constexpr std::size_t kBlock = 65536;
constexpr std::string_view kNull = "null";
/// A longer word is none of those that are replaced.
constexpr std::size_t kLongestWord = 16;

bool is_of_a_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("+-.#()").find(c) != std::string_view::npos;
}

/// Whether a word stands for what is not a finite number, as any C library prints it.
bool is_not_finite(std::string word) {
  std::ranges::transform(word, word.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (word.starts_with('-') || word.starts_with('+')) word.erase(0, 1);
  return word == "nan" || word.starts_with("nan(") || word == "inf" || word == "infinity" ||
         word.starts_with("1.#");
}

}  // namespace

StrictJson::StrictJson(std::istream& source) : source_(source) {
  if (fill())
    head_.assign(read_.begin(), read_.begin() + std::min<std::ptrdiff_t>(4, std::ssize(read_)));
}

bool StrictJson::fill() {
  read_.resize(kBlock);
  source_.read(read_.data(), static_cast<std::streamsize>(read_.size()));
  read_.resize(static_cast<std::size_t>(source_.gcount()));
  at_ = 0;
  return !read_.empty();
}

void StrictJson::end_word() {
  if (word_.empty()) return;
  replaced_ = is_not_finite(word_);
  word_size_ = word_.size();
  text_ += replaced_ ? kNull : std::string_view(word_);
  word_.clear();
}

void StrictJson::take(char c) {
  if (in_string_) {
    text_ += c;
    in_string_ = escaped_ || c != '"';
    escaped_ = !escaped_ && c == '\\';
  } else if (is_of_a_word(c)) {
    (is_long_ ? text_ : word_) += c;
    if (word_.size() <= kLongestWord) return;
    is_long_ = true;
    text_ += word_;
    word_.clear();
  } else {
    is_long_ = false;
    end_word();
    // What follows a replaced word is read apart from it, so that in_source() is right for both.
    if (replaced_) {
      --at_;
      return;
    }
    text_ += c;
    in_string_ = c == '"';
  }
}

StrictJson::int_type StrictJson::underflow() {
  if (replaced_) {
    added_ += kNull.size();
    removed_ += word_size_;
  }
  replaced_ = false;
  text_.clear();
  while (text_.size() < kBlock && !replaced_) {
    if (at_ == read_.size() && !fill()) {
      end_word();
      break;
    }
    take(read_[at_++]);
  }
  if (text_.empty()) return traits_type::eof();
  setg(text_.data(), text_.data(), text_.data() + text_.size());
  return traits_type::to_int_type(text_.front());
}

}  // namespace asyncmark
