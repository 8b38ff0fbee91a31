// The throwaway cluster, for real: each test starts one, which takes some seconds.

#include "bench/services/service.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <sstream>
#include <thread>

#include "bench/os/placement.hpp"
#include "bench/os/process_tree.hpp"
#include "bench/os/scratch.hpp"
#include "bench/os/usage.hpp"
#include "bench/services/serving.hpp"
#include "bench/testing/own_tmpdir.hpp"
#include "bench/testing/rows.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::testing::service_test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

std::string contents(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Connection connect(const std::string& endpoint) {
  return {PQconnectdb(endpoint.c_str()), PQfinish};
}

std::string ask(const Connection& connection, const char* sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> answer(PQexec(connection.get(), sql),
                                                             PQclear);
  return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0)
                                     : PQresultErrorMessage(answer.get());
}

std::string ask(const std::string& endpoint, const char* sql) {
  return ask(connect(endpoint), sql);
}

constexpr auto kLongestStart = 60s;

/// What a cluster has of the machine, looked at while it is up.
class Belongings {
 public:
  /// Its folder is in TMPDIR, where nothing else is.
  explicit Belongings(const OwnTmpdir& tmpdir) : tmpdir_(tmpdir.path()) {
    for (const auto& entry : fs::directory_iterator(tmpdir_))
      if (fs::exists(entry.path() / "asyncmark.lock")) folder_ = entry.path();
    std::ifstream file(folder_ / "server/data/postmaster.pid");
    std::string line;
    for (int i = 1; std::getline(file, line); ++i) {
      if (i == 1) postmaster_ = std::stoi(line);
      if (i == 7) segment_ = line.substr(line.rfind(' ') + 1);
    }
    std::ifstream maps(fmt::format("/proc/{}/maps", postmaster_));
    while (std::getline(maps, line))
      if (const auto at = line.find("/dev/shm/"); at != std::string::npos)
        shared_.insert(line.substr(at));
    processes_ = process_tree(postmaster_);
  }

  pid_t postmaster() const { return postmaster_; }
  std::size_t processes() const { return processes_.size(); }
  bool has_folder() const { return fs::exists(folder_); }

  /// All of it but the folder.
  void expect_nothing_runs() const {
    EXPECT_GT(postmaster_, 0);
    EXPECT_THAT(processes_, SizeIs(::testing::Ge(6u)));
    for (const auto process : processes_)
      EXPECT_TRUE(eventually([&] { return is_gone(process) || is_zombie(process); }));
    EXPECT_FALSE(segment_.empty());
    std::ifstream segments("/proc/sysvipc/shm");
    std::string key, segment;
    for (std::string line; std::getline(segments, line);) {
      std::istringstream(line) >> key >> segment;
      EXPECT_NE(segment, segment_) << line;
    }
    EXPECT_FALSE(shared_.empty());
    for (const auto& path : shared_) EXPECT_FALSE(fs::exists(path)) << path;
  }
  void expect_nothing_is_left() const {
    expect_nothing_runs();
    EXPECT_TRUE(fs::is_empty(tmpdir_));
  }

 private:
  fs::path tmpdir_;
  fs::path folder_;
  pid_t postmaster_ = 0;
  std::string segment_;           ///< Of System V's shared memory.
  std::set<std::string> shared_;  ///< Files of POSIX's.
  std::vector<pid_t> processes_;
};

bool comes_up(const Program& serve) {
  const auto printed = serve.folder() + "/../out";
  return eventually([&] { return contents(printed).find("scale 1\n") != std::string::npos; },
                    kLongestStart);
}

/// `asyncmark serve postgres` by hand, up.
class ByHand {
 public:
  explicit ByHand(const std::vector<std::string>& before = {}) : serve_(words(before)) {
    EXPECT_TRUE(comes_up(serve_)) << contents(serve_.folder() + "/../err");
  }
  std::string endpoint() const {
    const auto text = contents(serve_.folder() + "/../out");
    return text.substr(std::string_view(kListening).size(),
                       text.find('\n') - std::string_view(kListening).size());
  }
  Program& program_itself() { return serve_; }

 private:
  static std::vector<std::string> words(std::vector<std::string> before) {
    before.insert(before.end(), {program(), "serve", "postgres"});
    return before;
  }
  Program serve_;
};

class PostgresService : public ::testing::Test {
 protected:
  OwnTmpdir tmpdir_;
};

TEST_F(PostgresService, HasPgbenchsTablesAndRoomForAllThatWereAskedFor) {
  auto service = std::make_unique<Service>(
      std::vector<std::string>{"postgres", "--max-connections", "20"}, Cpus{}, program());
  EXPECT_THAT(service->endpoint(),
              MatchesRegex("host=" + tmpdir_.path().string() +
                           "/asyncmark-[A-Za-z0-9]{6}/server port=5432 user=postgres "
                           "dbname=postgres"));
  EXPECT_THAT(service->how(), AllOf(StartsWith("PostgreSQL "), HasSubstr("max_connections 20"),
                                    HasSubstr("shared_buffers 128MB"), HasSubstr("fsync on")));
  EXPECT_EQ(ask(service->endpoint(), "SELECT count(*) FROM pgbench_accounts"), "100000");
  EXPECT_EQ(ask(service->endpoint(), "SHOW listen_addresses"), "");

  const auto host = fs::path(service->endpoint().substr(5, service->endpoint().find(' ') - 5));
  EXPECT_EQ(fs::status(host).permissions(), fs::perms::owner_all) << "others may not enter";

  std::vector<Connection> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(connect(service->endpoint()));
    EXPECT_EQ(PQstatus(all.back().get()), CONNECTION_OK) << i;
  }
  EXPECT_THAT(PQerrorMessage(connect(service->endpoint()).get()), HasSubstr("too many clients"));

  const Belongings belongings(tmpdir_);
  EXPECT_GE(belongings.processes(), 26) << "with one for each connection";
  const auto began = Clock::now();
  service.reset();
  EXPECT_LT(Clock::now() - began, 2s) << "or it would have been killed";
  belongings.expect_nothing_is_left();
}

TEST_F(PostgresService, EndsByEachSignal) {
  for (const int signal : {SIGTERM, SIGINT}) {
    ByHand by_hand;
    const Belongings belongings(tmpdir_);
    by_hand.program_itself().send(signal);
    const auto ended = by_hand.program_itself().wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.err, IsEmpty());
    EXPECT_THAT(ended.left_running, IsEmpty());
    belongings.expect_nothing_is_left();
  }
}

TEST_F(PostgresService, ThatIsKilledIsRemovedByTheNextStart) {
  ByHand by_hand;
  const Belongings belongings(tmpdir_);
  by_hand.program_itself().send(SIGKILL);
  EXPECT_THAT(by_hand.program_itself().wait().left_running, IsEmpty());
  belongings.expect_nothing_runs();
  EXPECT_TRUE(belongings.has_folder());
  EXPECT_EQ(asyncmark({"run", "null", "--runner", "sync", "--ops", "10"}).code, 0);
  belongings.expect_nothing_is_left();
}

TEST_F(PostgresService, SaysThatItsPostmasterWasKilledAndLeavesNothing) {
  ByHand by_hand;
  const Belongings belongings(tmpdir_);
  kill(belongings.postmaster(), SIGKILL);
  const auto ended = by_hand.program_itself().wait();
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("PostgreSQL has ended by itself: SIGKILL\n"));
  EXPECT_THAT(ended.left_running, IsEmpty());
  belongings.expect_nothing_is_left();
}

TEST_F(PostgresService, ThatSomebodyStoppedSaysSo) {
  ByHand by_hand;
  const auto connection = connect(by_hand.endpoint());
  kill(Belongings(tmpdir_).postmaster(), SIGINT);
  EXPECT_THAT(by_hand.program_itself().wait().err,
              HasSubstr("PostgreSQL has ended by itself: it was stopped\n"));
}

TEST_F(PostgresService, RestsWhereItsOwnConnectionWasEnded) {
  ByHand by_hand;
  const auto serve = by_hand.program_itself().pid();
  const auto connection = connect(by_hand.endpoint());
  ask(connection,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = "
      "'client backend' AND pid <> pg_backend_pid()");
  const auto used = processor_time_of(serve);
  std::this_thread::sleep_for(2s);
  EXPECT_LT(processor_time_of(serve) - used, 500ms);
  EXPECT_TRUE(eventually([&] {
    return ask(connection,
               "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client "
               "backend'") == "2";
  })) << "it is there again";
}

/// A run of a minute over a cluster of its own, signalled once that works.
void signal_run(int signal, int code, const OwnTmpdir& tmpdir) {
  Program run({program(), "run", "postgres", "--preset", "sleep", "--wait", "60s", "--timeout",
               "70s", "--runner", "event-loop", "--ops", "2", "--warmup", "0", "--repetitions",
               "1"});
  const auto is_at_work = [&] {
    for (const auto one : descendants_of(run.pid()))
      if (command_of(one).find("SELECT") != std::string::npos) return true;
    return false;
  };
  ASSERT_TRUE(eventually(is_at_work, kLongestStart));
  const Belongings belongings(tmpdir);
  run.send(signal);
  const auto ended = run.wait();
  EXPECT_EQ(ended.code, code);
  EXPECT_THAT(ended.left_running, IsEmpty());
  belongings.expect_nothing_runs();
  Scratch::remove_stale();  // As the next start does.
  belongings.expect_nothing_is_left();
}

TEST_F(PostgresService, EndsWithARunThatIsInterrupted) { signal_run(SIGINT, 130, tmpdir_); }

TEST_F(PostgresService, EndsWithARunThatIsKilled) { signal_run(SIGKILL, 128 + SIGKILL, tmpdir_); }

TEST_F(PostgresService, EndsWithWhatCtrlCReachesAtATerminal) {
  if (!has_terminals()) GTEST_SKIP();
  Program serve({program(), "serve", "postgres"}, {.terminal = true});
  ASSERT_TRUE(comes_up(serve));
  const Belongings belongings(tmpdir_);
  serve.type("\x03");
  const auto ended = serve.wait();
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.left_running, IsEmpty());
  belongings.expect_nothing_is_left();
}

TEST_F(PostgresService, ServesAUserWhoIsNotRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "as all the others do";
  fs::permissions(tmpdir_.path(), fs::perms::all);
  ByHand by_hand({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
  EXPECT_EQ(ask(by_hand.endpoint(), "SELECT count(*) FROM pgbench_accounts"), "100000");
  const Belongings belongings(tmpdir_);
  by_hand.program_itself().send(SIGTERM);
  const auto ended = by_hand.program_itself().wait();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.left_running, IsEmpty());
  belongings.expect_nothing_is_left();
}

TEST_F(PostgresService, TellsWhatAllItsProcessesUseAndDo) {
  auto service = std::make_unique<Service>(std::vector<std::string>{"postgres"}, Cpus{}, program());
  service->start_window();
  std::this_thread::sleep_for(1s);
  const auto idle = service->usage();
  service->end_window();
  EXPECT_LT(idle.cpu, 300ms) << "its own look at itself is not counted";
  EXPECT_EQ(idle.peak_connections, 0);
  EXPECT_GE(idle.activity_samples, 3);
  EXPECT_EQ(idle.peak_active, 0);
  EXPECT_GE(idle.threads, 6) << "those that PostgreSQL always has";
  EXPECT_GT(idle.peak_rss_bytes, 10 << 20);
  EXPECT_LT(idle.peak_rss_bytes, 200 << 20);
  EXPECT_FALSE(service->sees_requests());

  {
    const auto connection = connect(service->endpoint());
    service->start_window();
    ask(connection, "SELECT count(*) FROM generate_series(1, 3000000)");
    const auto busy = service->usage();
    service->end_window();
    std::this_thread::sleep_for(50ms);
    EXPECT_GT(busy.cpu, 100ms);
    EXPECT_EQ(busy.peak_connections, 1);
    EXPECT_EQ(busy.peak_active, 1);
    EXPECT_EQ(busy.threads, idle.threads + 1);
  }

  // A connection for each: what its processes took is known after they have ended.
  service->start_window();
  for (int i = 0; i < 4; ++i)
    ask(service->endpoint(), "SELECT count(*) FROM generate_series(1, 1000000)");
  EXPECT_TRUE(eventually([&] { return service->usage().threads <= idle.threads; }));
  EXPECT_GT(service->usage().cpu, 100ms);

  // Eight that sleep are active all the time.
  std::vector<Connection> sleepers;
  for (int i = 0; i < 8; ++i) {
    sleepers.push_back(connect(service->endpoint()));
    PQsendQuery(sleepers.back().get(), "SELECT pg_sleep(60)");
  }
  std::this_thread::sleep_for(100ms);
  service->start_window();
  std::this_thread::sleep_for(1s);
  const auto asleep = service->usage();
  service->end_window();
  EXPECT_EQ(asleep.peak_active, 8);
  EXPECT_GT(asleep.mean_active, 7.9);
  EXPECT_EQ(asleep.peak_connections, 8);
  EXPECT_LT(asleep.cpu, 100ms);

  // Ending all connections ends the sampler's too; it comes back.
  ask(service->endpoint(),
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> "
      "pg_backend_pid() AND backend_type = 'client backend'");
  service->start_window();
  std::this_thread::sleep_for(3s);
  const auto after = service->usage();
  EXPECT_GE(after.activity_samples, 1);
  EXPECT_EQ(after.peak_active, 0);
  EXPECT_EQ(service->ended(), "");
}

TEST_F(PostgresService, HadTheRequestsThatFailedAsWell) {
  const auto ended = asyncmark({"run", "postgres", "--sql", "SELECT 1 / (random() * 2)::int",
                                "--runner", "event-loop", "--ops", "200", "--in-flight", "4",
                                "--repetitions", "1", "--max-failed", "100%", "--out", "r"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto document = Json::parse(ended.files.at("r"));
  const auto& measured = document.at("benchmarks").at(0).at("asyncmark").at("measurement");
  EXPECT_GT(measured.at("failed"), 0);
  EXPECT_EQ(measured.at("observed").at("service").at("requests"), 200);
}

TEST_F(PostgresService, WithoutProcessorTimeLeftIsNamedAsTheBottleneck) {
  if (own_cpus().size() < 2) GTEST_SKIP() << "both sides would have the same processor";
  bool noisy = false;
  Ended ended;
  const bool found = eventually(
      [&] {
        ended =
            asyncmark({"run", "postgres", "--sql", "SELECT count(*) FROM generate_series(1, 50000)",
                       "--runner", "event-loop", "--ops", "100", "--in-flight", "8",
                       "--repetitions", "1", "--out", "r", "--columns", "all"});
        noisy = noisy || ended.out.find("noisy-machine") != std::string::npos;
        return ended.out.find("service-saturated") != std::string::npos;
      },
      kLongestStart);
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("The service: postgres"));
  EXPECT_THAT(ended.out, HasSubstr("mean/peak"));
  const auto document = Json::parse(ended.files.at("r"));
  const auto& row = document.at("benchmarks").at(0);
  EXPECT_EQ(row["asyncmark"]["measurement"]["observed"]["service"]["requests"], 100);
  EXPECT_GT(number(row, "service_cpu_ns_per_op"), 1'000'000);
  EXPECT_GE(number(row, "service_peak_active"), 1);  // One on a full processor is seen by chance.
  EXPECT_EQ(number(row, "service_peak_connections"), 8);
  if (!found && noisy) GTEST_SKIP() << "others take what it would use";
  EXPECT_TRUE(found) << ended.out;
}

}  // namespace
}  // namespace asyncmark::testing::service_test
