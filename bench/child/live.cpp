#include "bench/child/live.hpp"

#include <sys/types.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <type_traits>
#include <vector>

#include "bench/engine/recorder.hpp"
#include "bench/measure/histogram.hpp"

namespace asyncmark {
namespace {

/// The p50 of many clients is that of some: reading all would take a processor of the machine.
constexpr std::size_t kMostHistograms = 32;
/// The kernel takes no more pieces in a call (UIO_MAXIOV).
constexpr std::size_t kMostPieces = 1024;

/// The recorders in the memory of a child.
class Remote {
 public:
  explicit Remote(const Window& window)
      : pid_(static_cast<pid_t>(window.pid.load())),
        first_(window.recorders_at.load()),
        count_(window.recorder_bytes.load() == sizeof(Recorder) ? window.recorders.load() : 0) {}

  std::size_t count() const { return count_; }

  /// Reads the same member of every `step`-th recorder; nothing where the kernel does not allow it.
  template <class Member>
  std::vector<Member> read(std::size_t offset, std::size_t step = 1) const {
    static_assert(std::is_trivially_copyable_v<Member>);
    std::vector<Member> members((count_ + step - 1) / step);
    std::vector<iovec> pieces;
    for (std::size_t done = 0; done < members.size(); done += pieces.size()) {
      pieces.clear();
      for (auto i = done; i < members.size() && pieces.size() < kMostPieces; ++i)
        pieces.push_back({address((i * step) * sizeof(Recorder) + offset), sizeof(Member)});
      const iovec into{&members[done], pieces.size() * sizeof(Member)};
      const auto got = process_vm_readv(pid_, &into, 1, pieces.data(), pieces.size(), 0);
      if (got != static_cast<ssize_t>(into.iov_len)) return {};
    }
    return members;
  }

 private:
  void* address(std::size_t offset) const { return reinterpret_cast<void*>(first_ + offset); }

  pid_t pid_;
  std::uintptr_t first_;
  std::size_t count_;
};

std::size_t offset_in_recorder(const auto Recorder::*member) {
  static const Recorder some{};
  return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&(some.*member)) -
                                  reinterpret_cast<const std::byte*>(&some));
}

std::optional<Duration> half_of(const std::vector<FlatHistogram>& parts) {
  Histogram all;
  for (const auto& part : parts) all.merge(part);
  return all.percentile(0.5);
}

}  // namespace

Live read_live(const Window& window, bool open_loop) {
  Live live{.phase = window.phase.load(),
            .claimed = window.all_claimed(),
            .in_flight = window.all_in_flight()};
  live.ended = live.claimed - std::min(live.claimed, live.in_flight);
  if (live.phase != Phase::timed) return live;
  const Remote recorders(window);
  const auto written = recorders.read<std::uint64_t>(offset_in_recorder(&Recorder::written));
  const auto failures = recorders.read<FailureCounts>(offset_in_recorder(&Recorder::failures));
  if (written.empty() || failures.empty()) return live;
  live.ended = std::accumulate(written.begin(), written.end(), std::uint64_t{0});
  live.failed = 0;
  for (const auto& some : failures) *live.failed += some.total();
  const auto step = (recorders.count() + kMostHistograms - 1) / kMostHistograms;
  live.p50 = half_of(recorders.read<FlatHistogram>(
      offset_in_recorder(open_loop ? &Recorder::response_time : &Recorder::service_time), step));
  return live;
}

}  // namespace asyncmark
