// A throwaway cluster: what the workload `postgres` queries where it is given no DSN.

#include <fmt/format.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/os/interruption.hpp"
#include "bench/services/serving.hpp"
#include "workloads/postgres/activity.hpp"
#include "workloads/postgres/cluster.hpp"

namespace asyncmark::postgres {
namespace {

constexpr std::uint64_t kUsualConnections = 100;
constexpr std::uint64_t kMostConnections = 100'000;

/// What the user set for libpq and other servers is not meant for this one.
void forget_environment() {
  std::vector<std::string> names;
  for (char** one = environ; *one; ++one)
    if (const std::string_view text = *one; text.starts_with("PG"))
      names.emplace_back(text.substr(0, text.find('=')));
  for (const auto& name : names) unsetenv(name.c_str());
  setenv("LC_ALL", "C", 1);  // Its complaints are found by their English words.
}

std::string how(Activity& activity, std::uint64_t max_connections) {
  return fmt::format("PostgreSQL {}, max_connections {}, with pgbench's tables of scale 1",
                     activity.ask("SELECT format('%s, shared_buffers %s, fsync %s', "
                                  "split_part(current_setting('server_version'), ' ', 1), "
                                  "current_setting('shared_buffers'), current_setting('fsync'))"),
                     max_connections);
}

void watch(Cluster& cluster, Activity& activity) {
  for (;;) {
    pollfd watched[] = {{Interruption::descriptor(), POLLIN, 0},
                        {cluster.postmaster().pidfd(), POLLIN, 0},
                        {activity.descriptor(), POLLIN, 0}};
    poll(watched, 3, static_cast<int>(Activity::kLook.count()));
    if (watched[0].revents != 0) return;
    if (watched[1].revents != 0)
      throw CaseError(fmt::format("PostgreSQL has ended by itself: {}", cluster.ending()));
    activity.look();
  }
}

void serve_postgres(const OptionValues& options, ServiceCounts& counts) {
  const auto asked = options.optional_count("max-connections");
  const auto max_connections = asked ? static_cast<std::uint64_t>(*asked) : kUsualConnections;
  if (max_connections > kMostConnections)
    throw UsageError(fmt::format("--max-connections: {} is too many; give at most {}",
                                 max_connections, kMostConnections));
  forget_environment();
  Cluster cluster;
  if (!cluster.start(max_connections)) return;
  counts.sees_requests = false;
  counts.worker = cluster.postmaster().pid();
  Activity activity(cluster.conninfo(), counts);
  announce(cluster.conninfo(), how(activity, max_connections));
  watch(cluster, activity);
}

const bool service_registered = Registry<ServiceEntry>::add({
    .name = "postgres",
    .summary = "starts a temporary PostgreSQL cluster with PostgreSQL's default settings",
    .options = {count_option("max-connections", 1,
                             "most client connections, in addition to one that asyncmark uses "
                             "(default: 100)")},
    .serve = serve_postgres,
});

}  // namespace
}  // namespace asyncmark::postgres
