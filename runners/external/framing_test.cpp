// The readers of answers in other languages, held against the examples of docs/framing.json. Needs
// python3 and node.

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::framing_test {
namespace {

using ::testing::IsEmpty;

std::string text_of(const std::string& path) {
  std::ifstream file(source_file(path));
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Prints a line for each example that comes out otherwise, cut into pieces of several lengths.
const std::string kPython = R"(
import json, sys
sys.path.insert(0, sys.argv[1])
from http11 import Answer, Failed

def outcome(example, text, step):
    answer = Answer(example.get("method") != "HEAD")
    try:
        for at in range(0, len(text), step):
            if answer.feed(text[at:at + step]):
                answer.refuse_unless(not answer.has_excess and at + step >= len(text))
                return "keeps" if answer.keeps else "closes"
        if not example.get("ends"):
            return "waits"
        answer.end()
        return "closes"
    except Failed as error:
        return str(error)

examples = json.load(sys.stdin)
assert len(examples) > 50
for example in examples:
    text = example["answer"].replace("{48KiB}", "x" * 49152).replace("{256KiB}", "x" * 262144).encode()
    for step in [1, 7, 1 << 20] if len(text) < 1000 else [1000, 1 << 20]:
        if (got := outcome(example, text, step)) != example["outcome"]:
            print(f"{example['about']}, in pieces of {step}: {got}")
)";

const std::string kNode = R"(
const fs = require("node:fs");
class Failed extends Error {}
const outcome = (example, text, step) => {
  const answer = new Answer(example.method !== "HEAD");
  try {
    for (let at = 0; at < text.length; at += step)
      if (answer.feed(text.subarray(at, at + step))) {
        answer.refuseUnless(!answer.hasExcess && at + step >= text.length);
        return answer.keeps ? "keeps" : "closes";
      }
    if (!example.ends) return "waits";
    answer.end();
    return "closes";
  } catch (error) {
    return error.message;
  }
};
const examples = JSON.parse(fs.readFileSync(0, "utf8"));
if (examples.length < 50) throw new Error("too few");
for (const example of examples) {
  const text = Buffer.from(example.answer.replaceAll("{48KiB}", "x".repeat(49152))
                                         .replaceAll("{256KiB}", "x".repeat(262144)));
  for (const step of text.length < 1000 ? [1, 7, 1 << 20] : [1000, 1 << 20]) {
    const got = outcome(example, text, step);
    if (got !== example.outcome) console.log(`${example.about}, in pieces of ${step}: ${got}`);
  }
}
)";

TEST(Framing, OfPythonIsThatOfTheExamples) {
  const auto ended =
      run_program({"python3", "test.py", source_file("runners/external")},
                  {.input = text_of("docs/framing.json"), .files = {{"test.py", kPython}}});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, IsEmpty());
}

TEST(Framing, OfNodeIsThatOfTheExamples) {
  const auto script = text_of("runners/external/node_http.js") + kNode;
  const auto ended = run_program(
      {"node", "test.js"}, {.input = text_of("docs/framing.json"), .files = {{"test.js", script}}});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, IsEmpty());
}

}  // namespace
}  // namespace asyncmark::testing::framing_test
