// What the reproductions of published measurements share: cells, the published table, and its text.

#include "reports/reproductions/reproduction.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "bench/base/wrap.hpp"
#include "bench/checks/check_entry.hpp"
#include "bench/checks/checks.hpp"

namespace asyncmark::reproduction {
namespace {

constexpr std::size_t kWidth = 100;

// A sleep never ends early; beyond what two clocks may differ by, a faster cell is a defect.
constexpr double kMostReached = 1.005;

std::string ms(Duration time) { return digits(seconds(time) * 1e3, 4); }

std::string cell_text(const Comparison& study, const Row& row, std::size_t column) {
  const auto& cell = row.cells[column];
  if (!cell.ran()) return "-";
  if (!cell.timed()) return "died !";
  const auto ratio = study.ratio(row, column);
  return digits(cell.seconds(), 3) + (ratio ? fmt::format(" ({:.2f})", *ratio) : " !");
}

std::vector<std::string> line_of(const Comparison& study, const Row& row) {
  std::vector<std::string> line{row.label};
  for (std::size_t i = 0; i < kColumns; ++i) line.push_back(cell_text(study, row, i));
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto times = study.speed_up(row, i);
    line.push_back(times ? fmt::format("{:.1f}x", *times) : "-");
  }
  return line;
}

std::vector<std::string> published_line(const Comparison& study,
                                        const std::array<Published, kColumns>& published,
                                        const char* label) {
  std::vector<std::string> line{label + std::string(study.quick ? " / 10" : "")};
  for (const auto& [value, decimals] : published)
    line.push_back(fmt::format("{:.{}f}", value / study.scale(), decimals + study.quick));
  for (std::size_t i = 0; i < kColumns; ++i)
    line.push_back(fmt::format("{:.1f}x", kPublishedSync[i].seconds / published[i].seconds));
  return line;
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

}  // namespace

double Published::rounding() const { return 0.5 * std::pow(10, -decimals) / seconds; }

double Cell::seconds() const { return asyncmark::seconds(result->summary().time); }

double Cell::cpu_seconds() const { return asyncmark::seconds(result->summary().cpu); }

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
  const auto& all = result->summary().all;
  const auto due = ops() * planned.what.load.passes * runs;
  if (all.completed != due)
    return fmt::format("{} of {} operations completed ({} failed, {} never started)", all.completed,
                       due, all.failed, all.never_started);
  const auto cap = planned.how.cap;
  const auto least = needs_its_cap ? cap : 1;
  for (const auto peak : {all.peak_in_flight, peak_in_flight()})
    if (!planned.what.load.rate && cap < ops() && (peak < least || peak > cap))
      return fmt::format("{} operations were in flight at the peak, and not {}", peak, cap);
  if (reached().value_or(0) > kMostReached)
    return "it took less than the ideal bound, which is a defect";
  return std::nullopt;
}

Row row_of(const std::string& label, const Request& request, const std::vector<Result>& results,
           const std::array<Published, kColumns>* published) {
  Row row{label, {}, published};
  for (const auto& expected : expand({request})) {
    const auto found = std::ranges::find(results, expected.name(), &Result::name);
    row.cells.push_back({expected, found != results.end() ? &*found : nullptr});
  }
  return row;
}

std::optional<double> Comparison::ratio(const Row& row, std::size_t column) const {
  const auto& cell = row.cells[column];
  if (!cell.sound()) return std::nullopt;
  return cell.seconds() / published(row, column);
}

std::optional<double> Comparison::speed_up(const Row& row, std::size_t column) const {
  if (!sync.cells[column].sound() || !row.cells[column].sound()) return std::nullopt;
  return sync.cells[column].seconds() / row.cells[column].seconds();
}

std::string Comparison::table(const std::vector<const Row*>& others) const {
  Lines lines{{"seconds (/ published)"}};
  for (const auto ops : kOps) lines[0].push_back(fmt::format("N = {}", ops));
  for (const auto ops : kOps) lines[0].push_back(fmt::format("x at {}", ops));
  lines.push_back(published_line(*this, kPublishedSync, "published sync"));
  lines.push_back(line_of(*this, sync));
  lines.push_back(published_line(*this, kPublishedAsync, "published async"));
  for (const auto* row : others) lines.push_back(line_of(*this, *row));
  return reproduction::table(lines);
}

std::string ledger(const std::vector<const Row*>& rows) {
  std::uint64_t absent = 0, runs = 0, died = 0;
  Measurement all;
  for (const auto* row : rows)
    for (const auto& cell : row->cells) {
      if (!cell.ran()) {
        ++absent;
        continue;
      }
      runs += cell.result->repetitions.size();
      died += cell.result->repetitions.size() - cell.result->finished().size();
      all.merge(cell.result->summary().all);
    }
  auto text = fmt::format(
      "{} runs: {} operations completed, {} failed, {} never started; runs that died: {}.", runs,
      all.completed, all.failed, all.never_started, died);
  if (absent != 0) text += fmt::format(" {} cells were not run ('-').", absent);
  return text;
}

std::vector<std::string> troubles(const std::vector<const Row*>& rows) {
  std::vector<std::string> all;
  for (const auto* row : rows)
    for (const auto& cell : row->cells)
      if (cell.ran() && !cell.sound())
        all.push_back(fmt::format("! {} at {}: {}. Nothing below rests on this cell.", row->label,
                                  cell.ops(), *cell.trouble()));
  return all;
}

std::string interval_text(const Result& result) {
  if (const auto& interval = result.summary().interval)
    return fmt::format("{} to {}", ms(interval->low), ms(interval->high));
  const auto runs = result.finished().size();
  return runs == 1 ? "one run" : fmt::format("{} runs", runs);
}

std::string table(const Lines& lines) {
  std::vector<bool> numbers(lines.front().size(), true);
  numbers[0] = false;
  return markdown_lines(lines, numbers, true) + '\n';
}

std::string bullets(const std::vector<std::string>& paragraphs) {
  std::string text;
  for (const auto& one : paragraphs) text += wrap("- " + one, kWidth, 2);
  return text + '\n';
}

std::string where(const Context& context, const std::vector<Result>& results) {
  const auto of = [&](const char* key) { return fact(context, key); };
  std::vector<std::string> all{
      fmt::format("Machine: {}, {} cores; {}, {}", of("cpu_model"), of("num_cpus"), of("kernel"),
                  of("os")),
      fmt::format("Build: {}, {}; asyncmark {}, commit {}", of("compiler"), of("compiler_flags"),
                  of("asyncmark_version"), of("commit")),
      fmt::format("Load average before it began: {} (1, 5, 15 minutes); date: {}", of("load_avg"),
                  of("date")),
      fmt::format("Command: {}", of("command")),
  };
  for (const auto& one : check(context, results))
    if (Registry<CheckEntry>::at(one.code).is_noise)
      all.push_back(fmt::format("! {}: {}: {}", one.code, one.sentence, one.evidence));
  return bullets(all);
}

std::string title(const std::string& what, const Context& context, const std::string& quick) {
  return fmt::format("# {}{}{}\n\n", what, quick.empty() ? "" : fmt::format(" (quick: {})", quick),
                     context.facts.value("partial", false) ? " (partial: interrupted)" : "");
}

std::string digits(double value, int significant) {
  const int before = value > 0 ? static_cast<int>(std::floor(std::log10(value))) + 1 : 1;
  return fmt::format("{:.{}f}", value, std::max(0, significant - before));
}

std::string list(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i)
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return text;
}

void add(std::vector<std::string>& all, const std::optional<std::string>& one) {
  if (one) all.push_back(*one);
}

}  // namespace asyncmark::reproduction
