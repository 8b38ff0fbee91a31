#include "bench/run_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "bench/calibration.hpp"
#include "bench/catalog.hpp"
#include "bench/checks.hpp"
#include "bench/context.hpp"
#include "bench/errors.hpp"
#include "bench/interruption.hpp"

namespace asyncmark {
namespace {

void list_tests(const std::vector<Result>& cases) {
  for (const auto& one : cases) std::cout << one.name() << '\n';
  if (!std::cout.flush()) throw UsageError("standard output cannot be written");
}

/// What the warm-up needs under the best of circumstances: by default it has an operation at least.
Duration least_warmup(const Case& one) {
  const auto ops = one.load.warmup.value_or(1);
  if (ops == 0) return {};
  Load load;
  load.ops = ops;
  const auto bound = ideal_bound(*one.make_workload(), load, one.concurrency());
  return bound ? bound->time : Duration(0);
}

/// What one child needs under the best of circumstances.
Duration least_time(const Result& one) {
  const auto& load = one.what.load;
  auto least = load.duration.value_or(Duration(0));
  if (one.bound) least = std::max(least, one.bound->time);
  if (load.due) least = std::max(least, Duration(load.due->back()));
  return least_warmup(one.what) + from_seconds(seconds(least) * static_cast<double>(load.passes));
}

/// A case that cannot end before the limit would only be killed after a long wait.
void check_time_limit(const std::vector<Result>& cases, Duration limit) {
  for (const auto& one : cases)
    if (const auto least = least_time(one); least >= limit)
      throw UsageError(fmt::format("--time-limit: {} takes at least {}, the limit is {}",
                                   one.name(), rounded_text(least), exact_text(limit)));
}

std::filesystem::file_type type_of(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::status(path, unknown).type();
}

/// The file that symbolic links lead to, whether it is there or not yet. What is no file (a pipe
/// behind /dev/stdout) keeps its name.
std::string behind_links(const std::string& path) {
  std::error_code unknown;
  if (type_of(path) == std::filesystem::file_type::regular)
    return std::filesystem::canonical(path, unknown);
  std::filesystem::path file = path;
  if (type_of(path) == std::filesystem::file_type::not_found)
    for (int i = 0; i < 40 && std::filesystem::is_symlink(file, unknown); ++i)
      file = file.parent_path() / std::filesystem::read_symlink(file, unknown);
  return file;
}

bool same_file(const std::string& a, const std::string& b) {
  const auto whole = [](const std::string& path) {
    std::error_code unknown;
    return std::filesystem::weakly_canonical(std::filesystem::absolute(behind_links(path)),
                                             unknown);
  };
  return whole(a) == whole(b);
}

/// Throws UsageError unless `path` can be written. Leaves everything as it was.
void check_writable(const std::string& path, const char* flag) {
  const auto type = type_of(path);
  // A pipe is not opened to try: its reader would take that for the end.
  const bool can = type == std::filesystem::file_type::fifo
                       ? access(path.c_str(), W_OK) == 0
                       : std::ofstream(path, std::ios::app).is_open();
  if (!can)
    throw UsageError(
        fmt::format("{}: '{}' cannot be written: {}", flag, path, std::strerror(errno)));
  if (type == std::filesystem::file_type::not_found) std::filesystem::remove(path);
}

/// Writes the results so that the file is at every moment either the old or the new one, whole.
class Keeper {
 public:
  Keeper(const std::string& path, const Context& context) : context_(context) {
    if (path.empty()) return;
    path_ = behind_links(path);  // Not the link is to be replaced.
    const auto type = type_of(path_);
    check_writable(path_, "--out");
    regular_ = type == std::filesystem::file_type::not_found ||
               type == std::filesystem::file_type::regular;
    if (!regular_) return;
    const auto folder = std::filesystem::absolute(path_).parent_path();
    if (access(folder.c_str(), W_OK) != 0)
      throw UsageError(
          fmt::format("--out: '{}' cannot be written: {}", folder.string(), std::strerror(errno)));
  }

  /// After each child. A pipe or device gets the final document alone.
  void keep(const std::vector<Result>& results) const {
    if (!path_.empty() && regular_) write(results);
  }
  /// False when it could not be written.
  bool keep_last(const std::vector<Result>& results) const {
    return path_.empty() || write(results);
  }

 private:
  bool write(const std::vector<Result>& results) const {
    const auto text = Catalog::format("json").print(context_, results);
    if (regular_ ? replace(text) : put(std::fopen(path_.c_str(), "w"), text)) return true;
    fmt::print(stderr, "warning: --out: '{}' could not be written: {}\n", path_,
               std::strerror(errno));
    return false;
  }

  /// By a file beside it that was not there before, for it may be the user's.
  bool replace(const std::string& text) const {
    std::string part;
    std::FILE* file = nullptr;
    for (int i = 0; !file; ++i) {
      part = fmt::format("{}.{}.part", path_, getpid() + i);
      file = std::fopen(part.c_str(), "wx");
      if (!file && errno != EEXIST) return false;
    }
    if (put(file, text) && std::rename(part.c_str(), path_.c_str()) == 0) return true;
    const int error = errno;
    std::remove(part.c_str());
    errno = error;
    return false;
  }

  static bool put(std::FILE* file, const std::string& text) {
    if (!file) return false;
    const bool all = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    return std::fclose(file) == 0 && all;
  }

  std::string path_;
  bool regular_ = false;
  const Context& context_;
};

/// What went wrong, a line a case, on standard error.
bool warn(const std::vector<Result>& results, const FailureBudget& budget) {
  bool too_bad = false;
  for (const auto& result : results) {
    if (const auto died = result.died()) {
      fmt::print(stderr, "warning: {}: {}\n", result.name(), *died);
      too_bad = true;
    }
    const auto all = result.merged();
    if (all.failed == 0) continue;
    std::string reasons;
    for (const auto& [reason, times] : all.failures)
      reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", times, reason);
    const bool over = budget.exceeded_by(all);
    fmt::print(stderr, "warning: {}: {} of {} operations failed ({}){}\n", result.name(),
               all.failed, all.failed + all.completed, reasons,
               over ? "; --max-failed allows fewer" : "");
    too_bad = too_bad || over;
  }
  return too_bad;
}

/// What the checks found, a line each on standard error: not every format shows them.
bool warn(const std::vector<Finding>& findings) {
  for (const auto& one : findings)
    fmt::print(stderr, "--strict: {}: {}{}\n", one.code,
               one.cases.empty() ? "" : fmt::format("{}: ", fmt::join(one.cases, ", ")),
               one.evidence);
  return !findings.empty();
}

}  // namespace

FailureBudget FailureBudget::parse(const std::string& text) {
  if (!text.ends_with('%'))
    return {static_cast<std::uint64_t>(parse_count(text, "--max-failed", 0)), 0};
  const auto share = parse_real(text.substr(0, text.size() - 1), "--max-failed");
  if (share > 100) throw UsageError(fmt::format("--max-failed: {} is more than 100%", text));
  return {0, share / 100};
}

bool FailureBudget::exceeded_by(const Measurement& all) const {
  const auto ended = static_cast<double>(all.failed + all.completed);
  return all.failed > number && static_cast<double>(all.failed) > share * ended;
}

int run_and_print(const std::vector<Request>& requests, RunSettings settings) {
  auto cases = filtered(expand(requests), settings.driver.benchmark.filter);
  if (settings.driver.benchmark.repetitions)
    for (auto& one : cases) one.planned_repetitions = *settings.driver.benchmark.repetitions;
  if (settings.driver.benchmark.list_tests) {
    list_tests(cases);
    return 0;
  }
  check_time_limit(cases, settings.driver.child.time_limit);
  const auto is_open = [](const Result& one) { return one.what.load.rate.has_value(); };
  if (settings.slo && std::ranges::none_of(cases, is_open))
    throw UsageError("--slo: judges the response times of an open loop; give --rate too");
  if (std::ranges::any_of(requests, &Request::asks_for_idle_in_flight))
    fmt::print(stderr, "warning: --in-flight: none of the chosen runners ever has more than 1\n");
  auto context = look_around(settings.command.front(), settings.command);
  if (settings.slo) context.facts["slo"] = settings.slo->text();
  const Keeper keeper(settings.out, context);
  if (const auto& out = settings.driver.benchmark.out; !out.empty()) {
    if (!settings.out.empty() && same_file(out, settings.out))
      throw UsageError(
          fmt::format("--out and --benchmark_out: both are '{}'; give each its own", out));
    check_writable(behind_links(out), "--benchmark_out");
  }
  settings.driver.keep = [&](const auto& results) { keeper.keep(results); };

  Interruption::watch();
  context.facts["calibration"] = calibrate(cases, settings.driver.child);
  const auto before = processor_time();
  drive(cases, settings.driver);
  add_what_others_took(context, before);

  if (Interruption::happened()) {
    context.facts["partial"] = true;
    std::erase_if(cases, [](const Result& one) { return one.repetitions.empty(); });
  }
  const bool kept = keeper.keep_last(cases);
  if (settings.driver.benchmark.format.empty() && !cases.empty())
    std::cout << settings.print(context, cases) << std::flush;
  if (!std::cout.flush())
    throw UsageError("standard output cannot be written: the results are lost there");
  const bool too_bad = warn(cases, settings.max_failed);
  const bool not_comparable = settings.strict && warn(check(context, cases));
  if (Interruption::happened()) {
    fmt::print(stderr, "interrupted: what was finished is above{}\n",
               settings.out.empty() ? "" : " and in " + settings.out);
    return 130;
  }
  if (!kept) return 2;
  return not_comparable ? 3 : too_bad ? 4 : 0;
}

}  // namespace asyncmark
