// What the figures of the reproduced table allow to be said, and nothing else.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/reproductions/table/reproduce_table.hpp"

namespace asyncmark::reproduce_table {
namespace {

// Farther off than this, a model is not said to come near the published cells.
constexpr double kNear = 0.15;
// Fewer times as long as the unbounded loop, published cells are not said to be none of it.
constexpr double kFar = 2;

std::string s(double seconds) { return digits(seconds, 3); }
std::string with_unit(double seconds) { return digits(seconds * 1e3, 3) + " ms"; }
std::string with_unit(Duration time) { return fmt::format("{:g} ms", seconds(time) * 1e3); }
/// Rounded up, so that 'within' stays true.
std::string percent(double part) {
  return fmt::format("{:.1f}%", std::ceil(std::max(0.0, part * 1e3 - 1e-6)) / 10);
}

/// Runs of figures of one row, by their column.
struct Series {
  std::vector<std::size_t> columns;
  std::vector<std::string> ops, seconds;
  bool complete() const { return columns.size() == kColumns; }
};

Series sound_cells(const Row& row) {
  Series series;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!row.cells[i].sound()) continue;
    series.columns.push_back(i);
    series.ops.push_back(std::to_string(row.cells[i].ops()));
    series.seconds.push_back(s(row.cells[i].seconds()));
  }
  return series;
}

/// How far off the published cells the farthest of the given values is.
template <class Value>
double farthest(const std::vector<std::size_t>& columns, Value value) {
  double most = 0;
  for (const auto i : columns)
    most = std::max(most, std::abs(value(i) / kPublishedAsync[i].seconds - 1));
  return most;
}

template <class Model>
double misfit(Model model) {
  return farthest({0, 1, 2}, [&](std::size_t i) { return model(static_cast<double>(kOps[i])); });
}

double misfit_of_cap(double cap, double wait_s) {
  return misfit([&](double ops) { return std::ceil(ops / cap) * wait_s; });
}

/// Of a row whose cells are all sound; otherwise there is no saying whether it fits the column.
std::optional<double> misfit_of(const Study& study, const Row& row) {
  const auto series = sound_cells(row);
  if (!series.complete()) return std::nullopt;
  return farthest(series.columns,
                  [&](std::size_t i) { return row.cells[i].seconds() * study.scale(); });
}

bool comes_near(const Study& study, const Row& row) {
  const auto off = misfit_of(study, row);
  return off && *off <= kNear;
}

/// What the measured ones are compared with.
std::string published_cells(const Study& study) {
  return study.quick ? "published cells / 10" : "published cells";
}

/// The same by the farther end of each interval, where the medians have one.
std::string at_the_ends(const Study& study, const Row& row) {
  double most = 0;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto interval = median_interval(row.cells[i].result->elapsed());
    if (!interval) return "";
    for (const auto end : {interval->low, interval->high})
      most = std::max(most, std::abs(seconds(end) / study.published(row, i) - 1));
  }
  return fmt::format(", {} at the farther ends of the intervals", percent(most));
}

/// That the column can be what the row is, that this does not show, or that it was not measured.
std::string fit(const Study& study, const Row& row, const std::string& what,
                const std::string& remark) {
  const auto series = sound_cells(row);
  const auto off = misfit_of(study, row);
  if (!off)
    return fmt::format("Whether it was {} is not settled here: {} of its {} cells can be quoted.",
                       what, series.columns.size(), kColumns);
  const auto times = fmt::format("so the event loop takes {} s", list(series.seconds));
  if (*off > kNear)
    return fmt::format("That it was {} does not show in these figures: {}, up to {} off the {}.{}",
                       what, times, percent(*off), published_cells(study), remark);
  return fmt::format("The column can be {}: {}, within {} of all {}{}.{}", what, times,
                     percent(*off), published_cells(study), at_the_ends(study, row), remark);
}

std::string of_the_cap(const Study& study) {
  const double wait_s = 0.046;
  double closest = 1;
  for (double cap = 2; cap <= 1000; ++cap)
    if (misfit_of_cap(cap, wait_s) < misfit_of_cap(closest, wait_s)) closest = cap;
  return fit(
      study, study.capped, fmt::format("a cap of {} operations in flight", kCap),
      fmt::format(" Rounding alone moves the first of them by up to {}. Of all caps at {:g} ms, "
                  "{:g} comes closest by arithmetic, within {}.",
                  percent(kPublishedAsync[0].rounding()), wait_s * 1e3, closest,
                  percent(misfit_of_cap(closest, wait_s))));
}

/// Says so where the loop's thread waited for a processor, for then the row tells of the machine.
std::string of_a_busy_machine(const Study& study) {
  double least = 1;
  for (const auto i : sound_cells(study.computing).columns) {
    const auto& cell = study.computing.cells[i];
    least = std::min(least, cell.cpu_seconds() / (cell.seconds() - seconds(study.computing_wait)));
  }
  if (comes_near(study, study.computing) || least > 1 - kNear) return "";
  return fmt::format(
      " Its thread got a processor for only {:.0f}% of the time that it wanted one: the machine "
      "was busy with something else.",
      least * 100);
}

std::string of_the_computing(const Study& study) {
  return fit(study, study.computing,
             fmt::format("{} of wait and {} of serial computing an operation",
                         with_unit(study.computing_wait), with_unit(study.computing_cpu)),
             of_a_busy_machine(study));
}

/// Published async over measured, where all operations truly were in flight at once.
std::string of_the_unbounded(const Study& study) {
  const auto& cells = study.unbounded.cells;
  auto series = sound_cells(study.unbounded);
  const bool all_at_once = std::ranges::all_of(
      series.columns, [&](std::size_t i) { return cells[i].peak_in_flight() == cells[i].ops(); });
  if (series.columns.empty() || !all_at_once)
    return "Whether it is an unbounded loop is not settled here: no cell of one can be quoted in "
           "which all operations were in flight at once.";
  std::vector<std::string> times;
  double least = INFINITY;
  for (const auto i : series.columns) {
    const auto factor = study.published(study.unbounded, i) / cells[i].seconds();
    least = std::min(least, factor);
    times.push_back(digits(factor, 3));
  }
  const auto figures = fmt::format(
      "with {} operations all in flight at once an event loop takes {} s; the {} are {} times as "
      "long",
      list(series.ops), list(series.seconds), published_cells(study), list(times));
  if (least < kFar)
    return fmt::format("That it is no unbounded loop does not show in these figures: {}.", figures);
  std::string growth;
  if (series.complete()) {
    const auto more = static_cast<double>(kOps.back() - kOps.front());
    growth = fmt::format(
        " From {} to {} operations each further one adds {} there, and {} here.", kOps.front(),
        kOps.back(),
        with_unit((study.published(study.unbounded, 2) - study.published(study.unbounded, 0)) /
                  more),
        with_unit(std::max(0.0, cells[2].seconds() - cells[0].seconds()) / more));
  }
  return fmt::format("The column is not an unbounded loop: {}.{}", figures, growth);
}

/// The largest unbounded cell by itself.
std::optional<std::string> what_an_unbounded_loop_does(const Study& study) {
  const auto series = sound_cells(study.unbounded);
  if (series.columns.empty()) return std::nullopt;
  const auto i = series.columns.back();
  const auto& cell = study.unbounded.cells[i];
  const auto faster = study.speed_up(study.unbounded, i);
  return fmt::format(
      "What an unbounded loop does: {} operations on one thread, {} in flight at the peak, take {} "
      "s, {:.2f} times one wait of {}{}, for {} of CPU time.",
      cell.ops(), cell.peak_in_flight(), s(cell.seconds()), cell.seconds() / seconds(study.wait),
      with_unit(study.wait),
      faster ? fmt::format(" and {:.0f} times as fast as sync", *faster) : "",
      with_unit(cell.cpu_seconds()));
}

/// Pools of other kinds under the same cap.
std::string other_pools(const Study& study) {
  std::vector<std::string> near;
  for (const auto* row : {&study.thread_pool, &study.process_pool})
    if (comes_near(study, *row))
      near.push_back(fmt::format("{} (within {})", row->label, percent(*misfit_of(study, *row))));
  if (near.empty()) return "";
  return fmt::format(" Nor need it be an event loop: {} {} near too.", list(near),
                     near.size() == 1 ? "comes" : "come");
}

std::string what_arithmetic_allows() {
  const auto cap = [](double in_flight, double wait) {
    return fmt::format("{:g} in flight at {:g} ms (within {})", in_flight, wait * 1e3,
                       percent(misfit_of_cap(in_flight, wait)));
  };
  const double per_op = 0.00163, wait = 0.0246;
  return fmt::format(
      " By arithmetic alone, not run here, it could be {}, {}, or whatever lets {:.0f} a second "
      "through before a wait of {:g} ms (within {}): a limiter, or {:g} ms of computing.",
      cap(23, 0.038), cap(39, 0.064), 1 / per_op, wait * 1e3,
      percent(misfit([&](double n) { return n * per_op + wait; })), per_op * 1e3);
}

std::string what_would_tell(const Study& study) {
  auto text = fmt::format(
      " More cells would tell: {} operations take {} under that cap, and {} with that computing.",
      kCap, with_unit(study.wait), with_unit(study.computing_wait + study.computing_cpu * kCap));
  const auto& capped = study.capped.cells.back();
  const auto& computing = study.computing.cells.back();
  if (capped.sound() && computing.sound())
    text += fmt::format(
        " So would CPU time: here {} operations took {} of it under the cap and {} with computing.",
        capped.ops(), with_unit(capped.cpu_seconds()), with_unit(computing.cpu_seconds()));
  return text;
}

std::string what_the_table_cannot_tell(const Study& study) {
  const bool both = comes_near(study, study.capped) && comes_near(study, study.computing);
  return (both ? "Which of the two it was, three cells cannot tell."
               : "What it was, three cells alone cannot tell.") +
         other_pools(study) + what_arithmetic_allows() + what_would_tell(study);
}

std::string of_the_headline(const Study& study) {
  std::vector<double> gains;
  std::vector<std::string> divisions;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto &sync = kPublishedSync[i], &async = kPublishedAsync[i];
    gains.push_back(sync.seconds / async.seconds);
    divisions.push_back(fmt::format("{:.{}f} / {:.{}f}", sync.seconds, sync.decimals, async.seconds,
                                    async.decimals));
  }
  std::vector<std::string> here;
  for (std::size_t i = 0; i < kColumns; ++i)
    if (const auto faster = study.speed_up(study.unbounded, i))
      here.push_back(fmt::format("{:.1f}x", *faster));
  return fmt::format(
      "Its '25x-40x' is {:.1f}x to {:.1f}x in its own cells ({}). Where every wait takes as long "
      "as asked, a cap of {} gives at most {}x; without one the gain grows with N{}.",
      std::ranges::min(gains), std::ranges::max(gains), list(divisions), kCap, kCap,
      here.size() == kColumns ? fmt::format("; here it is {}", list(here)) : "");
}

std::string arithmetic(const Study& study) {
  std::optional<double> least, most;
  for (const auto* row : study.rows())
    for (const auto& cell : row->cells)
      if (const auto reached = cell.sound() ? cell.reached() : std::nullopt) {
        least = std::min(least.value_or(*reached), *reached);
        most = std::max(most.value_or(*reached), *reached);
      }
  std::string text =
      "Cells of sleeps are arithmetic: N waits of w, c of them at a time, take no less than N / c "
      "(rounded up) times w, the ideal bound. Nothing is fetched; what is measured is how near "
      "each model comes to its bound";
  return text + (least ? fmt::format(": here {:.1f} to {:.1f}%.", *least * 100, *most * 100) : ".");
}

std::string of_the_operations(const Study& study) {
  std::vector<std::string> published, exact, ours;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto per_op = kPublishedSync[i].seconds / static_cast<double>(kOps[i]);
    published.push_back(fmt::format("{:.0f}", per_op * 1e3));
    exact.push_back(fmt::format("{:.2f}", seconds(study.wait) * study.scale() / per_op));
    if (const auto ratio = study.ratio(study.sync, i))
      ours.push_back(fmt::format("{:.2f}", *ratio));
  }
  return fmt::format(
      "An operation waits {} and does nothing else; in 'event-loop + CPU' it computes {} on the "
      "loop's one thread and then waits {}. 46 ms is the published 46 s over 1000; the published "
      "sync cells make it {} ms, so that ours, at 46 ms exactly, would stand at {} of them{}.",
      with_unit(study.wait), with_unit(study.computing_cpu), with_unit(study.computing_wait),
      list(published), list(exact),
      ours.size() == kColumns ? fmt::format("; they stand at {}", list(ours)) : "");
}

/// Threads that end before the last one has begun are never all in flight.
std::optional<std::string> of_the_threads(const Study& study) {
  std::vector<std::string> short_of;
  for (const auto& cell : study.thread_per_op.cells)
    if (cell.sound() && cell.peak_in_flight() < cell.ops())
      short_of.push_back(fmt::format("{} of {}", cell.peak_in_flight(), cell.ops()));
  if (short_of.empty()) return std::nullopt;
  return fmt::format(
      "thread-per-op did not always have all in flight, but {} at the peak: its first threads had "
      "ended before its last ones were started.",
      list(short_of));
}

std::optional<std::string> noise(const Study& study) {
  double widest = 0;
  std::string where;
  for (const auto* row : study.rows())
    for (const auto& cell : row->cells) {
      const auto interval = cell.sound() ? median_interval(cell.result->elapsed()) : std::nullopt;
      if (!interval) continue;
      const auto width = seconds(interval->high - interval->low) / cell.seconds();
      if (width < widest) continue;
      widest = width;
      where = fmt::format("{} at {}", row->label, cell.ops());
    }
  if (where.empty()) return std::nullopt;
  return fmt::format("Noise: the widest 95% interval of a median is {} of it ({}).",
                     percent(widest), where);
}

}  // namespace

std::vector<std::string> how_to_read(const Study& study) {
  const bool once = std::ranges::all_of(study.sync.cells, [](const Cell& cell) {
    return cell.ran() && cell.result->repetitions.size() == 1;
  });
  auto all = troubles(study.all_rows());
  all.push_back(fmt::format(
      "Each figure is the median of its runs, each in a fresh process, from the start to the end "
      "of its last operation. In brackets: over the published cell, sync to sync and all others to "
      "async. x: times as fast as our sync{}. In flight: the most at once, as counted, in the run "
      "that had fewest. CPU: of all threads and processes. Pools stand before the clock starts; "
      "thread-per-op's threads are started against it.",
      once ? ", which ran once" : ""));
  if (study.quick)
    all.push_back(
        "--quick: every wait and computing is a tenth, and published cells are divided by 10. What "
        "it costs to start and switch is no tenth: it weighs ten times as much.");
  all.push_back(of_the_operations(study));
  all.push_back(arithmetic(study));
  if (const auto threads = of_the_threads(study)) all.push_back(*threads);
  if (const auto said = noise(study)) all.push_back(*said);
  all.push_back(ledger(study.all_rows()));
  return all;
}

std::string about_the_example(const Study& study) {
  const auto &apart = study.example_sync.cells.front(),
             &both = study.example_gathered.cells.front();
  if (!apart.sound() || !both.sound()) return "One of these cannot be quoted, so nothing is said.";
  const auto ideal = seconds(both.planned.bound->time);
  const bool slowest = both.peak_in_flight() == 2 && both.seconds() < ideal * (1 + kNear) &&
                       apart.seconds() > both.seconds() * 1.5;
  const auto figures = fmt::format("one after the other they take {} s, gathered {} s",
                                   s(apart.seconds()), s(both.seconds()));
  if (!slowest)
    return fmt::format(
        "That gathered operations take as long as the slowest does not show in these figures: {}, "
        "and the slower one by itself {} s.",
        figures, s(ideal));
  return fmt::format(
      "Gathered operations take as long as the slowest, not as all together: {}. By that rule the "
      "published async cells{} would all be {} s.",
      figures, study.quick ? " / 10" : "", digits(seconds(study.wait), 2));
}

std::vector<std::string> about_the_published_column(const Study& study) {
  std::vector<std::string> all{of_the_unbounded(study), of_the_cap(study), of_the_computing(study),
                               what_the_table_cannot_tell(study)};
  if (const auto loop = what_an_unbounded_loop_does(study)) all.push_back(*loop);
  all.push_back(of_the_headline(study));
  return all;
}

}  // namespace asyncmark::reproduce_table
