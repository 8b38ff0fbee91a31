#include "bench/base/shell_words.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

#include "bench/base/errors.hpp"

namespace asyncmark::shell_words_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Words = std::vector<std::string>;

Words read(const std::string& command) { return shell_words(command, "--command"); }

TEST(ShellWords, AreAsTypedAndReadBack) {
  for (const Words& words : {Words{"psql", "-c", "'a' || 'b'"},
                             {"'hello'", "'", "''", "'''a"},
                             {"", "a", ""},
                             {"\"", "\"a\"", "\\", "\\'", "it's"},
                             {"a b", "a\nb", "\t", "$HOME", "${x:-y z}", "$(date)", "*", "~", "#"},
                             {"caf\xe9", "\x01\x1b[31m", "{a,b}", "a=b", "`id`", "!", "a;b&c|d"}})
    EXPECT_EQ(read(as_typed(words)), words) << as_typed(words);
}

TEST(ShellWords, OfAnyLettersAreReadBack) {
  constexpr std::string_view kLetters = "'\"\\ a$\n{(*~\xe9=`\t#})&";
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    Words words(1 + random() % 4);
    for (auto& word : words)
      for (auto left = random() % 7; left > 0; --left) word += kLetters[random() % kLetters.size()];
    ASSERT_EQ(read(as_typed(words)), words) << as_typed(words);
  }
}

TEST(ShellWords, OfACommandAreThoseOfAShell) {
  setenv("ASYNCMARK_TEST", "b  c", 1);
  unsetenv("ASYNCMARK_NONE");
  EXPECT_THAT(read("''a \"\"b c'' '' \"\" '''d'"), ElementsAre("a", "b", "c", "", "", "d"));
  EXPECT_THAT(read("\"$ASYNCMARK_NONE\"a ''$ASYNCMARK_TEST $ASYNCMARK_NONE"),
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(read("\"$ASYNCMARK_TEST\" ${ASYNCMARK_NONE:-d e} '$x' \\$x a\\ b"),
              ElementsAre("b  c", "d", "e", "$x", "$x", "a b"));
  EXPECT_THAT(read("  sh\t-c 'exit 0' "), ElementsAre("sh", "-c", "exit 0"));
  EXPECT_THAT(read(""), ElementsAre());
}

TEST(ShellWords, AreNoneOfWhatOnlyAShellCanDo) {
  unsetenv("ASYNCMARK_NONE");
  for (const auto* command : {"ls | wc", "a; b", "a > b", "$(date)", "`id`", "'a", "\"a", "a\nb",
                              "   ", "$ASYNCMARK_NONE", "(a)", "a &"})
    EXPECT_THAT([&] { read(command); },
                ThrowsMessage<UsageError>(HasSubstr("--command: '" + std::string(command))))
        << command;
}

}  // namespace
}  // namespace asyncmark::shell_words_test
