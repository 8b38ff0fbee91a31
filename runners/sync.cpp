// One thread, one operation after the other: the baseline by definition.

#include "bench/base/pages.hpp"
#include "bench/engine/client.hpp"
#include "bench/engine/passes.hpp"
#include "bench/model/runner_entry.hpp"

namespace asyncmark::sync_runner {
namespace {

class Sync final : public Runner {
 public:
  Concurrency concurrency(const Load&) const override { return {}; }

  Measurement run(const Workload& workload, const Load& load) const override {
    Stage stage;
    const auto session = open_blocking(workload, stage);
    Pages<Recorder> recorders(1, Sharing::with_threads);
    return measure(load, concurrency(load),
                   {.stage = stage, .recorders = recorders.span(), .carry_out = [&] {
                      run_client(*session, stage, recorders[0]);
                    }});
  }
};

const bool registered = Registry<RunnerEntry>::add({
    .name = "sync",
    .summary = "one thread, one operation after another: the baseline",
    .timing = "the thread exists before timing starts",
    .options = {},
    .knows_in_flight = false,
    .make = [](const OptionValues&) { return std::make_unique<Sync>(); },
});

}  // namespace
}  // namespace asyncmark::sync_runner
