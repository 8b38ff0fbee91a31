// What the reproductions of published measurements share: cells, the published table, and the text.

#include "reports/reproductions/reproduction.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "bench/base/wrap.hpp"
#include "bench/checks/check_entry.hpp"
#include "bench/checks/checks.hpp"
#include "reports/text/draw.hpp"
#include "reports/text/markdown_table.hpp"

namespace asyncmark::reproduction {
namespace {

// A sleep never ends early; beyond what two clocks may differ by, a faster cell is a defect.
constexpr double kMostReached = 1.005;

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
  const auto faster = study.speed_up(row, kColumns - 1);
  line.push_back(faster ? times(*faster) : "-");
  return line;
}

std::vector<std::string> published_line(const Comparison& study,
                                        const std::array<Published, kColumns>& published,
                                        const char* label) {
  std::vector<std::string> line{label + std::string(study.quick ? " / 10" : "")};
  for (const auto& [value, decimals] : published)
    line.push_back(fmt::format("{:.{}f}", value / study.scale(), decimals + study.quick));
  line.push_back(times(kPublishedSync.back().seconds / published.back().seconds));
  return line;
}

std::string fact(const Context& context, const char* key) {
  const auto found = context.facts.find(key);
  if (found == context.facts.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// Machine and build: without them figures mean nothing.
std::string machine(const Context& context) {
  std::vector<std::string> parts;
  const auto add = [&](const std::string& text, const char* form) {
    if (!text.empty()) parts.push_back(fmt::format(fmt::runtime(form), text));
  };
  add(fact(context, "cpu_model"), "{}");
  add(fact(context, "num_cpus"), "{} cores");
  add(fact(context, "kernel"), "{}");
  if (const auto load = context.facts.find("load_avg");
      load != context.facts.end() && load->is_array() && !load->empty())
    parts.push_back(fmt::format("load {:.1f}", load->front().get<double>()));
  const auto version = fact(context, "asyncmark_version"), commit = fact(context, "commit");
  return fmt::format("{} · asyncmark {} ({})", fmt::join(parts, ", "), version,
                     commit.substr(0, 7));
}

std::optional<double> in_seconds(const std::optional<Duration>& time) {
  return time ? std::optional(seconds(*time)) : std::nullopt;
}

/// What was run and what became of every operation.
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
  auto text = fmt::format("{} runs, {} died. Operations: {} completed, {} failed, {} dropped.",
                          runs, died, all.completed, all.failed, all.never_started);
  if (absent != 0) text += fmt::format(" {} cases were not run ('-').", absent);
  return text;
}

/// A line for each cell that cannot be quoted.
std::vector<std::string> troubles(const std::vector<const Row*>& rows) {
  std::vector<std::string> all;
  for (const auto* row : rows)
    for (const auto& cell : row->cells)
      if (cell.ran() && !cell.sound())
        all.push_back(fmt::format("! {} at {}: {}", row->label, cell.ops(), *cell.trouble()));
  return all;
}

/// A line for each check that others used the machine meanwhile.
std::vector<std::string> noise(const Context& context, const std::vector<Result>& results) {
  std::vector<std::string> all;
  for (const auto& finding : check(context, results))
    if (Registry<CheckEntry>::at(finding.code).is_noise)
      all.push_back(fmt::format("! {}: {}", finding.code, finding.evidence));
  return all;
}

/// How many claims hold, and what was left out.
std::string in_short(const Account& account, const Context& context, bool noisy) {
  const auto count = [&](Verdict verdict) {
    return std::ranges::count(account.claims, verdict, &Claim::verdict);
  };
  auto text = fmt::format("{} of {} claims hold, {} do not", count(Verdict::yes),
                          account.claims.size(), count(Verdict::no));
  if (const auto unknown = count(Verdict::not_known); unknown != 0)
    text += fmt::format(", {} not known", unknown);
  if (const auto missing = count(Verdict::not_measured); missing != 0)
    text += fmt::format(", {} not measured", missing);
  text += '.';
  if (noisy)
    text +=
        " Other programs used the machine, so a figure that is off by less than a factor of 2 "
        "is 'not known': repeat this on an idle machine.";
  if (!account.quick.empty()) text += fmt::format(" Quick run: {}.", account.quick);
  if (context.facts.value("partial", false)) text += " Interrupted: the figures are partial.";
  return text;
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
    return fmt::format("{} of {} operations completed ({} failed, {} dropped)", all.completed, due,
                       all.failed, all.never_started);
  const auto cap = planned.how.cap;
  const auto least = needs_its_cap ? cap : 1;
  for (const auto peak : {all.peak_in_flight, peak_in_flight()})
    if (!planned.what.load.rate && cap < ops() && (peak < least || peak > cap))
      return fmt::format("at most {} operations were in flight, not {}", peak, cap);
  if (reached().value_or(0) > kMostReached)
    return "it took less time than its waits alone, which is a defect";
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

Table Comparison::table(const std::string& name, const std::vector<const Row*>& others) const {
  Lines lines{{""}};
  for (const auto ops : kOps) lines[0].push_back(fmt::format("{}\noperations", ops));
  lines[0].push_back(fmt::format("vs sync\nat {}", kOps.back()));
  lines.push_back(published_line(*this, kPublishedSync, "published sync"));
  lines.push_back(line_of(*this, sync));
  lines.push_back(published_line(*this, kPublishedAsync, "published async"));
  for (const auto* row : others) lines.push_back(line_of(*this, *row));
  return figures(name, std::move(lines),
                 {"In brackets: time / published time (sync / sync, all others / "
                  "async)."});
}

Measured measured(const Row& row, std::size_t column, const Figure& figure) {
  const auto& cell = row.cells.at(column);
  if (const auto trouble = cell.trouble())
    return Measured::none(fmt::format("{} at {}: {}", row.label, cell.ops(), *trouble));
  const auto value = figure(cell);
  return value ? Measured::of(*value)
               : Measured::none(fmt::format("{} at {}: no such figure", row.label, cell.ops()));
}

Measured measured(const Row& row, const Figure& figure) {
  return measured(row, row.cells.size() - 1, figure);
}

Measured time_of(const Row& row, std::size_t column) {
  return measured(row, column, [](const Cell& cell) { return std::optional(cell.seconds()); });
}

Measured time_of(const Row& row) { return time_of(row, row.cells.size() - 1); }

Measured time_of_all_at_once(const Row& row) {
  const auto& cell = row.cells.back();
  if (cell.sound() && cell.peak_in_flight() != cell.ops())
    return Measured::none(fmt::format("only {} of {} operations were in flight at once",
                                      cell.peak_in_flight(), cell.ops()));
  return time_of(row);
}

Measured p99_of(const Row& row, Histogram Measurement::*times) {
  return measured(row, [&](const Cell& cell) {
    return in_seconds((cell.result->summary().all.*times).percentile(0.99));
  });
}

Measured own_p99_of(const Row& row) {
  return measured(row, [](const Cell& cell) {
    const auto& service = cell.result->summary().all.observed.service;
    return in_seconds(service ? service->own_time.percentile(0.99) : std::nullopt);
  });
}

Table figures(std::string name, Lines lines, std::vector<std::string> notes) {
  Table table{.title = std::move(name), .columns = {}, .rows = {}, .notes = std::move(notes)};
  for (const auto& head : lines.front()) {
    const auto end = head.find('\n');
    table.columns.push_back(end == std::string::npos
                                ? Column{"", head}
                                : Column{head.substr(0, end), head.substr(end + 1)});
  }
  table.columns.front().number = false;
  for (auto line = lines.begin() + 1; line != lines.end(); ++line)
    table.rows.push_back({std::move(*line), ""});
  return table;
}

std::string ms_of(const Cell& cell) {
  if (!cell.timed()) return cell.ran() ? "died !" : "-";
  return digits(cell.seconds() * 1e3, 4) + (cell.sound() ? "" : " !");
}

std::string interval_text(const Cell& cell) {
  if (!cell.timed()) return "-";
  const auto& summary = cell.result->summary();
  if (const auto& interval = summary.interval)
    return fmt::format(
        "±{} %", digits(50 * seconds(interval->high - interval->low) / seconds(summary.time), 2));
  const auto runs = cell.result->finished().size();
  return runs == 1 ? "1 run" : fmt::format("{} runs", runs);
}

std::string digits(double value, int significant) {
  const int before = value > 0 ? static_cast<int>(std::floor(std::log10(value))) + 1 : 1;
  return fmt::format("{:.{}f}", value, std::max(0, significant - before));
}

std::string plain(Duration time) { return fmt::format("{:g} ms", seconds(time) * 1e3); }

std::string times(double factor) { return digits(factor, 3) + "×"; }

std::string text_of(Account account, const Context& context, const std::vector<Result>& results,
                    Markup markup) {
  const bool markdown = markup == Markup::markdown;
  const auto terminal = Terminal::of_standard_output();
  const auto width = markdown ? 0 : terminal.text_width();
  std::vector<std::string> remarks = troubles(account.rows);
  const auto noises = noise(context, results);
  remarks.insert(remarks.end(), noises.begin(), noises.end());
  for (auto& claim : account.claims) claim.disturbed = !noises.empty();
  std::vector<std::string> last{
      ledger(account.rows), machine(context),
      fmt::format("What the claims mean, and their rules: docs/articles/{}.md", account.name)};
  if (markdown) last.push_back("Command: " + fact(context, "command"));

  const auto paragraph = [&](const std::string& line) {
    return markdown ? fmt::format("- {}\n", markdown_text(line)) : wrap(line, width, 2);
  };
  const auto answer = in_short(account, context, !noises.empty());
  auto text = markdown ? fmt::format("# {}\n\n{}\n\n", markdown_text(account.title), answer)
                       : bold(account.title, terminal) + '\n' + wrap(answer, width) + '\n';
  text += markdown ? claims_in_markdown(account.claims) : claims_table(account.claims, terminal);
  text += '\n';
  for (const auto& line : remarks) text += paragraph(line);
  if (!remarks.empty()) text += '\n';
  for (const auto& table : account.figures)
    text += (markdown ? markdown_table(table, "##") : draw(table, terminal)) + '\n';
  for (const auto& line : last) text += paragraph(line);
  return text;
}

}  // namespace asyncmark::reproduction
