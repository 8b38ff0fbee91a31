#pragma once

#include "workloads/postgres/testing/shared_cluster.hpp"
#include "workloads/support/testing/caller.hpp"

namespace asyncmark::postgres::testing {

using asyncmark::testing::Options;
using asyncmark::testing::Waiting;

/// Makes the workload, on the shared cluster unless an option names another.
std::unique_ptr<Workload> make_postgres(Options options);

/// Makes the workload, and lets it look for its server as before a case.
void prepare_postgres(const Options& options);

/// A session of either kind.
struct Caller : asyncmark::testing::Caller {
  Caller(Waiting waiting, const Options& options);
};

}  // namespace asyncmark::postgres::testing
