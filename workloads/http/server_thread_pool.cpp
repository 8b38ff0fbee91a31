#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/os/interruption.hpp"
#include "workloads/http/server.hpp"

namespace asyncmark::http_server {
namespace {

/// A pool as cpp-httplib's own, which ends the whole program where a thread cannot be started.
class Workers {
 public:
  using Job = std::function<void()>;

  explicit Workers(std::size_t count) {
    threads_.reserve(count);
    try {
      while (threads_.size() < count) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      const auto started = threads_.size();
      end();
      throw CaseError(fmt::format("--workers: {} of {} threads could not be started: {}",
                                  count - started, count, error.code().message()));
    } catch (...) {
      end();
      throw;
    }
  }
  ~Workers() { end(); }

  void add(Job job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    changed_.notify_one();
  }
  /// When all jobs are done.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
      changed_.notify_all();
    }
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return over_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

/// For cpp-httplib, and counts: each job is one connection, to its end.
class CountingQueue final : public httplib::TaskQueue {
 public:
  CountingQueue(Workers& workers, ServiceCounts& counts) : workers_(workers), counts_(counts) {}
  void enqueue(std::function<void()> job) override {
    auto counted = std::make_shared<CountedConnection>(counts_);
    workers_.add([job = std::move(job), counted = std::move(counted)] { job(); });
  }
  void shutdown() override { workers_.end(); }

 private:
  Workers& workers_;
  ServiceCounts& counts_;
};

/// Until `when`, or until the server is to end.
void wait_until(Clock::time_point when) {
  pollfd interruption{Interruption::descriptor(), POLLIN, 0};
  const auto left = when - Clock::now();
  if (left <= Duration(0)) return;
  const timespec limit{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
  ppoll(&interruption, 1, &limit, nullptr);
}

bool is_over() {
  pollfd interruption{Interruption::descriptor(), POLLIN, 0};
  return poll(&interruption, 1, 0) == 1;
}

void shut_every_connection() {
  // cpp-httplib does not tell which they are, and its workers would wait for their next requests.
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    if (const int file = std::stoi(entry.path().filename()); file > STDERR_FILENO)
      ::shutdown(file, SHUT_RD);  // Of what is no connection, nothing.
}

/// When the request that this worker carries out arrived. At no time: it is one that cpp-httplib
/// refuses by itself.
thread_local Clock::time_point arrived;

class PoolServer {
 public:
  explicit PoolServer(Answering& answering)
      : answering_(answering), workers_(answering.settings.workers) {
    server_.new_task_queue = [&] { return new CountingQueue(workers_, answering_.counts); };
    // As long as a client likes: a connection that the server closes costs its client an operation.
    server_.set_keep_alive_max_count(std::numeric_limits<std::size_t>::max());
    server_.set_keep_alive_timeout(kPatience.count());
    server_.set_read_timeout(kPatience.count());
    server_.set_write_timeout(kPatience.count());
    server_.set_tcp_nodelay(true);
    server_.set_socket_options([&](int listening) {
      const int yes = 1;
      setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
      listening_ = listening;
    });
    route();
    listen();
  }

  void serve() {
    auto listening = std::async(std::launch::async, [&] { server_.listen_after_bind(); });
    while (!server_.is_running())
      if (listening.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready)
        throw_cannot_listen(answering_.settings, "it ended at once");
    announce(endpoint(port_),
             fmt::format("thread-pool: {} workers, listen backlog {}, keep-alive without end, "
                         "no-delay",
                         answering_.settings.workers, longest_listen_backlog()));
    while (!is_over()) wait_until(Clock::now() + kPatience);
    server_.stop();
    do shut_every_connection();
    while (listening.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready);
  }

 private:
  static constexpr std::chrono::seconds kPatience = std::chrono::hours(24);

  void route() {
    server_.set_pre_routing_handler([](const auto&, auto&) {
      arrived = Clock::now();
      return httplib::Server::HandlerResponse::Unhandled;
    });
    const auto answer = [&](const httplib::Request&, httplib::Response& response) {
      for (auto due = answering_.begin(); answering_.must_wait(due) && !is_over();) wait_until(due);
      response.set_content(answering_.settings.body, "application/octet-stream");
    };
    server_.Get(".*", answer)
        .Post(".*", answer)
        .Put(".*", answer)
        .Patch(".*", answer)
        .Delete(".*", answer)
        .Options(".*", answer);
    // Called when the answer has been written.
    server_.set_logger([&](const auto&, const auto&) {
      if (arrived != Clock::time_point{})
        answering_.end(std::exchange(arrived, {}));
      else
        ++answering_.counts.requests;  // Refused before it came to us.
    });
  }

  void listen() {
    const auto& settings = answering_.settings;
    port_ = settings.port;
    if (port_ == 0)
      port_ = server_.bind_to_any_port("127.0.0.1");
    else if (!server_.bind_to_port("127.0.0.1", port_))
      port_ = -1;
    // Anew, for cpp-httplib lets 5 connections wait: with more, the kernel drops their SYNs.
    if (port_ < 0 || ::listen(listening_, longest_listen_backlog()) != 0)
      throw_cannot_listen(settings, std::strerror(errno));
  }

  Answering& answering_;
  Workers workers_;
  httplib::Server server_;
  int listening_ = -1;
  int port_ = -1;
};

}  // namespace

void serve_thread_pool(Answering& answering) { PoolServer(answering).serve(); }

}  // namespace asyncmark::http_server
