#include "bench/base/visible.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/base/errors.hpp"
#include "bench/base/utf8.hpp"

namespace asyncmark::visible_test {
namespace {

TEST(Visible, ShowsWhatWouldMoveATerminalsCursorOrTurnTextAround) {
  EXPECT_EQ(visible("a\x1b[31mb\x7f\r\t"), "a\\x1b[31mb\\x7f\\x0d\\x09");
  EXPECT_EQ(visible("a\u009b31mb\u0085"), "a\\u009b31mb\\u0085") << "C1";
  EXPECT_EQ(visible("a\u202e b\u2066 c\u200b d\ufeff e\u2028"),
            "a\\u202e b\\u2066 c\\u200b d\\ufeff e\\u2028");
  EXPECT_EQ(visible("a\U000e0041"), "a\\ue0041") << "a tag";
  EXPECT_EQ(visible("a\nb"), "a\\nb");
}

TEST(Visible, LeavesWhatCanBeSeen) {
  for (const auto* text : {"", "SELECT 'a' || \"b\"", "µs × é ü €", "日本語", "😀", "א ב"})
    EXPECT_EQ(visible(text), text);
}

TEST(Visible, ShowsBytesThatAreNoCharacter) {
  EXPECT_EQ(visible("caf\xe9!"), "caf\\xe9!");
  EXPECT_EQ(visible("\x9b[31m\xff"), "\\x9b[31m\\xff");
  EXPECT_EQ(visible("\xc0\x80\xed\xa0\x80"), "\\xc0\\x80\\xed\\xa0\\x80")
      << "too long, a surrogate";
  EXPECT_EQ(visible("\xe2\x82"), "\\xe2\\x82") << "cut off";
}

TEST(Visible, CutsWhatIsLongerThanAnybodyReads) {
  EXPECT_EQ(visible(std::string(2000, 'x')), std::string(kMostVisible, 'x') + "...");
  EXPECT_EQ(visible(std::string(2000, 'x'), std::string::npos), std::string(2000, 'x'));
  EXPECT_EQ(visible("ééé", 3), "éé...") << "no half characters";
}

TEST(Visible, KeepsLinesWhereAskedTo) {
  EXPECT_EQ(visible_lines("a\nb\u202e\n\x1b"), "a\nb\\u202e\n\\x1b");
}

TEST(Visible, OfJsonIsTheSameDocument) {
  const nlohmann::json json{{"a\u009b", "b\u202e c\x7f é \U000e0041"}};
  const auto text = visible_json(json.dump());
  EXPECT_EQ(text, "{\"a\\u009b\":\"b\\u202e c\\u007f é \\udb40\\udc41\"}");
  EXPECT_EQ(nlohmann::json::parse(text), json);
}

TEST(Utf8, IsWhatDocumentsHold) {
  for (const auto* text : {"", "a", "é", "\u07ff", "\uffff", "\U0010ffff"})
    EXPECT_TRUE(is_utf8(text)) << text;
  for (const auto* text : {"caf\xe9", "\x80", "\xc3", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "a\xff"})
    EXPECT_FALSE(is_utf8(text)) << visible(text);
  EXPECT_NO_THROW(refuse_other_than_utf8("é", "--file"));
  try {
    refuse_other_than_utf8("caf\xe9", "--file");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "--file: 'caf\\xe9' is not UTF-8, as cases and results must be");
  }
}

}  // namespace
}  // namespace asyncmark::visible_test
