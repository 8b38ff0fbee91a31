#include "workloads/postgres/testing/calls.hpp"

#include "bench/model/workload.hpp"

namespace asyncmark::postgres::testing {

std::unique_ptr<Workload> make_postgres(Options options) {
  if (!options.contains("dsn")) options["dsn"] = SharedCluster::get().conninfo();
  return asyncmark::testing::make("postgres", options);
}

void prepare_postgres(const Options& options) { make_postgres(options)->prepare(1); }

Caller::Caller(Waiting waiting, const Options& options)
    : asyncmark::testing::Caller(waiting, make_postgres(options)) {}

}  // namespace asyncmark::postgres::testing
