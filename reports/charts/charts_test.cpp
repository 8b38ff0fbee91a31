#include "reports/charts/charts.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "bench/results/format_entry.hpp"
#include "reports/charts/spec.hpp"
#include "reports/testing/constructed.hpp"

namespace asyncmark::charts::charts_test {
namespace {

using asyncmark::testing::add_death;
using asyncmark::testing::construct;
using asyncmark::testing::milliseconds;
using asyncmark::testing::set_of;
using asyncmark::testing::sweep;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Result offered_at(double rate, Duration elapsed) {
  auto one = construct({.ops = 1000, .times = {elapsed}});
  one.what.load.rate = rate;
  one.what.load.last_due = from_seconds(1000 / rate);
  one.repetitions[0].measurement.response_time.clear();
  one.repetitions[0].measurement.response_time.add(milliseconds(48), 1000);
  return one;
}

std::map<std::string, Chart> charts_by_name(const std::vector<Result>& results) {
  const auto set = set_of(results);
  std::map<std::string, Chart> all;
  for (const auto& section : gallery_of({&set}).sections)
    for (const auto& chart : section.charts) all[chart.name] = chart;
  return all;
}

const Json& drawn(const Chart& chart) { return chart.spec.at("data").at("values"); }

std::string cell(const Table& table, std::size_t row, const std::string& heading) {
  const auto column = std::ranges::find(table.columns, heading, &Column::heading);
  return table.rows.at(row).cells.at(static_cast<std::size_t>(column - table.columns.begin()));
}

TEST(Charts, AppearOnlyWhereTheirFiguresAre) {
  std::set<std::string> names;
  for (const auto& [name, chart] : charts_by_name(sweep())) names.insert(name);
  EXPECT_THAT(names, Contains("time-by-operations"));
  EXPECT_THAT(names, Contains("speed-up-as-deployed"));
  EXPECT_THAT(names, Not(Contains("speed-up-equal-cap")));
  EXPECT_THAT(names, Not(Contains("throughput-by-in-flight")));
  EXPECT_THAT(names, Not(Contains("response-p50-by-rate")));
  EXPECT_THAT(names, Not(Contains("timeline")));
  auto dead = construct({.times = {}});
  add_death(dead, "killed by SIGSEGV");
  EXPECT_THAT(charts_by_name({dead}), IsEmpty());
}

TEST(Charts, NameTheirAxesAndSayTheFindingInOneSentence) {
  for (const auto& [name, chart] : charts_by_name(sweep())) {
    EXPECT_THAT(chart.title, AllOf(HasSubstr(" by "), Not(HasSubstr("?")))) << name;
    EXPECT_TRUE(chart.caption.ends_with(".")) << name;
    EXPECT_THAT(chart.caption, Not(HasSubstr(". "))) << name;
    EXPECT_FALSE(drawn(chart).empty()) << name;
    EXPECT_FALSE(chart.table.rows.empty()) << name;
    const auto& layers = chart.spec.at("layer");
    EXPECT_EQ(std::ranges::count_if(
                  layers, [](const Json& layer) { return layer.value("name", "") == kPoints; }),
              1)
        << name;
  }
}

TEST(TimeByOperations, HasExactTimesAndPublishedCells) {
  const auto chart = charts_by_name(sweep()).at("time-by-operations");
  ASSERT_THAT(chart.table.rows, SizeIs(4));
  EXPECT_EQ(cell(chart.table, 3, "case"), "sleep/event-loop/ops:1000");
  EXPECT_EQ(cell(chart.table, 3, "time, median, ms"), "92");
  EXPECT_THAT(chart.caption, HasSubstr("; sync takes 10.0x as long for 1000 operations as for 100 "
                                       "(46.0 s, 4.60 s)."));
  EXPECT_THAT(chart.caption, HasSubstr("event-loop takes 1.84x"));
  EXPECT_THAT(chart.signs, HasSubstr("Hollow diamonds: the published table"));
  const auto& layers = chart.spec.at("layer");
  const auto& published = layers.back().at("data").at("values");
  ASSERT_THAT(published, SizeIs(4));
  EXPECT_EQ(published[0].at("series"), "published sync");
  EXPECT_DOUBLE_EQ(published[0].at("time_ms").get<double>(), 4800);
  EXPECT_EQ(layers.back().at("mark").at("filled"), false);
}

TEST(TimeByOperations, LeavesPublishedCellsToTheirOwnWait) {
  auto results = sweep();
  for (auto& one : results) one = construct({.ops = one.what.load.ops, .wait = "20ms"});
  const auto chart = charts_by_name({results[0], results[1]}).at("time-by-operations");
  EXPECT_THAT(chart.signs, Not(HasSubstr("published")));
}

TEST(SpeedUp, GivesTheRatioAndWhatBothRangesLeaveOpen) {
  const auto slow = construct(
      {.runner = "sync", .times = {milliseconds(4000), milliseconds(5000), milliseconds(4500)}});
  const auto fast = construct({.times = {milliseconds(50), milliseconds(45), milliseconds(40)}});
  const auto chart = charts_by_name({slow, fast}).at("speed-up-as-deployed");
  const auto& row = drawn(chart).at(0);
  EXPECT_NEAR(row.at("times").get<double>(), 100, 1e-9);
  EXPECT_NEAR(row.at("low").get<double>(), 4000 / 50.0, 1e-9);
  EXPECT_NEAR(row.at("high").get<double>(), 5000 / 40.0, 1e-9);
  EXPECT_EQ(row.at("series"), "event-loop");
}

TEST(SpeedUp, KeepsAnEqualCapApartFromWhatIsDeployed) {
  auto results = sweep();
  results.push_back(construct({.runner = "thread-pool", .ops = 1000, .in_flight = 28}));
  results.push_back(construct({.ops = 1000, .in_flight = 28}));
  const auto charts = charts_by_name(results);
  EXPECT_THAT(values_of(drawn(charts.at("speed-up-equal-cap")), "series"),
              ElementsAre("thread-pool", "event-loop"));
  EXPECT_THAT(values_of(drawn(charts.at("speed-up-as-deployed")), "series"),
              ElementsAre("event-loop"));
}

TEST(ResponseByRate, MarksWhatIsSaturated) {
  const auto charts =
      charts_by_name({offered_at(100, milliseconds(10'040)), offered_at(1000, milliseconds(5000))});
  const auto& chart = charts.at("response-p99-by-rate");
  EXPECT_THAT(chart.caption, HasSubstr("Saturated: event-loop from 1000/s."));
  EXPECT_EQ(drawn(chart).at(0).at("saturated"), false);
  EXPECT_EQ(drawn(chart).at(1).at("saturated"), true);
  EXPECT_EQ(cell(chart.table, 1, "saturated"), "yes");
  EXPECT_THAT(charts.at("service-time-by-percentile").signs,
              HasSubstr("at 100/s, the highest rate at which all kept up"));
}

TEST(ResponseByRate, LabelsEveryRateThatWasMeasured) {
  std::vector<Result> results;
  for (const double rate : {50, 80, 95, 120, 160, 240, 1000, 3000, 4000})
    results.push_back(offered_at(rate, milliseconds(100)));
  const auto chart = charts_by_name(results).at("response-p50-by-rate");
  const auto axis = chart.spec.at("/layer/0/encoding/x/axis"_json_pointer);
  EXPECT_THAT(axis.at("values"), SizeIs(9));
  EXPECT_FALSE(axis.contains("tickCount"));  // Which Vega would keep to.
  EXPECT_EQ(axis.at("labelAngle"), -90);
}

TEST(ResponseByRate, SaysWhatIsNotDrawnAndSpeaksOfNoRingsThatAreNot) {
  auto few = offered_at(1000, milliseconds(5000));
  few.repetitions[0].measurement.response_time.clear();
  few.repetitions[0].measurement.response_time.add(milliseconds(48), 900);
  const auto charts = charts_by_name(
      {offered_at(50, milliseconds(20'040)), offered_at(100, milliseconds(10'040)), few});
  const auto& p99 = charts.at("response-p99-by-rate").signs;
  EXPECT_THAT(p99, HasSubstr("for a p99: event-loop at 1000/s."));
  EXPECT_THAT(p99, Not(HasSubstr("ringed")));
  const auto& p50 = charts.at("response-p50-by-rate").signs;
  EXPECT_THAT(p50, Not(HasSubstr("Not drawn")));
  EXPECT_THAT(p50, HasSubstr("ringed"));
}

TEST(ThroughputByInFlight, DrawsTheMostOperationsOfEachRunner) {
  std::vector<Result> results;
  for (const std::uint64_t ops : {100, 1000})
    for (const std::uint64_t cap : {5, 50})
      results.push_back(construct({.ops = ops, .in_flight = cap}));
  const auto chart = charts_by_name(results).at("throughput-by-in-flight");
  EXPECT_THAT(values_of(drawn(chart), "series"), ElementsAre("event-loop"));
  ASSERT_THAT(chart.table.rows, SizeIs(2));
  EXPECT_THAT(cell(chart.table, 0, "case"), HasSubstr("ops:1000"));
  EXPECT_THAT(chart.signs, HasSubstr("with its largest number of operations"));
}

TEST(ThroughputByInFlight, IsALineARunnerInTheOrderOfTheCaps) {
  const auto chart = charts_by_name({construct({.in_flight = 50}), construct({.in_flight = 5}),
                                     construct({.runner = "sync"})})
                         .at("throughput-by-in-flight");
  ASSERT_THAT(drawn(chart), SizeIs(3));
  EXPECT_EQ(drawn(chart).at(0).at("cap"), 5);
  EXPECT_EQ(drawn(chart).at(1).at("cap"), 50);
  EXPECT_EQ(drawn(chart).at(1).at("series"), "event-loop");
}

TEST(TheTimeline, ShowsWhatOverlapsAndWhatQueues) {
  auto queued = construct({.runner = "sync", .ops = 40}), together = construct({.ops = 40});
  auto& first = queued.repetitions[0].measurement.timeline;
  auto& second = together.repetitions[0].measurement.timeline;
  first.of = second.of = 40;
  for (unsigned i = 0; i < 40; ++i) {
    first.operations.push_back(
        {.op = i, .started = milliseconds(46) * i, .finished = milliseconds(46) * (i + 1)});
    second.operations.push_back({.op = i,
                                 .intended = Duration(0),
                                 .started = milliseconds(100),
                                 .finished = milliseconds(146)});
  }
  const auto chart = charts_by_name({queued, together}).at("timeline");
  std::set<std::string> keys;  // A page is small where it has but what is drawn.
  for (const auto& row : drawn(chart).front().items()) keys.insert(row.key());
  EXPECT_EQ(keys, (std::set<std::string>{"series", "place", "op", "started_ms", "finished_ms"}));
  EXPECT_THAT(chart.caption, HasSubstr("at once: sync: 1; event-loop: 36."));
  EXPECT_THAT(chart.signs,
              AllOf(HasSubstr("the first 36"), HasSubstr("pale"), Not(HasSubstr("hollow"))));
  ASSERT_THAT(drawn(chart), SizeIs(72));
  EXPECT_EQ(cell(chart.table, 1, "started, ms"), "46");
  EXPECT_EQ(cell(chart.table, 1, "intended, ms"), "");
  EXPECT_EQ(cell(chart.table, 36, "intended, ms"), "0");
  EXPECT_THAT(charts_by_name(sweep()), Not(Contains(::testing::Key("timeline"))));
}

TEST(TheTimeline, HasHollowBarsForWhatFailedAndPaleOnesOnlyWhereTheyAre) {
  auto one = construct({.runner = "sync"});
  one.repetitions[0].measurement.timeline = {
      .of = 1, .operations = {{.started = Duration(0), .finished = milliseconds(1), .ok = false}}};
  const auto chart = charts_by_name({one}).at("timeline");
  EXPECT_THAT(chart.signs, AllOf(HasSubstr("hollow if it failed"), Not(HasSubstr("pale"))));
  EXPECT_EQ(drawn(chart).at(0).at("ok"), false);  // Which the drawing tests.
}

TEST(TimesByPercentile, GoAsFarAsTheOperationsTell) {
  const auto chart = charts_by_name(sweep()).at("service-time-by-percentile");
  for (const auto& row : drawn(chart)) EXPECT_LE(row.at("beyond").get<double>(), 600.1);
  EXPECT_EQ(cell(chart.table, 0, "operations"), "6000");
  EXPECT_THROW(cell(chart.table, 0, "p99.9, ms"), std::out_of_range);  // Which none of them has.
  EXPECT_EQ(cell(chart.table, 0, "maximum, ms"), "46");
}

TEST(HeatMap, ComparesEachWorkloadWithItsBest) {
  auto results = sweep();
  results.push_back(construct({.runner = "sync", .wait = "20ms"}));
  results.push_back(construct({.times = {milliseconds(100)}, .wait = "20ms"}));
  const auto set = set_of(results);
  const auto gallery = gallery_of({&set});
  ASSERT_THAT(gallery.overall, SizeIs(1));
  std::map<std::pair<std::string, std::string>, double> ratios;
  for (const auto& row : drawn(gallery.overall[0]))
    ratios[{row.at("workload"), row.at("runner")}] = row.at("ratio");
  EXPECT_DOUBLE_EQ((ratios[{"sleep, wait 46ms, 1000 ops", "sync"}]), 500);
  EXPECT_DOUBLE_EQ((ratios[{"sleep, wait 46ms, 1000 ops", "event-loop"}]), 1);
  EXPECT_DOUBLE_EQ((ratios[{"sleep, wait 20ms, 100 ops", "event-loop"}]), 2);
  EXPECT_TRUE(gallery.overall[0].spec.at("width").contains("step"));
  EXPECT_THAT(gallery.overall[0].caption,
              HasSubstr("Highest throughput of 2 workloads: event-loop in 1, sync in 1."));
}

TEST(Charts, GiveARunnerOneColourAndItsLinesDifferentNames) {
  auto results = sweep();
  for (const std::uint64_t ops : {100, 1000})
    results.push_back(construct({.ops = ops, .in_flight = 28}));
  const auto chart = charts_by_name(results).at("time-by-operations");
  const auto& scale = chart.spec.at("/layer/1/encoding/color/scale"_json_pointer);
  EXPECT_EQ(scale.at("domain"), Json({"sync", "event-loop", "event-loop, 28 in flight"}));
  EXPECT_EQ(scale.at("range")[1], scale.at("range")[2]);
  EXPECT_NE(scale.at("range")[0], scale.at("range")[1]);
  const auto& shapes = chart.spec.at("/layer/1/encoding/shape/scale/range"_json_pointer);
  EXPECT_NE(shapes[1], shapes[2]);
}

TEST(Charts, GiveOtherProgramsColoursAndShapesThatTheBuiltInRunnersBesideThemDoNotHave) {
  std::vector<Result> results;
  for (const auto* runner : {"sync", "event-loop", "hybrid", "node", "python-asyncio"})
    for (const std::uint64_t ops : {100, 1000})
      results.push_back(construct({.runner = runner, .ops = ops}));
  const auto chart = charts_by_name(results).at("time-by-operations");
  for (const auto* channel : {"color", "shape"}) {
    const auto& range =
        chart.spec.at("layer").at(1).at("encoding").at(channel).at("scale").at("range");
    const std::set<std::string> different(range.begin(), range.end());
    EXPECT_THAT(different, SizeIs(5)) << channel;
  }
  // Its form is the same beside any others.
  const auto alone = charts_by_name({results[2], results[3]}).at("time-by-operations");
  const auto form = "/layer/1/encoding/shape/scale/range"_json_pointer;
  EXPECT_EQ(alone.spec.at(form)[0], chart.spec.at(form)[1]);
}

TEST(Charts, TellAPageTheRunnerOfEachSeries) {
  auto results = sweep();
  for (const std::uint64_t ops : {100, 1000})
    results.push_back(construct({.ops = ops, .in_flight = 28}));
  const auto chart = charts_by_name(results).at("time-by-operations");
  EXPECT_EQ(chart.spec.at("usermeta").at("runners"),
            Json({{"sync", "sync"},
                  {"event-loop", "event-loop"},
                  {"event-loop, 28 in flight", "event-loop"}}));
}

TEST(Costs, OfAWholeProcessAreNotComparedWithThoseOfOperations) {
  auto other = construct({.runner = "node"});
  other.repetitions[0].measurement.resources.user = std::chrono::seconds(1);
  other.repetitions[0].measurement.facts["CPU"] = "that of its whole process";
  const auto chart = charts_by_name({construct({}), construct({.runner = "sync"}), other})
                         .at("processor-time-per-operation");
  EXPECT_THAT(values_of(drawn(chart), "series"), ElementsAre("event-loop", "sync"));
  EXPECT_THAT(chart.signs, HasSubstr("the whole process with its start is known: node."));
  EXPECT_EQ(cell(chart.table, 2, "of"), "its whole process");
}

TEST(Costs, NameTheRunnersThatThePictureLacks) {
  const auto chart = charts_by_name({construct({}), construct({.runner = "hybrid"}),
                                     construct({.runner = "sync"})})
                         .at("memory-per-operation");  // Unknown for one operation in flight.
  EXPECT_THAT(chart.signs, HasSubstr("Not drawn, as no figure above zero is known: sync."));
}

TEST(Charts, OfAGreatManyCasesAreTheFirstAndSaySo) {
  std::vector<Result> many;
  for (std::uint64_t ops = 1; ops <= 300; ++ops) many.push_back(construct({.ops = ops}));
  const auto set = set_of(many);
  const auto gallery = gallery_of({&set});
  EXPECT_THAT(gallery.left_out, HasSubstr("Only 200 of 300 cases are drawn"));
  for (const auto& chart : gallery.sections.at(0).charts) EXPECT_LE(drawn(chart).size(), 200u);
}

TEST(Charts, TellSetsApartByTheirLabels) {
  const auto before = set_of(sweep(), "before"), after = set_of(sweep(), "after");
  const auto gallery = gallery_of({&before, &after});
  ASSERT_THAT(gallery.sections, SizeIs(2));
  EXPECT_EQ(gallery.sections[0].heading, "before: sleep, wait 46ms");
  EXPECT_EQ(gallery.sections[1].key, "after-sleep");
  EXPECT_THAT(gallery.overall, SizeIs(2));
}

TEST(ByFile, DrawsTheSharedCasesOfAllFilesInOneChart) {
  auto slower = sweep();
  slower[3] = construct({.ops = 1000, .times = {milliseconds(184), milliseconds(200)}});
  slower.push_back(construct({.runner = "thread-pool"}));
  const auto before = set_of(sweep(), "before"), after = set_of(slower, "after");
  const auto chart = gallery_of({&before, &after}).overall.at(0);
  EXPECT_EQ(chart.name, "sleep-time-by-file");
  EXPECT_THAT(drawn(chart), SizeIs(8));
  EXPECT_THAT(chart.caption, HasSubstr("relative to before: after 0.48x in "
                                       "sleep/event-loop/ops:1000 to 1.00x in "));
  const auto& line = chart.spec.at("layer").at(0).at("encoding");
  EXPECT_EQ(line.at("/color/scale/domain"_json_pointer), Json({"sync", "event-loop"}));
  EXPECT_EQ(line.at("/strokeDash/scale/domain"_json_pointer), Json({"before", "after"}));
  EXPECT_EQ(cell(chart.table, 7, "file"), "after");
  EXPECT_EQ(cell(chart.table, 7, "total time, ms"), "192");
  EXPECT_EQ(cell(chart.table, 7, "from"), "184");
}

TEST(ByFile, IsADotAFileWhereNoLoadsDiffer) {
  const auto before = set_of({construct({}), construct({.runner = "sync"})}, "before");
  const auto after = set_of({construct({}), construct({.runner = "sync"})}, "after");
  const auto chart = gallery_of({&before, &after}).overall.at(0);
  const auto& dots = chart.spec.at("layer").at(1).at("encoding");
  EXPECT_EQ(dots.at("y").at("sort"), Json({"event-loop", "sync"}));
  EXPECT_EQ(dots.at("yOffset").at("sort"), Json({"before", "after"}));
}

TEST(ByFile, ComparesAnOpenLoopByItsResponseTimeAndNothingThatIsNotShared) {
  const auto rates = [](const char* label) {
    return set_of({offered_at(100, milliseconds(10'040)), offered_at(200, milliseconds(5'040))},
                  label);
  };
  const auto before = rates("before"), after = rates("after"), other = set_of(sweep(), "other");
  const auto overall = gallery_of({&before, &after, &other}).overall;
  EXPECT_EQ(overall.at(0).name, "sleep-response-by-file");
  EXPECT_THAT(drawn(overall.at(0)), SizeIs(4));
  for (const auto& chart : gallery_of({&before, &other}).overall)
    EXPECT_THAT(chart.name, Not(HasSubstr("by-file")));
}

}  // namespace
}  // namespace asyncmark::charts::charts_test
