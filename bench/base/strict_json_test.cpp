#include "bench/base/strict_json.hpp"

#include <gmock/gmock.h>

#include <iterator>
#include <sstream>

#include "bench/base/text_encoding.hpp"

namespace asyncmark::strict_json_test {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

std::string read(const std::string& text) {
  std::istringstream source(text);
  StrictJson strict(source);
  return {std::istreambuf_iterator<char>(&strict), {}};
}

TEST(StrictJson, HasNullForWhatIsNoFiniteNumber) {
  EXPECT_EQ(read(R"({"misses": NaN})"), R"({"misses": null})");
  EXPECT_EQ(read("[NaN,-NaN,nan,-nan,Infinity,-Infinity,inf,-inf,+inf,-nan(ind),1.#QNAN]"),
            "[null,null,null,null,null,null,null,null,null,null,null]");
  EXPECT_EQ(read("NaN"), "null");
}

TEST(StrictJson, LeavesEverythingElseAsItIs) {
  for (const std::string text :
       {"", "{}", "[1.5e-3, -2E+7, true, false, null]", R"({"NaN": "Infinity, NaN"})",
        R"(["a \" NaN", "\\", "NaN"])", "Nano", "infinite", "01234567890123456NaN",
        "0123456789012345NaN", "[NaNa, -1]", R"("not closed NaN)"})
    EXPECT_EQ(read(text), text);
  const auto longer = std::string(200'000, 'n') + "[1]" + std::string(200'000, ' ');
  EXPECT_EQ(read(longer), longer);
}

TEST(StrictJson, FindsWordsThatLieAcrossItsBlocks) {
  for (std::size_t before = 65530; before < 65540; ++before)
    EXPECT_EQ(read(std::string(before, ' ') + "-Infinity, 1"),
              std::string(before, ' ') + "null, 1");
}

TEST(StrictJson, TellsWhereAByteStandsInTheSource) {
  std::istringstream source("[NaN, -Infinity, x");
  StrictJson strict(source);
  std::size_t byte = 0;
  while (strict.sbumpc() != 'x') ++byte;
  EXPECT_EQ(strict.in_source(byte), 17u);
}

TEST(TextEncoding, IsNamedWhereItIsNotUtf8) {
  EXPECT_EQ(not_utf8("{\n \"context\""), "");
  EXPECT_EQ(not_utf8("\xef\xbb\xbf{"), "");
  EXPECT_EQ(not_utf8(""), "");
  EXPECT_EQ(not_utf8("{"), "");
  EXPECT_THAT(not_utf8("\xff\xfe{\0"s), HasSubstr("is UTF-16"));
  EXPECT_THAT(not_utf8("\xfe\xff\0{"s), HasSubstr("is UTF-16"));
  EXPECT_THAT(not_utf8("{\0\n\0"s), HasSubstr("is UTF-16"));
  EXPECT_THAT(not_utf8("\0{"s), HasSubstr("is UTF-16"));
  EXPECT_THAT(not_utf8("\xff\xfe\0\0"s), HasSubstr("is UTF-32"));
  EXPECT_THAT(not_utf8("\x1f\x8b\x08"s), HasSubstr("gzip"));
}

}  // namespace
}  // namespace asyncmark::strict_json_test
