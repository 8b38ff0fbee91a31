#include "workloads/postgres/script.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "bench/base/errors.hpp"

namespace asyncmark::postgres::script_test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

/// The statement with this number in place of $1.
std::string written(const std::string& sql, const char* number) {
  std::string text = "left of the last query";
  const char* const values[] = {number};
  Statement("s", sql, {Number::query}).write(values, text);
  return text;
}

TEST(PostgresScript, WritesNumbersInPlaceOfPlaceholders) {
  EXPECT_EQ(written("SELECT $1", "7"), "SELECT 7");
  EXPECT_EQ(written("$1+$1,($1)", "-7"), "-7+-7,(-7)");
  EXPECT_EQ(written("SELECT 1", "7"), "SELECT 1");
}

TEST(PostgresScript, LeavesAloneWhatOnlyLooksLikeAPlaceholder) {
  for (const auto* sql :
       {"SELECT '$1'", "SELECT 'it''s $1'", "SELECT E'\\'$1'", "SELECT \"$1\" FROM t",
        "SELECT 1 -- $1", "SELECT 1 /* $1 /* $1 */ $1 */", "SELECT $$ $1 $$", "SELECT $a$ $1 $a$",
        "SELECT a$1 FROM t", "SELECT '$1", "SELECT $", "SELECT $a"})
    EXPECT_EQ(written(sql, "7"), sql);
  EXPECT_EQ(written("SELECT '$1', $1 -- $1\n, $1", "7"), "SELECT '$1', 7 -- $1\n, 7");
  EXPECT_EQ(written("SELECT '\\', $1", "7"), "SELECT '\\', 7") << "no escape without an E";
  EXPECT_EQ(written("SELECT $$'$$, $1", "7"), "SELECT $$'$$, 7");
}

TEST(PostgresScript, TellsTheTenthPlaceholderFromTheFirst) {
  const auto places = places_of("$1 $10");
  ASSERT_THAT(places, SizeIs(2));
  EXPECT_EQ(places[0].which, 1u);
  EXPECT_EQ(places[1].which, 10u);
}

TEST(PostgresScript, OfAUserHasNoParameterButTheNumberOfTheQuery) {
  EXPECT_TRUE(script_of("SELECT 1").front().numbers.empty());
  EXPECT_THAT(script_of("SELECT $1 + $1").front().numbers, ::testing::ElementsAre(Number::query));
  for (const auto* sql :
       {"SELECT $2", "SELECT $1, $2", "SELECT $0", "SELECT $99999999999999999999"})
    EXPECT_THAT([&] { script_of(sql); },
                ThrowsMessage<UsageError>(HasSubstr("the only parameter is")));
}

TEST(PostgresScript, OfAUserEndsByItself) {
  for (const auto* sql : {"", " ", ";"})
    EXPECT_THAT([&] { script_of(sql); }, ThrowsMessage<UsageError>(HasSubstr("--sql: is empty")));
  for (const auto* sql : {"COPY t TO STDOUT", " copy t from stdin", "copy\tt to stdout",
                          "SELECT 1; COPY t TO STDOUT", "/* all */ copy t to stdout"})
    EXPECT_THAT([&] { script_of(sql); }, ThrowsMessage<UsageError>(HasSubstr("--sql: COPY")));
  EXPECT_THAT(script_of("copyright()"), SizeIs(1));
}

TEST(PostgresScript, IsPartedIntoItsStatements) {
  using ::testing::ElementsAre;
  EXPECT_THAT(statements_in("SELECT 1"), ElementsAre("SELECT 1"));
  EXPECT_THAT(statements_in("SELECT 1;"), ElementsAre("SELECT 1"));
  EXPECT_THAT(statements_in(" ;; /* a; */ SELECT 1 ; -- b;\n"), ElementsAre("SELECT 1 "));
  EXPECT_THAT(statements_in("begin; select 1;commit"), ElementsAre("begin", "select 1", "commit"));
  EXPECT_THAT(statements_in("SELECT 1; SELECT $1"), ElementsAre("SELECT 1", "SELECT $1"));
  EXPECT_THAT(statements_in(""), ::testing::IsEmpty());
  EXPECT_THAT(statements_in("-- a"), ::testing::IsEmpty());
  for (const auto* sql :
       {"SELECT ';'", "SELECT E'\\';'", "SELECT \";\" FROM t", "SELECT $$ ; $$",
        "SELECT $a$ ; $$ ; $a$", "SELECT 1 /* ; /* ; */ ; */ + 1", "SELECT 1 -- ;\n+ 1",
        "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)"})
    EXPECT_THAT(statements_in(sql), ElementsAre(sql));
}

std::vector<std::string> drawn(const Statement& statement, std::uint64_t query, std::uint64_t seed,
                               std::uint64_t scale) {
  Values values;
  values.draw(statement, query, seed, scale);
  const auto texts = values.texts();
  return {texts.begin(), texts.end()};
}

TEST(PostgresValues, FollowFromTheNumberOfTheQuery) {
  EXPECT_EQ(drawn({"s", "SELECT $1", {Number::query}}, 18'446'744'073'709, 1, 1),
            std::vector<std::string>{"18446744073709"});
  const auto point = point_select().front();
  EXPECT_EQ(drawn(point, 5, 1, 1), drawn(point, 5, 1, 1));
  EXPECT_NE(drawn(point, 5, 1, 1), drawn(point, 6, 1, 1));
  EXPECT_NE(drawn(point, 5, 1, 1), drawn(point, 5, 2, 1));
}

TEST(PostgresValues, AreKeysOfAllOfPgbenchsTables) {
  const Statement all("s", "", {Number::account, Number::teller, Number::branch, Number::delta});
  std::set<int> accounts, tellers, branches;
  int least = 0, most = 0;
  for (std::uint64_t query = 0; query < 20'000; ++query) {
    const auto texts = drawn(all, query, 1, 2);
    accounts.insert(std::stoi(texts[0]));
    tellers.insert(std::stoi(texts[1]));
    branches.insert(std::stoi(texts[2]));
    least = std::min(least, std::stoi(texts[3]));
    most = std::max(most, std::stoi(texts[3]));
  }
  EXPECT_GE(*accounts.begin(), 1);
  EXPECT_LE(*accounts.rbegin(), 200'000);
  EXPECT_GT(*accounts.rbegin(), 199'000) << "of 20,000, one is among the last thousand";
  EXPECT_GT(accounts.size(), 18'000u);
  EXPECT_EQ(tellers.size(), 20u);
  EXPECT_EQ(*tellers.rbegin(), 20);
  EXPECT_EQ(branches, (std::set<int>{1, 2}));
  EXPECT_GE(least, -5000);
  EXPECT_LE(most, 5000);
  EXPECT_LT(least, -4900);
  EXPECT_GT(most, 4900);
}

TEST(PostgresValues, OfOneTransactionMoveTheSameBetweenTheSame) {
  const auto script = tpcb_like();
  const auto accounts = drawn(script[1], 9, 1, 1), tellers = drawn(script[3], 9, 1, 1),
             branches = drawn(script[4], 9, 1, 1), history = drawn(script[5], 9, 1, 1);
  EXPECT_EQ(accounts[0], tellers[0]);
  EXPECT_EQ(accounts[0], branches[0]);
  EXPECT_EQ(history, (std::vector{tellers[1], branches[1], accounts[1], accounts[0]}));
}

}  // namespace
}  // namespace asyncmark::postgres::script_test
