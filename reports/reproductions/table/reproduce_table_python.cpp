// The published table once more, in the language that it was made with.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/reproductions/table/reproduce_table.hpp"

namespace asyncmark::reproduce_table {
namespace {

bool is_sound(const Row& row) { return std::ranges::all_of(row.cells, &Cell::sound); }

std::string seconds_of(const Row& row) {
  std::vector<std::string> all;
  for (const auto& cell : row.cells) all.push_back(digits(cell.seconds(), 3));
  return list(all) + " s";
}

/// Which Python it was, by its own words.
std::string which(const Row& row) {
  for (const auto& cell : row.cells)
    if (cell.timed())
      for (const auto& [about, text] : cell.result->finished().front()->facts)
        if (about == "interpreter") return text;
  return "Python";
}

/// What a row's figures say beside the published ones, the worst of them.
std::string beside(const Study& study, const Row& row) {
  double least = INFINITY, most = 0;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const auto ratio = *study.ratio(row, i);
    least = std::min(least, ratio);
    most = std::max(most, ratio);
  }
  return fmt::format("{} ({:.2f} to {:.2f} of the published cells{})", seconds_of(row), least, most,
                     study.quick ? " / 10" : "");
}

std::vector<std::string> sentences(const Study& study) {
  std::vector<std::string> all{fmt::format(
      "{} and its standard library, each run in a fresh process; starting the interpreter is not "
      "timed. x: over sync in Python, which is one thread and ran once.",
      which(study.python_sync))};
  const auto& [gathered, capped] = std::pair(study.python_gathered, study.python_capped);
  if (is_sound(gathered) && is_sound(capped))
    all.push_back(fmt::format("asyncio.gather takes {}; with a Semaphore({}) it takes {}.",
                              beside(study, gathered), kCap, beside(study, capped)));
  else
    all.push_back("Some cells of asyncio cannot be quoted, so nothing is said of it.");
  return all;
}

}  // namespace

std::string of_python(const Study& study) {
  if (study.python_sync.cells.empty()) return "";
  Comparison python;
  python.quick = study.quick;
  python.sync = study.python_sync;
  auto rows = study.in_python();
  const auto table = python.table(rows);
  rows.insert(rows.begin(), &study.python_sync);
  return "## The same in Python\n\n" + table + bullets(sentences(study)) + in_detail(rows);
}

}  // namespace asyncmark::reproduce_table
