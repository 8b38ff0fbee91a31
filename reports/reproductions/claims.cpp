// The table of claims that a reproduction begins with, and the rules of its verdicts.

#include "reports/reproductions/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "bench/base/split.hpp"
#include "bench/base/units.hpp"
#include "bench/base/wrap.hpp"
#include "reports/text/markdown_table.hpp"

namespace asyncmark::reproduction {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastSentence = 16;
constexpr std::size_t kUsualWidth = 80;

/// Three significant digits, and all those before the point.
std::string short_number(double value) {
  return std::abs(value) < 100 ? fmt::format("{:.3g}", value) : fmt::format("{:.0f}", value);
}

const char* text_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::yes:
      return "yes";
    case Verdict::no:
      return "no";
    case Verdict::not_known:
      return "not known";
    case Verdict::not_measured:
      break;
  }
  return "not measured";
}

std::string measured_text(const Claim& claim) {
  return claim.measured.value ? text_of(*claim.measured.value, claim.unit) : "-";
}

/// What stands beside the sentence.
std::array<std::string, 3> cells_of(const Claim& claim) {
  return {claim.rule.prediction(claim.unit), measured_text(claim), text_of(claim.verdict())};
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, columns_of(text)), ' ');
}

constexpr std::array kHeads{"predicted", "measured", "holds?"};

std::array<std::size_t, 3> widths_of(const std::vector<Claim>& claims) {
  std::array<std::size_t, 3> widths;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    widths[i] = columns_of(kHeads[i]);
    for (const auto& claim : claims)
      widths[i] = std::max(widths[i], columns_of(cells_of(claim)[i]));
  }
  return widths;
}

}  // namespace

Measured ratio(const Measured& first, const Measured& second) {
  if (!first.value) return first;
  if (!second.value) return second;
  if (*second.value == 0) return Measured::none("it is a share of nothing");
  return Measured::of(*first.value / *second.value);
}

Measured spread(const std::vector<Measured>& all) {
  double least = INFINITY, most = 0;
  for (const auto& one : all) {
    if (!one.value) return one;
    least = std::min(least, *one.value);
    most = std::max(most, *one.value);
  }
  return Measured::of(most / least);
}

std::string text_of(double value, Unit unit) {
  switch (unit) {
    case Unit::time:
      return rounded_text(from_seconds(value));
    case Unit::factor:
      return short_number(value) + "×";
    case Unit::share:
      return short_number(value * 100) + " %";
    case Unit::rate:
      break;
  }
  return short_number(value) + "/s";
}

Rule Rule::within(double part, double predicted) { return {Kind::within, predicted, part}; }
Rule Rule::within_factor(double factor, double predicted) {
  return {Kind::factor, predicted, factor};
}
Rule Rule::at_most(double most) { return {Kind::at_most, -INFINITY, most}; }
Rule Rule::at_least(double least) { return {Kind::at_least, least, INFINITY}; }
Rule Rule::between(double least, double most) { return {Kind::between, least, most}; }

std::pair<double, double> Rule::range() const {
  switch (kind_) {
    case Kind::within:
      return {first_ * (1 - second_), first_ * (1 + second_)};
    case Kind::factor:
      return {first_ / second_, first_ * second_};
    default:
      return {first_, second_};
  }
}

bool Rule::holds(double measured) const {
  const auto [least, most] = range();
  return measured >= least && measured <= most;
}

bool Rule::fails_clearly(double measured) const {
  constexpr double kClearly = 2;
  const auto [least, most] = range();
  return measured * kClearly < least || measured / kClearly > most;
}

std::string Rule::prediction(Unit unit) const {
  switch (kind_) {
    case Kind::at_most:
      return "at most " + text_of(second_, unit);
    case Kind::at_least:
      return "at least " + text_of(first_, unit);
    case Kind::between:
      return text_of(first_, unit) + " to " + text_of(second_, unit);
    default:
      return text_of(first_, unit);
  }
}

std::string Rule::text() const {
  switch (kind_) {
    case Kind::within:
      return fmt::format("within {:g} % of the prediction", second_ * 100);
    case Kind::factor:
      return fmt::format("within a factor of {:g} of the prediction", second_);
    case Kind::at_most:
      return "at most the prediction";
    case Kind::at_least:
      return "at least the prediction";
    case Kind::between:
      break;
  }
  return "in the predicted range";
}

Verdict Claim::verdict() const {
  if (!measured.value) return Verdict::not_measured;
  if (rule.holds(*measured.value)) return Verdict::yes;
  return disturbed && !rule.fails_clearly(*measured.value) ? Verdict::not_known : Verdict::no;
}

std::string claims_table(const std::vector<Claim>& claims, const Terminal& terminal) {
  const auto widths = widths_of(claims);
  const auto taken = widths[0] + widths[1] + widths[2] + 3 * kGap;
  const auto total = std::min(terminal.width == 0 ? kUsualWidth : terminal.width, kUsualWidth);
  std::size_t widest = kLeastSentence;
  for (const auto& claim : claims) widest = std::max(widest, columns_of(claim.sentence));
  const auto sentence = std::min(widest, total - std::min(total - kLeastSentence, taken));
  const auto line = [&](const std::string& first, const auto& cells) {
    auto text = padded(first, sentence);
    for (std::size_t i = 0; i < widths.size(); ++i)
      text += std::string(kGap, ' ') + padded(cells[i], widths[i]);
    return text.substr(0, text.find_last_not_of(' ') + 1) + '\n';
  };
  auto text = line("claim", kHeads) + std::string(sentence + taken, '-') + '\n';
  for (const auto& claim : claims) {
    const auto parts = lines_in(wrap(claim.sentence, sentence));
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) text += parts[i] + '\n';
    text += line(parts.back(), cells_of(claim));
  }
  for (const auto& claim : claims)
    if (!claim.measured.value)
      text += wrap(fmt::format("Not measured: {}: {}.", claim.sentence, claim.measured.missing),
                   total, 2);
  return text;
}

std::string claims_in_markdown(const std::vector<Claim>& claims) {
  Lines lines{{"claim", "predicted", "measured", "holds?", "rule", "source of the prediction"}};
  for (const auto& claim : claims) {
    const auto [predicted, measured, holds] = cells_of(claim);
    const auto why = claim.measured.value ? holds : holds + ": " + claim.measured.missing;
    auto& line = lines.emplace_back();
    for (const auto& cell :
         {claim.sentence, predicted, measured, why, claim.rule.text(), claim.source})
      line.push_back(markdown_text(cell));
  }
  return markdown_lines(std::move(lines), std::vector<bool>(6, false), false);
}

}  // namespace asyncmark::reproduction
