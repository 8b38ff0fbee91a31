#include "workloads/support/deadlines.hpp"

namespace asyncmark {
namespace {

constexpr Duration kShortestPeriod = std::chrono::milliseconds(1);
constexpr Duration kLongestPeriod = std::chrono::milliseconds(100);

}  // namespace

void Deadlines::begin(Deadline& one, Duration limit) {
  one.unlink();  // Where the last operation was ended by an exception.
  one.due = Clock::now() + limit;
  waiting_.push_back(one);
  period_ = std::clamp(limit / 20, kShortestPeriod, kLongestPeriod);
  if (!looking_) look_again(std::min(period_, limit));
}

void Deadlines::end(Deadline& one) {
  one.unlink();
  if (!waiting_.empty() || stopping_) return;
  // Only if none begins at once: a loop ends when nothing is left to wait for, and a timer is.
  stopping_ = true;
  asio::post(timer_->get_executor(), [this] {
    stopping_ = false;
    if (waiting_.empty()) timer_->cancel();
  });
}

void Deadlines::look_again(Duration after) {
  looking_ = true;
  timer_->expires_after(after);
  timer_->async_wait([this](const boost::system::error_code& error) {
    looking_ = false;
    if (!error) sweep();
    if (!waiting_.empty() && !looking_) look_again(period_);
  });
}

void Deadlines::sweep() {
  const auto now = Clock::now();
  while (!waiting_.empty() && waiting_.front().due <= now) {
    auto& one = waiting_.front();
    waiting_.pop_front();
    one.expired();
  }
}

}  // namespace asyncmark
