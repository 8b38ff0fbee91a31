#include "workloads/http/clients.hpp"
#include "workloads/support/exchange_clients.hpp"

namespace asyncmark::http {

std::unique_ptr<BlockingSession> open_blocking_client(const Plan& plan) {
  auto client = std::make_unique<BlockingClient<Exchange>>(plan.timeout, plan.endpoint, plan.call);
  if (plan.call.keep_alive) client->open();
  return client;
}

}  // namespace asyncmark::http
