#include "bench/base/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/base/errors.hpp"

namespace asyncmark::options_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

OptionSpec real_option(std::string name, double otherwise) {
  return {std::move(name), OptionKind::real, otherwise, "", {}};
}

/// One option of every kind.
std::vector<OptionSpec> every_kind() {
  return {duration_option("wait", std::chrono::milliseconds(46), ""),
          size_option("body-size", 1024, ""),
          flag_option("keep-alive", ""),
          count_option("workers", 1, ""),
          real_option("share", 0.5),
          text_option("sql", "SELECT 1", ""),
          choice_option("distribution", {"fixed", "uniform"}, "")};
}

OptionValues all_changed() {
  OptionValues values(every_kind());
  values.set("distribution", "uniform");
  values.set("sql", "SELECT 'a/b', \"ü\"\n");
  values.set("share", "0.1");
  values.set("workers", "3");
  values.set("keep-alive", "true");
  values.set("body-size", "1KiB");
  values.set("body-size", "64KiB");
  values.set("wait", "44.3ms");
  return values;
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

std::vector<OptionSpec> one_instead_of_the_other() {
  auto url = text_option("url", "", "");
  url.instead_of = "wait";
  return {duration_option("wait", std::chrono::milliseconds(10), ""), url};
}

TEST(Options, ThatTakeAnothersPlaceLeaveItWithoutAValue) {
  OptionValues values(one_instead_of_the_other());
  EXPECT_TRUE(values.has("wait"));
  values.set("url", "http://a");
  EXPECT_FALSE(values.has("wait"));
  EXPECT_EQ(values.print("wait"), "");
  EXPECT_EQ(values.name_suffix(), "/url:http://a");
  EXPECT_EQ(values.to_json(), (Json{{"url", "http://a"}}));
  const auto again = OptionValues::from_json(one_instead_of_the_other(), values.to_json());
  EXPECT_FALSE(again.has("wait"));
  EXPECT_EQ(again.text("url"), "http://a");
}

TEST(Options, OfWhichOneTakesTheOthersPlaceAreNotGivenTogether) {
  for (const auto& [first, second] : {std::pair{"wait", "url"}, {"url", "wait"}}) {
    OptionValues values(one_instead_of_the_other());
    values.set(first, "10ms");  // The default, but given.
    EXPECT_THAT(refusal([&, name = second] { values.set(name, "10ms"); }),
                AllOf(HasSubstr("--wait"), HasSubstr("--url"), HasSubstr("give only one of them")));
    values.set(first, "20ms");
    EXPECT_EQ(values.print(first), "20ms");
  }
  EXPECT_THAT(
      refusal([] {
        OptionValues::from_json(one_instead_of_the_other(), {{"wait_ns", 5}, {"url", "http://a"}});
      }),
      HasSubstr("give only one of them"));
}

TEST(Options, HaveTheirDefaultsAtFirst) {
  const OptionValues values(every_kind());
  EXPECT_EQ(values.duration("wait"), std::chrono::milliseconds(46));
  EXPECT_EQ(values.number("body-size"), 1024);
  EXPECT_FALSE(values.flag("keep-alive"));
  EXPECT_EQ(values.optional_count("workers"), std::nullopt);
  EXPECT_EQ(values.text("sql"), "SELECT 1");
  EXPECT_EQ(values.text("distribution"), "fixed");
  EXPECT_EQ(values.name_suffix(), "");
}

TEST(Options, TakeWhatIsSet) {
  const auto values = all_changed();
  EXPECT_EQ(values.duration("wait").count(), 44'300'000);
  EXPECT_EQ(values.number("body-size"), 65'536);
  EXPECT_TRUE(values.flag("keep-alive"));
  EXPECT_EQ(values.optional_count("workers"), 3);
  EXPECT_EQ(values.number("workers"), 3);
  EXPECT_EQ(values.text("distribution"), "uniform");
}

TEST(Options, ThatAddUpKeepWhatWasSetBefore) {
  auto spec = text_option("header", "", "");
  spec.adds_up = true;
  OptionValues values({spec, text_option("body", "", "")});
  for (const auto* text : {"a", "b|c", "d"}) {
    values.set("header", text);
    values.set("body", text);
  }
  EXPECT_EQ(values.text("header"), "a\nb|c\nd");
  EXPECT_EQ(values.text("body"), "d");
  EXPECT_EQ(values.name_suffix(), "/header:a|b|c|d/body:d") << "on one line";
  EXPECT_THROW(values.set("header", "a\nb"), UsageError) << "would be two";
  EXPECT_THROW(values.set("header", "a\rb"), UsageError);
  const auto again = OptionValues::from_json(values.specs(), values.to_json());
  EXPECT_EQ(again.text("header"), values.text("header"));
}

TEST(Options, StandInTheNameInTheOrderDeclaredWhenNotAtTheirDefault) {
  OptionValues values(every_kind());
  values.set("distribution", "uniform");
  values.set("body-size", "64KiB");
  values.set("wait", "44.3ms");
  values.set("keep-alive", "true");
  EXPECT_EQ(values.name_suffix(),
            "/wait:44.3ms/body_size:64KiB/keep_alive:true/distribution:uniform");
  values.set("keep-alive", "false");
  values.set("wait", "0.046s");
  EXPECT_EQ(values.name_suffix(), "/body_size:64KiB/distribution:uniform");
}

TEST(Options, PrintWhatTheyParse) {
  const auto values = all_changed();
  EXPECT_EQ(values.print("wait"), "44.3ms");
  EXPECT_EQ(OptionValues(every_kind()).print("workers"), "");
  for (const auto& spec : values.specs())
    for (const auto* text : {"true", "44.3ms", "64KiB", "3", "0.1", "uniform"}) {
      OptionValue value;
      try {
        value = spec.parse(text);
      } catch (const UsageError&) {
        continue;
      }
      EXPECT_EQ(spec.parse(spec.print(value)), value) << spec.name << ' ' << text;
    }
}

TEST(Options, OfACountThatWasNotGivenPrintNothing) {
  const auto spec = count_option("workers", 1, "");
  EXPECT_EQ(spec.print(spec.otherwise), "");
}

TEST(Options, SurviveJson) {
  for (const auto& values : {OptionValues(every_kind()), all_changed()}) {
    const auto text = values.to_json().dump();
    const auto again = OptionValues::from_json(every_kind(), Json::parse(text));
    EXPECT_EQ(again.name_suffix(), values.name_suffix());
    EXPECT_EQ(again.to_json().dump(), text);
  }
}

TEST(Options, ThatHoldSecretsShowNone) {
  auto spec = text_option("dsn", "", "");
  spec.shown = [](const std::string& text) { return "of " + std::to_string(text.size()); };
  OptionValues values({spec});
  EXPECT_EQ(values.show("dsn"), "");
  EXPECT_EQ(values.to_json().at("dsn"), "");
  values.set("dsn", "secret");
  EXPECT_EQ(values.print("dsn"), "secret");
  EXPECT_EQ(values.show("dsn"), "of 6");
  EXPECT_EQ(values.name_suffix(), "/dsn:of 6");
  EXPECT_EQ(values.to_json().at("dsn"), "of 6");
  EXPECT_EQ(values.to_json(Secrets::told).at("dsn"), "secret");
}

TEST(Options, AreHiddenWhereAFlagSaysSo) {
  auto body = text_option("body", "", "");
  body.hidden_by = "hide-body";
  OptionValues values({body, flag_option("hide-body", "")});
  values.set("hide-body", "true");
  EXPECT_EQ(values.show("body"), "") << "there is none";
  values.set("body", "secret");
  EXPECT_EQ(values.show("body"), "***");
  EXPECT_EQ(values.name_suffix(), "/body:***/hide_body:true");
  EXPECT_EQ(values.to_json().at("body"), "***");
  EXPECT_EQ(values.to_json(Secrets::told).at("body"), "secret");
  values.set("hide-body", "false");
  EXPECT_EQ(values.show("body"), "secret");
}

TEST(Options, AreKeptInTheirCanonicalForm) {
  auto spec = text_option("url", "", "");
  spec.canonical = [](const std::string& text) { return text + "/"; };
  OptionValues values({spec});
  values.set("url", "h");
  EXPECT_EQ(values.text("url"), "h/");
  EXPECT_EQ(OptionValues::from_json({spec}, values.to_json()).text("url"), "h/") << "once";
}

TEST(Options, HaveTheirUnitsInTheirKeys) {
  const auto json = all_changed().to_json();
  EXPECT_EQ(json.at("wait_ns"), 44'300'000);
  EXPECT_EQ(json.at("body_size_bytes"), 65'536);
  EXPECT_EQ(json.at("keep_alive"), true);
  EXPECT_EQ(json.at("workers"), 3);
  EXPECT_FALSE(OptionValues(every_kind()).to_json().contains("workers"));
}

TEST(Options, KeepTheirDefaultsForMissingKeysAndPassOverUnknownOnes) {
  const auto values = OptionValues::from_json(
      every_kind(), Json::parse(R"({"wait_ns": 5, "from_the_future": []})"));
  EXPECT_EQ(values.name_suffix(), "/wait:5ns");
}

TEST(Options, RefuseJsonOfTheWrongTypeAndNameTheKey) {
  const std::pair<const char*, std::vector<const char*>> wrong[] = {
      {"wait_ns",
       {"null", "\"46ms\"", "1.5", "true", "[]", "-1", "18446744073709551615",
        "2305843009213693953", "1e30"}},
      {"body_size_bytes", {"\"64KiB\"", "-1", "{}", "18446744073709551615"}},
      {"keep_alive", {"\"true\"", "1", "null"}},
      {"workers", {"0", "-1", "1.0", "\"3\"", "null", "18446744073709551615"}},
      {"share", {"\"0.5\"", "true", "null", "-0.5"}},
      {"sql", {"1", "null", "[\"SELECT 1\"]"}},
      {"distribution", {"1", "null", "\"zipf\"", "\"\""}}};
  for (const auto& [key, texts] : wrong)
    for (const auto* text : texts) {
      auto json = Json::object();
      json[key] = Json::parse(text);
      EXPECT_THAT(refusal([&] { OptionValues::from_json(every_kind(), json); }), HasSubstr(key))
          << key << ": " << text;
    }
}

TEST(Options, RefuseTextsThatAreNoValueAndNameTheFlag) {
  const std::pair<const char*, std::vector<const char*>> wrong[] = {
      {"wait", {"", "46", "-1ms", "nan", "1e400s"}},
      {"body-size", {"", "64", "-1B"}},
      {"keep-alive", {"", "yes", "1", "TRUE"}},
      {"workers", {"", "0", "-1", "1.5", "99999999999999999999"}},
      {"share", {"", "nan", "-1", "1e400"}},
      {"distribution", {"", "Fixed", "zipf"}}};
  for (const auto& [name, texts] : wrong)
    for (const auto* text : texts) {
      OptionValues values(every_kind());
      EXPECT_THAT(refusal([&] { values.set(name, text); }), HasSubstr(std::string("--") + name))
          << name << " '" << text << "'";
      EXPECT_EQ(values.name_suffix(), "") << name << " '" << text << "'";
    }
}

TEST(Options, RefuseATextThatIsEmptyOrThatACLibraryWouldCutOff) {
  const auto spec = text_option("file", "", "");
  EXPECT_EQ(refusal([&] { spec.parse(""); }),
            "--file: is empty; give a value or remove the option");
  constexpr std::string_view kCut("a\0b", 3);
  EXPECT_THAT(refusal([&] { spec.parse(kCut); }), HasSubstr("--file: contains a NUL"));
  EXPECT_THAT(refusal([&] {
                OptionValues::from_json({spec}, {{"file", std::string(kCut)}});
              }),
              HasSubstr("file: contains a NUL"));
}

TEST(Options, RefuseATextThatIsNotUtf8) {
  for (const auto* text : {"caf\xe9.txt", "SELECT '\xff'", "http://a/\xc3"})
    EXPECT_THAT(refusal([&] { text_option("file", "", "").parse(text); }),
                AllOf(HasSubstr("--file: "), HasSubstr("is not UTF-8")));
  EXPECT_EQ(refusal([] { text_option("file", "", "").parse("caf\u00e9.txt"); }), "");
}

TEST(Options, NameTheChoicesThereAre) {
  OptionValues values(every_kind());
  EXPECT_THAT(refusal([&] { values.set("distribution", "zipf"); }),
              AllOf(HasSubstr("'zipf'"), HasSubstr("fixed, uniform")));
}

TEST(Options, AskedForAsSomethingElseAreADefectOfThePlugIn) {
  OptionValues values(every_kind());
  EXPECT_FALSE(values.knows("delay"));
  EXPECT_TRUE(values.knows("wait"));
  EXPECT_THROW(values.flag("delay"), std::logic_error);
  EXPECT_THROW(values.set("delay", "1ms"), std::logic_error);
  EXPECT_THROW(values.flag("wait"), std::logic_error);
  EXPECT_THROW(values.text("wait"), std::logic_error);
  EXPECT_THROW(values.number("workers"), std::logic_error);
}

}  // namespace
}  // namespace asyncmark::options_test
