#include "workloads/postgres/testing/shared_cluster.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "bench/os/spawn.hpp"
#include "bench/services/serving.hpp"
#include "bench/testing/run_program.hpp"

namespace asyncmark::postgres::testing {
namespace {

/// $0 is the program; it ends when there is nothing more to read.
constexpr const char* kServe =
    "exec 3<&0; ("
    "  \"$0\" serve postgres 3<&- & served=$!;"
    "  cat <&3 >/dev/null; kill $served; wait $served"
    ") &";

/// The first line that it prints.
std::string line_from(int output) {
  std::string text;
  for (char c; read(output, &c, 1) == 1 && c != '\n';) text += c;
  return text;
}

}  // namespace

const SharedCluster& SharedCluster::get() {
  static const SharedCluster shared;
  return shared;
}

SharedCluster::SharedCluster() {
  prctl(PR_SET_CHILD_SUBREAPER, 0);  // Until the shell has ended, and left it to others.
  auto input = Pipe::open("a cluster");
  auto output = Pipe::open("a cluster");
  auto shell =
      spawn({"/bin/sh", "-c", kServe, asyncmark::testing::program()},
            {{input.read.get(), STDIN_FILENO}, {output.write.get(), STDOUT_FILENO}}, "a cluster");
  shell.wait();
  output.write.reset();
  end_ = std::move(input.write);
  output_ = std::move(output.read);
  const auto line = line_from(output_.get());
  if (!line.starts_with(kListening)) throw std::runtime_error("no cluster: " + line);
  conninfo_ = line.substr(std::string_view(kListening).size());
  // Or coming back from a crash takes as long as the disk does for a thousand files.
  ask("ALTER SYSTEM SET fsync = off");
  ask("SELECT pg_reload_conf()");
}

std::string SharedCluster::data() const {
  const auto begin = conninfo_.find("host=") + 5;
  return conninfo_.substr(begin, conninfo_.find(' ', begin) - begin) + "/data";
}

std::string SharedCluster::ask(const std::string& sql) const {
  return testing::ask(conninfo_, sql);
}

std::string ask(const std::string& conninfo, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(conninfo.c_str()),
                                                                PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> answer(PQexec(connection.get(), sql.c_str()),
                                                             PQclear);
  if (PQresultStatus(answer.get()) == PGRES_TUPLES_OK && PQntuples(answer.get()) > 0)
    return PQgetvalue(answer.get(), 0, 0);
  return PQerrorMessage(connection.get());
}

}  // namespace asyncmark::postgres::testing
