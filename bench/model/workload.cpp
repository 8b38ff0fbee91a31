#include "bench/model/workload.hpp"

namespace asyncmark {
namespace {

class HoldingSession final : public AsyncSession {
 public:
  explicit HoldingSession(std::unique_ptr<BlockingSession> session)
      : session_(std::move(session)) {}
  Async<Outcome> call(std::uint64_t op) override { co_return session_->call(op); }

 private:
  std::unique_ptr<BlockingSession> session_;
};

}  // namespace

Async<std::unique_ptr<AsyncSession>> Workload::open_async(EventLoop&) const {
  co_return std::make_unique<HoldingSession>(open_blocking());
}

}  // namespace asyncmark
