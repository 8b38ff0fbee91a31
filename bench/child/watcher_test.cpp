#include "bench/child/watcher.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <latch>
#include <new>
#include <thread>

#include "bench/os/usage.hpp"

namespace asyncmark::watcher_test {
namespace {

using namespace std::chrono_literals;

/// A watcher of this process, and the window that a child would have.
class Watched {
 public:
  explicit Watched(std::uint64_t passes = 1)
      : watcher_(Descriptor(memfd_create("window", MFD_CLOEXEC)), passes, 100) {
    window_ = static_cast<Window*>(mmap(nullptr, sizeof(Window), PROT_READ | PROT_WRITE, MAP_SHARED,
                                        watcher_.descriptor(), 0));
    if (window_ == MAP_FAILED) throw std::bad_alloc();
    window_->pid = static_cast<std::uint32_t>(getpid());
    window_->slab_bytes_before = slab_bytes();
    window_->page_table_bytes_before = held_for(getpid()).page_table_bytes;
  }
  ~Watched() { munmap(window_, sizeof(Window)); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  Window& window() { return *window_; }

  Observed look_for(int samples) {
    window_->phase = Phase::timed;
    for (int i = 0; i <= samples; ++i) {
      std::this_thread::sleep_until(watcher_.next());
      watcher_.look();
    }
    return watcher_.observed();
  }

 private:
  Watcher watcher_;
  Window* window_ = nullptr;
};

TEST(Watcher, CountsAKernelStackForEachThreadButTheFirst) {
  for (const int more : {0, 1, 3}) {
    std::latch over(1);
    std::vector<std::jthread> threads;
    for (int i = 0; i < more; ++i) threads.emplace_back([&] { over.wait(); });
    const auto seen = Watched().look_for(3);
    over.count_down();
    EXPECT_GE(seen.peak_threads, 1u + more);
    EXPECT_EQ(seen.kernel_stack_bytes,
              static_cast<std::int64_t>(seen.peak_threads - 1) * kKernelStackBytes)
        << seen.peak_threads << " threads";
  }
}

TEST(Watcher, TellsTheMeanOfWhatIsInFlight) {
  Watched watched;
  watched.window().in_flight = 3;
  watched.window().lanes[7].in_flight = 4;
  const auto seen = watched.look_for(5);
  EXPECT_EQ(seen.samples, 5u) << "the first only marks the beginning";
  EXPECT_DOUBLE_EQ(seen.mean_in_flight, 7);
}

}  // namespace
}  // namespace asyncmark::watcher_test
