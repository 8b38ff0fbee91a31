#pragma once

#include "bench/probe/probe.hpp"
#include "bench/probe/service_model.hpp"
#include "bench/results/result.hpp"
#include "bench/results/slo.hpp"

namespace asyncmark {

/// The mean and the standard deviation of times, in seconds.
struct TimeSpread {
  double mean_s = 0;
  double deviation_s = 0;
};

/// Returns both of a histogram; the deviation is within the error of its buckets.
TimeSpread spread_of(const Histogram& times);

/// Returns what a repetition of a closed loop showed. Its throughput leaves out the end, when there
/// is nothing left to begin, if that makes it higher: an idle end is no property of the service.
LoadPoint load_point(const Result& result, const Measurement& one);

/// Returns whether an open loop kept up and met the SLO. Operations that failed or were dropped
/// count as slow.
/// Higher rates than the service can sustain are known if it is `bounded`: then small shortfalls,
/// as of random arrivals and service times, do not count.
CapacityStep capacity_step(const Result& result, const Measurement& one, const Slo& slo,
                           bool bounded = false);

}  // namespace asyncmark
