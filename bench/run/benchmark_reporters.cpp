#include "bench/run/benchmark_reporters.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "bench/base/statistics.hpp"

namespace asyncmark {
namespace {

using benchmark::BenchmarkReporter;
using Runs = std::vector<BenchmarkReporter::Run>;

const Result* find(const std::vector<Result>& results, const std::string& name) {
  const auto found = std::ranges::find(results, name, &Result::name);
  return found == results.end() ? nullptr : &*found;
}

/// The child's processor time of what this row stands for, in seconds.
double cpu_seconds(const Result& result, const BenchmarkReporter::Run& run) {
  std::vector<double> all;
  for (const auto* one : result.finished()) all.push_back(seconds(one->per_pass(one->cpu())));
  if (run.run_type == BenchmarkReporter::Run::RT_Iteration) {
    const auto i = static_cast<std::size_t>(run.repetition_index);
    return i < result.repetitions.size() ? seconds(result.repetitions[i].measurement.per_pass(
                                               result.repetitions[i].measurement.cpu()))
                                         : 0;
  }
  return all.empty() ? 0 : aggregate(run.aggregate_name, all);
}

Runs put_right(Runs runs, const std::vector<Result>& results) {
  for (auto& run : runs) {
    run.run_name.iterations.clear();
    run.run_name.repetitions.clear();
    run.run_name.time_type.clear();
    if (run.run_type == BenchmarkReporter::Run::RT_Aggregate)
      std::erase_if(run.counters, [](const auto& one) { return one.first != "ops_per_s"; });
    if (const auto* result = find(results, run.run_name.str()))
      run.cpu_accumulated_time = cpu_seconds(*result, run) *
                                 static_cast<double>(std::max<std::int64_t>(run.iterations, 1));
  }
  return runs;
}

template <class Base>
class Plain : public Base {
 public:
  explicit Plain(const std::vector<Result>& results) : results_(results) {}
  void ReportRuns(const Runs& runs) override { Base::ReportRuns(put_right(runs, results_)); }

 private:
  const std::vector<Result>& results_;
};

/// In colour on a terminal only, and not even there with NO_COLOR.
class Console : public benchmark::ConsoleReporter {
 public:
  Console() : ConsoleReporter(colourful() ? OO_Color : OO_None) {}

 private:
  static bool colourful() { return isatty(STDOUT_FILENO) == 1 && !std::getenv("NO_COLOR"); }
};

class Silent final : public BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const Runs&) override {}
};

// Google Benchmark means to remove its CSV some day; while it has it, users may ask for it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
/// All at the end: it takes its columns from the first rows that it sees, and aborts when a later
/// one has a counter more, such as a percentile that takes more operations.
class PlainCsv final : public Plain<benchmark::CSVReporter> {
 public:
  using Plain::Plain;
  void ReportRuns(const Runs& runs) override { all_.insert(all_.end(), runs.begin(), runs.end()); }
  void Finalize() override {
    if (!all_.empty()) Plain::ReportRuns(all_);
  }

 private:
  Runs all_;
};

std::unique_ptr<BenchmarkReporter> make(const std::string& format,
                                        const std::vector<Result>& results) {
  if (format == "json") return std::make_unique<Plain<benchmark::JSONReporter>>(results);
  if (format == "csv") return std::make_unique<PlainCsv>(results);
  return std::make_unique<Plain<Console>>(results);
}
#pragma GCC diagnostic pop

}  // namespace

std::unique_ptr<BenchmarkReporter> make_display_reporter(const std::string& format,
                                                         const std::vector<Result>& results) {
  if (format.empty()) return std::make_unique<Silent>();
  return make(format, results);
}

std::unique_ptr<BenchmarkReporter> make_file_reporter(const std::string& format,
                                                      const std::vector<Result>& results) {
  return make(format, results);
}

}  // namespace asyncmark
