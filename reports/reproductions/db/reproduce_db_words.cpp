// What the figures of `reproduce db` allow to be said, and nothing else.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/reproductions/db/reproduce_db.hpp"

namespace asyncmark::reproduce_db {
namespace {

// Times that differ by less are called the same: of waits, and of what computes.
constexpr double kSame = 0.05;
constexpr double kMuchTheSame = 0.15;
// A server that computes for less than this share of its processors has time left for others.
constexpr double kIdle = 0.5;

std::string s(double seconds) { return digits(seconds, 3) + " s"; }
std::string times(double factor) { return digits(factor, 3); }
std::string rate(const Cell& cell) { return fmt::format("{:.0f} queries/s", queries_per_s(cell)); }

std::vector<const Row*> rows_of(const std::vector<Pooled>& pools) {
  std::vector<const Row*> rows;
  for (const auto& one : pools) rows.push_back(&one.row);
  return rows;
}

std::vector<const Pooled*> with(const std::vector<Pooled>& rows, std::uint64_t connections) {
  std::vector<const Pooled*> some;
  for (const auto& one : rows)
    if (one.connections == connections) some.push_back(&one);
  return some;
}

std::uint64_t smaller_pool(const std::vector<Pooled>& rows) { return rows[1].connections; }
std::uint64_t larger_pool(const std::vector<Pooled>& rows) { return rows.back().connections; }

bool are_sound(const std::vector<const Pooled*>& rows) {
  return std::ranges::all_of(rows, [](const auto* one) { return one->last().sound(); });
}

/// The slowest over the fastest of them.
double spread(const std::vector<const Pooled*>& rows) {
  double least = INFINITY, most = 0;
  for (const auto* one : rows) {
    least = std::min(least, one->last().seconds());
    most = std::max(most, one->last().seconds());
  }
  return most / least;
}

std::string of_what_waits(const Study& study) {
  return fmt::format(
      "An operation is one query, `select pg_sleep({:g})`, to a PostgreSQL of our own: processes "
      "apart, kept to other processors than the client where there are two. Connections stand "
      "before the clock starts; a pool has as many as queries may be in flight. 'waits': what "
      "those alone take, N over the pool (rounded up) times {}. CPU is of the client for one "
      "query, 'server' that of the server's processes; 'busy' is their share of their processors, "
      "'active' how many connections had a query under way, over time. All but the first columns "
      "are of the most operations. Each figure is the median of its runs, each in a fresh process.",
      seconds(study.wait), exact_text(study.wait));
}

std::string of_equal_pools(const Study& study, std::uint64_t connections) {
  const auto rows = with(study.waiting, connections);
  if (!are_sound(rows))
    return fmt::format(
        "Whether the models differ with {} connections is not settled here: a cell "
        "cannot be quoted.",
        connections);
  std::vector<std::string> all;
  for (const auto* one : rows)
    all.push_back(fmt::format("{} {}", one->runner, s(one->last().seconds())));
  const bool same = spread(rows) - 1 < kSame;
  return fmt::format(
      "With a pool of {}, {} queries took: {}. {}", connections, rows.front()->last().ops(),
      list(all),
      same ? "At an equal pool the models are equal: it is the pool that decides."
           : fmt::format("The slowest took {} times as long as the fastest.", times(spread(rows))));
}

std::optional<std::string> of_larger_pools(const Study& study) {
  const auto& few = Study::pooled(study.waiting, "event-loop", smaller_pool(study.waiting));
  const auto& many = Study::pooled(study.waiting, "event-loop", larger_pool(study.waiting));
  const auto& sync = study.waiting.front().last();
  if (!few.last().sound() || !many.last().sound()) return std::nullopt;
  const auto gain = few.last().seconds() / many.last().seconds();
  const auto more = static_cast<double>(many.connections) / static_cast<double>(few.connections);
  auto text = fmt::format("{} times the connections made the event loop {} times as fast",
                          times(more), times(gain));
  if (sync.sound())
    text += fmt::format("; one connection alone took {}, {} times as long as a pool of {}",
                        s(sync.seconds()), times(sync.seconds() / many.last().seconds()),
                        many.connections);
  return text + (gain > more * (1 - kMuchTheSame) ? ". Waits overlap as far as connections go."
                                                  : ". More than the waits stood in the way.");
}

std::optional<std::string> of_the_waiting_server(const Study& study) {
  const auto& cell = Study::pooled(study.waiting, "event-loop", larger_pool(study.waiting)).last();
  const auto server = server_share(cell);
  if (!cell.sound() || !server || !server->active) return std::nullopt;
  return fmt::format(
      "Meanwhile the server had {} of {} connections active and was busy for {:.0f} % of its "
      "processors: {}.",
      digits(*server->active, 2), server->at_most, 100 * server->busy,
      server->busy < kIdle ? "it waited as its clients did, and was no bottleneck"
                           : "these queries are not as idle as they seem");
}

std::string of_what_is_cheap(const Study& study) {
  return fmt::format(
      "{} times one row of pgbench's 100,000 accounts by its key, prepared once a connection. x is "
      "over sync; p50 and p99 are service times: from sending a query to having its row. 'active' "
      "is "
      "PostgreSQL's own word; where its processor time says that it sees too few it is left out "
      "('-').",
      study.cheap.front().last().ops());
}

/// 'The database is the bottleneck, and async gains nothing.'
std::string of_the_limit(const Study& study) {
  const auto& loop = Study::pooled(study.cheap, "event-loop", smaller_pool(study.cheap));
  const auto& cell = loop.last();
  const auto server = server_share(cell);
  if (!cell.sound() || !server)
    return "What limits cheap queries is not settled here: a cell cannot be quoted.";
  const auto figures = fmt::format(
      "with {} connections the event loop had {} for {} us of its own each, the server "
      "spent {} us on each and was busy for {:.0f} % of its processors",
      loop.connections, rate(cell), digits(client_us(cell), 3), digits(server->cpu_us, 3),
      100 * server->busy);
  if (study.is_saturated(cell))
    return fmt::format(
        "Here the server is the limit (the check `service-saturated` says so): {}. "
        "Such a cell tells what PostgreSQL does, and little of who asks.",
        figures);
  return fmt::format("The server was not the limit here, or not alone: {}.", figures);
}

std::string of_who_asks(const Study& study) {
  const auto pool = smaller_pool(study.cheap);
  const auto& threads = Study::pooled(study.cheap, "thread-pool", pool).last();
  const auto& loop = Study::pooled(study.cheap, "event-loop", pool).last();
  if (!threads.sound() || !loop.sound())
    return "Whether an event loop gains anything over threads is not settled here: a cell cannot "
           "be quoted.";
  const auto factor = threads.seconds() / loop.seconds();
  const auto figures = fmt::format(
      "{} on the event loop and {} with threads, for {} and {} us of the client's CPU a query",
      rate(loop), rate(threads), digits(client_us(loop), 3), digits(client_us(threads), 3));
  if (std::abs(factor - 1) < kMuchTheSame)
    return fmt::format("'Use an async driver' gains no throughput here: {}.", figures);
  return fmt::format("{} faster, {} times: {}.",
                     factor > 1 ? "One thread with a loop was" : "Threads were",
                     times(std::max(factor, 1 / factor)), figures);
}

std::optional<std::string> of_more_connections(const Study& study) {
  const auto& few = Study::pooled(study.cheap, "event-loop", smaller_pool(study.cheap));
  const auto& many = Study::pooled(study.cheap, "event-loop", larger_pool(study.cheap));
  if (!few.last().sound() || !many.last().sound()) return std::nullopt;
  const auto gain = queries_per_s(many.last()) / queries_per_s(few.last());
  const auto of = [](const Pooled& one) {
    const auto time = one.last().result->summary().all.service_time.percentile(0.5);
    return time ? rounded_text(*time) : "n/a";
  };
  return fmt::format(
      "On the event loop {} connections instead of {} gave {} times the queries a second, and half "
      "of all took {} or "
      "more instead of {}: {}.",
      many.connections, few.connections, times(gain), of(many), of(few),
      gain < 1 + kMuchTheSame ? "where nothing waits, a larger pool is a longer queue"
                              : "the smaller pool did not fill the server");
}

std::string of_the_price(const Opened& one) {
  const auto& kept = one.kept.cells.back();
  const auto& per_op = one.per_op.cells.back();
  if (!kept.sound() || !per_op.sound())
    return fmt::format("What opening costs the {} is not settled here: a cell cannot be quoted.",
                       one.runner);
  const auto server = server_share(per_op);
  return fmt::format(
      "{}: a connection for each query made it {} times as long, {} instead of {}{}.", one.runner,
      times(per_op.seconds() / kept.seconds()), rate(per_op), rate(kept),
      server ? fmt::format("; PostgreSQL starts a process for each, {} us of its CPU",
                           digits(server->cpu_us, 3))
             : "");
}

}  // namespace

std::vector<std::string> about_waiting(const Study& study) {
  auto all = troubles(rows_of(study.waiting));
  all.push_back(of_what_waits(study));
  for (const auto connections : {smaller_pool(study.waiting), larger_pool(study.waiting)})
    all.push_back(of_equal_pools(study, connections));
  add(all, of_larger_pools(study));
  add(all, of_the_waiting_server(study));
  all.push_back(ledger(rows_of(study.waiting)));
  return all;
}

std::vector<std::string> about_cheap(const Study& study) {
  auto all = troubles(rows_of(study.cheap));
  all.push_back(of_what_is_cheap(study));
  all.push_back(of_the_limit(study));
  all.push_back(of_who_asks(study));
  add(all, of_more_connections(study));
  all.push_back(ledger(rows_of(study.cheap)));
  return all;
}

std::vector<std::string> about_opening(const Study& study) {
  std::vector<const Row*> rows;
  for (const auto& one : study.opening) rows.insert(rows.end(), {&one.kept, &one.per_op});
  auto all = troubles(rows);
  all.push_back("x is over the same runner with connections that stay.");
  for (const auto& one : study.opening) all.push_back(of_the_price(one));
  all.push_back(ledger(rows));
  return all;
}

}  // namespace asyncmark::reproduce_db
