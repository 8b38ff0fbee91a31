#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace asyncmark::reproduction {

inline constexpr std::size_t kColumns = 3;
inline constexpr std::array<std::uint64_t, kColumns> kOps{100, 500, 1000};
inline constexpr std::uint64_t kCap = 28;

/// A figure as it was published: the decimals tell to what it was rounded.
struct Published {
  double seconds;
  int decimals;

  /// The most by which rounding can have moved it, as a part of it.
  double rounding() const;
};
inline constexpr std::array<Published, kColumns> kPublishedSync{{{4.8, 1}, {22, 0}, {46, 0}}};
inline constexpr std::array<Published, kColumns> kPublishedAsync{{{0.19, 2}, {0.83, 2}, {1.68, 2}}};

}  // namespace asyncmark::reproduction
