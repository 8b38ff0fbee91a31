// What the figures of `reproduce http` allow to be said, and nothing else.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/reproductions/http/reproduce_http.hpp"

namespace asyncmark::reproduce_http {
namespace {

// Times that differ by less are called the same.
constexpr double kSame = 0.15;
// Taking so many times as long as the waits alone, calls have queued or computed.
constexpr double kNearTheWaits = 2;

// So many times the processor time for the same request is something else than the request.
constexpr double kMuchMore = 2;
// A server of one thread that computes for more than this share of the time holds others up.
constexpr double kBottleneck = 0.6;

std::string s(double seconds) { return digits(seconds, 3) + " s"; }
std::string with_unit(Duration time) { return fmt::format("{:g} ms", seconds(time) * 1e3); }
std::string times(double factor) { return digits(factor, 3); }

double cpu_us(const Cell& cell) {
  return cell.cpu_seconds() * 1e6 / static_cast<double>(cell.ops());
}

std::string of_the_calls(const Study& study) {
  return fmt::format(
      "An operation is one HTTP request, over a connection that stood before the clock started, to "
      "a server of ours: one event loop, a process of its own, which answers after {}. 'waits' is "
      "what those alone take in ms, N over the cap (rounded up) times {}; 'reached' is that over "
      "the time that it took. CPU is of the client's side, for one call; the server's stands "
      "apart. In brackets: over the published cell. Each figure is the median of its runs, each in "
      "a fresh process.",
      with_unit(study.delay), with_unit(study.delay));
}

/// gather costs the slowest, and not the sum.
std::string of_the_unbounded(const Study& study) {
  const auto& cell = study.unbounded.cells.back();
  if (!cell.sound() || cell.peak_in_flight() != cell.ops())
    return "Whether calls gathered on one loop cost one wait is not settled here: no cell can be "
           "quoted that had all of them in flight.";
  const auto factor = cell.seconds() / seconds(study.delay);
  const auto figures =
      fmt::format("{} calls on one thread, all in flight, took {}, {} times one wait of {}",
                  cell.ops(), s(cell.seconds()), times(factor), with_unit(study.delay));
  if (factor > kNearTheWaits)
    return fmt::format(
        "That gathered calls cost one wait does not show here: {}. What came on top is {:.0f} us a "
        "call.",
        figures, (cell.seconds() - seconds(study.delay)) * 1e6 / static_cast<double>(cell.ops()));
  const auto faster = study.speed_up(study.unbounded, kColumns - 1);
  return fmt::format("Gathered calls cost one wait, and not the sum: {}{}.", figures,
                     faster ? fmt::format(", {:.0f} times as fast as sync", *faster) : "");
}

std::string of_the_equal_cap(const Study& study) {
  std::vector<std::string> all;
  double least = INFINITY, most = 0;
  for (const auto* row : {&study.thread_pool, &study.capped, &study.process_pool}) {
    const auto& cell = row->cells.back();
    if (!cell.sound()) return "The three with an equal cap cannot be compared: a cell is missing.";
    least = std::min(least, cell.seconds());
    most = std::max(most, cell.seconds());
    all.push_back(fmt::format("{} {} ({} us of CPU a call)", row->label, s(cell.seconds()),
                              digits(cpu_us(cell), 2)));
  }
  const bool same = most / least - 1 < kSame;
  return fmt::format(
      "At an equal cap of {}, {} calls took: {}. {}", kCap, kOps.back(), list(all),
      same ? "While calls wait it makes no difference who does the waiting: the cap decides, and "
             "the models differ in what a call costs."
           : fmt::format("The slowest took {} times as long as the fastest.", times(most / least)));
}

std::optional<std::string> of_the_server(const Study& study) {
  const auto& cell = study.unbounded.cells.back();
  if (!cell.sound()) return std::nullopt;
  const auto server = server_cpu_us(cell);
  if (!server) return std::nullopt;
  const auto busy = *server * static_cast<double>(cell.ops()) / 1e6;
  return fmt::format(
      "With all in flight the server computed for {} ms ({} us a call) of the {} ms that {} calls "
      "took: {}.",
      digits(busy * 1e3, 2), digits(*server, 2), digits(cell.seconds() * 1e3, 3), cell.ops(),
      busy < cell.seconds() * kBottleneck
          ? "it was no bottleneck"
          : "it was the bottleneck there, and the cell tells of it as much as of the client");
}

std::string of_what_is_asked(const Study& study) {
  return fmt::format(
      "{} requests at once, all let go together by one event loop. 'kept': over connections that "
      "stood before; the others connect first, as part of each request. 'waits': what the server's "
      "waits alone take, as many at once as it has threads for. p50 and p99 are response times: "
      "from the moment when all were due. 'own p99' is what the server knows of it: from a "
      "request's arrival in the server's hands to its answer. 'all' is the median of the runs, p50 "
      "and p99 are of all runs together. Threads (a pool has one more that accepts, and one that "
      "waits for its end), memory and CPU (for one request) are the server's.",
      study.loop.cell().ops());
}

std::string took(const Served& one) {
  const auto service = one.cell().result->summary().all.observed.service.value_or(ServiceUsage{});
  return fmt::format("{} ms with {} thread{} and {} MB", digits(one.cell().seconds() * 1e3, 3),
                     service.threads, service.threads == 1 ? "" : "s",
                     digits(static_cast<double>(service.peak_rss_bytes) / 1e6, 2));
}

/// 'A thousand requests: a sync server queues, an async one does not.'
std::string of_the_claim(const Study& study) {
  if (!study.loop.cell().sound() || !study.few_threads.cell().sound())
    return "Whether a sync server queues where an async one does not is not settled here: a cell "
           "cannot be quoted.";
  const auto delay = seconds(study.delay);
  const auto loop = study.loop.cell().seconds() / delay;
  const auto few = study.few_threads.cell().seconds() / delay;
  const auto figures = fmt::format(
      "the event loop answered all in {}, {} times one wait; a pool of {} threads took {}, {} "
      "times",
      took(study.loop), times(loop), study.few_threads.at_once, took(study.few_threads),
      times(few));
  if (few < loop * kNearTheWaits)
    return fmt::format("'A sync server queues, an async one does not' does not show here: {}.",
                       figures);
  return fmt::format(
      "'A sync server queues, an async one does not' holds where the pool is smaller than the "
      "crowd: {}.",
      figures);
}

/// And where the pool is as large as the crowd?
std::optional<std::string> of_enough_threads(const Study& study) {
  if (!study.loop.cell().sound() || !study.threads.cell().sound()) return std::nullopt;
  const auto factor = study.threads.cell().seconds() / study.loop.cell().seconds();
  return fmt::format(
      "It is {} of blocking calls: with a thread for each request the pool took {}, {} times as "
      "long as the loop.",
      factor < kNearTheWaits ? "no matter" : "in part a matter", took(study.threads),
      times(factor));
}

/// cpp-httplib looks at each connection that is kept and idle a hundred times a second.
std::optional<std::string> of_kept_connections(const Study& study) {
  if (!study.kept_loop.cell().sound() || !study.kept_threads.cell().sound()) return std::nullopt;
  const auto kept = server_cpu_us(study.kept_threads.cell());
  const auto fresh = server_cpu_us(study.threads.cell());
  return fmt::format("Over connections that are kept the loop took {} and 1000 threads {}.{}",
                     took(study.kept_loop), took(study.kept_threads),
                     kept && fresh && *kept > *fresh * kMuchMore
                         ? " That is the library and not the model: cpp-httplib looks at each idle "
                           "connection every 10 ms, which for a thousand of them takes a processor."
                         : "");
}

/// What a server measures of itself leaves out those who wait outside.
std::optional<std::string> of_the_view_from_inside(const Study& study) {
  const Served* longest = nullptr;
  for (const auto* one : study.servers())
    if (one->cell().sound() && (!longest || one->cell().seconds() > longest->cell().seconds()))
      longest = one;
  if (!longest) return std::nullopt;
  const auto& all = longest->cell().result->summary().all;
  const auto client = all.response_time.percentile(0.99);
  const auto own = all.observed.service.value_or(ServiceUsage{}).own_time.percentile(0.99);
  if (!client || !own || *client < *own * 2) return std::nullopt;
  return fmt::format(
      "Of this queue the server's own figures know nothing: with {} its p99 was {} by itself and "
      "{} for those who asked. Who waits to be accepted has not yet arrived.",
      longest->row.label, rounded_text(*own), rounded_text(*client));
}

std::vector<const Row*> rows_of(const std::vector<const Served*>& servers) {
  std::vector<const Row*> rows;
  for (const auto* one : servers) rows.push_back(&one->row);
  return rows;
}

}  // namespace

std::vector<std::string> about_the_clients(const Study& study) {
  auto all = troubles(study.clients());
  all.push_back(of_the_calls(study));
  if (study.quick)
    all.push_back(
        "--quick: every answer takes a tenth, and published cells are divided by 10. What a call "
        "costs is no tenth: it weighs ten times as much.");
  all.push_back(of_the_unbounded(study));
  all.push_back(of_the_equal_cap(study));
  add(all, of_the_server(study));
  all.push_back(ledger(study.clients()));
  return all;
}

std::vector<std::string> about_the_servers(const Study& study) {
  auto all = troubles(rows_of(study.servers()));
  all.push_back(of_what_is_asked(study));
  all.push_back(of_the_claim(study));
  add(all, of_enough_threads(study));
  add(all, of_kept_connections(study));
  add(all, of_the_view_from_inside(study));
  all.push_back(ledger(rows_of(study.servers())));
  return all;
}

}  // namespace asyncmark::reproduce_http
