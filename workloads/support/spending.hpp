#pragma once

#include <ctime>
#include <string>

#include "bench/base/errors.hpp"
#include "bench/base/units.hpp"

namespace asyncmark {

/// `--stall D@OP`: at every OP-th operation it takes `extra` longer.
struct Stall {
  Duration extra{};
  std::uint64_t every = 0;  ///< 0: never.

  /// Reads `200ms@500`; nothing from an empty text. Throws UsageError naming `flag`.
  static Stall parse(const std::string& text, const std::string& flag = "--stall") {
    if (text.empty()) return {};
    const auto at = text.find('@');
    if (at == std::string::npos)
      throw UsageError(flag + ": '" + text + "' is not DURATION@N; for example 200ms@500");
    return {parse_duration(text.substr(0, at), flag),
            static_cast<std::uint64_t>(parse_count(text.substr(at + 1), flag))};
  }

  /// Operations are counted from 0.
  bool at(std::uint64_t op) const { return every != 0 && (op + 1) % every == 0; }
};

/// Computes until the calling thread has used so much processor time more.
inline void burn(Duration cpu) {
  const auto used = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + Duration(time.tv_nsec);
  };
  if (cpu <= Duration(0)) return;
  for (const auto end = used() + cpu; used() < end;) {
  }
}

}  // namespace asyncmark
