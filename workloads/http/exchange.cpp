#include "workloads/http/exchange.hpp"

#include <fmt/format.h>

#include <cctype>
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
  throw UsageError(fmt::format("--expect: '{}' is not a status; for example 404 or 2xx", text));
}

Exchange::Exchange(const Endpoint& endpoint, const Call& call) : call_(call), channel_(endpoint) {}

void Exchange::begin_opening() {
  begin();
  only_opening_ = true;
}

void Exchange::begin(std::uint64_t) {
  only_opening_ = answered_ = false;
  failure_ = send_failure_ = {};
  sent_ = 0;
  answer_.begin(call_.has_body);
  if (was_closed_while_idle()) {
    spent_ = true;
    ++window().connections_reopened;
  }
  state_ = channel_.is_open() && !spent_ ? State::sending : State::opening;
  if (state_ == State::opening) ++window().connections_tried;
}

bool Exchange::was_closed_while_idle() {
  return channel_.is_open() && idle_.is_pause() && !channel_.stands();
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
  state_ = only_opening_ ? State::over : State::sending;
  if (only_opening_) idle_.begin();
  return Want::nothing;
}

Want Exchange::send() {
  while (sent_ < call_.request.size()) {
    const auto progress = channel_.send(std::string_view(call_.request).substr(sent_));
    if (progress.want != Want::nothing) {
      // A server may answer before it has read everything, and then read no more.
      receive();
      return state_ == State::over ? Want::nothing : Want::either;
    }
    if (!progress.failure.empty() || progress.ended) {
      send_failure_ = progress.ended ? failures::kClosedEarly : progress.failure;
      state_ = State::receiving;
      return receive();
    }
    sent_ += progress.bytes;
  }
  state_ = State::receiving;
  // An answer takes a while: to look for it at once would be for nothing.
  return Want::readable;
}

Want Exchange::receive() {
  const auto buffer = arrivals();
  do {
    const auto progress = channel_.receive(buffer);
    if (progress.want != Want::nothing) return progress.want;
    if (!progress.failure.empty())
      return over(send_failure_.empty() ? progress.failure : send_failure_);
    if (progress.ended) return end_of_input();
    answered_ = true;
    std::string_view piece(buffer.data(), progress.bytes);
    switch (answer_.feed(piece)) {
      case AnswerReader::State::complete:
        return judge(piece.size());
      case AnswerReader::State::malformed:
        return over(failures::kBadFraming);
      case AnswerReader::State::header_too_long:
        return over(failures::kLongHeader);
      case AnswerReader::State::incomplete:
        break;
    }
  } while (channel_.holds_more());
  return Want::readable;
}

Want Exchange::end_of_input() {
  if (answer_.end() == AnswerReader::State::complete) return judge(0);
  if (!send_failure_.empty()) return over(send_failure_);
  return over(answered_ ? failures::kTruncated : failures::kClosedEarly);
}

Want Exchange::judge(std::size_t excess) {
  if (excess != 0) return over(failures::kBadFraming);
  state_ = State::over;
  spent_ = !call_.keep_alive || !answer_.keep_alive() || sent_ < call_.request.size();
  idle_.begin();
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
  // A server that handles one connection until it ends accepts no other meanwhile.
  const bool few = failure_ == failures::kTimeOut;
  return fmt::format("no connection to {}: {}{}", channel_.endpoint().address.text(),
                     failure_.code(),
                     few ? "; if the server takes few connections, use --in-flight 1 or "
                           "--connect per-op"
                         : "");
}

void Exchange::close() {
  channel_.close();
  spent_ = false;
}

}  // namespace asyncmark::http
