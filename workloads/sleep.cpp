// Waits, and burns processor time if asked: an I/O call whose cost is known beforehand.

#include <cmath>
#include <numbers>

#include "bench/engine/client.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "workloads/support/scrambled.hpp"
#include "workloads/support/spending.hpp"

namespace asyncmark::sleep_workload {
namespace {

/// A number in (0, 1) that depends on its arguments alone.
double draw(std::uint64_t seed, std::uint64_t stream, std::uint64_t op) {
  const auto z = scrambled((seed * 4 + stream) * kOfSeeds + op * kOfNumbers);
  return (static_cast<double>(z >> 11) + 0.5) * 0x1p-53;
}

/// Each distribution as a factor on its mean.
double factor(const std::string& distribution, double u, double v) {
  if (distribution == "uniform") return 0.5 + u;
  if (distribution == "exponential") return -std::log(u);
  const double normal = std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  return std::exp(normal - 0.5);  // Lognormal.
}

class Sleep final : public Workload {
 public:
  Sleep(const OptionValues& options, std::uint64_t seed)
      : wait_(options.duration("wait")),
        cpu_(options.duration("cpu")),
        distribution_(options.text("distribution")),
        stall_(Stall::parse(options.text("stall"))),
        blocking_(options.flag("blocking")),
        seed_(seed) {}

  std::unique_ptr<BlockingSession> open_blocking() const override;
  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override;
  bool holds_the_loop() const override { return blocking_; }
  Sessions sessions() const override { return Sessions::shared; }

  std::optional<Cost> cost(std::uint64_t op) const override {
    Cost cost{drawn(wait_, 0, op), drawn(cpu_, 2, op)};
    if (stall_.at(op)) cost.wait += stall_.extra;
    return cost;
  }

 private:
  Duration drawn(Duration mean, std::uint64_t stream, std::uint64_t op) const {
    if (distribution_ == "fixed" || mean == Duration(0)) return mean;
    const auto times = factor(distribution_, draw(seed_, stream, op), draw(seed_, stream + 1, op));
    return from_seconds(seconds(mean) * times);
  }

  Duration wait_;
  Duration cpu_;
  std::string distribution_;
  Stall stall_;
  bool blocking_;
  std::uint64_t seed_;
};

class BlockingSleep final : public BlockingSession {
 public:
  explicit BlockingSleep(const Sleep& sleep) : sleep_(sleep) {}
  Outcome call(std::uint64_t op) override {
    const auto cost = *sleep_.cost(op);
    burn(cost.cpu);
    if (cost.wait > Duration(0)) sleep_until(Clock::now() + cost.wait);
    return {};
  }

 private:
  const Sleep& sleep_;
};

class AsyncSleep final : public AsyncSession {
 public:
  AsyncSleep(const Sleep& sleep, EventLoop& loop) : sleep_(sleep), loop_(loop) {}
  Async<Outcome> call(std::uint64_t op) override {
    const auto cost = *sleep_.cost(op);
    if (cost.cpu > Duration(0)) co_await loop_.compute([&cost] { burn(cost.cpu); });
    if (cost.wait > Duration(0)) {
      AsyncTimer timer(loop_.executor(), cost.wait);
      co_await timer.async_wait(use_async);
    }
    co_return Outcome{};
  }

 private:
  const Sleep& sleep_;
  EventLoop& loop_;
};

std::unique_ptr<BlockingSession> Sleep::open_blocking() const {
  return std::make_unique<BlockingSleep>(*this);
}

Async<std::unique_ptr<AsyncSession>> Sleep::open_async(EventLoop& loop) const {
  if (blocking_) co_return co_await Workload::open_async(loop);
  co_return std::make_unique<AsyncSleep>(*this, loop);
}

const bool registered = Registry<WorkloadEntry>::add({
    .name = "sleep",
    .summary = "waits for a known time, as simulated I/O; can use CPU time",
    .options =
        {
            duration_option("wait", std::chrono::milliseconds(46), "wait time of an operation"),
            duration_option(
                "cpu", Duration(0),
                "CPU time of an operation, before it waits; hybrid computes on its executor"),
            with_placeholder(
                choice_option("distribution", {"fixed", "uniform", "exponential", "lognormal"},
                              "distribution of --wait and --cpu around their mean: fixed, uniform "
                              "(0.5 to 1.5 times), exponential, lognormal (sigma 1)"),
                "KIND"),
            with_placeholder(text_option("stall", "",
                                         "every N-th operation waits longer: 200ms@500 adds 200 ms "
                                         "to each 500th"),
                             "DURATION@N"),
            flag_option("blocking", "wait in the thread, and so block the event loop"),
        },
    .make = [](const OptionValues& options,
               std::uint64_t seed) { return std::make_unique<Sleep>(options, seed); },
});

}  // namespace
}  // namespace asyncmark::sleep_workload
