#include "bench/run/benchmark_reporters.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "bench/base/statistics.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark {
namespace {

using benchmark::BenchmarkReporter;
using Runs = std::vector<BenchmarkReporter::Run>;

using Run = BenchmarkReporter::Run;

const Result* find(const std::vector<Result>& results, const std::string& name) {
  const auto found = std::ranges::find(results, name, &Result::name);
  return found == results.end() ? nullptr : &*found;
}

void set_times(Run& run, double real_s, double cpu_s) {
  // Shares are printed as they are, times divided by the iterations.
  const auto scale =
      run.aggregate_unit == benchmark::kPercentage ? 1 : static_cast<double>(run.iterations);
  run.real_accumulated_time = real_s * scale;
  run.cpu_accumulated_time = cpu_s * scale;
}

void set_error(Run& run, const std::string& message) {
  run.error_occurred = true;
  run.error_message = message;
  set_times(run, 0, 0);
}

void fill_repetition(Run& run, const Result& result) {
  const auto i = static_cast<std::size_t>(run.repetition_index);
  if (i >= result.repetitions.size()) return set_error(run, "interrupted");
  const auto& repetition = result.repetitions[i];
  if (!repetition.died.empty()) return set_error(run, repetition.died);
  const auto& measured = repetition.measurement;
  set_times(run, seconds(measured.per_pass(measured.elapsed())),
            seconds(measured.per_pass(measured.cpu())));
  for (const auto& [name, value] : result.summary().counters[i]) run.counters[name] = value;
}

void fill_aggregate(Run& run, const Result& result) {
  std::vector<double> real, cpu, rate;
  for (const auto* one : result.finished()) {
    real.push_back(seconds(one->per_pass(one->elapsed())));
    cpu.push_back(seconds(one->per_pass(one->cpu())));
    rate.push_back(one->ops_per_s());
  }
  const auto& name = run.aggregate_name;
  run.iterations = static_cast<std::int64_t>(real.size());
  set_times(run, aggregate(name, real), aggregate(name, cpu));
  run.counters["ops_per_s"] = aggregate(name, rate);
}

/// Makes an aggregate's row one of a repetition, which tells why there is no aggregate.
Run reason_row(Run run, const Result& result) {
  run.run_type = Run::RT_Iteration;
  run.aggregate_name.clear();
  run.aggregate_unit = benchmark::kTime;
  run.iterations = 1;
  run.repetition_index = 0;
  while (result.repetitions.size() > static_cast<std::size_t>(run.repetition_index) &&
         result.repetitions[static_cast<std::size_t>(run.repetition_index)].died.empty())
    ++run.repetition_index;
  fill_repetition(run, result);
  return run;
}

/// Fills the rows that Google Benchmark made with names and figures of the results.
class Rows {
 public:
  explicit Rows(const std::vector<Result>& results) : results_(results) {}

  Runs filled(const Runs& runs) {
    Runs rows;
    for (auto run : runs) {
      run.run_name.iterations.clear();
      run.run_name.repetitions.clear();
      run.run_name.time_type.clear();
      if (const auto* result = find(results_, run.run_name.str())) add(rows, run, *result);
    }
    return rows;
  }

 private:
  void add(Runs& rows, Run& run, const Result& result) {
    const bool is_aggregate = run.run_type == Run::RT_Aggregate;
    if (is_aggregate && result.finished().size() < 2) {
      // Where aggregates alone are asked for, nothing else has told of this case.
      if (shown_.insert(&result).second) rows.push_back(reason_row(run, result));
      return;
    }
    if (is_aggregate)
      fill_aggregate(run, result);
    else
      fill_repetition(run, result);
    shown_.insert(&result);
    rows.push_back(run);
  }

  const std::vector<Result>& results_;
  std::set<const Result*> shown_;
};

template <class Base>
class Plain : public Base {
 public:
  explicit Plain(const std::vector<Result>& results) : rows_(results) {}
  void ReportRuns(const Runs& runs) override { Base::ReportRuns(rows_.filled(runs)); }

 private:
  Rows rows_;
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
