#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncmark::postgres {

/// What a placeholder stands for, which follows from the number of the query alone.
enum class Number {
  query,    ///< That number itself.
  account,  ///< As the others, a key of pgbench's tables, or what is moved from one to another.
  teller,
  branch,
  delta,
};

/// Where in the text of a query a placeholder stands, and which: 1 for $1.
struct Place {
  std::size_t begin;
  std::size_t end;
  std::size_t which;
};

/// The placeholders of a query, in order: neither in quotes nor in comments nor in names. They are
/// looked for as the server does, because only the simple protocol needs the values in the text:
/// with a plain search for `$1`, `SELECT '$1'` would be another query there than where it is
/// prepared.
std::vector<Place> places_of(std::string_view sql);

/// The statements of a text, which semicolons part, without comments and blanks before them. Those
/// in parentheses part nothing, as in CREATE RULE; those in a body between BEGIN ATOMIC and END do,
/// so that the server has the last word.
std::vector<std::string> statements_in(std::string_view sql);

/// The most placeholders that a statement may have.
inline constexpr std::size_t kMostNumbers = 4;

struct Statement {
  /// `numbers` are what $1, $2, ... stand for.
  Statement(std::string name, std::string sql, std::vector<Number> numbers);

  std::string name;  ///< Under which it is prepared.
  std::string sql;
  std::vector<Number> numbers;
  std::vector<Place> places;

  /// The query with these in place of its placeholders, into `text`.
  void write(std::span<const char* const> values, std::string& text) const;
};

/// What one operation asks: statements that follow one another, each once the answer to the one
/// before is there, unless they are sent in a pipeline.
using Script = std::vector<Statement>;

/// The query of a user, of which $1 is the number of the query. Throws UsageError naming --sql.
Script script_of(const std::string& sql);

Script select_one();
Script sleep_for(double seconds);
/// Of pgbench: its -S, and its default.
Script point_select();
Script tpcb_like();

/// The values of a statement's placeholders as libpq takes them.
class Values {
 public:
  /// Of query `query` on tables of this scale (`pgbench -s`): the same for equal arguments.
  void draw(const Statement& statement, std::uint64_t query, std::uint64_t seed,
            std::uint64_t scale);
  /// As many as the statement has placeholders.
  std::span<const char* const> texts() const { return {texts_.data(), count_}; }

 private:
  using Text = std::array<char, 24>;
  std::array<Text, kMostNumbers> room_;
  std::array<const char*, kMostNumbers> texts_{};
  std::size_t count_ = 0;
};

}  // namespace asyncmark::postgres
