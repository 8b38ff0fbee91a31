#include "reports/text/draw.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "bench/base/screen.hpp"
#include "bench/base/visible.hpp"
#include "bench/base/wrap.hpp"
#include "reports/text/typeset.hpp"

namespace asyncmark {
namespace {

constexpr std::size_t kLeastBar = 8, kMostBar = 24;
constexpr std::size_t kIndent = 4;  // Of what stands on lines of its own.

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, columns_of(text)), ' ');
  return right ? blanks + text : text + blanks;
}

/// Lays a table out for a terminal, and writes it.
class Drawing {
 public:
  Drawing(Table table, const Terminal& terminal)
      : table_(std::move(table)),
        terminal_(terminal),
        width_(terminal.width == 0 ? std::numeric_limits<std::size_t>::max() : terminal.width),
        // Else the figures would have no place beside the names.
        most_(terminal.width == 0 ? width_ : terminal.width * 2 / 5),
        lead_(std::min(table_.lead, table_.columns.size())) {
    make_visible();
    all_apart_ = std::ranges::count_if(
                     table_.rows,
                     [&](const Row& row) { return !row.cells.empty() && is_apart(row.cells[0]); }) *
                     2 >
                 std::ssize(table_.rows);
    for (std::size_t c = 0; c < table_.columns.size(); ++c) measure(c);
    leave_out();
    fold();
  }

  bool is_folded() const { return blocks_.size() > 1 || !long_.empty(); }

  std::string text() {
    const auto title = wrap(table_.title, width_);
    auto text = bold(title.substr(0, title.size() - 1), terminal_) + '\n';
    for (std::size_t b = 0; b < blocks_.size(); ++b) text += '\n' + block(b);
    for (const auto column : long_) text += '\n' + long_column(column);
    if (shortened_)
      table_.notes.push_back(
          fmt::format("{}: shortened to fit; a wider terminal shows more", terminal_.mark()));
    if (!left_out_.empty()) table_.notes.push_back(left_out_text());
    if (!table_.notes.empty()) text += '\n';
    for (const auto& note : table_.notes) text += wrap("  " + note, terminal_.text_width());
    return text;
  }

 private:
  using Columns = std::vector<std::size_t>;

  void make_visible() {
    const auto in_place = [&](std::string& text) {
      text = visible(text);
      if (terminal_.unicode) text = typeset(text);
    };
    for (auto& row : table_.rows) {
      std::ranges::for_each(row.cells, in_place);
      in_place(row.remark);
    }
    table_.columns.push_back(table_.bars);
    for (auto& column : table_.columns) {
      in_place(column.over);
      in_place(column.under);
      cut(column.over, most_);
      cut(column.under, most_);
    }
    table_.bars = std::move(table_.columns.back());
    table_.columns.pop_back();
    in_place(table_.title);
    std::ranges::for_each(table_.notes, in_place);
  }

  void cut(std::string& text, std::size_t most) {
    if (columns_of(text) <= most) return;
    text = without_middle(text, most, terminal_.unicode);
    shortened_ = true;
  }

  /// Whether a row's name has a line of its own.
  bool is_apart(const std::string& name) const { return all_apart_ || columns_of(name) > most_; }

  void measure(std::size_t column) {
    const auto& heading = table_.columns[column];
    auto width = std::max(columns_of(heading.over), columns_of(heading.under));
    const bool is_text = !heading.number && column >= lead_;
    for (auto& row : table_.rows) {
      if (column >= row.cells.size()) continue;
      auto& cell = row.cells[column];
      if (column == 0 && is_apart(cell)) {
        cut(cell, width_);
        continue;
      }
      if (!is_text) cut(cell, most_);
      width = std::max(width, columns_of(cell));
    }
    widths_.push_back(width);
  }

  std::size_t lead_width() const {
    std::size_t sum = 0;
    for (std::size_t c = 0; c < lead_; ++c) sum += widths_[c] + gap_;
    return sum;
  }

  bool has_bars() const {
    return std::ranges::any_of(table_.rows, [](const Row& row) { return row.bar.has_value(); });
  }

  /// Moves columns closer and takes out as many of the spare ones as have no room even so, and bars
  /// likewise.
  void leave_out() {
    if (table_.spare.empty()) return;
    const auto width = [&] {
      Columns kept;
      for (std::size_t c = lead_; c < table_.columns.size(); ++c)
        if (!left_out_.contains(c)) kept.push_back(c);
      return width_of(kept);
    };
    if (width() > width_) gap_ = 1;
    for (const auto column : table_.spare)
      if (width() > width_) left_out_.insert(column);
    for (const auto column : left_out_)
      std::erase_if(table_.notes, [&](const std::string& note) {
        return note.starts_with(table_.columns[column].heading() + ":");
      });
    if (width() + least_bar() > width_)
      for (auto& row : table_.rows) row.bar.reset();
  }

  std::string left_out_text() const {
    std::vector<std::string> names;
    for (const auto column : left_out_) names.push_back(table_.columns[column].heading());
    return fmt::format("not shown, for lack of width: {}", fmt::join(names, ", "));
  }

  std::size_t least_bar() const {
    if (!has_bars()) return 0;
    return gap_ +
           std::max({kLeastBar, columns_of(table_.bars.over), columns_of(table_.bars.under)});
  }

  /// Which columns stand side by side, beside the leading ones.
  void fold() {
    blocks_.emplace_back();
    auto used = lead_width() + least_bar();
    for (std::size_t c = lead_; c < table_.columns.size(); ++c) {
      if (left_out_.contains(c)) continue;
      if (!table_.columns[c].number && lead_width() + widths_[c] > width_) {
        long_.push_back(c);
        continue;
      }
      if (used + widths_[c] > width_ && !blocks_.back().empty()) {
        blocks_.emplace_back();
        used = lead_width();
      }
      blocks_.back().push_back(c);
      used += widths_[c] + gap_;
    }
    const auto taken = width_of(blocks_[0]) + gap_;
    bar_width_ = std::clamp(width_ - std::min(width_, taken), kLeastBar, kMostBar);
  }

  std::size_t width_of(const Columns& block) const {
    auto sum = lead_width();
    for (const auto column : block) sum += widths_[column] + gap_;
    return sum - std::min(sum, gap_);
  }

  /// The leading cells and those of a block, each as wide as its column and its gap; as far as the
  /// row has them.
  template <class Text>
  std::string line(const Columns& block, std::size_t cells, Text text) const {
    std::string all;
    const auto add = [&](std::size_t column) {
      if (column >= cells) return;
      all += padded(text(column), widths_[column], table_.columns[column].number);
      all.append(gap_, ' ');
    };
    for (std::size_t c = 0; c < lead_; ++c) add(c);
    for (const auto column : block) add(column);
    return all;
  }

  std::string headings(const Columns& block, bool with_bars) const {
    const auto all = table_.columns.size();
    const auto over = line(block, all, [&](std::size_t c) { return table_.columns[c].over; });
    const auto under = line(block, all, [&](std::size_t c) { return table_.columns[c].under; });
    const auto upper = trimmed(over + (with_bars ? table_.bars.over : ""));
    const auto lower = trimmed(under + (with_bars ? table_.bars.under : "")) + '\n';
    // A small table needs no rule between one line of headings and the figures.
    if (upper.empty() && !table_.spare.empty()) return lower;
    const auto width = width_of(block) + (with_bars ? gap_ + bar_width_ : 0);
    return fmt::format("{}{}{}{:-<{}}\n", upper, upper.empty() ? "" : "\n", lower, "", width);
  }

  /// The cells of a row, below its name where that has a line of its own.
  std::string cells(const Row& row, const Columns& block, std::string& above) const {
    const bool apart = !row.cells.empty() && is_apart(row.cells[0]);
    if (apart) above = row.cells[0] + '\n';
    return line(block, row.cells.size(),
                [&](std::size_t c) { return c == 0 && apart ? "" : row.cells[c]; });
  }

  /// What went wrong, in the place of the bar; on lines of its own where that is too narrow.
  std::string with_remark(const std::string& cells, const std::string& remark) const {
    if (columns_of(cells) + columns_of(remark) <= width_) return cells + red(remark, terminal_);
    const auto wrapped = wrap(std::string(kIndent, ' ') + remark, terminal_.text_width());
    return trimmed(cells) + '\n' + red(wrapped.substr(0, wrapped.size() - 1), terminal_);
  }

  std::string block(std::size_t number) const {
    const bool first = number == 0, with_bars = first && has_bars();
    const auto& block = blocks_[number];
    auto text = headings(block, with_bars);
    std::string group;
    for (const auto& row : table_.rows) {
      if (row.group != group) text += '\n' + row.group + '\n';
      group = row.group;
      std::string above;
      const auto figures = cells(row, block, above);
      text += above;
      if (first && !row.remark.empty())
        text += with_remark(figures, row.remark);
      else
        text += trimmed(with_bars && row.bar ? figures + bar(*row.bar, bar_width_, terminal_)
                                             : figures);
      text += '\n';
    }
    return text;
  }

  /// A column of texts that are longer than any line, each below its row's name.
  std::string long_column(std::size_t column) const {
    auto text = table_.columns[column].heading() + '\n' +
                std::string(columns_of(table_.columns[column].heading()), '-') + '\n';
    for (const auto& row : table_.rows) {
      if (column >= row.cells.size() || row.cells[column].empty()) continue;
      std::string above;
      const auto name = trimmed(cells(row, {}, above));
      text += above + (name.empty() ? "" : name + '\n');
      text += wrap(std::string(kIndent, ' ') + row.cells[column], terminal_.text_width());
    }
    return text;
  }

  Table table_;
  const Terminal& terminal_;
  std::size_t width_;
  std::size_t most_;  ///< Of a name or a figure that shares its line with others.
  std::size_t lead_;
  std::size_t gap_ = 2;  ///< Between columns.
  std::vector<std::size_t> widths_;
  std::set<std::size_t> left_out_;
  std::vector<Columns> blocks_;
  Columns long_;
  std::size_t bar_width_ = 0;
  bool all_apart_ =
      false;  ///< Most names are too long, so that those that are not would stand out.
  bool shortened_ = false;
};

}  // namespace

std::string draw(Table table, const Terminal& terminal) {
  return Drawing(std::move(table), terminal).text();
}

bool fits(const Table& table, const Terminal& terminal) {
  return !Drawing(table, terminal).is_folded();
}

}  // namespace asyncmark
