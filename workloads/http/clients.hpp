#pragma once

#include <memory>

#include "bench/model/workload.hpp"
#include "workloads/http/exchange.hpp"

namespace asyncmark::http {

/// What a client needs to know. Outlives it.
struct Plan {
  Endpoint endpoint;
  Call call;
  Duration timeout{};  ///< Of one operation, from its start; also of opening a session.
};

/// Open a connection first, unless every operation has its own, and throw CaseError if they cannot.
std::unique_ptr<BlockingSession> open_blocking_client(const Plan& plan);
Async<std::unique_ptr<AsyncSession>> open_loop_client(const Plan& plan, EventLoop& loop);

/// What the request is made of, for a client that writes its own.
struct RequestSettings {
  Url url;
  std::string method;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  TlsSettings tls;
};

/// Connects with its first operation, for cpp-httplib cannot do so without a request.
std::unique_ptr<BlockingSession> open_httplib_client(const Plan& plan,
                                                     const RequestSettings& settings);

}  // namespace asyncmark::http
