#include "reports/tables/phases.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/model/runner_entry.hpp"

namespace asyncmark {
namespace {

struct Part {
  Column column;
  Duration Phases::*length;
};

const std::vector<Part>& parts() {
  static const std::vector<Part> all{
      {{"", "set-up"}, &Phases::set_up},     {{"", "connect"}, &Phases::connect},
      {{"", "warm-up"}, &Phases::warm_up},   {{"", "timed"}, &Phases::timed},
      {{"timed:", "drain"}, &Phases::drain}, {{"start,", "end"}, &Phases::around},
  };
  return all;
}

std::string median_of(const Result& one, Duration Phases::*length) {
  std::vector<Duration> lengths;
  for (const auto* run : one.finished()) lengths.push_back(run->phases.*length);
  return rounded_text(median(std::move(lengths)));
}

}  // namespace

Table phases_table(const Cases& cases, bool partial) {
  auto table = leading_columns(cases, partial);
  table.title = "Phases of " + table.title;
  table.columns.push_back({"", "in flight"});
  ++table.lead;
  for (const auto& part : parts()) table.columns.push_back(part.column);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& one = *cases[i];
    auto& row = table.rows[i];
    row.cells.push_back(std::to_string(one.how.cap));
    if (one.finished().empty()) continue;
    for (const auto& part : parts()) row.cells.push_back(median_of(one, part.length));
  }
  table.notes = {
      "set-up: starting threads, processes and loops; connect: from opening the first session "
      "until all are open",
      "timed: all passes; drain: the part of it after the last operation has started",
      "start, end: start and exit of the process, with an interpreter's start"};
  for (const auto* one : cases) {
    Duration longest{};
    for (const auto* run : one->finished()) longest = std::max(longest, run->phases.settle);
    if (longest > Duration(0))
      table.notes.push_back(fmt::format(
          "{}: before a repetition the service worked for {} on what an earlier one had "
          "left; no phase holds that time",
          one->name(), rounded_text(longest)));
    const auto& runner = one->what.runner;
    auto note = fmt::format("{}: {}", runner, runner_entry(runner).timing);
    if (std::ranges::find(table.notes, note) == table.notes.end())
      table.notes.push_back(std::move(note));
  }
  return table;
}

}  // namespace asyncmark
