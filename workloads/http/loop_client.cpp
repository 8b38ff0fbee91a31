#include <fmt/format.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>

#include "bench/errors.hpp"
#include "workloads/http/clients.hpp"
#include "workloads/http/deadlines.hpp"
#include "workloads/http/failures.hpp"

namespace asyncmark::http {
namespace {

class LoopClient final : public AsyncSession, Deadline {
 public:
  LoopClient(const Plan& plan, EventLoop& loop)
      : plan_(plan),
        deadlines_(Deadlines::of(loop)),
        exchange_(plan.endpoint, plan.call),
        watch_(loop.executor()) {}
  ~LoopClient() override { forget_socket(); }

  Async<Outcome> call(std::uint64_t) override {
    exchange_.begin();
    return carry_out();
  }

  Async<void> open() {
    exchange_.begin_opening();
    if (const auto opened = co_await carry_out(); !opened.ok())
      throw CaseError(fmt::format("no connection to {}: {}", plan_.endpoint.address.text(),
                                  opened.failure.code()));
  }

 private:
  Async<Outcome> carry_out() {
    is_late_ = false;
    deadlines_.begin(*this, plan_.timeout);
    for (Want want; (want = exchange_.step()) != Want::nothing;) {
      if (!watch_.is_open()) watch_.assign(exchange_.socket());
      boost::system::error_code error;  // Only that the wait was cancelled, which is_late_ tells.
      if (!is_late_)
        co_await watch_.async_wait(want == Want::readable ? watch_.wait_read : watch_.wait_write,
                                   asio::redirect_error(use_async, error));
      if (is_late_) exchange_.fail(failures::kTimeOut);
    }
    deadlines_.end(*this);
    if (exchange_.is_spent()) {
      forget_socket();
      exchange_.close();
    }
    co_return exchange_.outcome();
  }

  void expired() override {
    is_late_ = true;
    boost::system::error_code error;
    watch_.cancel(error);
  }

  /// Before the socket is closed: the loop would blame whoever gets its number next.
  void forget_socket() {
    if (watch_.is_open()) watch_.release();
  }

  const Plan& plan_;
  Deadlines& deadlines_;
  Exchange exchange_;
  asio::posix::basic_stream_descriptor<EventLoop::Executor> watch_;
  bool is_late_ = false;
};

}  // namespace

Async<std::unique_ptr<AsyncSession>> open_loop_client(const Plan& plan, EventLoop& loop) {
  auto client = std::make_unique<LoopClient>(plan, loop);
  if (plan.call.keep_alive) co_await client->open();
  co_return client;
}

}  // namespace asyncmark::http
