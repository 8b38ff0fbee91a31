#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace asyncmark {

/// Why an operation failed: a short code such as "reset", "timeout" or an SQLSTATE, at most 15
/// characters (longer ones are cut). Plain data, so that it travels through shared memory and costs
/// no allocation in the timed path.
class FailureReason {
 public:
  constexpr FailureReason() = default;
  constexpr FailureReason(std::string_view code) {
    std::ranges::copy(code.substr(0, text_.size() - 1), text_.begin());
  }
  constexpr FailureReason(const char* code) : FailureReason(std::string_view(code)) {}

  constexpr std::string_view code() const { return text_.data(); }
  constexpr bool empty() const { return text_[0] == '\0'; }
  friend constexpr bool operator==(const FailureReason&, const FailureReason&) = default;

 private:
  std::array<char, 16> text_{};
};

/// Reasons that all workloads share, so that a check can tell them.
namespace reasons {
inline constexpr FailureReason kNoDescriptor{"no descriptor"};  ///< EMFILE, ENFILE
inline constexpr FailureReason kNoPort{"no port"};              ///< EADDRNOTAVAIL of connect()
}  // namespace reasons

/// How one operation ended. A failed operation is counted, never thrown.
struct Outcome {
  FailureReason failure;   ///< Empty when the operation succeeded.
  std::uint32_t rows = 0;  ///< That it gave, where it asks for some.

  static constexpr Outcome failed(FailureReason reason) { return {.failure = reason}; }
  constexpr bool ok() const { return failure.empty(); }
};

}  // namespace asyncmark
