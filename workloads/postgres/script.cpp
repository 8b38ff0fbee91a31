#include "workloads/postgres/script.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "bench/base/errors.hpp"
#include "workloads/support/scrambled.hpp"

namespace asyncmark::postgres {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// Of a name, in which a dollar may stand too, or of a number.
bool is_of_a_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || static_cast<signed char>(c) < 0;
}

/// Behind the first `what` from `at` on, or the end.
std::size_t behind(std::string_view sql, std::string_view what, std::size_t at) {
  const auto found = sql.find(what, at);
  return found == std::string_view::npos ? sql.size() : found + what.size();
}

/// Behind the quote that closes the one at `at`. A doubled one ends it and begins another at once,
/// which comes to the same.
std::size_t behind_quoted(std::string_view sql, std::size_t at, bool escapes) {
  for (auto i = at + 1; i < sql.size(); ++i) {
    if (escapes && sql[i] == '\\')
      ++i;
    else if (sql[i] == sql[at])
      return i + 1;
  }
  return sql.size();
}

/// Behind a comment between slash and asterisk, which may have others inside.
std::size_t behind_comment(std::string_view sql, std::size_t at) {
  int depth = 0;
  while (at < sql.size()) {
    const auto two = sql.substr(at, 2);
    if (two == "/*")
      ++depth, at += 2;
    else if (two == "*/")
      --depth, at += 2;
    else
      ++at;
    if (depth == 0) return at;
  }
  return at;
}

/// Behind a text between dollars ($$...$$, $tag$...$tag$), or behind the dollar where it is none.
std::size_t behind_dollar(std::string_view sql, std::size_t at) {
  auto end = at + 1;
  while (end < sql.size() && is_of_a_word(sql[end])) ++end;
  if (end == sql.size() || sql[end] != '$') return at + 1;
  return behind(sql, sql.substr(at, end + 1 - at), end + 1);
}

std::size_t behind_word(std::string_view sql, std::size_t at) {
  while (at < sql.size() && (is_of_a_word(sql[at]) || sql[at] == '$')) ++at;
  return at;
}

bool is_placeholder(std::string_view sql, std::size_t at) {
  return sql[at] == '$' && at + 1 < sql.size() && is_digit(sql[at + 1]);
}

/// Whether a comment or white space is there.
bool is_blank(std::string_view sql, std::size_t at) {
  const auto two = sql.substr(at, 2);
  return two == "--" || two == "/*" || std::isspace(static_cast<unsigned char>(sql[at])) != 0;
}

/// Behind what is one in itself: a comment, a text in quotes or between dollars, a placeholder, a
/// name or a number, or else a single character.
std::size_t behind_token(std::string_view sql, std::size_t at) {
  const auto two = sql.substr(at, 2);
  const char c = sql[at];
  if (two == "--") return behind(sql, "\n", at);
  if (two == "/*") return behind_comment(sql, at);
  if (two == "e'" || two == "E'") return behind_quoted(sql, at + 1, true);
  if (c == '\'' || c == '"') return behind_quoted(sql, at, false);
  if (is_placeholder(sql, at)) {
    auto end = at + 1;
    while (end < sql.size() && is_digit(sql[end])) ++end;
    return end;
  }
  if (c == '$') return behind_dollar(sql, at);
  return is_of_a_word(c) ? behind_word(sql, at) : at + 1;
}

std::uint64_t scattered(std::uint64_t seed, std::uint64_t query, Number number) {
  return scrambled(seed + (query * 8 + static_cast<std::uint64_t>(number) + 1) * kOfNumbers);
}

/// pgbench's tables have 100,000 accounts, ten tellers and a branch for each step of their scale.
std::int64_t value_of(Number number, std::uint64_t query, std::uint64_t seed, std::uint64_t scale) {
  const auto key_of = [&](std::uint64_t rows) {
    return static_cast<std::int64_t>(scattered(seed, query, number) % rows) + 1;
  };
  switch (number) {
    case Number::query:
      return static_cast<std::int64_t>(query);
    case Number::account:
      return key_of(100'000 * scale);
    case Number::teller:
      return key_of(10 * scale);
    case Number::branch:
      return key_of(scale);
    case Number::delta:
      return key_of(10'001) - 5'001;
  }
  return 0;
}

}  // namespace

std::vector<Place> places_of(std::string_view sql) {
  std::vector<Place> places;
  for (std::size_t at = 0; at < sql.size();) {
    const auto end = behind_token(sql, at);
    if (is_placeholder(sql, at)) {
      Place place{at, end, 0};
      std::from_chars(sql.data() + at + 1, sql.data() + end, place.which);
      places.push_back(place);
    }
    at = end;
  }
  return places;
}

std::vector<std::string> statements_in(std::string_view sql) {
  std::vector<std::string> statements;
  auto begin = sql.npos;
  int depth = 0;
  for (std::size_t at = 0; at < sql.size(); at = behind_token(sql, at)) {
    if (sql[at] == '(') ++depth;
    if (sql[at] == ')') --depth;
    if (sql[at] == ';' && depth <= 0) {
      if (begin != sql.npos) statements.emplace_back(sql.substr(begin, at - begin));
      begin = sql.npos;
    } else if (begin == sql.npos && !is_blank(sql, at)) {
      begin = at;
    }
  }
  if (begin != sql.npos) statements.emplace_back(sql.substr(begin));
  return statements;
}

Statement::Statement(std::string name_, std::string sql_, std::vector<Number> numbers_)
    : name(std::move(name_)),
      sql(std::move(sql_)),
      numbers(std::move(numbers_)),
      places(places_of(sql)) {}

void Statement::write(std::span<const char* const> values, std::string& text) const {
  text.clear();
  std::size_t done = 0;
  for (const auto& place : places) {
    text.append(sql, done, place.begin - done);
    text.append(values[place.which - 1]);
    done = place.end;
  }
  text.append(sql, done);
}

Script script_of(const std::string& sql) {
  if (sql.find_first_not_of(" \t\r\n;") == std::string::npos)
    throw UsageError("--sql: is empty; give a query, as 'SELECT 1'");
  for (const auto& statement : statements_in(sql))
    if (strncasecmp(statement.c_str(), "copy", 4) == 0 && behind_word(statement, 0) == 4)
      throw UsageError("--sql: COPY is not supported");
  const auto places = places_of(sql);
  if (std::ranges::any_of(places, [](const Place& place) { return place.which != 1; }))
    throw UsageError("--sql: the only parameter is $1, the number of the query");
  return {{"asyncmark", sql,
           places.empty() ? std::vector<Number>{} : std::vector<Number>{Number::query}}};
}

Script select_one() { return {{"asyncmark", "SELECT 1", {}}}; }

Script sleep_for(double seconds) {
  return {{"asyncmark", fmt::format("SELECT pg_sleep({})", seconds), {}}};
}

Script point_select() {
  return {{"asyncmark", "SELECT abalance FROM pgbench_accounts WHERE aid = $1", {Number::account}}};
}

Script tpcb_like() {
  using enum Number;
  return {
      {"asyncmark_0", "BEGIN", {}},
      {"asyncmark_1",
       "UPDATE pgbench_accounts SET abalance = abalance + $1 WHERE aid = $2",
       {delta, account}},
      {"asyncmark_2", "SELECT abalance FROM pgbench_accounts WHERE aid = $1", {account}},
      {"asyncmark_3",
       "UPDATE pgbench_tellers SET tbalance = tbalance + $1 WHERE tid = $2",
       {delta, teller}},
      {"asyncmark_4",
       "UPDATE pgbench_branches SET bbalance = bbalance + $1 WHERE bid = $2",
       {delta, branch}},
      {"asyncmark_5",
       "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, "
       "CURRENT_TIMESTAMP)",
       {teller, branch, account, delta}},
      {"asyncmark_6", "END", {}},
  };
}

void Values::draw(const Statement& statement, std::uint64_t query, std::uint64_t seed,
                  std::uint64_t scale) {
  count_ = statement.numbers.size();
  for (std::size_t i = 0; i < count_; ++i) {
    const auto value = value_of(statement.numbers[i], query, seed, scale);
    auto& text = room_[i];
    *std::to_chars(text.data(), text.data() + text.size() - 1, value).ptr = '\0';
    texts_[i] = text.data();
  }
}

}  // namespace asyncmark::postgres
