#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "bench/engine/event_loop.hpp"
#include "bench/model/catalog.hpp"
#include "bench/model/workload.hpp"

namespace asyncmark::http::testing {

using Options = std::map<std::string, std::string>;

/// The two ways in which a session waits.
enum class Waiting { blocking, on_a_loop };

inline std::string to_string(Waiting waiting) {
  return waiting == Waiting::blocking ? "Blocking" : "OnALoop";
}
inline void PrintTo(Waiting waiting, std::ostream* out) { *out << to_string(waiting); }

inline std::unique_ptr<Workload> make_http(const Options& options) {
  OptionValues values(Catalog::workload("http").options);
  for (const auto& [name, text] : options) values.set(name, text);
  return Catalog::workload("http").make(values, 1);
}

inline Async<void> call_on(EventLoop& loop, const Workload& workload, std::size_t times,
                           std::vector<std::string>& reasons) {
  const auto session = co_await workload.open_async(loop);
  for (std::size_t op = 0; op < times; ++op) {
    const auto outcome = co_await session->call(op);
    reasons.emplace_back(outcome.failure.code());
  }
}

/// Opens one session and calls that often: why each operation failed, or "" where it did not.
inline std::vector<std::string> reasons_of(Waiting waiting, const Options& options,
                                           std::size_t times = 1) {
  const auto workload = make_http(options);
  std::vector<std::string> reasons;
  if (waiting == Waiting::on_a_loop) {
    EventLoop loop;
    loop.spawn(call_on(loop, *workload, times, reasons));
    loop.run();
    return reasons;
  }
  const auto session = workload->open_blocking();
  for (std::size_t op = 0; op < times; ++op) reasons.emplace_back(session->call(op).failure.code());
  return reasons;
}

}  // namespace asyncmark::http::testing
