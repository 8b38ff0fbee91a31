#pragma once

#include "workloads/support/testing/caller.hpp"

namespace asyncmark::http::testing {

using asyncmark::testing::Options;
using asyncmark::testing::Waiting;

std::unique_ptr<Workload> make_http(const Options& options);

/// Opens one session and calls that often: why each operation failed, or "" where it did not.
std::vector<std::string> reasons_of(Waiting waiting, const Options& options, std::size_t times = 1);

}  // namespace asyncmark::http::testing
