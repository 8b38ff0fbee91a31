#include "bench/child/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "bench/base/errors.hpp"
#include "bench/model/runner_entry.hpp"
#include "bench/model/workload_entry.hpp"

namespace asyncmark::protocol_test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

Case example_case() {
  Case one;
  one.workload = "sleep";
  one.workload_options = OptionValues(Registry<WorkloadEntry>::at("sleep").options);
  one.workload_options.set("wait", "5ms");
  one.runner = "sync";
  one.load.ops = 10;
  return one;
}

Report example_report() {
  Report report;
  for (int i = 0; i < 100; ++i) report.measurement.service_time.add(Duration(i * i * 1000));
  report.measurement.completed = 100;
  report.measurement.add_failures("reset", 2);
  report.measurement.passes = {{Duration(5000), Duration(3000), 100}};
  report.how = {.workers = 2, .cap = 28, .processors = 2, .blocking = 2};
  return report;
}

std::string refused_case(const std::string& text) {
  try {
    read_case(text);
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

/// A document with one value replaced.
std::string with(const std::string& document, const std::string& path, const Json& value) {
  auto json = Json::parse(document);
  json[Json::json_pointer(path)] = value;
  return json.dump();
}

std::string without(const std::string& document, const std::string& key) {
  auto json = Json::parse(document);
  json.erase(key);
  return json.dump();
}

TEST(Protocol, CarriesACase) {
  EXPECT_EQ(read_case(write_case(example_case())).name(), "sleep/sync/ops:10/wait:5ms");
}

TEST(Protocol, TellsAProgramHowToWarmUp) {
  auto one = example_case();
  one.runner = "python-asyncio";
  one.runner_options = OptionValues(Registry<RunnerEntry>::at(one.runner).options);
  const auto warm_up = [&] {
    const auto load = Json::parse(write_case(one)).at("load");
    return std::pair(load.at("warmup").get<int>(), load.at("warmup_in_flight").get<int>());
  };
  EXPECT_EQ(warm_up(), std::pair(10, 10)) << "one for each in flight";
  one.load.ops = 0;
  one.load.duration = std::chrono::seconds(1);
  one.load.rate = 100;
  one.load.due = std::make_shared<const std::vector<std::int64_t>>(100);
  EXPECT_EQ(warm_up(), std::pair(1, 1));
  one.load.warmup = 25;
  EXPECT_EQ(warm_up(), std::pair(25, 10));
  one.runner = "sync";
  one.runner_options = OptionValues(Registry<RunnerEntry>::at(one.runner).options);
  EXPECT_FALSE(Json::parse(write_case(one)).at("load").contains("warmup_in_flight"));
}

TEST(Protocol, CarriesAReport) {
  const auto report = read_report(write_report(example_report()));
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(to_json(report.measurement).dump(), to_json(example_report().measurement).dump());
  EXPECT_EQ(report.how, example_report().how);
}

TEST(Protocol, ReadsAReportThatDoesNotTellHowItWasCarriedOut) {
  const auto report = read_report(without(write_report(example_report()), "how"));
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(report.how, std::nullopt);
  EXPECT_THAT(read_report(with(write_report(example_report()), "/how/cap", 0)).error,
              HasSubstr("how.cap: 0 is not a whole number of 1 or more"));
}

TEST(Protocol, WhatAHowLeavesOutIsAsItWasTold) {
  const Concurrency told{.workers = 3, .cap = 28, .processors = 4, .one_loop = true};
  const auto text = with(write_report(example_report()), "/how", {{"workers", 2}});
  EXPECT_EQ(read_report(text, told).how,
            (Concurrency{.workers = 2, .cap = 28, .processors = 4, .one_loop = true}));
}

TEST(Protocol, CarriesAnError) {
  const auto report = read_report(write_report({{}, "there is not enough memory"}));
  EXPECT_EQ(report.error, "there is not enough memory");
  EXPECT_EQ(report.measurement.completed, 0u);
}

TEST(Protocol, CarriesTextsThatAreNotUtf8) {
  auto failing = example_report();
  failing.measurement.add_failures("\xff\xfe", 3);
  const auto report = read_report(write_report(failing));
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(report.measurement.failed, 5u);
  EXPECT_THAT(read_report(write_report({{}, "caf\xe9 refused"})).error, HasSubstr("refused"));
}

TEST(Protocol, ReadsItsOwnVersionAndTheOneBefore) {
  const auto text = write_report(example_report());
  for (int version = 1; version <= kProtocol; ++version)
    EXPECT_EQ(read_report(with(text, "/protocol", version)).error == "", version >= kProtocol - 1);
}

TEST(Protocol, RefusesANewerVersionAndSaysWhichItReads) {
  const auto report = read_report(with(write_report(example_report()), "/protocol", kProtocol + 1));
  EXPECT_THAT(report.error, HasSubstr("protocol " + std::to_string(kProtocol + 1)));
  EXPECT_THAT(report.error, HasSubstr("reads "));
  EXPECT_EQ(report.measurement.completed, 0u);
  EXPECT_THAT(refused_case(with(write_case(example_case()), "/protocol", kProtocol + 1)),
              HasSubstr("protocol " + std::to_string(kProtocol + 1)));
}

TEST(Protocol, RefusesVersionsThatNeverWere) {
  for (const auto& version :
       {Json(0), Json(-1), Json(kProtocol - 2), Json(4'294'967'296 + kProtocol),
        Json(18'446'744'073'709'551'615u), Json(1e300), Json(1.0), Json("1"), Json(true),
        Json(nullptr), Json::array({1})}) {
    EXPECT_NE(read_report(with(write_report(example_report()), "/protocol", version)).error, "")
        << version.dump();
    EXPECT_NE(refused_case(with(write_case(example_case()), "/protocol", version)), "")
        << version.dump();
  }
  EXPECT_THAT(read_report(without(write_report(example_report()), "protocol")).error,
              HasSubstr("\"protocol\" is missing"));
  EXPECT_THAT(refused_case(without(write_case(example_case()), "protocol")),
              HasSubstr("\"protocol\" is missing"));
}

TEST(Protocol, PassesOverKeysOfTheFuture) {
  auto text = with(write_report(example_report()), "/from_the_future", {{"a", {1, 2}}});
  text = with(text, "/measurement/loop_lag", {{"max_ns", 5}});
  EXPECT_EQ(read_report(text).error, "");
  EXPECT_EQ(read_report(text).measurement.completed, 100u);
  auto one = with(write_case(example_case()), "/load/shape", "sine");
  one = with(one, "/workload/options/jitter_ns", 5);
  EXPECT_EQ(read_case(one).name(), example_case().name());
}

TEST(Protocol, TakesDefaultsForKeysOfAnOlderVersion) {
  const auto report =
      read_report(R"({"protocol": 1, "measurement": {"completed": 7, "passes": []}})");
  EXPECT_EQ(report.error, "");
  EXPECT_EQ(report.measurement.completed, 7u);
}

TEST(Protocol, NeverTakesAnErrorForSuccess) {
  for (const auto* text : {R"({"protocol": 1, "error": ""})", R"({"protocol": 1, "error": null})",
                           R"({"protocol": 1, "error": 5})", R"({"protocol": 1})",
                           R"({"protocol": 1, "measurement": null})"})
    EXPECT_NE(read_report(text).error, "") << text;
}

TEST(Protocol, TellsWhenThereIsNoReport) {
  EXPECT_THAT(read_report("").error, HasSubstr("without a report"));
}

TEST(Protocol, NeverThrowsOnGarbage) {
  const std::string nested(100'000, '['), closed = nested + std::string(100'000, ']');
  const std::vector<std::string> garbage{"x",
                                         std::string("\0", 1),
                                         "null",
                                         "[]",
                                         "{",
                                         "{}",
                                         "\"text\"",
                                         std::string("\xff\xfe\0", 3),
                                         R"({"protocol": 1e400})",
                                         R"({"protocol": 1}{"protocol": 1})",
                                         nested,
                                         closed};
  for (const auto& text : garbage) {
    EXPECT_NE(read_report(text).error, "") << text.substr(0, 50);
    EXPECT_NE(refused_case(text), "") << text.substr(0, 50);
  }
}

TEST(Protocol, NeverTakesATruncatedDocument) {
  const auto report = write_report(example_report());
  const auto one = write_case(example_case());
  for (std::size_t length = 0; length < report.size(); ++length)
    ASSERT_NE(read_report(report.substr(0, length)).error, "") << length;
  for (std::size_t length = 0; length < one.size(); ++length)
    ASSERT_NE(refused_case(one.substr(0, length)), "") << length;
}

/// Every document in which one byte of `text` is another, or one value is replaced by a strange
/// one, must be read or refused, and nothing else.
TEST(Protocol, SurvivesDamage) {
  std::mt19937_64 random(1);
  const auto report = write_report(example_report());
  const auto one = write_case(example_case());
  for (int i = 0; i < 20'000; ++i) {
    auto damaged = report, damaged_case = one;
    for (auto* text : {&damaged, &damaged_case})
      for (auto times = 1 + random() % 3; times-- > 0;)
        (*text)[random() % text->size()] = static_cast<char>(random() % 128);
    EXPECT_NO_THROW(read_report(damaged)) << damaged;
    EXPECT_THAT([&] { refused_case(damaged_case); },
                ::testing::Not(::testing::Throws<Json::exception>()))
        << damaged_case;
  }
}

TEST(Protocol, SurvivesStrangeValuesEverywhere) {
  const Json strange[] = {nullptr,
                          true,
                          -1,
                          1e300,
                          -1e300,
                          18'446'744'073'709'551'615u,
                          "",
                          "text",
                          Json::array(),
                          Json::object(),
                          Json::array({Json::array({-1, -1})})};
  const auto replace_everywhere = [&](const std::string& document, const auto& read) {
    const auto flat = Json::parse(document).flatten();
    for (const auto& [path, value] : flat.items())
      for (auto at = path; !at.empty(); at.resize(at.rfind('/')))
        for (const auto& other : strange) EXPECT_NO_THROW(read(with(document, at, other))) << at;
  };
  replace_everywhere(write_report(example_report()),
                     [](const std::string& text) { read_report(text); });
  replace_everywhere(write_case(example_case()), refused_case);
}

}  // namespace
}  // namespace asyncmark::protocol_test
