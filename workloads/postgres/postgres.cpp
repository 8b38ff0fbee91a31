// Queries to PostgreSQL over libpq: of the user's database, or of a cluster of ours that goes with
// the run.

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/model/workload.hpp"
#include "bench/model/workload_entry.hpp"
#include "workloads/postgres/dsn.hpp"
#include "workloads/postgres/exchange.hpp"
#include "workloads/postgres/hosts.hpp"
#include "workloads/postgres/preflight.hpp"
#include "workloads/support/exchange_clients.hpp"

namespace asyncmark::postgres {
namespace {

constexpr Duration kUsualWait = std::chrono::milliseconds(46);
constexpr std::uint64_t kUsualDepth = 10;

Mode mode_of(const OptionValues& options) {
  const auto& name = options.text("mode");
  return name == "simple"     ? Mode::simple
         : name == "extended" ? Mode::extended
         : name == "prepared" ? Mode::prepared
                              : Mode::pipeline;
}

std::uint64_t depth_of(const OptionValues& options) {
  const auto given = options.optional_count("depth");
  const bool in_pipeline = mode_of(options) == Mode::pipeline;
  if (given && !in_pipeline) throw UsageError("--depth: needs --mode pipeline");
  return in_pipeline ? static_cast<std::uint64_t>(given.value_or(kUsualDepth)) : 1;
}

/// How long the server sleeps in a query, where it does nothing else.
std::optional<Duration> wait_of(const OptionValues& options) {
  const bool sleeps = options.has("preset") && options.text("preset") == "sleep";
  if (options.has("wait") && !sleeps) throw UsageError("--wait: needs --preset sleep");
  if (!sleeps) return std::nullopt;
  return options.has("wait") ? options.duration("wait") : kUsualWait;
}

Script chosen_script(const OptionValues& options) {
  if (!options.has("preset")) return script_of(options.text("sql"));
  if (const auto wait = wait_of(options))
    return sleep_for(std::chrono::duration<double>(*wait).count());
  const auto& preset = options.text("preset");
  return preset == "point-select" ? point_select()
         : preset == "tpcb-like"  ? tpcb_like()
                                  : select_one();
}

class Postgres final : public Workload {
 public:
  Postgres(const OptionValues& options, std::uint64_t seed)
      : plan_{.dsn = options.has("dsn") ? options.text("dsn") : "",
              .mode = mode_of(options),
              .depth = depth_of(options),
              .keep = options.text("connect") == "pooled",
              .timeout = options.duration("timeout"),
              .script = chosen_script(options),
              .script_option = options.has("preset") ? "--preset" : "--sql",
              .seed = seed},
        wait_(wait_of(options)),
        remote_(options.flag("allow-remote")) {
    if (plan_.timeout <= Duration(0)) throw UsageError("--timeout: must be more than 0");
    if (const auto work = cost(0); work && work->wait >= plan_.timeout)
      throw UsageError(fmt::format(
          "--timeout: {} is shorter than the wait of --preset sleep, {}; use a longer time-out",
          exact_text(plan_.timeout), exact_text(work->wait)));
    check_dsn(plan_.dsn);
    plan_.dsn = kept_to_socket(plan_.dsn);
  }

  void prepare(std::uint64_t sessions) const override { check(plan_, sessions, remote_); }

  /// What all sessions need to know of the server, asked once and before there are any.
  void set_up() const override {
    try {
      Inquiry inquiry(plan_);
      if (plan_.needs_scale()) plan_.scale = inquiry.scale();
      plan_.address = inquiry.address();
    } catch (const UsageError& error) {
      std::string_view words = error.what();  // There may be no --dsn.
      constexpr std::string_view kFlag = "--dsn: ";
      if (words.starts_with(kFlag)) words.remove_prefix(kFlag.size());
      throw CaseError(std::string(words));
    }
  }

  std::unique_ptr<BlockingSession> open_blocking() const override {
    auto client = std::make_unique<BlockingClient<Exchange>>(plan_.timeout, plan_);
    if (plan_.keep) client->open();
    return client;
  }

  Async<std::unique_ptr<AsyncSession>> open_async(EventLoop& loop) const override {
    auto client = std::make_unique<LoopClient<Exchange>>(loop, plan_.timeout, plan_);
    if (plan_.keep) co_await client->open();
    co_return client;
  }

  bool holds_the_loop() const override { return false; }

  /// What the server computes is not known, and little beside a wait.
  std::optional<Cost> cost(std::uint64_t) const override {
    if (!wait_) return std::nullopt;
    return Cost{.wait = *wait_ * static_cast<std::int64_t>(plan_.depth)};
  }

 private:
  mutable Plan plan_;  ///< Changed by set_up() alone.
  std::optional<Duration> wait_;
  bool remote_;
};

OptionSpec dsn_option() {
  auto option = text_option(
      "dsn", "",
      "database: postgresql://user@host/name or 'host=/tmp dbname=name', completed from "
      "libpq's environment (default: a temporary cluster); without --in-flight at most 50 "
      "connections");
  option.placeholder = "DSN";
  option.otherwise = std::monostate{};
  option.shown = shown_dsn;
  return option;
}

OptionSpec sql_option() {
  auto option =
      text_option("sql", "",
                  "your query instead of --preset; $1 is the number of the query (0, 1, 2, ...); "
                  "--mode simple takes several statements as one transaction");
  option.placeholder = "SQL";
  option.instead_of = "preset";
  return option;
}

OptionSpec wait_option() {
  auto option = duration_option("wait", {}, "wait time of --preset sleep (default: 46ms)");
  option.otherwise = std::monostate{};
  return option;
}

const bool registered = Registry<WorkloadEntry>::add({
    .name = "postgres",
    .summary = "queries PostgreSQL: your database or a temporary cluster",
    .options =
        {
            dsn_option(),
            with_placeholder(
                choice_option("preset", {"select1", "sleep", "point-select", "tpcb-like"},
                              "select1: SELECT 1; sleep: pg_sleep; point-select: one row of "
                              "pgbench_accounts; tpcb-like: pgbench's transaction of seven "
                              "statements"),
                "NAME"),
            sql_option(),
            wait_option(),
            with_placeholder(
                choice_option("mode", {"simple", "extended", "prepared", "pipeline"},
                              "protocol: simple (numbers in the text), extended (numbers as "
                              "parameters), prepared (parsed once per connection), pipeline "
                              "(--depth prepared queries at once)"),
                "MODE"),
            count_option("depth", 1,
                         "queries or transactions per operation in --mode pipeline (default: 10)"),
            with_placeholder(
                choice_option("connect", {"pooled", "per-op"},
                              "pooled: keep connections, made before the timed part; per-op: a new "
                              "connection for each operation"),
                "MODE"),
            minor(duration_option(
                "timeout", std::chrono::seconds(10),
                "time limit of an operation; when it expires, the connection is closed")),
            flag_option("allow-remote", "allow a server that is not on this machine"),
        },
    .make = [](const OptionValues& options,
               std::uint64_t seed) { return std::make_unique<Postgres>(options, seed); },
    .service = [](const OptionValues& options) -> std::optional<std::vector<std::string>> {
      if (options.has("dsn")) return std::nullopt;
      return {{"postgres"}};
    },
    .address_option = "dsn",
    .local_addresses = [](const OptionValues& options) -> std::vector<sockaddr_storage> {
      if (!options.has("dsn")) return {};
      return addresses_on_this_machine(kept_to_socket(options.text("dsn")));
    },
    // PostgreSQL accepts 100 by default, and its other clients need some of them.
    .usual_cap = 50,
});

}  // namespace
}  // namespace asyncmark::postgres
