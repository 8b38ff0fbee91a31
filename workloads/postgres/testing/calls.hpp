#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "bench/engine/event_loop.hpp"
#include "bench/model/catalog.hpp"
#include "bench/model/workload.hpp"
#include "workloads/postgres/testing/shared_cluster.hpp"

namespace asyncmark::postgres::testing {

using Options = std::map<std::string, std::string>;

/// The two ways in which a session waits.
enum class Waiting { blocking, on_a_loop };

inline std::string to_string(Waiting waiting) {
  return waiting == Waiting::blocking ? "Blocking" : "OnALoop";
}
inline void PrintTo(Waiting waiting, std::ostream* out) { *out << to_string(waiting); }

/// On the shared cluster unless told otherwise.
inline std::unique_ptr<Workload> make_postgres(Options options) {
  if (!options.contains("dsn")) options["dsn"] = SharedCluster::get().conninfo();
  OptionValues values(Catalog::workload("postgres").options);
  for (const auto& [name, text] : options) values.set(name, text);
  return Catalog::workload("postgres").make(values, 1);
}

/// A session of either kind, with the loop that it may need.
class Caller {
 public:
  Caller(Waiting waiting, const Options& options) : workload_(make_postgres(options)) {
    workload_->set_up();
    if (waiting == Waiting::blocking) {
      blocking_ = workload_->open_blocking();
      return;
    }
    loop_ = std::make_unique<EventLoop>();
    on_loop([](Caller& self) -> Async<void> {
      self.async_ = co_await self.workload_->open_async(*self.loop_);
    });
  }

  Outcome call(std::uint64_t op) {
    if (blocking_) return blocking_->call(op);
    op_ = op;
    on_loop(
        [](Caller& self) -> Async<void> { self.outcome_ = co_await self.async_->call(self.op_); });
    return outcome_;
  }

  /// Operations 0, 1, ...: why each failed, or "" where it did not.
  std::vector<std::string> reasons(std::size_t times) {
    std::vector<std::string> all;
    for (std::size_t op = 0; op < times; ++op) all.emplace_back(call(op).failure.code());
    return all;
  }
  /// The same: how many rows each gave.
  std::vector<std::uint32_t> rows(std::size_t times) {
    std::vector<std::uint32_t> all;
    for (std::size_t op = 0; op < times; ++op) all.push_back(call(op).rows);
    return all;
  }

 private:
  template <class Body>
  void on_loop(Body body) {
    loop_->spawn(body(*this));
    loop_->run();
  }

  std::unique_ptr<Workload> workload_;
  std::unique_ptr<BlockingSession> blocking_;
  std::unique_ptr<EventLoop> loop_;  // The session is gone before it is.
  std::unique_ptr<AsyncSession> async_;
  std::uint64_t op_ = 0;
  Outcome outcome_;
};

}  // namespace asyncmark::postgres::testing
