#pragma once

namespace asyncmark {

/// How much nicer a ThreadExecutor's threads are than the one that made them. Of equals, Linux lets
/// one that computes end its time slice before a loop that wakes up: with a thread a processor the
/// loop was 2 to 3 ms late at p99 while it hashed, and is 0.05 ms late with this.
inline constexpr int kExecutorNice = 10;

}  // namespace asyncmark
