// The server of many articles, in Python: FastAPI on uvicorn.

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "bench/base/errors.hpp"
#include "bench/os/interruption.hpp"
#include "bench/os/python.hpp"
#include "bench/os/spawn.hpp"
#include "bench/services/serving.hpp"
#include "workloads/http/fastapi_script.hpp"
#include "workloads/http/server.hpp"
#include "workloads/support/descriptors.hpp"

namespace asyncmark::http_fastapi {
namespace {

constexpr const char* kModules = "fastapi, uvicorn";
constexpr std::uint64_t kConnections = 20'000;

std::string missing() {
  if (python_with(kModules)) return "";
  return "FastAPI or uvicorn is not installed; Debian's packages python3-fastapi and uvicorn have "
         "them";
}

/// Its first line, once it listens; empty after an Interruption.
std::string first_line(int output) {
  std::string text;
  while (text.find('\n') == std::string::npos) {
    pollfd watched[] = {{output, POLLIN, 0}, {Interruption::descriptor(), POLLIN, 0}};
    poll(watched, 2, -1);
    if (watched[1].revents != 0) return "";
    char buffer[512];
    const auto got = read(output, buffer, sizeof buffer);
    if (got <= 0) throw UsageError("FastAPI did not start");
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text.substr(0, text.find('\n'));
}

void serve_fastapi(const OptionValues& options, ServiceCounts& counts) {
  const auto python = python_with(kModules);
  if (!python) throw UsageError("serve fastapi: " + missing());
  allow_descriptors(kConnections);
  auto pipe = Pipe::open("fastapi");
  const auto server =
      spawn({*python, "-c", std::string(http::fastapi_script()), options.text("endpoint"),
             fmt::format("{}", seconds(options.duration("delay"))),
             std::to_string(options.optional_count("port").value_or(0)), std::to_string(getpid())},
            {{pipe.write.get(), STDOUT_FILENO}}, "fastapi");
  pipe.write.reset();
  const auto line = first_line(pipe.read.get());
  const auto blank = line.find(' ');
  if (blank == std::string::npos) return;
  counts.sees_requests = false;
  counts.worker = server.pid();
  const auto port = parse_count(line.substr(0, blank), "fastapi", 1, 65'535);
  announce(http_server::endpoint(static_cast<unsigned>(port)), line.substr(blank + 1));
  pollfd watched[] = {{Interruption::descriptor(), POLLIN, 0}, {server.pidfd(), POLLIN, 0}};
  poll(watched, 2, -1);
  if (watched[0].revents == 0) throw UsageError("FastAPI has ended by itself");
}

const bool registered = Registry<ServiceEntry>::add({
    .name = "fastapi",
    .summary = "a FastAPI server on uvicorn, if both are installed",
    .options =
        {
            choice_option("endpoint", {"await", "threads", "blocking"},
                          "await: async def that awaits asyncio.sleep; threads: def with "
                          "time.sleep, in FastAPI's pool of 40 threads; blocking: async def with "
                          "time.sleep, which blocks the event loop"),
            duration_option("delay", Duration(0), "response delay"),
            count_option("port", 0, "port to listen on; 0: any free port (default: 0)"),
        },
    .serve = serve_fastapi,
    .missing = missing,
});

}  // namespace
}  // namespace asyncmark::http_fastapi
