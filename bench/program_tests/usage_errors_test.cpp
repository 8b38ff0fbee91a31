// What the built program answers to mistakes: one line, exit code 2, and nothing done.

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>

#include "bench/base/split.hpp"
#include "bench/os/placement.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::usage_errors_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

/// Expects one line on standard error that contains each of `says`, and nothing else to happen.
void expect_refused(const Words& arguments, const Words& says,
                    const Surroundings& surroundings = {}) {
  std::string line = "asyncmark";
  for (const auto& argument : arguments) line.append(" ").append(argument, 0, 80);
  SCOPED_TRACE(line);
  const auto ended = asyncmark(arguments, surroundings);
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  EXPECT_THAT(ended.err, StartsWith("asyncmark: "));
  for (const auto& words : says) EXPECT_THAT(ended.err, HasSubstr(words));
  EXPECT_EQ(ended.files, surroundings.files) << "something was run or written";
  EXPECT_THAT(ended.left_running, IsEmpty());
}

/// `run` with these words, where anything that is run or written leaves a file behind.
void expect_run_refused(const Words& arguments, const Words& says,
                        const Surroundings& surroundings = {}) {
  const auto given = [&](const char* flag) { return std::ranges::count(arguments, flag) != 0; };
  Words all{"run"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  if (!given("--out")) all.insert(all.end(), {"--out", "results.json"});
  if (!given("--launcher")) all.insert(all.end(), {"--launcher", "sh -c 'echo > ran'"});
  expect_refused(all, says, surroundings);
}

struct Mistake {
  Words arguments;
  Words says;
};

void expect_all_refused(const std::vector<Mistake>& mistakes) {
  for (const auto& mistake : mistakes) expect_run_refused(mistake.arguments, mistake.says);
}

TEST(UsageErrors, NameWhatDoesNotExistAndWhatThereIs) {
  const char* all =
      "run, reproduce, report, compare, probe, crossover, serve, list, new, check-adapter";
  expect_refused({}, {"no command", all});
  expect_refused({"frobnicate"}, {"'frobnicate'", all});
  expect_refused({"rnu"}, {"'rnu'; did you mean 'run'?"});
  expect_refused({"run"}, {"workload", "--plan"});
  expect_refused({"list", "nonsense"}, {"'nonsense'", "workloads, runners"});
  expect_refused({"reproduce", "nonsense"}, {"'nonsense'"});
  expect_refused({"http"}, {"use 'asyncmark run http --url ...'"});
  expect_refused({"compare", "http://127.0.0.1/a", "http://127.0.0.1/b"}, {"give --urls"});
  expect_refused({"compare", "sleep 1", "sleep 2"}, {"give --commands"});
  expect_refused({"compare", "--urls", "a", "b", "--rate", "5"},
                 {"put it after '--'", "-- --rate"});
  expect_refused({"compare", "a", "b", "--fail-on", "slo"}, {"exits with 1", "'run http --slo'"});
  expect_refused({"run", "--url", "http://127.0.0.1/"}, {"'asyncmark run http --url URL'"});
  expect_refused({"probe", "--url", "http://127.0.0.1/"}, {"'asyncmark probe http --url URL'"});
  expect_all_refused({
      {{"redis"},
       {"'redis'.", "list workloads", "asyncmark new workload redis", "--runner cmd:PROGRAM"}},
      {{"slep"}, {"'slep'; did you mean 'sleep'?"}},
      {{"http://127.0.0.1/"}, {"asyncmark run http --url URL"}},
      {{"http", "http://127.0.0.1/"}, {"a URL needs --url before it"}},
      {{"postgres", "postgresql://here/name"}, {"a URL needs --dsn before it"}},
      {{"null", "--connections", "3"}, {"did you mean '--in-flight'?"}},
      {{"null", "--html", "page.html"}, {"'asyncmark report FILE --html PAGE'"}},
      {{"null", "--ops", "10", "20"}, {"'20'; separate the values of an option by commas"}},
      {{"null", "--in-fligth", "3"}, {"'--in-fligth'; did you mean '--in-flight'?"}},
      {{"null", "nonsense"}, {"'nonsense'"}},
      {{"null", "--out", "exec", "--", "nonsense"}, {"'nonsense'"}},
      {{"null", "--nonsense", "3"}, {"'--nonsense'", "--help"}},
      {{"null", "--wait", "46ms"}, {"'--wait'"}},
      {{"null", "--runner", "nonsense"}, {"'nonsense'", "event-loop", "process-pool", "sync"}},
      {{"null", "--runner", "sync,nonsense"}, {"'nonsense'"}},
      {{"null", "--runner", "async"}, {"'async'; did you mean 'event-loop'?"}},
      {{"null", "--runner", "threads"}, {"'threads'; did you mean 'thread-pool'?"}},
      {{"null", "--format", "nonsense"}, {"'nonsense'", "table"}},
      {{"null", "--workers", "3", "--runner", "sync"}, {"--workers", "none of the chosen runners"}},
  });
}

TEST(UsageErrors, KeepNewProjectsFromBadNamesAndFromWhatIsThere) {
  for (const auto* name : {"File-Read", "2fast", "a_b", "a--b", "a-", "../up", "a b", ""})
    expect_refused({"new", "workload", name}, {"new:", "as file-read"});
  expect_refused({"new", "workload", std::string(41, 'a')}, {"at most 40"});
  expect_refused({"new", "workload", "sleep"}, {"'sleep' already"});
  expect_refused({"new", "workload", "mine"}, {"'mine' exists already"},
                 {.files = {{"mine", "a file of the user's"}}});
  expect_refused({"new"}, {"new:", "asyncmark new workload"});
  expect_refused({"new", "runner", "mine"}, {"new:", "'runner'", "asyncmark new workload"});
  expect_refused({"new", "workload"}, {"NAME"});
}

TEST(UsageErrors, NameTheValueThatIsNoDuration) {
  expect_refused({"run", "sleep", "--wait"}, {"--wait: needs a value, DURATION"});
  expect_all_refused({
      {{"sleep", "--wait", "46"}, {"--wait", "'46'", "unit", "46ms"}},
      {{"sleep", "--wait", "ms"}, {"--wait", "'ms'", "46ms"}},
      {{"sleep", "--wait", "46 lightyears"}, {"--wait", "46ms"}},
      {{"sleep", "--wait", "-5ms"}, {"--wait", "negative"}},
      {{"sleep", "--wait", "nanms"}, {"--wait", "46ms"}},
      {{"sleep", "--cpu", "1"}, {"--cpu", "unit"}},
      {{"sleep", "--stall", "200ms"}, {"--stall", "200ms@500"}},
      {{"sleep", "--stall", "5@3"}, {"--stall", "unit"}},
      {{"sleep", "--stall", "5ms@0"}, {"--stall", "1 or more"}},
      {{"sleep", "--distribution", "gaussian"}, {"--distribution", "'gaussian'", "lognormal"}},
      {{"null", "--duration", "10"}, {"--duration", "unit"}},
      {{"null", "--duration", "0s"}, {"--duration", "more than 0"}},
      {{"null", "--time-limit", "10"}, {"--time-limit", "unit"}},
      {{"null", "--time-limit", "0s"}, {"--time-limit", "more than 0"}},
  });
}

TEST(UsageErrors, SayThatTwoResultsCannotBeOneFile) {
  expect_all_refused({
      {{"null", "--out", "r", "--benchmark_out=r"}, {"--out", "--benchmark_out", "'r'"}},
      {{"null", "--out", "r", "--benchmark_out=./r"}, {"--out", "--benchmark_out"}},
  });
}

TEST(UsageErrors, SayThatALimitLeavesNoTimeForTheWarmup) {
  expect_run_refused({"sleep", "--runner", "sync", "--wait", "300ms", "--ops", "1", "--warmup", "9",
                      "--time-limit", "2s"},
                     {"--time-limit", "at least 3.00 s"});
}

TEST(UsageErrors, SayThatAListWasLost) {
  for (const auto* words : {"list", "run null --benchmark_list_tests"}) {
    const auto ended =
        run_program({"sh", "-c", "\"$0\" " + std::string(words) + " > /dev/full", program()});
    EXPECT_EQ(ended.code, 2) << words;
    EXPECT_THAT(ended.err, HasSubstr("standard output"));
  }
}

TEST(UsageErrors, NameTheProcessorsThatThereAreNot) {
  const auto beyond = std::to_string(own_cpus().back() + 1);
  expect_all_refused({
      {{"null", "--cpus", beyond}, {"--cpus", "no processor " + beyond}},
      {{"null", "--cpus", "client=" + beyond}, {"--cpus", "no processor " + beyond}},
      {{"null", "--cpus", ""}, {"--cpus", "0-1"}},
      {{"null", "--cpus", "one"}, {"--cpus", "'one'", "0-1"}},
      {{"null", "--cpus", "server=0"}, {"--cpus", "client=LIST"}},
      {{"null", "--cpus", "service=0"}, {"--cpus", "starts no service for null"}},
      {{"null", "--cpus", "client=0,service=0"}, {"--cpus", "starts no service for null"}},
  });
}

TEST(UsageErrors, NameTheNumberThatIsOutOfRange) {
  expect_all_refused({
      {{"null", "--ops", "0"}, {"--ops", "1 or more"}},
      {{"null", "--ops", "-1"}, {"--ops", "1 or more"}},
      {{"null", "--ops", "1.5"}, {"--ops", "whole number"}},
      {{"null", "--ops", "1e3"}, {"--ops", "whole number"}},
      {{"null", "--ops", "0x10"}, {"--ops", "whole number"}},
      {{"null", "--ops", ""}, {"--ops", "empty"}},
      {{"null", "--ops", "100,"}, {"--ops", "empty"}},
      {{"null", "--seed", "5", "--seed", "6"}, {"--seed: is given more than once"}},
      {{"null", "--in-flight", "0"}, {"--in-flight", "1 or more"}},
      {{"null", "--in-flight", "many"}, {"--in-flight", "'many'"}},
      {{"null", "--workers", "0"}, {"--workers", "1 or more"}},
      {{"null", "--workers", "-3"}, {"--workers", "1 or more"}},
      {{"null", "--rate", "-5"}, {"--rate", "negative"}},
      {{"null", "--rate", "0"}, {"--rate", "more than 0"}},
      {{"null", "--rate", "nan"}, {"--rate", "number"}},
      {{"null", "--rate", "inf"}, {"--rate", "number"}},
      {{"null", "--progress", "loud"}, {"--progress", "auto, plain"}},
      {{"null", "--arrivals", "sometimes"}, {"--arrivals", "fixed, poisson"}},
      {{"null", "--passes", "0"}, {"--passes", "1 or more"}},
      {{"null", "--repetitions", "0"}, {"--repetitions", "1 or more"}},
      {{"null", "--warmup", "-1"}, {"--warmup", "0 or more"}},
      {{"null", "--seed", "-1"}, {"--seed", "0 or more"}},
      {{"null", "--max-failed", "-1"}, {"--max-failed", "0 or more"}},
      {{"null", "--max-failed", "some"}, {"--max-failed", "whole number"}},
      {{"null", "--max-failed", "101%"}, {"--max-failed", "100%"}},
      {{"null", "--rate", "5", "--slo", "p99"}, {"--slo", "p95=200ms"}},
      {{"null", "--rate", "5", "--slo", "p101=50ms"}, {"--slo", "p95=200ms"}},
      {{"null", "--rate", "5", "--slo", "p99=50"}, {"--slo", "unit"}},
      {{"null", "--ops", "5", "--slo", "p99=50ms"}, {"--slo", "--rate"}},
  });
}

TEST(UsageErrors, NameTheNumberThatOverflows) {
  const std::string beyond = "99999999999999999999", within = "9000000000000000000";
  expect_all_refused({
      {{"null", "--ops", beyond}, {"--ops", "or less"}},
      {{"sleep", "--ops", within}, {"--ops", "or less"}},
      {{"null", "--ops", "-99999999999999999999"}, {"--ops", "1 or more"}},
      {{"null", "--in-flight", beyond}, {"--in-flight", "or less"}},
      {{"null", "--workers", beyond}, {"--workers", "or less"}},
      {{"null", "--repetitions", "5000000000"}, {"--repetitions", "or less"}},
      {{"null", "--benchmark_repetitions=5000000000"}, {"--benchmark_repetitions", "or less"}},
      {{"null", "--passes", within}, {"--passes", "or less"}},
      {{"null", "--warmup", within}, {"--warmup", "or less"}},
      {{"null", "--seed", beyond}, {"--seed", "or less"}},
      {{"null", "--duration", "1e300s"}, {"--duration", "too large"}},
      {{"null", "--time-limit", "2500000h"}, {"--time-limit", "too large"}},
      {{"sleep", "--wait", "9e18ns"}, {"--wait", "too large"}},
      {{"null", "--rate", "1e999"}, {"--rate", "number"}},
      {{"null", "--rate", "1e300", "--duration", "1s", "--in-flight", "1"}, {"--rate"}},
  });
}

TEST(UsageErrors, NameTheCaseThatCannotEndWithinTheTimeLimit) {
  const Words limit{"--runner", "sync", "--time-limit", "10s"};
  const auto expect = [&](Words arguments, const std::string& name) {
    arguments.insert(arguments.end(), limit.begin(), limit.end());
    expect_run_refused(arguments, {"--time-limit", name, "at least"});
  };
  expect({"sleep", "--wait", "1s", "--ops", "11"}, "sleep/sync/ops:11");
  expect({"sleep", "--wait", "1s", "--ops", "4", "--passes", "3"}, "passes:3");
  expect({"sleep", "--wait", "600000h", "--distribution", "uniform", "--ops", "10"}, "uniform");
  expect({"null", "--duration", "1m"}, "duration:1m");
  expect({"null", "--rate", "1", "--ops", "100"}, "rate:1");
  expect({"null", "--rate", "1e-300", "--ops", "100"}, "rate:1e-300");
  expect({"null", "--rate", "1e-300", "--ops", "100", "--arrivals", "poisson"}, "rate:1e-300");
}

TEST(UsageErrors, NameWhatContradictsOrRepeatsItself) {
  expect_all_refused({
      {{"null", "--ops", "5", "--duration", "1s"}, {"--ops", "--duration"}},
      {{"null", "--duration", "1s", "--runner", "event-loop"}, {"--in-flight", "event-loop"}},
      {{"null", "--duration", "1s", "--runner", "thread-per-op"}, {"--in-flight"}},
      {{"null", "--duration", "1s", "--in-flight", "unbounded", "--runner", "thread-pool"},
       {"--in-flight"}},
      {{"null", "--ops", "100,100"}, {"two cases", "null/event-loop/ops:100"}},
      {{"null", "--runner", "sync,sync"}, {"two cases", "null/sync/ops:100"}},
      {{"null", "--runner", "all,sync"}, {"two cases", "null/sync/ops:100"}},
      {{"null", "--ops", "10", "--in-flight", "5,5"}, {"two cases", "in_flight:5"}},
  });
}

TEST(UsageErrors, NameTheOutputThatCannotBeWritten) {
  const std::string endless(5000, 'a');
  expect_all_refused({
      {{"null", "--out", "missing/results.json"},
       {"--out", "missing/results.json", "No such file"}},
      {{"null", "--out", "."}, {"--out", "directory"}},
      {{"null", "--out", endless}, {"--out", "too long"}},
      {{"null", "--out", "/proc/version/x"}, {"--out", "Not a directory"}},
      {{"null", "--benchmark_out=missing/x.json"}, {"--benchmark_out", "missing/x.json"}},
      {{"null", "--benchmark_out=."}, {"--benchmark_out", "directory"}},
  });
  expect_run_refused({"null", "--out", "there", "--benchmark_nonsense"}, {"nonsense"},
                     {.files = {{"there", "precious"}}});
}

TEST(UsageErrors, NameTheLauncherThatIsNoProgram) {
  expect_all_refused({
      {{"null", "--launcher", "no-such-program -x"}, {"--launcher", "'no-such-program'", "PATH"}},
      {{"null", "--launcher", "./no-such-program"}, {"--launcher", "'./no-such-program'"}},
      {{"null", "--launcher", "/tmp"}, {"--launcher", "'/tmp'"}},
      {{"null", "--launcher", "/proc/version"}, {"--launcher", "'/proc/version'"}},
      {{"null", "--launcher", "   "}, {"--launcher", "not a command"}},
      {{"null", "--launcher", "env 'x"}, {"--launcher", "not a command"}},
      {{"null", "--launcher", "$(echo env)"}, {"--launcher", "not a command"}},
  });
}

TEST(UsageErrors, NameTheFlagThatGoogleBenchmarkDoesNotTake) {
  expect_all_refused({
      {{"null", "--benchmark_nonsense"}, {"--benchmark_nonsense"}},
      {{"null", "--benchmark_nonsense=1", "--benchmark_list_tests"}, {"--benchmark_nonsense"}},
      {{"null", "--benchmark_filter=["}, {"--benchmark_filter", "'['", "regular expression"}},
      {{"null", "--benchmark_filter=*"}, {"--benchmark_filter", "regular expression"}},
      {{"null", "--benchmark_filter=nothing"}, {"--benchmark_filter", "--benchmark_list_tests"}},
      {{"null", "--benchmark_filter=-."}, {"--benchmark_filter", "no case"}},
      {{"null", "--benchmark_repetitions=0"}, {"--benchmark_repetitions", "1 or more"}},
      {{"null", "--benchmark_repetitions=few"}, {"--benchmark_repetitions", "whole number"}},
      {{"null", "--benchmark_format=xml"}, {"--benchmark_format", "console, json, csv"}},
      {{"null", "--benchmark_out_format=xml"}, {"--benchmark_out_format", "json"}},
      {{"null", "--benchmark_list_tests=maybe"}, {"--benchmark_list_tests", "true, false"}},
      {{"null", "--benchmark_time_unit=weeks"}, {"--benchmark_time_unit", "ns, us, ms, s"}},
      {{"null", "--benchmark_color="}, {"--benchmark_color", "auto"}},
      {{"null", "--benchmark_min_time=1"}, {"--benchmark_min_time", "--duration"}},
      {{"null", "--benchmark_min_warmup_time=1"}, {"--benchmark_min_warmup_time", "--warmup"}},
      {{"null", "--benchmark_context=key"}, {"--benchmark_context"}},
  });
}

void expect_plan_refused(const std::string& plan, const Words& says) {
  SCOPED_TRACE(plan);
  expect_run_refused({"--plan", "plan.json"}, says, {.files = {{"plan.json", plan}}});
}

TEST(UsageErrors, NameThePlaceInAPlanThatIsWrong) {
  expect_run_refused({"--plan", "missing.json"}, {"--plan", "'missing.json'", "cannot be read"});
  expect_run_refused({"--plan", "."}, {"--plan", "cannot be read"});
  expect_plan_refused("", {"plan.json", "not JSON"});
  expect_plan_refused("{", {"plan.json", "not JSON", "line 1"});
  expect_plan_refused(std::string("\xff\xfe\0{", 4), {"plan.json", "is UTF-16"});
  expect_plan_refused(std::string(1000, '['), {"plan.json", "nested deeper"});
  expect_run_refused({"--plan", "/dev/zero"}, {"--plan", "'/dev/zero' is larger than 16 MiB"});
  expect_plan_refused("[]", {"plan.json", "object", "\"cases\""});
  expect_plan_refused("{}", {"plan.json", "\"cases\""});
  expect_plan_refused(R"({"cases": []})", {"\"cases\"", "at least one"});
  expect_plan_refused(R"({"cases": {}})", {"\"cases\"", "list"});
  expect_plan_refused(R"({"cases": [7]})", {"cases[0]", "object"});
  expect_plan_refused(R"({"cases": [{"workload": "null"}], "case": 1})", {"\"case\"", "\"cases\""});
  expect_plan_refused(R"({"cases": [{"ops": 1}]})", {"cases[0].workload", "missing"});
  expect_plan_refused(R"({"cases": [{"workload": 7}]})", {"cases[0].workload"});
  expect_plan_refused(R"({"cases": [{"workload": "nonsense"}]})",
                      {"cases[0]", "'nonsense'", "null"});
  const auto entry = [](const std::string& rest) {
    return R"({"cases": [{"workload": "null"}, {"workload": "sleep", )" + rest + "}]}";
  };
  expect_plan_refused(entry(R"("nonsense": 1)"), {"cases[1]", "--nonsense"});
  expect_plan_refused(entry(R"("ops": 0)"), {"cases[1]", "--ops", "1 or more"});
  expect_plan_refused(entry(R"("ops": 1.5)"), {"cases[1]", "--ops", "whole number"});
  expect_plan_refused(entry(R"("ops": 1e30)"), {"cases[1]", "--ops"});
  expect_plan_refused(entry(R"("ops": null)"), {"cases[1]", "ops", "null"});
  expect_plan_refused(entry(R"("ops": [])"), {"cases[1]", "ops"});
  expect_plan_refused(entry(R"("ops": {"a": 1})"), {"cases[1]", "ops"});
  expect_plan_refused(entry(R"("wait": 46)"), {"cases[1]", "--wait", "unit"});
  expect_plan_refused(entry(R"("blocking": "perhaps")"), {"cases[1]", "--blocking", "true"});
  expect_plan_refused(entry(R"("in_flight": 0)"), {"cases[1]", "--in-flight", "1 or more"});
  expect_plan_refused(entry(R"("rate": -5)"), {"cases[1]", "--rate", "negative"});
  expect_plan_refused(entry(R"("runner": "nonsense")"), {"cases[1]", "'nonsense'", "sync"});
  expect_plan_refused(R"({"cases": [{"workload": "null"}, {"workload": "null", "ops": 500}]})",
                      {"two cases", "null/event-loop/ops:500"});
}

/// Gives a case to `run-case` by hand and returns the report, after checking the exit code.
std::string report_on(const std::string& document) {
  const auto ended =
      run_program({"sh", "-c", "exec \"$0\" run-case 3> report", program()}, {.input = document});
  EXPECT_EQ(ended.code, 2) << document;
  EXPECT_THAT(ended.out, IsEmpty());
  const auto report = Json::parse(ended.files.at("report"));
  EXPECT_FALSE(report.contains("measurement"));
  return report.at("error").get<std::string>();
}

TEST(UsageErrors, NameTheFieldOfACaseThatIsWrong) {
  EXPECT_THAT(report_on(""), HasSubstr("not JSON"));
  EXPECT_THAT(report_on("{"), HasSubstr("not JSON"));
  EXPECT_THAT(report_on("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(report_on("{}"), HasSubstr("\"protocol\" is missing"));
  EXPECT_THAT(report_on(R"({"protocol": 99})"), HasSubstr("protocol 99"));
  const auto with = [](const std::string& load, const std::string& workload = "\"null\"") {
    return report_on(R"({"protocol": 1, "runner": {"name": "sync"}, "workload": {"name": )" +
                     workload + R"(}, "load": )" + load + "}");
  };
  EXPECT_THAT(with("{}"), HasSubstr("load.ops"));
  EXPECT_THAT(with("7"), HasSubstr("load"));
  EXPECT_THAT(with(R"({"ops": -1})"), AllOf(HasSubstr("ops"), HasSubstr("0 or more")));
  EXPECT_THAT(with(R"({"ops": "10"})"), HasSubstr("ops"));
  EXPECT_THAT(with(R"({"ops": 99999999999999999999})"), HasSubstr("ops"));
  EXPECT_THAT(with(R"({"ops": 1, "in_flight": 0})"), HasSubstr("in_flight"));
  EXPECT_THAT(with(R"({"ops": 1, "passes": 0})"), HasSubstr("passes"));
  EXPECT_THAT(with(R"({"duration_ns": 0})"), HasSubstr("duration_ns"));
  EXPECT_THAT(with(R"({"duration_ns": 18000000000000000000})"), HasSubstr("duration_ns"));
  EXPECT_THAT(with(R"({"ops": 1, "arrivals": "sometimes"})"), HasSubstr("arrivals"));
  EXPECT_THAT(with(R"({"ops": 1, "rate_per_s": 10})"), HasSubstr("descriptor 4"));
  EXPECT_THAT(with(R"({"ops": 1})", "\"nonsense\""), HasSubstr("'nonsense'"));
  EXPECT_THAT(with(R"({"ops": 1})", R"("sleep", "options": {"wait_ns": "46ms"})"),
              HasSubstr("wait_ns"));
  EXPECT_THAT(with(R"({"ops": 1})", R"("sleep", "options": {"wait_ns": -1})"),
              HasSubstr("wait_ns"));
}

}  // namespace
}  // namespace asyncmark::testing::usage_errors_test
