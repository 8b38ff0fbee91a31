// Runners in other languages: the scripts beside this file, which the program carries, by an
// interpreter of this machine.

#include "bench/model/adapter.hpp"
#include "bench/model/caps.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/os/placement.hpp"
#include "runners/external/carried.hpp"

namespace asyncmark {
namespace {

// What the interpreter finds on kScriptDescriptor.
constexpr const char* kScript = "/proc/self/fd/6";

Program python(std::string_view script) {
  return {.words = {"python3", kScript}, .text = script, .package = "python3"};
}

/// The file has no name, so there is nothing to resolve it to.
Program node() {
  return {.words = {"node", "--preserve-symlinks-main", kScript},
          .text = carried::node(),
          .package = "nodejs"};
}

RunnerEntry loop(std::string name, std::string summary, Program program) {
  auto concurrency = [name](const Load& load) {
    return Concurrency{.cap = cap_or_all(load, name), .one_loop = true};
  };
  return {.name = std::move(name),
          .summary = std::move(summary),
          .timing =
              "its interpreter and one thread are there before; making a task for each "
              "operation is timed",
          .options = {},
          .make = [=](const OptionValues&) { return elsewhere(concurrency); },
          .program = std::move(program)};
}

RunnerEntry pool(std::string name, std::string summary, std::function<std::uint64_t()> usual,
                 Program program) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .timing = "its interpreter and workers are there before, and starting them is not timed",
          .options = {workers_option()},
          .make =
              [=](const OptionValues& options) {
                return elsewhere([workers = options.optional_count("workers"), usual](
                                     const Load& load) { return pool_of(workers, load, usual()); });
              },
          .program = std::move(program)};
}

const bool registered =
    Registry<RunnerEntry>::add(loop("python-asyncio",
                                    "Python's asyncio, on uvloop if that is installed",
                                    python(carried::python_asyncio()))) &&
    Registry<RunnerEntry>::add(pool(
        "python-threads", "a pool of Python threads, with one interpreter lock", [] { return 32; },
        python(carried::python_threads()))) &&
    Registry<RunnerEntry>::add(pool(
        "python-processes", "a pool of Python processes", [] { return own_cpus().size(); },
        python(carried::python_processes()))) &&
    Registry<RunnerEntry>::add(loop("node", "the event loop of Node.js", node()));

}  // namespace
}  // namespace asyncmark
