// Does nothing: what remains is the cost of the harness itself.

#include "bench/engine/event_loop.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::null_workload {
namespace {

class NullBlocking final : public BlockingSession {
 public:
  Outcome call(std::uint64_t) override { return {}; }
};

class NullAsync final : public AsyncSession {
 public:
  Async<Outcome> call(std::uint64_t) override { co_return Outcome{}; }
};

class Null final : public Workload {
 public:
  std::unique_ptr<BlockingSession> open_blocking() const override {
    return std::make_unique<NullBlocking>();
  }
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop&) const override {
    co_return std::make_unique<NullAsync>();
  }
  bool holds_the_loop() const override { return false; }
  Sessions sessions() const override { return Sessions::shared; }
};

const bool registered = Registry<WorkloadEntry>::add({
    .name = "null",
    .summary = "does nothing: measures the overhead of asyncmark itself",
    .options = {},
    .make = [](const OptionValues&, std::uint64_t) { return std::make_unique<Null>(); },
    .measures_the_harness = true,
});

}  // namespace
}  // namespace asyncmark::null_workload
