#include "workloads/postgres/cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "bench/base/errors.hpp"
#include "bench/os/interruption.hpp"
#include "bench/os/spawn.hpp"

namespace asyncmark::postgres {
namespace {

constexpr const char* kPort = "5432";
constexpr std::string_view kSocketName = "/.s.PGSQL.5432";
constexpr int kLongestEndMs = 1000;
/// For superusers, who the users of a cluster of ours are.
constexpr std::uint64_t kReserved = 3;

void check_path(const std::string& folder) {
  const auto room = sizeof(sockaddr_un::sun_path) - 1 - kSocketName.size();
  if (folder.size() > room)
    throw UsageError(
        fmt::format("TMPDIR: '{}' is too long for the path of a socket; choose a folder whose path "
                    "is {} bytes shorter",
                    folder, folder.size() - room));
  if (folder.find_first_of(",\"") != std::string::npos)
    throw UsageError(
        fmt::format("TMPDIR: PostgreSQL accepts no comma and no quote in a path, but '{}' has one; "
                    "choose another folder",
                    folder));
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// As a value of a conninfo string.
std::string quoted(const std::string& value) {
  if (value.find_first_of(" '\\") == std::string::npos) return value;
  std::string text = "'";
  for (const char letter : value) {
    if (letter == '\'' || letter == '\\') text += '\\';
    text += letter;
  }
  return text + '\'';
}

bool accepts(const std::string& conninfo) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdb((conninfo + " connect_timeout=2").c_str()), PQfinish);
  return PQstatus(connection.get()) == CONNECTION_OK;
}

}  // namespace

Cluster::Cluster() {
  check_path(folder_);
  const bool made = mkdir(folder_.c_str(), 0700) == 0 &&
                    (account_.is_ours() ||
                     // Whose user is to get through to its own.
                     (chmod(scratch_.path().c_str(), 0711) == 0 &&
                      chown(folder_.c_str(), account_.uid(), account_.gid()) == 0));
  if (!made)
    throw UsageError(fmt::format("cannot create the folder '{}' for PostgreSQL: {}", folder_,
                                 std::strerror(errno)));
}

Cluster::~Cluster() { end_postmaster(); }

bool Cluster::start(std::uint64_t max_connections) {
  return run({programs_.initdb, "--pgdata", data(), "--username", "postgres", "--auth", "trust",
              "--locale", "C", "--encoding", "UTF8", "--no-sync", "--no-clean",
              "--no-instructions"},
             "initdb") &&
         start_server(max_connections) &&
         run({programs_.pgbench, "-i", "-s", "1", "-q", conninfo()}, "pgbench -i");
}

std::string Cluster::conninfo() const {
  return fmt::format("host={} port={} user=postgres dbname=postgres", quoted(folder_), kPort);
}

/// Awaits a program's end; false after an Interruption. Throws UsageError when it fails.
bool Cluster::run(const std::vector<std::string>& words, const char* what) {
  auto output = Pipe::open(what);
  auto process = account_.start(words, folder_, output.write.get(), SIGKILL);
  output.write.reset();
  std::string said;
  for (char buffer[4096];;) {
    pollfd watched[] = {{output.read.get(), POLLIN, 0}, {Interruption::descriptor(), POLLIN, 0}};
    poll(watched, 2, -1);
    if (watched[1].revents != 0) return false;
    const auto got = read(output.read.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    said.append(buffer, static_cast<std::size_t>(got));
  }
  if (const auto ending = process.wait(); ending.how != "exit 0") {
    const auto complaint = complaints_in(said).front();
    const bool full = complaint.find("No space left") != complaint.npos;
    throw UsageError(fmt::format("{} failed ({}): {}{}", what, ending.how, complaint,
                                 full ? "; set TMPDIR to a folder with more space" : ""));
  }
  return true;
}

bool Cluster::start_server(std::uint64_t max_connections) {
  const Descriptor log(
      open((folder_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  // Nothing in it is worth more than its speedy end: by SIGQUIT it gives back its shared memory,
  // but does not write down what only a next start would need.
  postmaster_ = account_.start(
      {programs_.server, "-D", data(), "-p", kPort, "-c", "listen_addresses=", "-c",
       "unix_socket_directories=" + folder_, "-c",
       // One more, by which we look at it ourselves.
       fmt::format("max_connections={}", max_connections + 1), "-c",
       fmt::format("superuser_reserved_connections={}", std::min(kReserved, max_connections))},
      folder_, log.get(), SIGQUIT);
  while (!accepts(conninfo())) {
    pollfd watched[] = {{postmaster_.pidfd(), POLLIN, 0}, {Interruption::descriptor(), POLLIN, 0}};
    poll(watched, 2, 10);
    if (watched[1].revents != 0) return false;
    if (watched[0].revents != 0)
      throw UsageError(fmt::format("PostgreSQL cannot be started: {}", ending()));
  }
  return true;
}

std::string Cluster::ending() {
  const auto how = postmaster_.wait().how;
  if (how == "exit 0") return "it was stopped";
  const auto complaint = last_words();
  // Who is killed has no last word; its other processes only tell what that did to them.
  return how.starts_with("SIG") || complaint.empty() ? how : fmt::format("{}: {}", how, complaint);
}

/// Of its log.
std::string Cluster::last_words() const { return complaints_in(contents(folder_ + "/log")).back(); }

void Cluster::end_postmaster() {
  if (postmaster_.running()) {
    kill(postmaster_.pid(), SIGQUIT);
    pollfd ended{postmaster_.pidfd(), POLLIN, 0};
    if (poll(&ended, 1, kLongestEndMs) == 0) postmaster_.kill();
    postmaster_.wait();
  }
  give_back_shared_memory();
}

/// One that was killed leaves what its next start on the same data would remove. It starts alone,
/// for it ends as soon as it gets no more commands.
void Cluster::give_back_shared_memory() {
  const Descriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  // Its other processes may take a moment to see that it is gone.
  for (int trial = 0; trial < 10 && access((data() + "/postmaster.pid").c_str(), F_OK) == 0;
       ++trial) {
    if (trial > 0) poll(nullptr, 0, 50);
    auto last = account_.start({programs_.server, "--single", "-F", "-D", data(), "postgres"},
                               folder_, nowhere.get(), SIGKILL);
    pollfd ended{last.pidfd(), POLLIN, 0};
    poll(&ended, 1, kLongestEndMs);
  }
}

}  // namespace asyncmark::postgres
