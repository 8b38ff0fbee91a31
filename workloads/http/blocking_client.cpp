#include <fmt/format.h>

#include "bench/errors.hpp"
#include "workloads/http/clients.hpp"
#include "workloads/http/failures.hpp"

namespace asyncmark::http {
namespace {

class BlockingClient final : public BlockingSession {
 public:
  explicit BlockingClient(const Plan& plan)
      : timeout_(plan.timeout), exchange_(plan.endpoint, plan.call) {
    if (!plan.call.keep_alive) return;
    exchange_.begin_opening();
    if (const auto opened = carry_out(); !opened.ok())
      throw CaseError(fmt::format("no connection to {}: {}", plan.endpoint.address.text(),
                                  opened.failure.code()));
  }

  Outcome call(std::uint64_t) override {
    exchange_.begin();
    return carry_out();
  }

 private:
  Outcome carry_out() {
    const auto due = Clock::now() + timeout_;
    for (Want want; (want = exchange_.step()) != Want::nothing;)
      if (!wait_for(exchange_.socket(), want, due)) exchange_.fail(failures::kTimeOut);
    if (exchange_.is_spent()) exchange_.close();
    return exchange_.outcome();
  }

  Duration timeout_;
  Exchange exchange_;
};

}  // namespace

std::unique_ptr<BlockingSession> open_blocking_client(const Plan& plan) {
  return std::make_unique<BlockingClient>(plan);
}

}  // namespace asyncmark::http
