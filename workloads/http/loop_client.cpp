#include "workloads/http/clients.hpp"
#include "workloads/support/exchange_clients.hpp"

namespace asyncmark::http {

Async<std::unique_ptr<AsyncSession>> open_loop_client(const Plan& plan, EventLoop& loop) {
  auto client =
      std::make_unique<LoopClient<Exchange>>(loop, plan.timeout, plan.endpoint, plan.call);
  if (plan.call.keep_alive) co_await client->open();
  co_return client;
}

}  // namespace asyncmark::http
