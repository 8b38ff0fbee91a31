#include "bench/run/progress_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "bench/base/visible.hpp"
#include "bench/base/wrap.hpp"

namespace asyncmark {
namespace {

constexpr std::size_t kLongestCurve = 30;
constexpr std::size_t kShortestCurve = 4;

/// Returns as many of the parts as fit, in their order.
std::string joined(const std::vector<std::string>& parts, std::size_t columns) {
  std::string text;
  for (const auto& part : parts) {
    const auto longer = text.empty() ? part : fmt::format("{}, {}", text, part);
    if (columns_of(longer) > columns) break;
    text = longer;
  }
  return text;
}

std::string title_line(const CaseProgress& progress, std::size_t columns, bool unicode) {
  const auto name = visible(progress.name);
  const auto place = progress.place + ": ";
  // At 40 columns the name needs all of them.
  const auto room = columns > place.size() + 12 ? columns - place.size() : 0;
  return room == 0 ? without_middle(name, columns, unicode)
                   : place + without_middle(name, room, unicode);
}

std::string bar_line(const CaseProgress& progress, std::size_t columns, const Screen& screen) {
  const auto elapsed = fmt::format("{} elapsed", whole_seconds(progress.elapsed));
  if (progress.left <= Duration(0)) return joined({elapsed}, columns);
  const auto left = fmt::format("about {} left", whole_seconds(progress.left));
  const auto end = fmt::format("ends {}", end_text(progress.now, progress.left));
  const auto share = share_of(progress);
  const auto percent = fmt::format("{:3.0f} %", share * 100);
  const auto bar_columns = std::min<std::size_t>(30, columns / 4);
  const auto bar_and_percent = bar_columns + percent.size() + 3;
  if (columns < bar_and_percent) return joined({left}, columns);
  const auto room = columns - bar_and_percent;
  return fmt::format("{} {}  {}",
                     styled(progress_bar(share, bar_columns, screen.unicode), "36", screen.colour),
                     percent, joined({left, end, elapsed}, room));
}

std::string figures_line(const CaseProgress& progress, std::size_t columns, const Screen& screen) {
  auto text = joined(progress.figures, columns);
  constexpr std::string_view kCurve = "so far: ";  // Of the operations per second.
  const auto taken = columns_of(text) + 2 + kCurve.size();
  if (progress.alarming) text = styled(text, "31", screen.colour);
  if (progress.rates.empty() || taken + kShortestCurve > columns) return text;
  const auto room = std::min(kLongestCurve, columns - taken);
  return fmt::format("{}  {}{}", text, kCurve,
                     styled(curve(progress.rates, room, screen.unicode), "36", screen.colour));
}

std::string with_unit(std::uint64_t count, const char* unit) {
  return fmt::format("{} {}", count, unit);
}

/// Returns what an operation waits for after the last was begun or due; empty before that.
std::string drain_text(const Live& live, const Load& load) {
  const auto length = length_of(load);
  if (live.phase != Phase::timed || !length || live.timed <= *length) return "";
  const auto due = load.due ? load.due->size() : live.claimed;
  return fmt::format("draining, {} outstanding",
                     due - std::min<std::uint64_t>(due, live.claimed) + live.in_flight);
}

}  // namespace

double share_of(const CaseProgress& progress) {
  const auto all = seconds(progress.elapsed + progress.left);
  return std::max(progress.least_share, all > 0 ? seconds(progress.elapsed) / all : 0);
}

std::vector<std::string> progress_lines(const CaseProgress& progress, const Screen& screen) {
  // The last column stays free: behind it some terminals fold the line, and others do not.
  const auto columns = std::max<std::size_t>(screen.columns, 2) - 1;
  std::vector<std::string> lines{title_line(progress, columns, screen.unicode),
                                 bar_line(progress, columns, screen)};
  if (!progress.figures.empty()) lines.push_back(figures_line(progress, columns, screen));
  return lines;
}

std::vector<std::string> live_figures(const Live& live, const Load& load,
                                      std::optional<double> ops_per_s) {
  switch (live.phase) {
    case Phase::starting:
      return {};
    case Phase::set_up:
      return {"setting up, connecting"};
    case Phase::warm_up:
    case Phase::ready:
      return {"warming up"};
    case Phase::over:
      return {"collecting the results"};
    case Phase::timed:
      break;
  }
  std::vector<std::string> figures;
  if (ops_per_s) figures.push_back(fmt::format("{} ops/s", rounded_count(*ops_per_s)));
  const auto drain = drain_text(live, load);
  if (!drain.empty()) figures.push_back(drain);
  if (live.p50)
    figures.push_back(
        fmt::format("{} {}", load.rate ? "response p50" : "p50", rounded_text(*live.p50)));
  if (live.failed) figures.push_back(with_unit(*live.failed, "failed"));
  if (drain.empty()) figures.push_back(with_unit(live.in_flight, "in flight"));
  return figures;
}

std::string whole_seconds(Duration duration) {
  const auto s = std::chrono::ceil<std::chrono::seconds>(std::max(duration, Duration(0))).count();
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {} s", s / 60, s % 60);
  return fmt::format("{} h {} min", s / 3600, s / 60 % 60);
}

std::string end_text(std::chrono::system_clock::time_point now, Duration left) {
  const auto end =
      std::chrono::system_clock::to_time_t(now + std::chrono::ceil<std::chrono::seconds>(left));
  const auto begin = std::chrono::system_clock::to_time_t(now);
  std::tm from{}, until{};
  localtime_r(&begin, &from);
  localtime_r(&end, &until);
  const bool same_day = from.tm_yday == until.tm_yday && from.tm_year == until.tm_year;
  char text[32];
  const auto length =
      std::strftime(text, sizeof text, same_day ? "%H:%M:%S" : "%Y-%m-%d %H:%M", &until);
  return {text, length};
}

}  // namespace asyncmark
