#pragma once

#include <string>
#include <vector>

#include "bench/probe/probe.hpp"
#include "bench/run/gates.hpp"

namespace asyncmark {

/// Reads the list of `probe --fail-on`: `slo`, `failed` and bottlenecks such as `blocked`. Throws
/// UsageError naming --fail-on.
std::vector<std::string> parse_probe_gates(const std::string& text, bool has_slo);

/// Whether it is known what limits the endpoint; else only the gates `slo` and `failed` find
/// anything.
bool has_verdict(const EndpointProbe& endpoint);

/// What these gates find: the endpoint, and the figures that show it.
std::vector<Objection> objections(const std::vector<std::string>& gates, const Probe& found);

}  // namespace asyncmark
