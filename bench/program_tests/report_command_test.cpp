// `asyncmark report` on the built program: what was kept is shown as it was, and what is no result
// is refused in one line.

#include <gmock/gmock.h>

#include <functional>

#include "bench/base/options.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::report_command_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::StartsWith;

using Words = std::vector<std::string>;
using Files = std::map<std::string, std::string>;

Ended run_into_file(Words words) {
  words.insert(words.begin(), "run");
  words.insert(words.end(), {"--out", "r.json"});
  return asyncmark(words);
}

/// A real result, of two cases with two repetitions each.
const std::string& document() {
  static const auto text = run_into_file({"null", "--runner", "sync,event-loop", "--ops", "100",
                                          "--in-flight", "4", "--repetitions", "2"})
                               .files.at("r.json");
  return text;
}

std::string changed(const std::function<void(Json&)>& change) {
  auto json = Json::parse(document());
  change(json);
  return json.dump();
}

Ended report(const std::string& text, const Words& more = {}) {
  Words words{"report", "r.json"};
  words.insert(words.end(), more.begin(), more.end());
  return asyncmark(words, {.files = {{"r.json", text}}});
}

TEST(Report, ShowsWhatTheRunShowed) {
  for (const Words& words :
       {Words{"sleep", "--wait", "1ms", "--ops", "40", "--runner", "sync,event-loop"},
        Words{"sleep", "--wait", "1ms", "--distribution", "uniform", "--ops", "40", "--rate",
              "200,1000", "--arrivals", "poisson", "--slo", "p50=20ms", "--runner", "thread-pool"},
        Words{"http", "--ops", "40", "--runner", "event-loop,sync", "--in-flight", "4"},
        Words{"sqlite", "--ops", "40", "--runner", "process-pool", "--passes", "2"},
        Words{"postgres", "--ops", "2000", "--runner", "hybrid", "--in-flight", "4"},
        Words{"mixed", "--wait", "1ms", "--ops", "40", "--runner", "multi-loop"},
        Words{"null", "--duration", "50ms", "--runner", "thread-pool", "--cpus", "0",
              "--repetitions", "7", "--launcher", "env"},
        Words{"faulty", "--fault", "kill", "--ops", "200", "--runner", "process-pool"},
        Words{"faulty", "--fault", "crash", "--ops", "10", "--runner", "sync"}}) {
    const auto run = run_into_file(words);
    ASSERT_TRUE(run.files.contains("r.json")) << run.err;
    const auto& kept = run.files.at("r.json");
    const auto shown = report(kept);
    EXPECT_EQ(shown.code, 0) << shown.err;
    // What it says of stored results comes first.
    EXPECT_THAT(shown.out, StartsWith("Stored result of "));
    EXPECT_EQ(shown.out.substr(shown.out.find("\n\n") + 2), run.out);
    EXPECT_EQ(report(kept, {"--format", "json"}).out, kept);
  }
}

TEST(Report, RefusesWhatIsNoResultInOneLineThatSaysWhy) {
  struct Wrong {
    std::string text, why;
  };
  const auto path = [](Json& json) -> Json& { return json["benchmarks"][1]["asyncmark"]; };
  const auto aggregates = [](Json& json) {
    std::erase_if(json["benchmarks"].get_ref<Json::array_t&>(),
                  [](const Json& row) { return row["run_type"] == "aggregate"; });
  };
  const Wrong all[] = {
      {"", "is empty"},
      {"hello", "is not JSON"},
      {"[]", "no object with a list \"benchmarks\""},
      {"{}", "is not a result: \"benchmarks\" is missing; 'asyncmark run --out FILE' writes one"},
      {R"({"kind": "comparison", "cases": []})", "holds the verdicts of 'compare --out'"},
      {R"({"benchmarks": 5})", "\"benchmarks\": 5 is not a list"},
      {R"({"benchmarks": [5]})", "\"benchmarks\": 5 is not an object"},
      {R"({"benchmarks": []})", "has no results"},
      {R"({"context": {"partial": true, "schema_version": 1}, "benchmarks": []})",
       "interrupted before any"},
      {std::string(1000, '['), "nested deeper"},
      {"{\"context\": \"\xff\"}", "is not JSON: it goes wrong at byte"},
      {R"({"benchmarks": [{"name": "x", "real_time": 1e999}]})", "is not JSON that can be read"},
      {document().substr(0, document().size() / 2), "is cut short"},
      {document() + "} {}", "is not JSON"},
      {changed([](Json& json) { json["context"]["schema_version"] = 2; }),
       "schema_version 2 is none that this build reads, which is 1"},
      {changed([](Json& json) { json.erase("context"); }), "\"schema_version\" is missing"},
      {changed([](Json& json) { json["context"] = 7; }), "\"context\": 7 is not an object"},
      {changed([](Json& json) { json["context"]["partial"] = "yes"; }), "\"partial\": \"yes\""},
      {changed([](Json& json) { json["context"]["load_avg"] = {"a"}; }), "\"load_avg\""},
      {changed([](Json& json) { json["context"]["calibration"] = 3; }), "\"calibration\""},
      {changed([](Json& json) { json["checks"] = Json::array({1}); }), "checks[0]"},
      {changed([&](Json& json) { path(json)["measurement"]["completed"] = "ten"; }),
       "benchmarks[1]: completed"},
      {changed([&](Json& json) { path(json)["measurement"]["passes"] = Json::array(); }),
       "benchmarks[1]: \"passes\": is empty"},
      {changed([&](Json& json) { path(json).erase("measurement"); }), "\"measurement\" is missing"},
      {changed([&](Json& json) { path(json)["measurement"]["service_time"]["buckets"] = {{1}}; }),
       "benchmarks[1]"},
      {changed([&](Json& json) {
         for (auto& row : json["benchmarks"])
           if (row.contains("asyncmark")) row["asyncmark"]["how"]["cap"] = 0;
       }),
       "benchmarks[0]: how.cap: 0 is not a whole number of 1 or more"},
      {changed([&](Json& json) {
         aggregates(json);
         json["benchmarks"][0]["asyncmark"]["case"]["load"]["ops"] = "many";
       }),
       "benchmarks[0]: case: load.ops: \"many\""},
      {changed([&](Json& json) { path(json)["case"]["name"] = Json::array(); }), "\"name\": []"},
      {R"({"benchmarks": [{"name": "x"}]})", "benchmarks[0]: \"real_time\" is missing"},
      {R"({"benchmarks": [{"name": "x", "real_time": 1, "cpu_time": 1, "time_unit": "days"}]})",
       "'days' is none of ns"},
      {R"({"benchmarks": [{"name": "x", "real_time": 1, "cpu_time": 1, "time_unit": "\n\u001b[31m"}]})",
       "\\n\\x1b[31m"},
  };
  for (const auto& [text, why] : all) {
    const auto ended = report(text);
    EXPECT_EQ(ended.code, 2) << why;
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, AllOf(StartsWith("asyncmark: 'r.json': "), HasSubstr(why)));
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
    EXPECT_LT(ended.err.size(), 300u);
  }
}

TEST(Report, RefusesAResultThatIsCutAnywhere) {
  const auto& whole = document();
  for (std::size_t i = 1; i < 20; ++i) {
    const auto ended = report(whole.substr(0, whole.size() * i / 20));
    EXPECT_EQ(ended.code, 2) << i;
    EXPECT_THAT(ended.err, HasSubstr("is cut short")) << i;
  }
}

TEST(Report, RefusesWhatIsNoFile) {
  EXPECT_THAT(asyncmark({"report"}).err, HasSubstr("give one or more files"));
  EXPECT_THAT(asyncmark({"report", "nowhere.json"}).err, HasSubstr("No such file"));
  EXPECT_THAT(asyncmark({"report", "."}).err, HasSubstr("is a folder"));
  EXPECT_THAT(asyncmark({"report", "r.json", "./r.json"}, {.files = {{"r.json", document()}}}).err,
              HasSubstr("is given twice"));
  EXPECT_EQ(report(document(), {"--formt", "csv"}).code, 2);
}

TEST(Report, ReadsPipesAsWellAsFiles) {
  const auto file = R"({"context": {"mhz_per_cpu": NaN, "load_avg": [NaN]}, "benchmarks": [
    {"name": "a", "real_time": 5, "cpu_time": 5, "iterations": 9, "misses": NaN},
    {"name": "b", "real_time": 0, "cpu_time": 0, "iterations": 0, "skipped": true,
     "skip_message": "no such device"}]})";
  const auto with = [&](const std::string& command) {
    const auto ended = run_program({"bash", "-c", "$0 " + command, program()},
                                   {.files = {{"r.json", file}, {"s.json", file}}});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended;
  };
  EXPECT_THAT(with("report <(cat r.json)").out, HasSubstr("skipped: no such device"));
  EXPECT_THAT(with("report <(cat r.json) <(cat s.json) --csv >(cat >r.csv)").err, IsEmpty());
  const auto compared = with("compare <(cat r.json) <(cat s.json)");
  EXPECT_THAT(compared.err, Not(HasSubstr("the same file")));
  EXPECT_THAT(compared.out, AllOf(HasSubstr("no verdict"), HasSubstr("skipped: no such device")));
  EXPECT_THAT(with("compare r.json r.json").err, HasSubstr("the same file"));
}

TEST(Report, OfAPartialResultSaysSo) {
  const auto ended = report(changed([](Json& json) { json["context"]["partial"] = true; }));
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.err, HasSubstr("'r.json' is partial"));
  EXPECT_THAT(ended.out, HasSubstr("PARTIAL"));
}

TEST(Report, ShowsOfAnotherProgramWhatThereIsAndNamesWhatIsNot) {
  const auto ended = report(R"({"context": {"date": "today"}, "benchmarks": [
    {"name": "BM_a|b", "run_name": "BM_a|b", "run_type": "iteration", "iterations": 7,
     "real_time": 2.5, "cpu_time": 2.25, "time_unit": "us", "things": 12},
    {"name": "BM_c_median", "run_name": "BM_c", "run_type": "aggregate", "aggregate_name": "median",
     "iterations": 3, "real_time": 30, "cpu_time": 29, "time_unit": "ms"},
    {"name": "BM_d", "run_name": "BM_d", "run_type": "iteration", "error_occurred": true,
     "error_message": "no luck"}]})");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("BM_a|b"), HasSubstr("2.50 \u00b5s"),
                               HasSubstr("things 12"), HasSubstr("30.0 ms"), HasSubstr("no luck"),
                               HasSubstr("another program wrote it"), HasSubstr("missing")));
}

TEST(Report, ShowsOfAPlugInThatItLacksWhatThereIs) {
  const auto ended = report(changed([](Json& json) {
    for (auto& row : json["benchmarks"])
      if (row.contains("asyncmark")) row["asyncmark"]["case"]["runner"]["name"] = "fibers";
  }));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("this build has no runner 'fibers'"),
                               HasSubstr("null/sync/ops:100"), HasSubstr("peak_in_flight")));
}

TEST(Report, LetsNothingOfAFileIntoTheTerminal) {
  const std::string evil = "a|b\"\n\x1b[31m</script>";
  const auto ended = report(Json{
      {"context", {{"command", evil}, {"cpu_model", evil}}},
      {"benchmarks",
       {{{"name", evil + std::string(2'000'000, 'x')},
         {"real_time", 1},
         {"cpu_time", 1},
         {evil, 5}}}}}.dump());
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("a|b\"\\n\\x1b[31m</script>"), Not(HasSubstr("\x1b"))));
  EXPECT_LT(ended.out.size(), 20'000u);
}

TEST(Report, WritesWhateverANameHolds) {
  const std::string evil = "a|b\",\n\x1b[31m</script><b>`*\\" + std::string(2'000'000, 'x');
  const auto ended =
      report(Json{{"benchmarks", {{{"name", evil}, {"real_time", 1}, {"cpu_time", 1}}}}}.dump(),
             {"--csv", "r.csv", "--markdown", "r.md", "--summary-json", "s.json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(Json::parse(ended.files.at("s.json")).at("benchmarks").at(0).at("name"), evil);
  EXPECT_THAT(ended.files.at("r.csv"), HasSubstr("\n\"a|b\"\",\n"));
  const auto& markdown = ended.files.at("r.md");
  EXPECT_THAT(markdown, AllOf(HasSubstr(R"(a\|b",)"), Not(HasSubstr("\x1b"))));
  for (const char special : {'<', '`', '*'})
    for (auto at = markdown.find(special); at != markdown.npos; at = markdown.find(special, at + 1))
      EXPECT_EQ(markdown[at - 1], '\\') << special;
}

TEST(Report, PutsSeveralFilesSideBySideAndTellsWhatElseDiffers) {
  const auto other = changed([](Json& json) {
    json["context"]["commit"] = "feedbeef";
    for (auto& row : json["benchmarks"])
      if (row.contains("asyncmark"))
        for (auto& pass : row["asyncmark"]["measurement"]["passes"]) {
          pass["elapsed_ns"] = pass["elapsed_ns"].get<std::uint64_t>() * 1000;
          pass["cpu_ns"] = pass["elapsed_ns"];
        }
  });
  const Surroundings files{.files = {{"old.json", document()}, {"new.json", other}}};
  const auto ended = asyncmark({"report", "old.json", "new.json"}, files);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, AllOf(HasSubstr("== old =="), HasSubstr("== new =="),
                               HasSubstr("Side by side"), HasSubstr("commit differs: old "),
                               HasSubstr("new feedbeef"), HasSubstr("vs old")));
  EXPECT_THAT(ended.out, Not(HasSubstr("overlap: the ranges")));
  const auto rows = asyncmark({"report", "old.json", "new.json", "--format", "csv"}, files);
  EXPECT_THAT(rows.out,
              AllOf(StartsWith("file,name,"), HasSubstr("\nold,null/"), HasSubstr("\nnew,null/")));
  EXPECT_EQ(asyncmark({"report", "old.json", "new.json", "--format", "json"}, files).code, 2);
}

TEST(Report, WritesFilesInsteadOfPrinting) {
  const auto ended = report(document(), {"--csv", "r.csv", "--markdown", "r.md"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.files, ElementsAre(Key("r.csv"), Key("r.json"), Key("r.md")));
  EXPECT_EQ(ended.files.at("r.csv"), report(document(), {"--format", "csv"}).out);
  EXPECT_EQ(ended.files.at("r.md"), report(document(), {"--format", "markdown"}).out);
  EXPECT_THAT(report(document(), {"--csv", "r.csv", "--format", "table"}).out, HasSubstr("runner"));
}

TEST(Report, SaysOnATerminalWhatItWrote) {
  if (!has_terminals()) GTEST_SKIP() << "no pseudo-terminal can be opened here";
  const auto ended = asyncmark({"report", "r.json", "--csv", "r.csv"},
                               {.files = {{"r.json", document()}}, .terminal = true});
  EXPECT_THAT(ended.err, HasSubstr("report: wrote r.csv"));
}

TEST(Report, RefusesToWriteWhereItCannotOrWhatItReads) {
  struct Wrong {
    Words words;
    std::string why;
  };
  const Wrong all[] = {
      {{"--csv", "r.json"}, "--csv: 'r.json' is an input of this report"},
      {{"--markdown", "./r.json"}, "is an input of this report"},
      {{"--csv", "nowhere/r.csv"}, "--csv: 'nowhere/r.csv' cannot be written"},
      {{"--csv", "."}, "--csv: '.' cannot be written"},
      {{"--csv", ""}, "--csv: needs a name"},
      {{"--csv", "a", "--markdown", "./a"}, "give two files"},
  };
  for (const auto& [words, why] : all) {
    const auto ended = report(document(), words);
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr(why));
    EXPECT_THAT(ended.files, ElementsAre(Key("r.json")));
    EXPECT_EQ(ended.files.at("r.json"), document());
  }
}

}  // namespace
}  // namespace asyncmark::testing::report_command_test
