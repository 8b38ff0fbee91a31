// The reader of answers, held against the examples of docs/framing.json.

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/testing/run_program.hpp"
#include "workloads/http/message.hpp"

namespace asyncmark::http::testing::answer_reader_test {
namespace {

using ::asyncmark::testing::source_file;
using State = AnswerReader::State;
using ::testing::Gt;
using ::testing::SizeIs;

std::string replaced(std::string text, const std::string& mark, std::size_t length) {
  for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at))
    text.replace(at, mark.size(), std::string(length, 'x'));
  return text;
}

/// Of the text in pieces of so many bytes, each in memory of its own.
std::string outcome(const std::string& text, bool has_body, bool ends, std::size_t step) {
  AnswerReader reader;
  reader.begin(has_body);
  for (std::size_t at = 0; at < text.size(); at += step) {
    const std::vector<char> copy(
        text.begin() + static_cast<long>(at),
        text.begin() + static_cast<long>(std::min(at + step, text.size())));
    std::string_view piece(copy.data(), copy.size());
    const auto state = reader.feed(piece);
    if (state == State::malformed) return "bad framing";
    if (state == State::header_too_long) return "header > 256KiB";
    if (state == State::incomplete) continue;
    if (!piece.empty() || at + step < text.size()) return "bad framing";
    return reader.keep_alive() ? "keeps" : "closes";
  }
  if (!ends) return "waits";
  if (reader.end() == State::complete) return reader.keep_alive() ? "keeps" : "closes";
  return text.empty() ? "closed early" : "truncated";
}

TEST(AnswerReader, FramesTheExamples) {
  std::ifstream file(source_file("docs/framing.json"));
  const auto examples = nlohmann::json::parse(file);
  ASSERT_THAT(examples, SizeIs(Gt(50u)));
  for (const auto& example : examples) {
    const auto text =
        replaced(replaced(example.at("answer"), "{48KiB}", 48 << 10), "{256KiB}", 256 << 10);
    const bool has_body = example.value("method", "GET") != "HEAD";
    for (const std::size_t step : {1, 2, 7, 1000, 1 << 20})
      EXPECT_EQ(outcome(text, has_body, example.value("ends", false), step), example.at("outcome"))
          << example.at("about") << ", in pieces of " << step;
  }
}

TEST(AnswerReader, TellsTheStatusOfTheFinalAnswer) {
  AnswerReader reader;
  reader.begin(true);
  std::string_view text =
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nokHTTP";
  EXPECT_EQ(reader.feed(text), State::complete);
  EXPECT_EQ(reader.status(), 404);
  EXPECT_EQ(text, "HTTP") << "which follows it";
}

}  // namespace
}  // namespace asyncmark::http::testing::answer_reader_test
