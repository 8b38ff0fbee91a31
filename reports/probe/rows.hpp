#pragma once

#include "bench/probe/probe.hpp"
#include "reports/text/table.hpp"

namespace asyncmark {

/// Returns a row for each endpoint: its limit, times, throughput, capacity and bottleneck.
Table probe_table(const Probe& probe);

/// Returns the closed loops of an endpoint, a row for each number in flight, with the models that
/// fit as well in its notes.
Table sweep_table(const EndpointProbe& endpoint);

/// Returns the open loops of an endpoint in the order in which they were measured.
Table steps_table(const EndpointProbe& endpoint, const Slo& slo);

}  // namespace asyncmark
