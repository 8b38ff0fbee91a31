#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "bench/engine/schedule.hpp"

namespace asyncmark {

/// The most operations of a pass whose times are kept one by one.
inline constexpr std::size_t kMostSampled = 1000;

/// One operation as its client wrote it down.
struct Sampled {
  Start start;
  Clock::time_point began{};
  Clock::time_point finished{};
  std::uint32_t worker = 0;
  bool ok = true;
};

/// Keeps some of the operations that one client carries out, chosen by their numbers alone: neither
/// what came of an operation nor who carried it out has a say. An operation has a rank, its number
/// times the golden ratio without the whole part, and those of a low rank are kept. The multiples
/// of that number spread over any stretch as evenly as can be, and keep step with no period: every
/// tenth operation could be one worker's alone, or that which stalls.
///
/// Plain data whose all-zero bytes are its empty state, which keeps nothing. Keeping takes neither
/// a lock nor memory that was not there before.
class Sampler {
 public:
  static constexpr std::uint64_t rank(std::uint64_t op) { return op * 0x9E3779B97F4A7C15u; }

  /// Below which rank to keep operations, so that of `ops` about kMostSampled are.
  static constexpr std::uint64_t limit_for(std::uint64_t ops) {
    constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
    return ops <= kMostSampled ? kAll : kAll / ops * kMostSampled;
  }

  /// Forgets what it kept. Where more than `room` of its operations rank below the limit it lowers
  /// that as it goes. `expected` is for how many memory is to be there already.
  void begin(std::uint64_t limit, std::size_t room, std::size_t expected) {
    limit_ = limit;
    room_ = static_cast<std::uint32_t>(std::clamp<std::size_t>(room, 1, kept_.size()));
    size_ = next_ = 0;
    // A page that is touched for the first time costs a fault, and one that holds only zeros does
    // not count as written.
    constexpr std::size_t kPage = 4096;
    for (std::size_t i = 0; i < std::min<std::size_t>(expected, room_);
         i += kPage / sizeof(Sampled))
      kept_[i].worker = 1;
  }

  void add(const Start& start, Clock::time_point began, Clock::time_point finished,
           std::uint32_t worker, bool ok) {
    if (rank(start.op) < limit_) [[unlikely]]
      keep(start, began, finished, worker, ok);
  }

  /// All operations below this rank were kept.
  std::uint64_t limit() const { return limit_; }
  /// Some of those above it are left as well.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t i = 0; i < size_; ++i) visit(kept_[i]);
  }

 private:
  /// Where there is no room left half of what was kept goes, one by one as others come: none of
  /// them waits until all have gone.
  [[gnu::noinline, gnu::cold]] void keep(const Start& start, Clock::time_point began,
                                         Clock::time_point finished, std::uint32_t worker,
                                         bool ok) {
    for (;; ++next_) {
      if (next_ == room_) {
        next_ = 0;
        limit_ /= 2;
        if (rank(start.op) >= limit_) return;
      }
      if (next_ == size_ || rank(kept_[next_].start.op) >= limit_) break;
    }
    kept_[next_] = {start, began, finished, worker, ok};
    size_ = std::max(size_, ++next_);
  }

  // Some more than are wanted: of so many numbers a few more or less rank below a limit.
  std::array<Sampled, kMostSampled + 24> kept_{};
  std::uint64_t limit_ = 0;
  std::uint32_t room_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t next_ = 0;
};

}  // namespace asyncmark
