#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "bench/model/outcome.hpp"

namespace asyncmark {
class Workload;
}

namespace asyncmark::testing {

/// Options of a workload, as texts by their names.
using Options = std::map<std::string, std::string>;

/// Makes a workload as the command line does. Throws UsageError for options that do not fit.
std::unique_ptr<Workload> make(const std::string& workload, const Options& options);

/// The two ways in which a session waits.
enum class Waiting { blocking, on_a_loop };

std::string to_string(Waiting waiting);
void PrintTo(Waiting waiting, std::ostream* out);

/// One session of a workload, with the loop that it may need.
class Caller {
 public:
  Caller(Waiting waiting, std::unique_ptr<Workload> workload);
  ~Caller();

  Outcome call(std::uint64_t op);
  /// Calls operations 0, 1, ...: why each failed, or "" where it did not.
  std::vector<std::string> reasons(std::size_t times);
  /// Calls operations 0, 1, ...: how many rows each gave.
  std::vector<std::uint32_t> rows(std::size_t times);

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

}  // namespace asyncmark::testing
