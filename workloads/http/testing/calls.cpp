#include "workloads/http/testing/calls.hpp"

#include "bench/model/workload.hpp"

namespace asyncmark::http::testing {

std::unique_ptr<Workload> make_http(const Options& options) {
  return asyncmark::testing::make("http", options);
}

std::vector<std::string> reasons_of(Waiting waiting, const Options& options, std::size_t times) {
  return asyncmark::testing::Caller(waiting, make_http(options)).reasons(times);
}

}  // namespace asyncmark::http::testing
