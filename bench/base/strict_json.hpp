#pragma once

#include <cstddef>
#include <istream>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

namespace asyncmark {

/// The text of a source, with null in place of NaN and Infinity. JSON has neither, but Google
/// Benchmark, Python and others write them as bare words: NaN, -Infinity, inf, -nan(ind).
class StrictJson final : public std::streambuf {
 public:
  explicit StrictJson(std::istream& source);

  /// The first bytes of the source, as far as it has any.
  std::string_view head() const { return head_; }
  /// Where the byte that was read last from here stands in the source.
  std::size_t in_source(std::size_t byte) const { return byte + removed_ - added_; }

 protected:
  int_type underflow() override;

 private:
  bool fill();
  void take(char c);
  void end_word();

  std::istream& source_;
  std::string head_;
  std::vector<char> read_;  ///< From the source.
  std::size_t at_ = 0;      ///< How much of it is passed on.
  std::string text_;        ///< What is read from here next.
  std::string word_;        ///< A number or a name that is not complete yet.
  bool is_long_ = false;    ///< The word is too long to be one that is replaced.
  bool in_string_ = false;
  bool escaped_ = false;
  bool replaced_ = false;  ///< `text_` ends with a word that was replaced.
  std::size_t word_size_ = 0;
  std::size_t added_ = 0;    ///< By the words that were replaced before `text_`.
  std::size_t removed_ = 0;  ///< Likewise.
};

}  // namespace asyncmark
