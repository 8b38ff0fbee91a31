// What people see while cases run: a block on a terminal that never scrolls, or plain lines.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <string_view>

#include "bench/base/split.hpp"
#include "bench/base/wrap.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::progress_test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// A terminal that understands what the block is drawn with, and counts what must not happen.
class Emulated {
 public:
  Emulated(std::size_t columns, std::size_t rows) : columns_(columns), lines_(rows) {}

  void show(std::string_view text) {
    while (!text.empty()) {
      if (text.starts_with("\033["))
        text.remove_prefix(obey(text));
      else
        text.remove_prefix(put(letters_of(text.substr(0, 4)).front()));
    }
  }

  std::size_t scrolled() const { return scrolled_; }
  /// Letters that fell into the last column, or behind it.
  std::size_t folded() const { return folded_; }
  const std::vector<std::string>& lines() const { return lines_; }
  /// All text that was ever drawn, without its codes.
  const std::string& drawn() const { return drawn_; }
  std::size_t widest() const { return widest_; }

 private:
  std::size_t put(const Letter& letter) {
    if (letter.bytes == "\r") {
      column_ = 0;
    } else if (letter.bytes == "\n") {
      drawn_ += '\n';
      if (row_ + 1 < lines_.size())
        ++row_;
      else
        scroll();
    } else {
      drawn_ += letter.bytes;
      lines_[row_].resize(std::max(lines_[row_].size(), column_ + letter.columns), ' ');
      lines_[row_].replace(column_, letter.columns, letter.columns, letter.bytes.front());
      column_ += letter.columns;
      widest_ = std::max(widest_, column_);
      folded_ += column_ >= columns_;
    }
    return letter.bytes.size();
  }

  std::size_t obey(std::string_view text) {
    const auto end = text.find_first_of("AKJm");
    const auto number = text.substr(2, end - 2);
    if (text[end] == 'A') row_ -= std::min<std::size_t>(row_, number.front() - '0');
    if (text[end] == 'K') lines_[row_].resize(std::min(lines_[row_].size(), column_));
    if (text[end] == 'J') {
      lines_[row_].resize(std::min(lines_[row_].size(), column_));
      for (auto below = row_ + 1; below < lines_.size(); ++below) lines_[below].clear();
    }
    return end + 1;
  }

  void scroll() {
    lines_.erase(lines_.begin());
    lines_.emplace_back();
    ++scrolled_;
  }

  std::size_t columns_;
  std::vector<std::string> lines_;
  std::size_t row_ = 0, column_ = 0;
  std::size_t scrolled_ = 0, folded_ = 0, widest_ = 0;
  std::string drawn_;
};

/// What a run of about a second with a name of 150 characters shows on a terminal, which `script`
/// provides. Its results go elsewhere.
std::string shown(const std::string& before, const std::string& more = "") {
  std::string zeros;
  for (int i = 0; i < 60; ++i) zeros += " 0";
  const auto command = fmt::format(
      "{} {} run exec --command 'sleep 0.02{}' --ops 40 --runner sync --repetitions 1 "
      "--no-calibration {} > /dev/null",
      before, program(), zeros, more);
  return run_program(
             {"env", "LC_ALL=C.UTF-8", "TERM=xterm", "script", "-qec", command, "/dev/null"})
      .out;
}

TEST(ProgressBlock, NeitherScrollsNorExceedsTheWidth) {
  if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminal can be opened here";
  for (const std::size_t columns : {40, 80, 200}) {
    SCOPED_TRACE(columns);
    Emulated terminal(columns, 4);
    terminal.show("\n\n\n");  // To the last line, where what goes on would scroll.
    terminal.show(shown(fmt::format("stty cols {} rows 4;", columns)));
    EXPECT_EQ(terminal.folded(), 0u);
    EXPECT_EQ(terminal.scrolled(), 2u) << "to have room for three lines";
    EXPECT_GT(terminal.widest(), std::min<std::size_t>(columns, 150) - 10);
    EXPECT_THAT(terminal.drawn(), AllOf(HasSubstr("case 1 of 1: exec/sync"), HasSubstr("ops/s"),
                                        HasSubstr("0 failed"), HasSubstr("about")));
    for (const auto& line : terminal.lines()) EXPECT_THAT(line, IsEmpty()) << "it goes at the end";
  }
}

TEST(ProgressBlock, FollowsAResizedTerminal) {
  if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminal can be opened here";
  const auto text = shown("t=$(tty); stty cols 120 rows 24; (sleep 0.5; stty -F $t cols 50) &");
  Emulated wide(120, 24);
  wide.show(text);
  // A slow machine may draw nothing in half a second.
  if (wide.widest() <= 100) GTEST_SKIP() << "the terminal was resized before it was drawn on";
  EXPECT_EQ(wide.folded(), 0u);
  Emulated narrow(50, 24);
  narrow.show(text.substr(text.rfind("case 1 of 1")));
  EXPECT_EQ(narrow.folded(), 0u);
}

TEST(ProgressBlock, IsWithoutColourOrBlocksWhereTheyAreNotWanted) {
  if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminal can be opened here";
  const auto plain = shown("NO_COLOR=1 LC_ALL=C");
  EXPECT_THAT(plain, AllOf(Not(HasSubstr("m\033")), Not(HasSubstr("\033[36m")),
                           Not(HasSubstr("\u2588")), HasSubstr("elapsed")));
  EXPECT_THAT(shown(""), HasSubstr("\033["));
  EXPECT_THAT(shown("TERM=dumb"), IsEmpty());
  EXPECT_THAT(shown("", "--quiet"), IsEmpty());
}

TEST(ProgressLine, IsOneForEachCaseOnRequest) {
  const auto err = [](const std::vector<std::string>& more) {
    std::vector<std::string> words{"run", "null", "--ops", "10,20", "--runner", "sync"};
    words.insert(words.end(), more.begin(), more.end());
    return asyncmark(words).err;
  };
  EXPECT_THAT(err({}), IsEmpty()) << "no terminal";
  EXPECT_THAT(err({"--progress", "plain", "--quiet"}), IsEmpty());
  const auto lines = lines_in(err({"--progress", "plain"}));
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], StartsWith("case 1 of 2: null/sync/ops:10: 3 runs of "));
  EXPECT_THAT(lines[1], ContainsRegex("^case 2 of 2: null/sync/ops:20: 3 runs of .* ops/s, 0 "
                                      "failed$"));
}

TEST(ProgressLine, TellsWhenALongRunWillEnd) {
  Program program({testing::program(), "run", "sleep", "--wait", "60s", "--ops", "1", "--runner",
                   "sync", "--progress", "plain"});
  EXPECT_TRUE(eventually([&] { return !children_of(program.pid()).empty(); }));
  program.send(SIGINT);
  EXPECT_THAT(program.wait().err,
              ContainsRegex("^3 runs of 1 case will take at least 3 min 0 s, until [0-9:-]+"));
}

}  // namespace
}  // namespace asyncmark::testing::progress_test
