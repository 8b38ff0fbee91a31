#include "reports/tables/rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "bench/base/split.hpp"
#include "bench/results/counters.hpp"
#include "reports/analysis/check_texts.hpp"
#include "reports/analysis/notes.hpp"
#include "reports/tables/column_entry.hpp"

namespace asyncmark {
namespace {

using Columns = std::vector<const ColumnEntry*>;

/// The weight of a column that the user asked for, above all others.
constexpr int kHeaviest = 100;

bool is_open_loop(const Result* one) { return one->what.load.rate.has_value(); }

/// What distinguishes the cases of a table beside runner and cap.
Texts distinctions(const Case& one) {
  auto texts = load_texts(one);
  for (const auto& spec : one.runner_options.specs())
    if (auto value = one.runner_options.print(spec.name); value != spec.print(spec.otherwise))
      texts.emplace_back(spec.name, std::move(value));
  return texts;
}

std::string value_of(const Case& one, const std::string& name) {
  for (const auto& [key, value] : distinctions(one))
    if (key == name) return value;
  return name == "passes" || name == "seed" ? "1" : name == "warmup" ? "one each" : "-";
}

/// How much there is to do, which the rows of a table are grouped by.
bool is_amount(const std::string& name) {
  return name == "ops" || name == "duration" || name == "rate";
}

/// `1 pass`, `5 passes`.
std::string counted(const std::string& number, const std::string& thing, const char* plural) {
  return fmt::format("{} {}{}", number, thing, number == "1" ? "" : plural);
}

std::string phrase(const std::string& name, const std::string& value) {
  if (name == "ops") return counted(value, "operation", "s");
  if (name == "duration") return "for " + value;
  if (name == "rate")
    return value.substr(0, value.find(' ')) +
           (value.ends_with("poisson") ? ", Poisson arrivals" : "");
  if (name == "passes") return counted(value, "pass", "es");
  if (name == "warmup") return counted(value, "warm-up operation", "s");
  return name + " " + value;
}

/// The limits given: `same concurrency limit (28)` or `concurrency limits 10, 28`.
std::string caps_text(const Cases& cases) {
  std::set<std::uint64_t> caps;
  for (const auto* one : cases)
    if (const auto cap = one->what.load.in_flight; cap && one->what.runner != kBaseline)
      caps.insert(*cap);
  std::vector<std::string> texts;
  for (const auto cap : caps)
    texts.push_back(cap == kUnbounded ? "unbounded" : std::to_string(cap));
  if (texts.size() == 1) return fmt::format("same concurrency limit ({})", texts.front());
  return fmt::format("concurrency limits {}", fmt::join(texts, ", "));
}

/// `median of 3 runs`; where there are percentiles alone, those are of all runs together.
std::string runs_text(const Cases& cases) {
  std::set<std::size_t> numbers;
  for (const auto* one : cases)
    if (const auto finished = one->finished().size(); finished > 0) numbers.insert(finished);
  if (numbers.empty()) return "";
  if (numbers == std::set<std::size_t>{1}) return ", 1 run";
  const auto least = *numbers.begin(), most = *numbers.rbegin();
  return fmt::format(
      ", {}{} runs", std::ranges::all_of(cases, is_open_loop) ? "" : "median of ",
      least == most ? fmt::format("{}", most) : fmt::format("{} to {}", least, most));
}

/// Why repetitions are missing.
std::string remark(const Result& one) {
  const auto died = one.died();
  if (!died) return "";
  const auto finished = one.finished().size();
  if (finished == 0) return *died;
  return fmt::format("{} of {} runs died: {}", one.repetitions.size() - finished,
                     one.repetitions.size(), *died);
}

/// Returns the column that is meant: `p50` and the like are response times where all are open
/// loops, as in the table, and service times elsewhere. Throws UsageError where there is none.
const ColumnEntry& column_at(const std::string& name, const char* flag, const Cases& cases) {
  const auto full = (std::ranges::all_of(cases, is_open_loop) ? "response-" : "service-") + name;
  for (const auto& text : {name, full})
    if (const auto* found = Registry<ColumnEntry>::find(text)) return *found;
  std::vector<std::string> names{"p50", "p90", "p95", "p99", "p99.9"};
  for (const auto& one : Registry<ColumnEntry>::all()) names.push_back(one.name);
  throw UsageError(fmt::format("{}: no such column '{}'; there are {}{}", flag, name,
                               std::string_view(flag) == "--columns" ? "all, " : "",
                               fmt::join(names, ", ")));
}

/// Those that --columns names, without the `+` that adds them to the usual ones.
Columns named_columns(const Cases& cases, const View& view) {
  Columns columns;
  for (auto name : split(view.columns, ',')) {
    if (view.adds_columns() && name.starts_with('+')) name.erase(0, 1);
    columns.push_back(&column_at(name, "--columns", cases));
  }
  return columns;
}

Columns columns_of(const Cases& cases, const View& view) {
  if (view.chooses_columns()) return named_columns(cases, view);
  Columns columns;
  const auto open = std::ranges::count_if(cases, is_open_loop);
  const auto* judged = Registry<ColumnEntry>::find("response-" + view.judged);
  for (const auto& one : Registry<ColumnEntry>::all())
    if (view.shows_all() || one.usual == Usual::always || (one.usual == Usual::open && open > 0) ||
        (one.usual == Usual::closed && open < std::ssize(cases)))
      columns.push_back(judged && !view.shows_all() && one.name == "response-p99" ? judged : &one);
  if (!view.adds_columns()) return columns;
  for (const auto* one : named_columns(cases, view))
    if (std::ranges::find(columns, one) == columns.end()) columns.push_back(one);
  std::ranges::stable_sort(columns, {}, &ColumnEntry::order);
  return columns;
}

CaseFigures figures_of(const Result& one, const Cases& cases,
                       const std::vector<Finding>& findings) {
  const auto& summary = one.summary();
  return {one, summary, summary.all, cases, findings};
}

auto amount(const Result* one) {
  const auto& load = one->what.load;
  return std::tuple(load.duration || load.rate ? 0 : load.ops, load.duration.value_or(Duration{}),
                    load.rate.value_or(0));
}

/// By their amount of work, and the best first or as `--sort` says.
Cases sorted(Cases cases, const View& view, const std::vector<Finding>& findings) {
  if (view.sort.empty()) {
    sort_best_first(cases);
  } else {
    const auto& column = column_at(view.sort, "--sort", cases);
    std::map<const Result*, std::tuple<bool, double, std::string>> keys;
    for (const auto* one : cases) {
      const auto cell =
          one->finished().empty() ? Cell() : column.cell(figures_of(*one, cases, findings));
      keys[one] = {!cell, cell ? (column.more_is_better ? -1 : 1) * cell->value : 0,
                   cell ? cell->text : ""};
    }
    std::ranges::stable_sort(cases, {}, [&](const Result* one) { return keys[one]; });
  }
  std::ranges::stable_sort(cases, {}, amount);
  return cases;
}

/// Whether a column has nothing to tell of these cases: a percentile that none has the operations
/// for is shown only where that is worth saying.
bool is_idle(const ColumnEntry& column, const std::vector<Cell>& cells) {
  return std::ranges::none_of(cells, [&](const Cell& cell) {
    return cell && (column.usual != Usual::never || cell->text != kTooFew);
  });
}

void add_figures(Table& table, const Columns& columns, const Cases& cases,
                 const std::vector<Finding>& findings, const View& view) {
  const auto added = view.adds_columns() ? named_columns(cases, view) : Columns();
  std::vector<std::pair<int, std::size_t>> weights;
  std::set<std::string> uppers;
  for (const auto* column : columns) {
    std::vector<Cell> cells;
    for (const auto* one : cases)
      cells.push_back(one->finished().empty() ? Cell()
                                              : column->cell(figures_of(*one, cases, findings)));
    const bool is_added = std::ranges::find(added, column) != added.end();
    if (!view.chooses_columns() && !is_added && is_idle(*column, cells)) continue;
    const bool is_wanted = is_added || column->name == "response-" + view.judged;
    // A column that tells rows apart is not left out.
    if (table.columns.size() >= table.lead)
      weights.emplace_back(is_wanted ? kHeaviest : column->weight, table.columns.size());
    uppers.insert(column->heading.over);
    table.columns.push_back(column->heading);
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (!cases[i]->finished().empty())
        table.rows[i].cells.push_back(cells[i] ? cells[i]->text : column->blank);
  }
  // Without response times beside them, service times need not be told apart.
  if (!uppers.contains("response"))
    for (auto& column : table.columns)
      if (column.over == "service" && column.under.starts_with('p')) column.over.clear();
  if (view.chooses_columns() || view.shows_all()) return;
  std::ranges::sort(weights);
  for (const auto& [weight, column] : weights) table.spare.push_back(column);
}

/// One measure for all of them, or none.
void add_bars(Table& table, const Cases& cases) {
  const auto open = std::ranges::count_if(cases, is_open_loop);
  if (cases.size() < 2 || (open != 0 && open != std::ssize(cases))) return;
  table.bars = {"", open != 0 ? "of offered" : "vs best", false};
  for (std::size_t i = 0; i < cases.size(); ++i) table.rows[i].bar = bar_of(*cases[i], cases);
}

bool are_of_one_runner(const Cases& cases) {
  return std::ranges::all_of(cases, [&](const Result* one) {
    return one->what.load.in_flight && one->what.runner == cases.front()->what.runner;
  });
}

/// Less is better: first those that kept up, by their response time, then by what was achieved.
auto rank(const Result* one) {
  const auto& summary = one->summary();
  const bool died = one->finished().empty();
  if (!is_open_loop(one)) return std::tuple(died, false, -summary.median("ops_per_s").value_or(0));
  const auto& offer = summary.offered;
  if (!offer || !offer->kept_up()) return std::tuple(died, true, -(offer ? offer->achieved : 0));
  for (const auto fraction : {0.99, 0.5})
    if (const auto time = response_percentile(summary.all, fraction))
      return std::tuple(died, false, seconds(*time));
  return std::tuple(died, false, seconds(kLongest));
}

/// The reasons of failures that --max-failed accepts, so that no warning has them.
std::optional<std::string> accepted_failures(const Cases& cases,
                                             const std::vector<Finding>& findings) {
  if (std::ranges::any_of(findings,
                          [](const auto& one) { return one.code == "failed-operations"; }))
    return std::nullopt;
  Measurement all;
  for (const auto* one : cases)
    for (const auto& [reason, times] : one->summary().all.failures) all.add_failures(reason, times);
  return all.failed == 0 ? std::nullopt
                         : std::optional(fmt::format("failed: {}", failures_text(all)));
}

}  // namespace

void sort_best_first(Cases& cases) {
  std::ranges::stable_sort(cases, {}, rank);
  if (are_of_one_runner(cases))
    std::ranges::stable_sort(cases, {}, [](const Result* one) { return one->what.load.in_flight; });
}

Table leading_columns(const Cases& cases, bool partial, bool in_groups) {
  Table table;
  table.title = workload_text(cases.front()->what);
  if (const auto end = table.title.find(", "); end != std::string::npos)
    table.title.replace(end, 1, ":");
  table.columns = {{"", "runner", false}};
  for (const auto* one : cases) table.rows.push_back({{one->what.runner}, ""});
  std::vector<std::string> names;
  for (const auto* one : cases)
    for (const auto& [name, value] : distinctions(one->what))
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  for (const auto& name : names) {
    const auto value = [&](std::size_t i) { return value_of(cases[i]->what, name); };
    const auto first = value(0);
    if (std::ranges::all_of(cases, [&](auto* one) { return value_of(one->what, name) == first; })) {
      table.title += ", " + phrase(name, first);
      continue;
    }
    const bool is_group = in_groups && is_amount(name);
    if (!is_group) table.columns.push_back({"", name});
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (!is_group)
        table.rows[i].cells.push_back(value(i));
      else if (value(i) != "-")
        table.rows[i].group += (table.rows[i].group.empty() ? "" : ", ") + phrase(name, value(i));
  }
  table.lead = table.columns.size();
  table.title += equal_cap(cases) ? ", " + caps_text(cases) : ", default concurrency";
  table.title += runs_text(cases);
  if (partial) table.title += " (PARTIAL: interrupted)";
  return table;
}

std::optional<double> bar_of(const Result& one, const Cases& cases) {
  if (is_open_loop(&one)) {
    const auto& offer = one.summary().offered;
    return offer ? std::optional(std::min(offer->achieved, 1.0)) : std::nullopt;
  }
  std::vector<double> rates;
  for (const auto* other : cases)
    if (same_load(other->what, one.what))
      if (const auto rate = other->summary().median("ops_per_s")) rates.push_back(*rate);
  const auto own = one.summary().median("ops_per_s");
  if (!own || rates.size() < 2 || std::ranges::max(rates) <= 0) return std::nullopt;
  return *own / std::ranges::max(rates);
}

bool tells_rows_apart(const Table& table) {
  std::set<std::vector<std::string>> seen;
  for (const auto& row : table.rows) {
    const auto lead = static_cast<std::ptrdiff_t>(std::min(table.lead, row.cells.size()));
    std::vector<std::string> key(row.cells.begin(), row.cells.begin() + lead);
    key.push_back(row.group);
    if (!seen.insert(std::move(key)).second) return false;
  }
  return true;
}

void check_columns(const View& view) {
  columns_of({}, view);
  if (!view.sort.empty()) column_at(view.sort, "--sort", {});
}

Table make_table(const Cases& given, bool partial, const std::vector<Finding>& findings,
                 const View& view) {
  const auto cases = sorted(given, view, findings);
  auto table = leading_columns(cases, partial, true);
  auto columns = columns_of(cases, view);
  if (!tells_rows_apart(table)) {
    const auto* cap = &column_at("in-flight", "--columns", cases);
    std::erase(columns, cap);
    columns.insert(columns.begin(), cap);
    ++table.lead;
  }
  const auto checks = check_texts(findings);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    table.rows[i].remark = remark(*cases[i]);
    if (const auto signs = check_signs(checks, {cases[i]}); !signs.empty())
      table.rows[i].cells[0] += fmt::format(" ({})", signs);
  }
  add_figures(table, columns, cases, findings, view);
  if (!view.chooses_columns()) add_bars(table, cases);
  if (view.shows_all())
    add_notes(table, cases);
  else
    add_short_notes(table, cases);
  if (auto note = accepted_failures(cases, findings)) table.notes.push_back(std::move(*note));
  return table;
}

}  // namespace asyncmark
