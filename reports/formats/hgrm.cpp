// The text in which HdrHistogram writes percentiles, and its plotters read them: of each case a
// file of its service times, and one of its response times where it has some.

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "bench/base/errors.hpp"
#include "bench/base/visible.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_set.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark::hgrm_format {
namespace {

using Files = std::map<std::string, std::string>;

// As many lines to each halving of what lies beyond: HdrHistogram's own.
constexpr double kTicks = 5;

double milliseconds(Duration duration) { return seconds(duration) * 1e3; }

std::string line(double value, double share, std::uint64_t count) {
  const auto beyond = share < 1 ? 1 / (1 - share) : std::numeric_limits<double>::infinity();
  return fmt::format("{:>12.6f} {:.12f} {:>10} {:>14.2f}\n", value, share, count, beyond);
}

/// 1 where a double can tell no more of them apart.
double next_share(double share) {
  const auto halvings = std::floor(std::log2(1 / (1 - share))) + 1;
  const auto next = share + 1 / (kTicks * std::exp2(halvings));
  return next > share ? next : 1;
}

/// What HdrHistogram writes beneath, and what it has no place for.
std::string footer(const Histogram& times, const std::string& remarks) {
  const auto count = static_cast<double>(times.count());
  const auto mean = static_cast<double>(times.sum_ns()) / count;
  double squares = 0;
  times.for_each_bucket([&](Duration shortest, std::uint64_t number) {
    const auto off = static_cast<double>(shortest.count()) - mean;
    squares += off * off * static_cast<double>(number);
  });
  return fmt::format(
      "#[Mean    = {:12.6f}, StdDeviation   = {:12.6f}]\n"
      "#[Max     = {:12.6f}, Total count    = {:12}]\n"
      "#[Buckets = {:12}, SubBuckets     = {:12}]\n{}",
      mean / 1e6, std::sqrt(squares / count) / 1e6, milliseconds(times.max()), times.count(),
      Histogram::kLargestBit - Histogram::kSubBucketBits + 1, 1 << Histogram::kSubBucketBits,
      remarks);
}

/// Values as Histogram::percentile() tells them: the middle of a bucket, and the maximum exactly.
std::string text_of(const Histogram& times, const std::string& remarks) {
  std::string text = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n";
  const auto total = times.count();
  std::uint64_t seen = 0;
  double share = 0;
  times.for_each_bucket([&](Duration shortest, std::uint64_t number) {
    seen += number;
    const auto bucket = Histogram::bucket_of(static_cast<std::uint64_t>(shortest.count()));
    const auto next = bucket + 1 < Histogram::kBuckets
                          ? Duration(static_cast<std::int64_t>(Histogram::lower_edge(bucket + 1)))
                          : times.max();
    const auto value = std::min(shortest + (next - Duration(1) - shortest) / 2, times.max());
    const auto reached = static_cast<double>(seen) / static_cast<double>(total);
    for (; seen < total && share < 1 && share <= reached; share = next_share(share))
      text += line(milliseconds(value), share, seen);
  });
  return text + line(milliseconds(times.max()), 1, total) + footer(times, remarks);
}

/// A name that any file system takes.
std::string file_name(const std::string& name) {
  constexpr std::size_t kMost = 180;
  std::string all;
  for (const char c : name.substr(0, kMost)) {
    const bool plain = ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
                       std::string_view("._-").find(c) != std::string_view::npos;
    all += plain ? c : c == ':' ? '-' : '_';
  }
  return all.starts_with('.') ? '_' + all : all;
}

/// Under its own name, or with a number behind it where another case has that already.
void add(Files& files, const std::string& name, const char* kind, std::string text) {
  auto path = fmt::format("{}.{}.hgrm", name, kind);
  for (int i = 2; files.contains(path); ++i) path = fmt::format("{}.{}.{}.hgrm", name, i, kind);
  files.emplace(std::move(path), std::move(text));
}

Files print(const ResultSets& sets) {
  Files files;
  for (const auto* set : sets)
    for (const auto& one : set->results) {
      const auto& all = one.summary().all;
      const auto name = file_name(set->label.empty() ? one.name() : set->label + '_' + one.name());
      auto remarks =
          fmt::format("#[{}]\n#[Value in milliseconds, of successes]\n", visible(one.name()));
      if (set->is_partial()) remarks += "#[PARTIAL: the run was interrupted]\n";
      if (all.service_time.count() > 0)
        add(files, name, "service", text_of(all.service_time, "#[service time]\n" + remarks));
      if (all.never_started > 0)
        remarks +=
            fmt::format("#[{} operations were dropped, and would lie beyond the last line]\n",
                        all.never_started);
      if (all.response_time.count() > 0)
        add(files, name, "response", text_of(all.response_time, "#[response time]\n" + remarks));
    }
  if (files.empty()) throw UsageError("--hgrm: no operation of these results has a time");
  return files;
}

const bool registered = Registry<OutputEntry>::add({
    .name = "hgrm",
    .summary = "percentile files for HdrHistogram plotters: for each case one of service times and "
               "one of response times",
    .folder = print,
});

}  // namespace
}  // namespace asyncmark::hgrm_format
