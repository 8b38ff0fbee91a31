#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/results/result.hpp"

namespace asyncmark {

/// Google Benchmark's own reporters. Names, times, counters and errors in their rows come from the
/// results: a case has its plain name (no `/iterations:1/manual_time`), `cpu_time` is the child's,
/// a repetition that died is an error, and aggregates are those of the finished repetitions, with
/// no counter but ops_per_s (a mean of percentiles means nothing). `format` is console, json or
/// csv; empty makes one that prints nothing, for our own output.
std::unique_ptr<benchmark::BenchmarkReporter> make_display_reporter(
    const std::string& format, const std::vector<Result>& results);
std::unique_ptr<benchmark::BenchmarkReporter> make_file_reporter(
    const std::string& format, const std::vector<Result>& results);

}  // namespace asyncmark
