#pragma once

#include <string>

#include "bench/probe/probe.hpp"

namespace asyncmark {

/// Returns what was found about an endpoint, in one sentence.
std::string probe_sentence(const EndpointProbe& endpoint, const std::optional<Slo>& slo);

/// Returns the number of operations that an endpoint serves at once, as `40`; `-` if it is not
/// known.
std::string at_once_text(const ServiceModel& model);

/// Returns the 95 % interval of that number, as `38.9-41.2`; `-` if it has none.
std::string interval_text(const ServiceModel& model);

/// Returns the bracket of the highest rate within the SLO, as `390-420/s`; `-` if it is not known.
std::string capacity_text(const std::optional<Capacity>& capacity);

/// Returns whether it is known how many connections suffice: not after a sweep that was cut short,
/// and not if no number meets the SLO.
bool has_advice(const EndpointProbe& endpoint);

/// Returns what limits an endpoint, in a few words.
std::string bottleneck_text(const EndpointProbe& endpoint);

}  // namespace asyncmark
