// For our own tests: a workload that needs a service, and that service.

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>

#include "bench/base/errors.hpp"
#include "bench/engine/sleep_until.hpp"
#include "bench/model/workload_entry.hpp"
#include "bench/os/interruption.hpp"
#include "bench/services/serving.hpp"

namespace asyncmark {
namespace {

/// Its endpoint is its process, which an operation finds alive or not.
void serve_presence(const OptionValues& options, ServiceCounts& counts) {
  const auto& fault = options.text("fault");
  if (fault == "refuse") throw UsageError("--fault: the service refuses");
  if (fault == "crash") raise(SIGKILL);
  if (fault == "mumble") fmt::print("hm\nhm\n");
  if (fault == "leave") std::signal(SIGUSR1, [](int) { _exit(0); });
  counts.sees_requests = false;
  const CountedConnection one(counts);
  announce(std::to_string(getpid()), "by being there");
  pollfd interruption{Interruption::descriptor(), POLLIN, 0};
  while (poll(&interruption, 1, fault == "spin" ? 0 : -1) < 1) {
    if (fault != "spin") continue;
    for (const auto end = Clock::now() + std::chrono::milliseconds(20); Clock::now() < end;) {
    }
  }
}

class Visit final : public BlockingSession {
 public:
  Visit(pid_t service, Duration wait, bool sends_away)
      : service_(service), wait_(wait), signal_(sends_away ? SIGUSR1 : 0) {}
  Outcome call(std::uint64_t) override {
    if (wait_ > Duration(0)) sleep_until(Clock::now() + wait_);
    return kill(service_, signal_) == 0 ? Outcome{} : Outcome::failed("gone");
  }

 private:
  pid_t service_;
  Duration wait_;
  int signal_;
};

class Visits final : public Workload {
 public:
  explicit Visits(const OptionValues& options)
      : url_(options.text("url")),
        wait_(options.duration("wait")),
        sends_away_(options.text("fault") == "leave") {}
  std::unique_ptr<BlockingSession> open_blocking() const override {
    if (url_.empty()) throw CaseError("there is no service");
    return std::make_unique<Visit>(std::stoi(url_), wait_, sends_away_);
  }

 private:
  std::string url_;
  Duration wait_;
  bool sends_away_;
};

OptionSpec fault_option() {
  return choice_option("fault", {"none", "refuse", "crash", "mumble", "leave", "spin"},
                       "what the service does wrong");
}

const bool workload = Registry<WorkloadEntry>::add({
    .name = "served",
    .summary = "for tests: needs a service unless --url names one",
    .options = {text_option("url", "", "the process to look for"), fault_option(),
                duration_option("wait", Duration(0), "how long an operation waits before")},
    .make = [](const OptionValues& options,
               std::uint64_t) { return std::make_unique<Visits>(options); },
    .service = [](const OptionValues& options) -> std::optional<std::vector<std::string>> {
      if (!options.text("url").empty()) return std::nullopt;
      return {{"presence", "--fault", options.text("fault")}};
    },
    .address_option = "url",
});

const bool service = Registry<ServiceEntry>::add({
    .name = "presence",
    .summary = "for tests: is there",
    .options = {fault_option()},
    .serve = serve_presence,
});

}  // namespace
}  // namespace asyncmark
