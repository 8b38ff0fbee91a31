#include "bench/base/json_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace asyncmark::json_fields_test {
namespace {

struct Part {
  Duration time{};
  std::uint64_t times = 1;
};

struct Whole {
  Part part;
  std::int64_t grown = 0;
  std::optional<double> mean;
  std::map<std::string, std::uint32_t> counts;
  std::vector<std::string> names;
  bool flag = false;
};

template <class Visitor>
void fields(Visitor& visit, Part& part) {
  visit("time_ns", part.time, {.about = "How long.", .presence = Presence::required});
  visit("times", part.times, {.presence = Presence::written, .least = 1});
}

template <class Visitor>
void fields(Visitor& visit, Whole& whole) {
  visit("part", whole.part, {.presence = Presence::required});
  visit("grown_bytes", whole.grown);
  visit("mean", whole.mean);
  visit("counts", whole.counts, {.written = !whole.counts.empty()});
  visit("names", whole.names, {.narrower = R"({"minItems": 1})"});
  visit("flag", whole.flag);
}

std::string refusal(const char* text) {
  try {
    Whole whole;
    read_json(Json::parse(text), whole);
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(JsonFields, AreWrittenInTheirOrderWithoutThoseThatHaveNoValue) {
  const Whole plain{.part = {Duration(5), 2}, .mean = {}, .counts = {}, .names = {"a"}};
  EXPECT_EQ(json_of(plain).dump(),
            R"({"part":{"time_ns":5,"times":2},"grown_bytes":0,"names":["a"],"flag":false})");
  const Whole full{.part = {}, .grown = -1, .mean = 0.5, .counts = {{"b", 3}}, .names = {}};
  EXPECT_EQ(json_of(full).dump(),
            R"({"part":{"time_ns":0,"times":1},"grown_bytes":-1,"mean":0.5,"counts":{"b":3},)"
            R"("names":[],"flag":false})");
}

TEST(JsonFields, AreReadAndUnknownOnesPassedOver) {
  Whole whole;
  read_json(Json::parse(R"({"part": {"time_ns": 7, "new": null}, "grown_bytes": -2, "mean": 3,
                            "counts": {"x": 4}, "names": ["n"], "flag": true})"),
            whole);
  EXPECT_EQ(whole.part.time, Duration(7));
  EXPECT_EQ(whole.part.times, 1u) << "absent";
  EXPECT_EQ(whole.grown, -2);
  EXPECT_EQ(whole.mean, 3.0);
  EXPECT_EQ(whole.counts.at("x"), 4u);
  EXPECT_EQ(whole.names, std::vector<std::string>{"n"});
  EXPECT_TRUE(whole.flag);
}

TEST(JsonFields, AreRefusedByTheirPlace) {
  EXPECT_EQ(refusal("[]"), "[] is not an object");
  EXPECT_EQ(refusal("{}"), "\"part\" is missing");
  EXPECT_EQ(refusal(R"({"part": {}})"), "\"part.time_ns\" is missing");
  EXPECT_EQ(refusal(R"({"part": {"time_ns": 1.5}})"),
            "part.time_ns: 1.5 is not a whole number from 0 to 2305843009213693952");
  EXPECT_EQ(refusal(R"({"part": {"time_ns": 1, "times": 0}})"),
            "part.times: 0 is not a whole number of 1 or more");
  for (const auto* wrong :
       {R"("grown_bytes": 9223372036854775808)", R"("grown_bytes": 1e3)", R"("mean": -0.5)",
        R"("mean": null)", R"("counts": [])", R"("counts": {"x": 4294967296})", R"("names": {})",
        R"("names": [1])", R"("flag": 1)"})
    EXPECT_NE(refusal((std::string(R"({"part": {"time_ns": 1}, )") + wrong + "}").c_str()), "")
        << wrong;
}

TEST(JsonFields, MayBeLeftAsTheyAre) {
  Part part{Duration(5), 2};
  read_json(Json::parse(R"({"times": 3})"), part, {}, Missing::kept);
  EXPECT_EQ(part.time, Duration(5));
  EXPECT_EQ(part.times, 3u);
}

TEST(JsonFields, AreDescribedByASchema) {
  EXPECT_EQ(schema_of<Part>(Presence::required), Json::parse(R"({
    "type": "object", "required": ["time_ns"], "properties": {
      "time_ns": {"description": "How long.", "type": "integer", "minimum": 0},
      "times": {"type": "integer", "minimum": 1}}})"));
  EXPECT_EQ(schema_of<Part>(Presence::written)["required"], Json::parse(R"(["time_ns", "times"])"));
  EXPECT_EQ(schema_of<Whole>(Presence::required)["properties"]["names"],
            Json::parse(R"({"type": "array", "items": {"type": "string"}, "minItems": 1})"));
}

}  // namespace
}  // namespace asyncmark::json_fields_test
