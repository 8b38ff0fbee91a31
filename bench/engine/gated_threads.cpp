#include "bench/engine/gated_threads.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "bench/base/errors.hpp"

namespace asyncmark {

GatedThreads::GatedThreads(std::size_t count, Task set_up, Task pass)
    : set_up_(std::move(set_up)), pass_(std::move(pass)), away_(count), thrown_(count) {
  for (std::size_t i = 0; i < count; ++i) {
    try {
      threads_.emplace_back([this, i] { live(i); });
    } catch (const std::system_error& error) {
      end();
      throw CaseError(fmt::format("thread {} of {} could not be started: {}", i + 1, count,
                                  error.code().message()));
    } catch (...) {
      end();
      throw;
    }
  }
  try {
    wait_for_all();
  } catch (...) {
    end();
    throw;
  }
}

void GatedThreads::carry_out() {
  away_.store(threads_.size());
  let_go();
  wait_for_all();
}

void GatedThreads::live(std::size_t i) {
  attempt(set_up_, i);
  for (unsigned pass = 1; is_let_go(pass); ++pass) attempt(pass_, i);
}

void GatedThreads::attempt(const Task& task, std::size_t i) {
  try {
    task(i);
  } catch (...) {
    thrown_[i] = std::current_exception();
  }
  if (away_.fetch_sub(1) == 1) away_.notify_one();
}

bool GatedThreads::is_let_go(unsigned pass) {
  for (auto open = open_.load(); open < pass; open = open_.load()) open_.wait(open);
  return !closed_.load();
}

void GatedThreads::let_go() {
  open_.fetch_add(1);
  open_.notify_all();
}

void GatedThreads::wait_for_all() {
  for (auto away = away_.load(); away != 0; away = away_.load()) away_.wait(away);
  for (const auto& thrown : thrown_)
    if (thrown) std::rethrow_exception(thrown);
}

void GatedThreads::end() {
  closed_.store(true);
  let_go();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace asyncmark
