// Runners that are other programs: ours in Python and Node.js, one of the documentation, and some
// that do wrong. Needs Debian's python3 and nodejs, and PostgreSQL.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "bench/model/runner_entry.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::adapter_test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string kBroken =
    "python3 " + testing::source_file("bench/testing/broken_adapter.py") + " ";

std::string text_of(const std::string& path) {
  std::ifstream file(testing::source_file(path));
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The rows of the result that it kept, one a case.
Json kept(const Ended& ended) { return Json::parse(ended.files.at("r.json")).at("benchmarks"); }

/// check-adapter with each of these arguments, four of them at a time; what it said and its exit
/// code, by the arguments.
std::map<std::string, std::string> checked(const std::vector<std::string>& all) {
  std::string commands;
  for (std::size_t i = 0; i < all.size(); ++i)
    commands += fmt::format("{} check-adapter {} >{}.said 2>&1; echo \"exit $?\" >>{}.said\n",
                            program(), all[i], i, i);
  const auto ended = run_program({"xargs", "-P", "4", "-d", "\\n", "-I", "{}", "sh", "-c", "{}"},
                                 {.input = commands});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.left_running, IsEmpty());
  std::map<std::string, std::string> said;
  for (std::size_t i = 0; i < all.size(); ++i)
    said[all[i]] = ended.files.at(std::to_string(i) + ".said");
  return said;
}

TEST(CheckAdapter, FindsNothingWrongWithOurs) {
  std::vector<std::string> all{"event-loop"};
  for (const auto& adapter : adapters()) all.push_back(adapter.name);
  ASSERT_THAT(all, SizeIs(5));
  for (const auto& [name, said] : checked(all)) {
    EXPECT_THAT(said, AllOf(Not(HasSubstr("WRONG")), ContainsRegex(": (9|10) right, 0 wrong"),
                            EndsWith("exit 0\n")));
    EXPECT_THAT(said, HasSubstr("right  sleep of an hour, killed by --time-limit"));
  }
}

TEST(CheckAdapter, SaysOfEachThatDoesWrongWhatThatIs) {
  const std::map<std::string, std::string> sentences{
      {"rubbish", "it is not JSON: it goes wrong at byte 1"},
      {"half", "it is cut short"},
      {"ledger", "\"completed\" is 21, and its operations make it 20"},
      {"backwards", "operation 3 finished 1ns before it started"},
      {"too-fast", "operation 0 took 5ms, and what it had to do takes 10ms"},
      {"over-cap", "8 operations were in flight at once, where 4 may be"},
      {"no-options", "operation 0 took 5ms, and what it had to do takes 10ms"},
      {"nothing", "ended without a report; what it reports goes to descriptor 3"},
      {"exit", "ended by exit 3 after it"},
      {"any-workload", "an unknown workload, which is an error: it was carried out"},
      {"never", "still running after --time-limit"}};
  std::vector<std::string> commands{"-- " + kBroken + "right"};
  for (const auto& [mode, sentence] : sentences) commands.push_back("-- " + kBroken + mode);
  const auto said = checked(commands);
  EXPECT_THAT(said.at(commands[0]), AllOf(HasSubstr(", 0 wrong"), EndsWith("exit 0\n")));
  for (const auto& [mode, sentence] : sentences)
    EXPECT_THAT(said.at("-- " + kBroken + mode),
                AllOf(HasSubstr("WRONG"), HasSubstr(sentence), EndsWith("exit 1\n")))
        << mode;
}

TEST(CheckAdapter, SaysOfOneThatTakesNoNoteOfADurationHowLongItTook) {
  const auto said = checked({"-- " + kBroken + "ends-early", "-- " + kBroken + "ends-late"});
  for (const auto& [mode, took] : {std::pair{"ends-early", "5.00 ms"}, {"ends-late", "600 ms"}})
    EXPECT_THAT(said.at("-- " + kBroken + mode),
                HasSubstr(fmt::format(
                    "its pass took {}, where operations were to be begun for 100ms", took)));
}

TEST(CheckAdapter, FindsNothingWrongWithTheOneOfTheDocumentation) {
  const auto text = text_of("docs/protocol.md");
  const auto begin = text.find("```python\n") + 10;
  const auto ended =
      asyncmark({"check-adapter", "--", "python3", "mine.py"},
                {.files = {{"mine.py", text.substr(begin, text.find("```", begin) - begin)}}});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  EXPECT_THAT(ended.out,
              HasSubstr("-      sleep of 1 ms, 40 of them due at 400 a second: this program "
                        "knows no open loop"));
  EXPECT_THAT(ended.out, ContainsRegex("[0-9] right, 0 wrong, [0-9] refused\n"));
}

/// One operation ends in time, and the next one would after the drain.
TEST(Adapters, DropWhatHasNotEndedWhenTheDrainIsOver) {
  const auto ended =
      asyncmark({"run", "--plan", "p.json", "--out", "r.json"}, {.files = {{"p.json", R"({"cases": [
        {"workload": "sleep", "wait": "400ms", "duration": "600ms", "drain": "50ms", "in_flight": 1,
         "warmup": 0, "repetitions": 1,
         "runner": "event-loop,node,python-asyncio,python-threads,python-processes"},
        {"workload": "sleep", "wait": "400ms", "blocking": true, "rate": 5, "ops": 4, "warmup": 0,
         "drain": "50ms", "in_flight": 1, "repetitions": 1, "runner": "event-loop,python-asyncio"}
        ]})"}}});
  ASSERT_EQ(ended.code, 0) << ended.err;
  ASSERT_THAT(kept(ended), SizeIs(7));
  for (const auto& row : kept(ended)) {
    const auto& m = row.at("asyncmark").at("measurement");
    const bool is_open = row.dump().find("/rate:") != std::string::npos;
    EXPECT_EQ(m.at("completed"), 1) << row;
    EXPECT_EQ(m.at("never_started"), is_open ? 3 : 1) << row;
  }
}

TEST(CheckAdapter, NeedsACommandThatIsThere) {
  EXPECT_EQ(asyncmark({"check-adapter"}).code, 2);
  const auto ended = asyncmark({"check-adapter", "--", "/no/such", "program"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("there is no program '/no/such'"));
}

TEST(CheckAdapter, StopsWhereNothingCanBeRead) {
  const auto ended = asyncmark({"check-adapter", "--", "sh", "-c", "echo '{}'; exit 1"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, AllOf(HasSubstr("ended by exit 1; the other cases are left out"),
                               HasSubstr("0 right, 1 wrong")));
}

/// Every workload that they have, under all of them, with an arrival for each operation.
TEST(Adapters, CarryOutTheirWorkloadsWithinTheCap) {
  const auto ended = asyncmark(
      {"run", "--plan", "p.json", "--out", "r.json", "--format", "markdown", "--columns", "all"},
      {.files = {{"p.json", R"({"cases": [
        {"workload": "sleep", "wait": "10ms", "ops": 15, "in_flight": 5, "repetitions": 1,
         "runner": "event-loop,node,python-asyncio,python-threads,python-processes"},
        {"workload": "http", "ops": 30, "in_flight": 3, "repetitions": 1, "passes": 2,
         "runner": "node,python-asyncio,python-threads,python-processes"},
        {"workload": "hash", "ops": 30, "in_flight": 3, "repetitions": 1,
         "runner": "node,python-asyncio,python-threads,python-processes"}]})"}}});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("same concurrency limit (5)"), HasSubstr("interpreter CPython"),
                    HasSubstr("interpreter Node.js"), HasSubstr("self-reported")));
  int count = 0;
  for (const auto& row : kept(ended)) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    const auto& m = row.at("asyncmark").at("measurement");
    EXPECT_EQ(m.at("failed"), 0);
    EXPECT_GT(m.at("phases").at("around_ns"), 0);
    EXPECT_GT(m.at("resources").at("peak_rss_bytes"), 0);
    if (row.at("name").get<std::string>().starts_with("sleep")) {
      EXPECT_EQ(m.at("peak_in_flight"), 5);
    }
    EXPECT_EQ(m.contains("facts"), !row.at("name").get<std::string>().starts_with("sleep/event"));
    ++count;
  }
  EXPECT_EQ(count, 13);
}

/// By asyncpg and psycopg2, where the python3 of the PATH has them.
TEST(Adapters, QueryPostgresOrNameThePackageThatTheyLack) {
  const auto ended =
      asyncmark({"run", "postgres", "--ops", "40", "--in-flight", "4", "--runner",
                 "python-asyncio,python-threads", "--repetitions", "1", "--out", "r.json"});
  EXPECT_THAT(ended.left_running, IsEmpty());
  const std::map<std::string, std::string> libraries{{"python-asyncio", "asyncpg"},
                                                     {"python-threads", "psycopg2"}};
  const auto all = kept(ended);
  ASSERT_THAT(all, SizeIs(2)) << ended.err;
  for (const auto& row : all) {
    const auto name = row.at("name").get<std::string>();
    SCOPED_TRACE(name);
    const auto& library = libraries.at(name.substr(9, 14));
    if (row.contains("error_message")) {
      EXPECT_THAT(row.at("error_message").get<std::string>(),
                  AllOf(HasSubstr("needs " + library + " for postgres"),
                        HasSubstr("Debian's package python3-" + library)));
      continue;
    }
    const auto& m = row.at("asyncmark").at("measurement");
    EXPECT_EQ(m.at("completed"), 40);
    EXPECT_EQ(m.at("failed"), 0);
    EXPECT_THAT(m.at("facts").dump(), HasSubstr(library));
  }
}

/// What the kernel gives each on descriptor 4, whatever it makes of it.
TEST(Adapters, GetTheArrivalsThatOurOwnChildrenGet) {
  const auto ended = asyncmark(
      {"run", "sleep", "--wait", "1ms", "--rate", "500", "--arrivals", "poisson", "--ops", "40",
       "--runner", "event-loop,python-asyncio,python-threads,node", "--repetitions", "1", "--out",
       "r.json", "--launcher", R"(sh -c 'cp /proc/self/fd/4 arrivals.$$; exec "$@"' sh)"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  std::vector<std::string> arrivals;
  for (const auto& [name, bytes] : ended.files)
    if (name.starts_with("arrivals.")) arrivals.push_back(bytes);
  ASSERT_THAT(arrivals, SizeIs(4));
  EXPECT_THAT(arrivals, Each(arrivals[0]));
  EXPECT_THAT(arrivals[0], SizeIs(40 * sizeof(std::int64_t)));
  for (const auto& row : kept(ended)) {
    const auto& timeline = row.at("asyncmark").at("measurement").at("timeline");
    const auto* due = reinterpret_cast<const std::int64_t*>(arrivals[0].data());
    for (std::size_t i = 0; i < timeline.at("op").size(); ++i) {
      EXPECT_EQ(timeline["intended_ns"][i], due[timeline["op"][i].get<std::size_t>()]);
      EXPECT_GE(timeline["started_ns"][i], timeline["intended_ns"][i]);
    }
  }
}

TEST(Adapters, WhatOneGetsWrongIsOneCaseAndTheRestGoesOn) {
  const auto ended = asyncmark(
      {"run", "sleep", "--wait", "1ms", "--ops", "20", "--repetitions", "1", "--runner",
       "cmd:" + kBroken + "ledger,sync,cmd:" + kBroken + "flood", "--benchmark_format=json"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_THAT(ended.left_running, IsEmpty());
  const auto all = rows(ended);
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_THAT(all[0].at("error_message").get<std::string>(),
              StartsWith("its report cannot be true: \"completed\" is 21"));
  EXPECT_EQ(number(all[1], "completed"), 20u);
  EXPECT_EQ(all[2].at("error_message"), "its report is longer than 128MiB");
}

TEST(Adapters, WhatTheDocumentationDoesNotKnowIsNotTakenOver) {
  const auto ended =
      asyncmark({"run", "sleep", "--wait", "1ms", "--ops", "20", "--repetitions", "1", "--runner",
                 "cmd:" + kBroken + "tells-more", "--out", "r.json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto all = kept(ended);
  const auto& m = all[0].at("asyncmark").at("measurement");
  EXPECT_FALSE(m.contains("hop") || m.contains("connections_made"));
  EXPECT_EQ(m.at("rows"), 0);
  EXPECT_EQ(m.at("peak_is_upper_bound"), false);
  EXPECT_EQ(m.at("loop").at("longest_hold_ns"), 0);
  EXPECT_NE(m.at("placement").at("client"), "0-1000");
}

/// An answer of another shape to each request, in turn.
const std::string kShapes = R"(
import itertools, os, socket, threading
ok = b"HTTP/1.1 200 OK\r\n"
two = b"Content-Length: 2\r\n\r\nok"
keeping = [ok + two, b"HTTP/1.1 204 No\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" + ok + two,
           ok + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"]
closing = [ok + b"Connection: close\r\n" + two, b"HTTP/1.0 200 OK\r\n" + two,
           ok + b"Connection: close\r\n\r\nok", b"", ok + b"Content-Length: 9\r\n\r\nok",
           ok + b"Transfer-Encoding: chunked\r\n\r\n9\r\nok", b"SSH-2.0-OpenSSH\r\n\r\n", None]
turn = itertools.cycle(keeping + closing)
def serve(connection):
    with connection, connection.makefile("rb") as lines:
        while lines.readline():
            while lines.readline() != b"\r\n":
                pass
            answer = next(turn)
            if answer is None:  # In drops, each sooner than the time-out, and all of them later.
                for byte in ok + two:
                    connection.sendall(bytes([byte]))
                    threading.Event().wait(0.05)
            else:
                connection.sendall(answer)
            if answer not in keeping:
                return
server = socket.create_server(("127.0.0.1", 0))
with open("port.new", "w") as port:
    port.write(str(server.getsockname()[1]))
os.rename("port.new", "port")
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
)";

TEST(Adapters, FrameAnswersAndNameFailuresAsOurOwnRunners) {
  const auto ended =
      run_program({"sh", "-c",
                   R"(python3 server.py & server=$!
          while [ ! -e port ] && kill -0 $server; do sleep 0.02; done
          for runner in event-loop python-asyncio python-threads node; do
            "$@" --url http://127.0.0.1:$(cat port)/ --runner $runner --out $runner.json
          done
          kill $server)",
                   "sh", program(), "run", "http", "--ops", "12", "--in-flight", "1", "--warmup",
                   "0", "--repetitions", "1", "--timeout", "500ms", "--max-failed", "12"},
                  {.files = {{"server.py", kShapes}}});
  for (const auto* runner : {"event-loop", "python-asyncio", "python-threads", "node"}) {
    SCOPED_TRACE(runner);
    const auto result = Json::parse(ended.files.at(std::string(runner) + ".json"));
    const auto& m = result.at("benchmarks").at(0).at("asyncmark").at("measurement");
    EXPECT_EQ(m.at("completed"), 7);
    EXPECT_EQ(m.at("failures"),
              (Json{{"bad framing", 1}, {"closed early", 1}, {"time-out", 1}, {"truncated", 2}}));
  }
}

/// Keeps each request that differs from those before, and ends connections that are idle.
const std::string kIdle = R"script(
import os, re, socket, threading
seen = []
def serve(connection):
    connection.settimeout(0.03)
    try:
        while True:
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(65536)
                if not piece:
                    return
                request += piece
            length = re.search(rb"Content-Length: (\d+)", request)
            while length and len(request.split(b"\r\n\r\n", 1)[1]) < int(length[1]):
                request += connection.recv(65536)
            lines = sorted(request.split(b"\r\n"))
            if lines not in seen:
                seen.append(lines)
                with open(f"request{len(seen)}", "wb") as file:
                    file.write(request)
            connection.sendall(b"HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n")
    except OSError:
        pass
    finally:
        connection.close()
server = socket.create_server(("127.0.0.1", 0))
with open("port.new", "w") as port:
    port.write(str(server.getsockname()[1]))
os.rename("port.new", "port")
while True:
    threading.Thread(target=serve, args=server.accept()[:1], daemon=True).start()
)script";

TEST(Adapters, SendWhatOursSendAndMakeIdleConnectionsAnew) {
  const std::string script = R"script(
python3 server.py & server=$!
while [ ! -e port ] && kill -0 $server; do sleep 0.02; done
"$0" run http --url "http://127.0.0.1:$(cat port)/größe/%zz?q=[1]" --rate 8 --ops 5 --in-flight 1 \
  --runner event-loop,python-asyncio,python-threads,python-processes,node --repetitions 1 \
  --method PUT --body "some text" --header "X-Filter: a|b" \
  --header "Authorization: Bearer 7|größe" --expect 201 --out r.json --no-calibration
kill $server)script";
  const auto ended =
      run_program({"sh", "-c", script, program()}, {.files = {{"server.py", kIdle}}});
  const auto all = kept(ended);
  ASSERT_THAT(all, SizeIs(5)) << ended.err;
  for (const auto& row : all) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    const auto& m = row.at("asyncmark").at("measurement");
    EXPECT_EQ(m.at("completed"), 5) << m.at("failures");
    EXPECT_GE(m.at("resources").at("connections_reopened"), 1);
  }
  EXPECT_FALSE(ended.files.contains("request2"));
  EXPECT_THAT(
      ended.files.at("request1"),
      AllOf(StartsWith("PUT /gr%C3%B6%C3%9Fe/%zz?q=[1] HTTP/1.1\r\n"),
            HasSubstr("\r\nX-Filter: a|b\r\n"), HasSubstr("\r\nAuthorization: Bearer 7|größe\r\n"),
            EndsWith("\r\n\r\nsome text")));
}

/// What only computes lets nothing else be begun meanwhile, on one loop.
TEST(Adapters, ComputeOneAtATimeOnALoop) {
  const auto ended =
      asyncmark({"run", "sleep", "--wait", "0ms", "--cpu", "2ms", "--ops", "20", "--in-flight",
                 "20", "--runner", "python-asyncio,node", "--repetitions", "1", "--out", "r.json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const auto& row : kept(ended))
    EXPECT_EQ(row.at("asyncmark").at("measurement").at("peak_in_flight"), 1) << row.at("name");
}

TEST(Adapters, AProgramThatIsNotThereIsOneLine) {
  const auto ended = run_program(
      {"env", "PATH=/nonexistent", program(), "run", "sleep", "--runner", "python-asyncio"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.err,
            "asyncmark: --runner: python-asyncio needs python3, which is not in the PATH; Debian's "
            "package python3 has it\n");
  EXPECT_THAT(asyncmark({"run", "sleep", "--runner", "cmd:/no/such"}).err,
              HasSubstr("--runner: there is no program '/no/such'"));
}

TEST(Adapters, AreInNoListOfAllRunners) {
  const auto planned = asyncmark({"run", "null", "--ops", "1", "--benchmark_list_tests"});
  EXPECT_THAT(planned.out, Not(HasSubstr("python")));
  EXPECT_THAT(asyncmark({"list", "runners"}).out, HasSubstr("python-asyncio"));
}

}  // namespace
}  // namespace asyncmark::testing::adapter_test
