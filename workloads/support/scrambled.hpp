#pragma once

#include <cstdint>

namespace asyncmark {

/// A number that cannot be foreseen, and always the same for the same one, so that every runner and
/// every repetition draws alike: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
constexpr std::uint64_t scrambled(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

/// What multiplies a seed, and the numbers that are drawn from it, before they are scrambled.
inline constexpr std::uint64_t kOfSeeds = 0xD1342543DE82EF95;
inline constexpr std::uint64_t kOfNumbers = 0x9E3779B97F4A7C15;

}  // namespace asyncmark
