// Waits and then computes: the share of computing is a dial.

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bench/base/errors.hpp"
#include "bench/engine/event_loop.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "workloads/http/url.hpp"

namespace asyncmark::mixed_workload {
namespace {

using Part = std::unique_ptr<const Workload>;

/// A workload that does one part of an operation.
Part part(const char* name, std::uint64_t seed,
          std::initializer_list<std::pair<const char*, std::string>> options) {
  const auto& entry = Registry<WorkloadEntry>::at(name);
  OptionValues values(entry.options);
  for (const auto& [option, text] : options) values.set(option, text);
  return entry.make(values, seed);
}

Part waiting_part(const OptionValues& options, std::uint64_t seed) {
  if (options.has("wait")) {
    if (options.flag("allow-remote")) throw UsageError("--allow-remote: needs --url");
    if (options.duration("wait") == Duration(0)) return nullptr;
    return part("sleep", seed, {{"wait", options.print("wait")}});
  }
  return part("http", seed,
              {{"url", options.text("url")}, {"allow-remote", options.print("allow-remote")}});
}

Part computing_part(const OptionValues& options, std::uint64_t seed) {
  if (!options.has("cpu")) try {
      return part("hash", seed, {{"size", options.print("hash-size")}});
    } catch (const UsageError& error) {  // Which calls the option --size.
      std::string text = error.what();
      if (text.starts_with("--size")) text.replace(0, 6, "--hash-size");
      throw UsageError(text);
    }
  if (options.duration("cpu") == Duration(0)) return nullptr;
  return part("sleep", seed, {{"wait", "0ms"}, {"cpu", options.print("cpu")}});
}

/// First the one session, then the other, unless the first fails.
class BlockingMix final : public BlockingSession {
 public:
  BlockingMix(std::unique_ptr<BlockingSession> waiting, std::unique_ptr<BlockingSession> computing)
      : waiting_(std::move(waiting)), computing_(std::move(computing)) {}

  Outcome call(std::uint64_t op) override {
    const auto waited = waiting_ ? waiting_->call(op) : Outcome{};
    return waited.ok() && computing_ ? computing_->call(op) : waited;
  }

 private:
  std::unique_ptr<BlockingSession> waiting_, computing_;
};

class AsyncMix final : public AsyncSession {
 public:
  AsyncMix(EventLoop& loop, std::unique_ptr<AsyncSession> waiting,
           std::unique_ptr<BlockingSession> computing)
      : loop_(loop), waiting_(std::move(waiting)), computing_(std::move(computing)) {}

  Async<Outcome> call(std::uint64_t op) override {
    const auto waited = co_await waiting_->call(op);
    if (!waited.ok() || !computing_) co_return waited;
    co_return co_await loop_.compute([this, op] { return computing_->call(op); });
  }

 private:
  EventLoop& loop_;
  std::unique_ptr<AsyncSession> waiting_;
  std::unique_ptr<BlockingSession> computing_;
};

class Mixed final : public Workload {
 public:
  Mixed(const OptionValues& options, std::uint64_t seed)
      : waiting_(waiting_part(options, seed)), computing_(computing_part(options, seed)) {
    if (!waiting_ && !computing_)
      throw UsageError("--wait, --cpu: one of them must be more than 0");
  }

  void prepare(std::uint64_t sessions) const override {
    for (const auto* part : {waiting_.get(), computing_.get()})
      if (part) part->prepare(sessions);
  }

  std::unique_ptr<BlockingSession> open_blocking() const override {
    return std::make_unique<BlockingMix>(waiting_ ? waiting_->open_blocking() : nullptr,
                                         computing_ ? computing_->open_blocking() : nullptr);
  }

  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    if (holds_the_loop()) co_return co_await Workload::open_async(loop);
    auto waiting = co_await waiting_->open_async(loop);
    co_return std::make_unique<AsyncMix>(loop, std::move(waiting),
                                         computing_ ? computing_->open_blocking() : nullptr);
  }

  bool holds_the_loop() const override { return !waiting_; }

  Sessions sessions() const override {
    for (const auto* part : {waiting_.get(), computing_.get()})
      if (part && part->sessions() == Sessions::one_each) return Sessions::one_each;
    return Sessions::shared;
  }

  std::optional<Cost> cost(std::uint64_t op) const override {
    Cost sum;
    for (const auto* part : {waiting_.get(), computing_.get()}) {
      if (!part) continue;
      const auto cost = part->cost(op);
      if (!cost) return std::nullopt;
      sum.wait += cost->wait;
      sum.cpu += cost->cpu;
    }
    return sum;
  }

 private:
  Part waiting_;    ///< Null where it does not wait.
  Part computing_;  ///< Null where it does not compute.
};

OptionSpec instead_of(const char* other, OptionSpec spec) {
  spec.instead_of = other;
  return spec;
}

const bool registered = Registry<WorkloadEntry>::add({
    .name = "mixed",
    .summary = "waits or calls a URL, then computes, in a given proportion",
    .options =
        {
            duration_option("wait", std::chrono::milliseconds(10), "wait time of an operation"),
            instead_of("wait", http::url_option("call this URL instead of waiting")),
            flag_option("allow-remote", "allow a URL that is not on this machine"),
            duration_option("cpu", std::chrono::milliseconds(1),
                            "CPU time of an operation, after the wait; hybrid computes on its "
                            "executor"),
            instead_of("cpu", size_option("hash-size", 0,
                                          "compute by hashing a block of this size (SHA-256) "
                                          "instead of --cpu")),
        },
    .make = [](const OptionValues& options,
               std::uint64_t seed) { return std::make_unique<Mixed>(options, seed); },
    .address_option = "url",
    .local_addresses = [](const OptionValues& options) -> std::vector<sockaddr_storage> {
      if (options.has("wait")) return {};
      OptionValues called(Registry<WorkloadEntry>::at("http").options);
      called.set("url", options.text("url"));
      return Registry<WorkloadEntry>::at("http").local_addresses(called);
    },
});

}  // namespace
}  // namespace asyncmark::mixed_workload
