#include "workloads/http/exchange.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cstring>
#include <memory>

#include "bench/base/errors.hpp"
#include "bench/engine/window.hpp"
#include "workloads/http/failures.hpp"

namespace asyncmark::http {
namespace {

constexpr std::size_t kArrivals = 64 * 1024;

/// Where a thread receives. What is understood at once, which is nearly all, needs no memory of its
/// connection. On the heap, for what is thread-local itself is written over with zeros whenever a
/// thread is started, and so becomes resident.
std::span<char> arrivals() {
  thread_local const auto buffer = std::make_unique_for_overwrite<char[]>(kArrivals);
  return {buffer.get(), kArrivals};
}

}  // namespace

ExpectedStatus ExpectedStatus::parse(const std::string& text) {
  const auto digits = text.find_first_not_of("0123456789");
  if (text.size() == 3 && text[0] >= '1' && text[0] <= '5') {
    if (text.substr(1) == "xx") return {(text[0] - '0') * 100, (text[0] - '0') * 100 + 99};
    if (digits == std::string::npos) return {std::stoi(text), std::stoi(text)};
  }
  throw UsageError(
      fmt::format("--expect: '{}' is no status; give one as 404, or a class of them as 2xx", text));
}

Exchange::Exchange(const Endpoint& endpoint, const Call& call) : call_(call), channel_(endpoint) {}

void Exchange::begin_opening() {
  begin();
  only_opening_ = true;
}

void Exchange::begin(std::uint64_t) {
  only_opening_ = answered_ = false;
  failure_ = {};
  sent_ = 0;
  rest_.clear();
  answer_.begin(call_.has_body);
  state_ = channel_.is_open() ? State::sending : State::opening;
  if (state_ == State::opening) ++window().connections_tried;
}

Want Exchange::step() {
  if (state_ == State::opening) {
    if (const auto want = open(); want != Want::nothing || state_ == State::over) return want;
  }
  if (state_ == State::sending) return send();
  if (state_ == State::receiving) return receive();
  return Want::nothing;
}

Want Exchange::open() {
  const auto progress = channel_.open();
  if (progress.want != Want::nothing) return progress.want;
  if (!progress.failure.empty()) return over(progress.failure);
  if (progress.ended) return over(failures::kClosedEarly);
  ++window().connections_made;
  if (!only_opening_) {
    state_ = State::sending;
    return Want::nothing;
  }
  state_ = State::over;
  return Want::nothing;
}

Want Exchange::send() {
  while (sent_ < call_.request.size()) {
    const auto progress = channel_.send(std::string_view(call_.request).substr(sent_));
    if (progress.want != Want::nothing) return progress.want;
    if (!progress.failure.empty()) return over(progress.failure);
    if (progress.ended) return over(failures::kClosedEarly);
    sent_ += progress.bytes;
  }
  state_ = State::receiving;
  // An answer takes a while: to look for it at once would be for nothing.
  return Want::readable;
}

Want Exchange::receive() {
  const auto buffer = arrivals();
  do {
    std::memcpy(buffer.data(), rest_.data(), rest_.size());
    const auto progress = channel_.receive(buffer.subspan(rest_.size()));
    if (progress.want != Want::nothing) return progress.want;
    if (!progress.failure.empty()) return over(progress.failure);
    if (progress.ended) return end_of_input();
    answered_ = true;
    const std::string_view all(buffer.data(), rest_.size() + progress.bytes);
    std::size_t left = 0;
    switch (answer_.feed(all, left)) {
      case AnswerReader::State::complete:
        return judge(left);
      case AnswerReader::State::malformed:
        return over(failures::kBadFraming);
      case AnswerReader::State::incomplete:
        rest_ = all.substr(all.size() - left);
    }
  } while (channel_.holds_more());
  return Want::readable;
}

Want Exchange::end_of_input() {
  if (answer_.end() == AnswerReader::State::complete) return judge(0);
  return over(answered_ ? failures::kTruncated : failures::kClosedEarly);
}

Want Exchange::judge(std::size_t excess) {
  if (excess != 0) return over(failures::kBadFraming);
  state_ = State::over;
  spent_ = !call_.keep_alive || !answer_.keep_alive();
  if (!call_.expect.holds(answer_.status())) failure_ = failures::bad_status(answer_.status());
  return Want::nothing;
}

Want Exchange::over(FailureReason why) {
  state_ = State::over;
  failure_ = why;
  spent_ = true;
  return Want::nothing;
}

void Exchange::fail(FailureReason why) { over(why); }

std::string Exchange::trouble() const {
  return fmt::format("no connection to {}: {}", channel_.endpoint().address.text(),
                     failure_.code());
}

void Exchange::close() {
  channel_.close();
  spent_ = false;
}

}  // namespace asyncmark::http
