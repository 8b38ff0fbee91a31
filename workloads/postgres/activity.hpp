#pragma once

#include <random>
#include <string>

#include "bench/base/units.hpp"
#include "bench/services/serving.hpp"
#include "workloads/postgres/plan.hpp"

namespace asyncmark::postgres {

/// Samples what a server's connections do, over one of its own, while that is needed.
class Activity {
 public:
  /// Throws UsageError where there is no connection to be had.
  Activity(std::string conninfo, ServiceCounts& counts);

  /// The first field of the answer. Throws UsageError when it is an error.
  std::string ask(const char* sql);

  /// To be polled for reading, for no longer than kLook; -1 while no answer is awaited.
  int descriptor() const { return waiting_ ? PQsocket(connection_.get()) : -1; }
  /// Takes an answer if there is one, and asks again where it is time to. Never waits for an
  /// answer. A connection that was lost is made again also while it is not needed.
  void look();

  static constexpr auto kLook = std::chrono::milliseconds(20);

 private:
  bool connect();
  void take_answer();
  void lose();

  std::string conninfo_;
  ServiceCounts& counts_;
  Connection connection_{nullptr, PQfinish};
  bool waiting_ = false;
  Clock::time_point next_{};
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace asyncmark::postgres
