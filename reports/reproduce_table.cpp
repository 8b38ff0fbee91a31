// `asyncmark reproduce table`: the published table of 100, 500 and 1000 waiting operations, run
// anew and printed beside the published cells.

#include "reports/reproduce_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "bench/catalog.hpp"
#include "bench/plan.hpp"

namespace asyncmark {
namespace reproduce_table {

// A sleep never ends early; beyond what two clocks may differ by, a faster cell is a defect.
constexpr double kMostReached = 1.005;

double Published::rounding() const { return 0.5 * std::pow(10, -decimals) / seconds; }

double Cell::seconds() const { return asyncmark::seconds(median(result->elapsed())); }

double Cell::cpu_seconds() const {
  std::vector<Duration> times;
  for (const auto* one : result->finished()) times.push_back(one->per_pass(one->cpu()));
  return asyncmark::seconds(median(times));
}

std::optional<double> Cell::reached() const {
  if (!planned.bound || seconds() <= 0) return std::nullopt;
  return asyncmark::seconds(planned.bound->time) / seconds();
}

std::uint64_t Cell::peak_in_flight() const {
  return std::ranges::min(result->finished(), {}, &Measurement::peak_in_flight)->peak_in_flight;
}

std::optional<std::string> Cell::trouble() const {
  if (!ran()) return "it was not run";
  const auto runs = result->repetitions.size();
  const auto finished = result->finished().size();
  if (finished < runs)
    return fmt::format("{} of {} runs died ({})", runs - finished, runs, *result->died());
  const auto all = result->merged();
  const auto due = ops() * planned.what.load.passes * runs;
  if (all.completed != due)
    return fmt::format("{} of {} operations completed ({} failed, {} never started)", all.completed,
                       due, all.failed, all.never_started);
  const auto cap = planned.how.cap;
  for (const auto peak : {all.peak_in_flight, peak_in_flight()})
    if (cap < ops() && peak != cap)
      return fmt::format("{} operations were in flight at the peak, and not {}", peak, cap);
  if (reached().value_or(0) > kMostReached)
    return "it took less than the ideal bound, which is a defect";
  return std::nullopt;
}

std::vector<const Row*> Study::rows() const {
  return {&sync, &thread_per_op, &thread_pool, &unbounded, &capped, &computing, &process_pool};
}

std::vector<const Row*> Study::all_rows() const {
  auto all = rows();
  for (const auto* row : examples()) all.push_back(row);
  return all;
}

std::optional<double> Study::ratio(const Row& row, std::size_t column) const {
  const auto& cell = row.cells[column];
  if (!cell.sound()) return std::nullopt;
  return cell.seconds() / published(row, column);
}

std::optional<double> Study::speed_up(const Row& row, std::size_t column) const {
  if (!sync.cells[column].sound() || !row.cells[column].sound()) return std::nullopt;
  return sync.cells[column].seconds() / row.cells[column].seconds();
}

std::string digits(double value, int significant) {
  const int before = value > 0 ? static_cast<int>(std::floor(std::log10(value))) + 1 : 1;
  return fmt::format("{:.{}f}", value, std::max(0, significant - before));
}

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kWidth = 100;

struct Planned {
  Row Study::*row;
  std::string label;
  const std::array<Published, kColumns>* published;
  Request request;
};

Request sleeps(const std::string& runner, const std::string& ops, int repetitions) {
  Request request("sleep");
  request.set("runner", runner).set("ops", ops).set("repetitions", std::to_string(repetitions));
  return request;
}

/// What is run, in the order in which it is run and printed. Six repetitions are the fewest that
/// give the median a 95 % interval; the long cells run once.
std::vector<Planned> planned(const Study& study) {
  const auto all = fmt::format("{}", fmt::join(kOps, ","));
  const auto cap = std::to_string(kCap);
  const auto wait = exact_text(study.wait);
  const auto many = [&](const char* runner) { return sleeps(runner, all, 6).set("wait", wait); };
  const auto example = [&](const char* runner) {
    return sleeps(runner, "2", 1)
        .set("wait", study.quick ? "200ms" : "2s")
        .set("stall", study.quick ? "100ms@2" : "1s@2");
  };
  const auto* async = &kPublishedAsync;
  return {
      {&Study::sync, "sync", &kPublishedSync, sleeps("sync", all, 1).set("wait", wait)},
      {&Study::thread_per_op, "thread-per-op", async, many("thread-per-op")},
      {&Study::thread_pool, "thread-pool of 28", async, many("thread-pool").set("in-flight", cap)},
      {&Study::unbounded, "event-loop, unbounded", async, many("event-loop")},
      {&Study::capped, "event-loop of 28", async, many("event-loop").set("in-flight", cap)},
      {&Study::computing, "event-loop + CPU", async,
       sleeps("event-loop", all, 6)
           .set("wait", exact_text(study.computing_wait))
           .set("cpu", exact_text(study.computing_cpu))},
      {&Study::process_pool, "process-pool of 28", async,
       many("process-pool").set("in-flight", cap)},
      {&Study::example_sync, "sync", nullptr, example("sync")},
      {&Study::example_gathered, "event-loop", nullptr, example("event-loop")},
  };
}

Study blank(bool quick) {
  const auto scaled = [&](Duration full) { return quick ? full / 10 : full; };
  Study study;
  study.quick = quick;
  study.wait = scaled(46ms);
  study.computing_wait = scaled(44300us);
  study.computing_cpu = scaled(1660us);
  return study;
}

Study filled(const Context& context, const std::vector<Result>& results, bool quick) {
  auto study = blank(quick);
  study.partial = context.facts.value("partial", false);
  for (const auto& one : planned(study)) {
    Row row{one.label, {}, one.published};
    for (const auto& expected : one.request.cases()) {
      const auto found = std::ranges::find(results, expected.name(), &Result::name);
      row.cells.push_back({expected, found != results.end() ? &*found : nullptr});
    }
    study.*one.row = std::move(row);
  }
  return study;
}

/// A table that reads in a terminal and in Markdown: the first column to the left, figures to the
/// right.
using Lines = std::vector<std::vector<std::string>>;

std::string table(const Lines& lines) {
  std::vector<std::size_t> widths(lines.front().size(), 4);
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  std::string text;
  for (std::size_t row = 0; row < lines.size(); ++row) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      text += i == 0 ? fmt::format("| {:<{}} |", lines[row][i], widths[i])
                     : fmt::format(" {:>{}} |", lines[row][i], widths[i]);
    text += '\n';
    if (row != 0) continue;
    for (std::size_t i = 0; i < widths.size(); ++i)
      text += i == 0 ? fmt::format("|{:-<{}}|", "", widths[i] + 2)
                     : fmt::format("{:->{}}|", ":", widths[i] + 2);
    text += '\n';
  }
  return text + '\n';
}

/// Breaks a paragraph between words; every line but the first begins with `indent`.
std::string wrapped(const std::string& paragraph, const std::string& indent) {
  std::string text, line;
  for (std::size_t begin = 0; begin < paragraph.size();) {
    const auto end = std::min(paragraph.find(' ', begin), paragraph.size());
    const auto word = paragraph.substr(begin, end - begin);
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      text += line + '\n';
      line = indent + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
    begin = end + 1;
  }
  return text + line + '\n';
}

std::string bullets(const std::vector<std::string>& paragraphs) {
  std::string text;
  for (const auto& one : paragraphs) text += wrapped("- " + one, "  ");
  return text + '\n';
}

std::string fact(const Context& context, const char* key) {
  const auto found = context.facts.find(key);
  if (found == context.facts.end()) return "not told";
  if (found->is_string()) return found->get<std::string>();
  if (!found->is_array()) return found->dump();
  std::vector<std::string> parts;
  for (const auto& part : *found)
    parts.push_back(part.is_number() ? fmt::format("{:.2f}", part.get<double>()) : part.dump());
  return fmt::format("{}", fmt::join(parts, " "));
}

/// Before any figure: without its machine it means nothing.
std::string where(const Context& context) {
  const auto of = [&](const char* key) { return fact(context, key); };
  return bullets({
      fmt::format("Machine: {}, {} cores; {}, {}", of("cpu_model"), of("num_cpus"), of("kernel"),
                  of("os")),
      fmt::format("Build: {}, {}; asyncmark {}, commit {}", of("compiler"), of("compiler_flags"),
                  of("asyncmark_version"), of("commit")),
      fmt::format("Load average before it began: {} (1, 5, 15 minutes); date: {}", of("load_avg"),
                  of("date")),
      fmt::format("Command: {}", of("command")),
  });
}

std::string title(const Study& study) {
  return fmt::format("# The published table, run anew{}{}\n\n",
                     study.quick ? " (quick: every wait a tenth)" : "",
                     study.partial ? " (partial: interrupted)" : "");
}

std::string cell_text(const Study& study, const Row& row, std::size_t column) {
  const auto& cell = row.cells[column];
  if (!cell.ran()) return "-";
  if (!cell.timed()) return "died !";
  const auto ratio = study.ratio(row, column);
  return digits(cell.seconds(), 3) + (ratio ? fmt::format(" ({:.2f})", *ratio) : " !");
}

std::vector<std::string> line_of(const Study& study, const Row& row) {
  std::vector<std::string> line{row.label};
  for (std::size_t i = 0; i < kColumns; ++i) line.push_back(cell_text(study, row, i));
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto times = study.speed_up(row, i);
    line.push_back(times ? fmt::format("{:.1f}x", *times) : "-");
  }
  return line;
}

std::vector<std::string> published_line(const Study& study, const Row& row, const char* label) {
  std::vector<std::string> line{label + std::string(study.quick ? " / 10" : "")};
  for (const auto& [value, decimals] : *row.published)
    line.push_back(fmt::format("{:.{}f}", value / study.scale(), decimals + study.quick));
  for (std::size_t i = 0; i < kColumns; ++i)
    line.push_back(fmt::format("{:.1f}x", kPublishedSync[i].seconds / (*row.published)[i].seconds));
  return line;
}

std::string beside_the_published(const Study& study) {
  Lines lines{{"seconds (/ published)"}};
  for (const auto ops : kOps) lines[0].push_back(fmt::format("N = {}", ops));
  for (const auto ops : kOps) lines[0].push_back(fmt::format("x at {}", ops));
  lines.push_back(published_line(study, study.sync, "published sync"));
  lines.push_back(line_of(study, study.sync));
  lines.push_back(published_line(study, study.capped, "published async"));
  for (const auto* row : study.rows())
    if (row != &study.sync) lines.push_back(line_of(study, *row));
  return table(lines);
}

std::string ms(Duration time) { return digits(seconds(time) * 1e3, 4); }

/// The 95 % interval of the median, or why there is none.
std::string interval_text(const Result& result) {
  const auto times = result.elapsed();
  if (const auto interval = median_interval(times))
    return fmt::format("{} to {}", ms(interval->low), ms(interval->high));
  return times.size() == 1 ? "one run" : fmt::format("{} runs", times.size());
}

std::vector<std::string> detail(const Row& row, const Cell& cell) {
  const auto bound = cell.planned.bound ? ms(cell.planned.bound->time) : "-";
  std::vector<std::string> line{row.label, std::to_string(cell.ops())};
  if (!cell.timed()) {
    line.insert(line.end(), {cell.ran() ? "died !" : "-", "-", bound, "-", "-", "-"});
    return line;
  }
  const auto reached = cell.sound() ? cell.reached() : std::nullopt;
  line.insert(
      line.end(),
      {ms(from_seconds(cell.seconds())) + (cell.sound() ? "" : " !"), interval_text(*cell.result),
       bound, reached ? fmt::format("{:.1f}%", *reached * 100) : "-",
       std::to_string(cell.peak_in_flight()), digits(cell.cpu_seconds() * 1e3, 3)});
  return line;
}

std::string in_detail(const std::vector<const Row*>& rows) {
  Lines lines{{"", "N", "median ms", "95% interval", "bound ms", "reached", "in flight", "CPU ms"}};
  for (const auto* row : rows)
    for (const auto& cell : row->cells) lines.push_back(detail(*row, cell));
  return table(lines);
}

std::string print(const Context& context, const std::vector<Result>& results, bool quick) {
  const auto study = filled(context, results, quick);
  return title(study) + where(context) + beside_the_published(study) + bullets(how_to_read(study)) +
         "## Every cell, and how near it comes to the ideal\n\n" + in_detail(study.rows()) +
         fmt::format("## Two operations, of {} and {}\n\n", quick ? "200 ms" : "2 s",
                     quick ? "300 ms" : "3 s") +
         in_detail(study.examples()) + bullets({about_the_example(study)}) +
         "## What the published async column can and cannot be\n\n" +
         bullets(about_the_published_column(study));
}

std::vector<Request> plan(bool quick) {
  std::vector<Request> requests;
  for (auto& one : planned(blank(quick))) requests.push_back(std::move(one.request));
  return requests;
}

const bool registered = Catalog::add(ReproductionEntry{
    .name = "table",
    .summary = "100, 500 and 1000 operations of 46 ms, sync against everything else",
    .plan = plan,
    .print = print,
});

}  // namespace
}  // namespace reproduce_table
}  // namespace asyncmark
