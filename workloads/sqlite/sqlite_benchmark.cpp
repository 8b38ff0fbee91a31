// What asyncmark adds to SQLite: a point-select under the runner `sync`, beside a bare loop that
// steps the same statement on the same file.
//   build/release/sqlite_benchmark

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "bench/base/statistics.hpp"
#include "bench/model/case.hpp"
#include "bench/model/runner.hpp"
#include "bench/model/workload.hpp"
#include "bench/os/scratch.hpp"
#include "bench/plan/plan.hpp"

namespace asyncmark {
namespace {

constexpr int kOps = 200'000;
constexpr const char* kSelect = "SELECT value FROM item WHERE id = ?1 * 7919 % 100000";

void check(bool fine, const char* what) {
  if (fine) return;
  std::fprintf(stderr, "sqlite_benchmark: %s\n", what);
  std::exit(1);
}

/// A hundred thousand rows of about a hundred bytes.
void make(const std::string& path, const std::string& journal) {
  sqlite3* database = nullptr;
  check(sqlite3_open(path.c_str(), &database) == SQLITE_OK, "no database");
  const auto sql =
      "CREATE TABLE item (id INTEGER PRIMARY KEY, value INTEGER, payload TEXT);"
      "WITH RECURSIVE row (id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM row WHERE id < 99999) "
      "INSERT INTO item SELECT id, 0, hex(zeroblob(42)) FROM row;"
      "PRAGMA journal_mode = " +
      journal;
  check(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, "no rows");
  sqlite3_close(database);
}

/// Seconds that the operations take.
double bare(const std::string& path) {
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        nullptr) == SQLITE_OK,
        "the database cannot be opened");
  check(sqlite3_prepare_v2(database, kSelect, -1, &statement, nullptr) == SQLITE_OK, "no select");
  int rows = 0;
  const auto begin = Clock::now();
  for (int op = 0; op < kOps; ++op) {
    sqlite3_bind_int64(statement, 1, op);
    while (sqlite3_step(statement) == SQLITE_ROW) ++rows;
    sqlite3_reset(statement);
  }
  const auto took = Clock::now() - begin;
  check(rows == kOps, "rows are missing");
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return seconds(took);
}

double under_sync(const std::string& path) {
  Request request("sqlite");
  request.set("file", path).set("sql", kSelect).set("runner", "sync");
  request.set("ops", std::to_string(kOps));
  const auto one = request.cases().front().what;
  const auto workload = one.make_workload();
  workload->set_up();
  const auto measured = one.make_runner()->run(*workload, one.load);
  check(measured.rows == kOps, "rows are missing");
  return seconds(measured.elapsed());
}

/// By turns, for the machine is not always as fast.
void point_select(benchmark::State& state, const std::string& journal) {
  const Scratch scratch;
  const auto path = scratch.path() + "/item.db";
  make(path, journal);
  std::vector<double> of_bare, ratios;
  for (auto _ : state) {
    of_bare.push_back(bare(path));
    const auto ours = under_sync(path);
    ratios.push_back(of_bare.back() / ours);
    state.SetIterationTime(ours / kOps);
  }
  state.counters["bare_ns"] = median(of_bare) * 1e9 / kOps;
  state.counters["speed_to_bare"] = median(ratios);
}
BENCHMARK_CAPTURE(point_select, wal, "wal")->UseManualTime()->Iterations(11);
BENCHMARK_CAPTURE(point_select, delete, "delete")->UseManualTime()->Iterations(11);

}  // namespace
}  // namespace asyncmark

BENCHMARK_MAIN();
