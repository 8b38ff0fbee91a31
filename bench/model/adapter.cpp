#include "bench/model/adapter.hpp"

#include <fmt/format.h>

#include <utility>

#include "bench/base/errors.hpp"
#include "bench/base/shell_words.hpp"
#include "bench/base/utf8.hpp"
#include "bench/model/caps.hpp"
#include "bench/model/runner.hpp"

namespace asyncmark {
namespace {

class Elsewhere final : public Runner {
 public:
  explicit Elsewhere(std::function<Concurrency(const Load&)> concurrency)
      : concurrency_(std::move(concurrency)) {}
  Concurrency concurrency(const Load& load) const override { return concurrency_(load); }
  Measurement run(const Workload&, const Load&) const override {
    throw CaseError("another program carries out the cases of this runner");
  }

 private:
  std::function<Concurrency(const Load&)> concurrency_;
};

}  // namespace

std::unique_ptr<Runner> elsewhere(std::function<Concurrency(const Load&)> concurrency) {
  return std::make_unique<Elsewhere>(std::move(concurrency));
}

RunnerEntry runner_of_command(const std::string& name) {
  const auto what = fmt::format("--runner {}", kCommandPrefix);
  refuse_other_than_utf8(name, "--runner");
  auto words = shell_words(name.substr(kCommandPrefix.size()), what);
  if (words.empty())
    throw UsageError(what + " names no program; give one that speaks docs/protocol.md");
  // Of one that does not tell, it is supposed that it makes use of all there is.
  const auto concurrency = [name](const Load& load) {
    const auto cap = cap_or_all(load, name);
    return Concurrency{.cap = cap, .processors = cap};
  };
  return {.name = name,
          .summary = "what speaks the protocol of docs/protocol.md",
          .timing = "it decides itself what is there before its passes",
          .options = {},
          .make = [=](const OptionValues&) { return elsewhere(concurrency); },
          .program = Program{std::move(words)}};
}

void check_program_of(const RunnerEntry& runner) {
  if (!runner.program) return;
  const auto& [words, text, package] = *runner.program;
  if (package.empty()) program_file(words[0], "--runner");
  if (!find_program(words[0]))
    throw UsageError(
        fmt::format("--runner: {} needs {}, which is not in the PATH; Debian's package {} has it",
                    runner.name, words[0], package));
}

}  // namespace asyncmark
