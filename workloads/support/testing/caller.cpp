#include "workloads/support/testing/caller.hpp"

#include "bench/engine/event_loop.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::testing {

std::unique_ptr<Workload> make(const std::string& workload, const Options& options) {
  const auto& entry = Registry<WorkloadEntry>::at(workload);
  OptionValues values(entry.options);
  for (const auto& [name, text] : options) values.set(name, text);
  return entry.make(values, 1);
}

std::string to_string(Waiting waiting) {
  return waiting == Waiting::blocking ? "Blocking" : "OnALoop";
}

void PrintTo(Waiting waiting, std::ostream* out) { *out << to_string(waiting); }

struct Caller::Session {
  std::unique_ptr<Workload> workload;
  std::unique_ptr<BlockingSession> blocking = {};
  std::unique_ptr<EventLoop> loop = {};  // The session ends before it does.
  std::unique_ptr<AsyncSession> async = {};
  std::uint64_t op = 0;
  Outcome outcome = {};

  template <class Body>
  void on_loop(Body body) {
    loop->spawn(body(*this));
    loop->run();
  }
};

Caller::Caller(Waiting waiting, std::unique_ptr<Workload> workload)
    : session_(new Session{.workload = std::move(workload)}) {
  session_->workload->set_up();
  if (waiting == Waiting::blocking) {
    session_->blocking = session_->workload->open_blocking();
    return;
  }
  session_->loop = std::make_unique<EventLoop>();
  session_->on_loop([](Session& session) -> Async<void> {
    session.async = co_await session.workload->open_async(*session.loop);
  });
}

Caller::~Caller() = default;

Outcome Caller::call(std::uint64_t op) {
  if (session_->blocking) return session_->blocking->call(op);
  session_->op = op;
  session_->on_loop([](Session& session) -> Async<void> {
    session.outcome = co_await session.async->call(session.op);
  });
  return session_->outcome;
}

std::vector<std::string> Caller::reasons(std::size_t times) {
  std::vector<std::string> all;
  for (std::size_t op = 0; op < times; ++op) all.emplace_back(call(op).failure.code());
  return all;
}

std::vector<std::uint32_t> Caller::rows(std::size_t times) {
  std::vector<std::uint32_t> all;
  for (std::size_t op = 0; op < times; ++op) all.push_back(call(op).rows);
  return all;
}

}  // namespace asyncmark::testing
