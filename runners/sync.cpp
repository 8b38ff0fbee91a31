// One thread, one operation after the other: the baseline by definition.

#include "bench/catalog.hpp"
#include "bench/client.hpp"
#include "bench/pages.hpp"
#include "bench/passes.hpp"

namespace asyncmark {
namespace {

class Sync final : public Runner {
 public:
  Concurrency concurrency(const Load&) const override { return {}; }

  Measurement run(const Workload& workload, const Load& load) const override {
    const auto session = workload.open_blocking();
    Pages<Recorder> recorders(1, Sharing::with_threads);
    Stage stage;
    return measure(load, concurrency(load),
                   {.stage = stage, .recorders = recorders.span(), .carry_out = [&] {
                      run_client(*session, stage, recorders[0]);
                    }});
  }
};

const bool registered = Catalog::add(RunnerEntry{
    .name = "sync",
    .summary = "one thread, one operation after the other",
    .options = {},
    .knows_in_flight = false,
    .make = [](const OptionValues&) { return std::make_unique<Sync>(); },
});

}  // namespace
}  // namespace asyncmark
