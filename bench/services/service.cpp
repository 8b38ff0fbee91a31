#include "bench/services/service.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>

#include "bench/base/errors.hpp"
#include "bench/os/interruption.hpp"
#include "bench/os/usage.hpp"
#include "bench/results/result.hpp"

namespace asyncmark {
namespace {

constexpr int kCountsDescriptor = 3;
/// A database makes its files first, by thousands of steps between two processes: a second or two,
/// and many where others want the processors.
constexpr auto kLongestStart = std::chrono::seconds(60);
constexpr int kLongestEndMs = 2000;

}  // namespace

Service::Service(std::vector<std::string> words, const Cpus& cpus, const std::string& program)
    : name_(fmt::format("{}", fmt::join(words, " "))) {
  try {
    counts_file_ = Descriptor(memfd_create("counts", MFD_CLOEXEC));
    if (!counts_file_ || ftruncate(counts_file_.get(), sizeof(ServiceCounts)) != 0)
      throw CaseError(std::strerror(errno));
    void* memory = mmap(nullptr, sizeof(ServiceCounts), PROT_READ | PROT_WRITE, MAP_SHARED,
                        counts_file_.get(), 0);
    if (memory == MAP_FAILED) throw CaseError(std::strerror(errno));
    counts_ = new (memory) ServiceCounts;
    output_ = Pipe::open(name_);

    words.insert(words.begin(), {program, "launch", program, "serve"});
    words.insert(words.end(), {"--counts", std::to_string(kCountsDescriptor)});
    const KeptTo there(cpus);
    process_ = spawn(
        std::move(words),
        {{output_.write.get(), STDOUT_FILENO}, {counts_file_.get(), kCountsDescriptor}}, name_);
  } catch (const CaseError& error) {
    throw UsageError(fmt::format("the service '{}' cannot be started: {}", name_, error.what()));
  }
  output_.write.reset();
  await(output_.read.get());
}

Service::~Service() {
  if (process_.running()) {
    // It may have a log to write.
    kill(process_.pid(), SIGTERM);
    pollfd ended{process_.pidfd(), POLLIN, 0};
    poll(&ended, 1, kLongestEndMs);
  }
  if (counts_) munmap(counts_, sizeof(ServiceCounts));
}

void Service::await(int output) {
  std::string text;
  for (const auto limit = Clock::now() + kLongestStart; Clock::now() < limit;) {
    pollfd watched[] = {{output, POLLIN, 0}, {Interruption::descriptor(), POLLIN, 0}};
    poll(watched, 2, 100);
    if (watched[1].revents != 0) return;
    if (watched[0].revents == 0) continue;
    char buffer[4096];
    const auto got = read(output, buffer, sizeof buffer);
    if (got <= 0)
      throw UsageError(
          fmt::format("the service '{}' did not come up: {}", name_, process_.wait().how));
    text.append(buffer, static_cast<std::size_t>(got));
    const auto first = text.find('\n');
    if (first == std::string::npos || text.find('\n', first + 1) == std::string::npos) continue;
    const auto begin = std::string_view(kListening).size();
    if (!text.starts_with(kListening)) break;
    endpoint_ = text.substr(begin, first - begin);
    how_ = text.substr(first + 1, text.find('\n', first + 1) - first - 1);
    return;
  }
  throw UsageError(fmt::format("the service '{}' does not say that it listens", name_));
}

const std::string& Service::ended() {
  pollfd end{process_.pidfd(), POLLIN, 0};
  if (process_.running() && poll(&end, 1, 0) == 1) ended_ = process_.wait().how;
  return ended_;
}

std::vector<pid_t> Service::tree() const {
  const pid_t worker = counts_->worker;
  return process_tree(worker != 0 ? worker : pid(), counts_->observer);
}

Service::Totals Service::totals_of(const std::vector<pid_t>& tree) const {
  return {times_of(tree), thread_times_of(tree), counts_->requests.load()};
}

void Service::start_window() {
  counts_->peak_connections = counts_->connections.load();
  counts_->own_time.clear();
  counts_->activity_samples = 0;
  counts_->activity_sum = 0;
  counts_->peak_activity = 0;
  counts_->watched = true;
  forget_peak_resident_of(pid());
  before_ = totals_of(tree());
}

ServiceUsage Service::usage() const {
  const auto all = tree();
  const auto now = totals_of(all);
  const auto samples = counts_->activity_samples.load();
  return {.cpu = now.times.cpu - before_.times.cpu,
          .user = now.times.user - before_.times.user,
          .system = now.times.system - before_.times.system,
          .busiest_thread = busiest_since(before_.threads, now.threads),
          .waited_for_cpu = waited_since(before_.threads, now.threads),
          .threads = threads_of(all),
          .peak_rss_bytes =
              counts_->worker != 0 ? resident_bytes_of(all) : peak_resident_bytes_of(pid()),
          .peak_connections = counts_->peak_connections.load(),
          .requests = now.requests - before_.requests,
          .own_time = counts_->own_time.taken(),
          .activity_samples = samples,
          .mean_active = samples == 0 ? 0
                                      : static_cast<double>(counts_->activity_sum.load()) /
                                            static_cast<double>(samples),
          .peak_active = counts_->peak_activity.load()};
}

Services start_services(std::vector<Result>& cases) {
  Services all;
  for (auto& result : cases) {
    auto& one = result.what;
    const auto words = one.service();
    if (!words) continue;
    const auto cpus = one.placed().service;
    one.endpoint = all.try_emplace({*words, cpus}, *words, cpus).first->second.endpoint();
  }
  return all;
}

Service* service_of(Services& services, const Case& one) {
  for (auto& [key, service] : services)
    if (!one.endpoint.empty() && service.endpoint() == one.endpoint) return &service;
  return nullptr;
}

}  // namespace asyncmark
