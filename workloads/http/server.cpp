// Our own HTTP servers, in the two models that people argue about: what the workload `http` calls
// where it is given no URL.

#include "workloads/http/server.hpp"

#include <fmt/format.h>

#include <fstream>

#include "bench/base/errors.hpp"
#include "bench/base/output_file.hpp"
#include "bench/services/serving.hpp"

namespace asyncmark::http_server {

void Log::write(const std::string& path) const {
  std::ofstream file(path);
  file << "arrived_ns completed_ns\n";
  for (const auto& [arrived, completed] : lines_)
    file << arrived.time_since_epoch().count() << ' ' << completed.time_since_epoch().count()
         << '\n';
  if (!file.flush()) throw UsageError(fmt::format("--log: '{}' cannot be written", path));
}

std::string endpoint(unsigned port) { return fmt::format("http://127.0.0.1:{}", port); }

void throw_cannot_listen(const Settings& settings, const std::string& reason) {
  throw UsageError(fmt::format("--port: cannot listen on 127.0.0.1:{}: {}", settings.port, reason));
}

namespace {

constexpr std::int64_t kMostWorkers = 10'000;

}  // namespace

std::optional<std::uint64_t> workers_of(const OptionValues& options, const std::string& flag,
                                        const std::string& model) {
  const auto workers = options.optional_count(flag);
  if (!workers) return std::nullopt;
  if (options.text(model) != "thread-pool")
    throw UsageError(fmt::format("--{}: needs --{} thread-pool", flag, model));
  if (*workers > kMostWorkers)
    throw UsageError(
        fmt::format("--{}: {} is too many; give at most {}", flag, *workers, kMostWorkers));
  return static_cast<std::uint64_t>(*workers);
}

namespace {

Settings settings_from(const OptionValues& options) {
  Settings settings;
  settings.delay = options.duration("delay");
  settings.cpu = options.duration("cpu");
  settings.stall = Stall::parse(options.text("stall"));
  const auto port = options.optional_count("port").value_or(0);
  if (port > 65'535)
    throw UsageError(
        fmt::format("--port: {} is not a port; give 1 to 65535, or 0 for any free port", port));
  settings.port = static_cast<std::uint16_t>(port);
  settings.workers = workers_of(options, "workers", "model").value_or(kUsualWorkers);
  if (options.number("payload") > (std::int64_t{1} << 30))
    throw UsageError("--payload: must be at most 1GiB");
  settings.body.assign(static_cast<std::size_t>(options.number("payload")), 'x');
  return settings;
}

void serve_http(const OptionValues& options, ServiceCounts& counts) {
  const auto settings = settings_from(options);
  const auto& file = options.text("log");
  if (!file.empty()) check_writable(file, "--log");
  Log log(!file.empty());
  Answering answering(settings, counts, log);
  if (options.text("model") == "thread-pool")
    serve_thread_pool(answering);
  else
    serve_event_loop(answering);
  if (!file.empty()) log.write(file);
}

const bool registered = Registry<ServiceEntry>::add({
    .name = "http",
    .summary = "gives the same response to every HTTP request, on 127.0.0.1",
    .options =
        {
            with_placeholder(
                choice_option("model", {"event-loop", "thread-pool"},
                              "event-loop: one thread for all connections (Boost.Beast); "
                              "thread-pool: a thread for each (cpp-httplib)"),
                "MODEL"),
            duration_option("delay", Duration(0), "response delay"),
            duration_option("cpu", Duration(0), "CPU time of a response, before the delay"),
            size_option("payload", 32, "size of the response body"),
            with_placeholder(text_option("stall", "",
                                         "stop for this time at every N-th request, such as "
                                         "200ms@500"),
                             "DURATION@N"),
            with_placeholder(text_option("log", "",
                                         "at the end, write to this file when each request arrived "
                                         "and was answered, in ns of the monotonic clock"),
                             "FILE"),
            count_option("port", 0, "port to listen on; 0: any free port (default: 0)"),
            count_option("workers", 1, "threads of the pool (default: 32)"),
        },
    .serve = serve_http,
});

}  // namespace
}  // namespace asyncmark::http_server
