#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <type_traits>

namespace asyncmark {

enum class Sharing { with_threads, with_processes };

/// An array of plain data in pages straight from the kernel: all zero bytes to begin with, and not
/// resident until touched, so that a thousand recorders do not show up as memory of the model that
/// is measured. Shared with the processes forked later, if so asked; nothing to unlink, and a
/// process that dies takes nothing with it. T's empty state must be all zero bytes.
template <class T>
class Pages {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  Pages(std::size_t count, Sharing sharing) : count_(count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc();
    const int flags = sharing == Sharing::with_processes ? MAP_SHARED : MAP_PRIVATE;
    void* memory = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE,
                        flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<T*>(memory);
  }
  ~Pages() { munmap(data_, bytes()); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  T& operator[](std::size_t i) { return data_[i]; }
  std::span<T> span() { return {data_, count_}; }

 private:
  std::size_t bytes() const { return count_ * sizeof(T); }

  T* data_ = nullptr;
  std::size_t count_;
};

}  // namespace asyncmark
