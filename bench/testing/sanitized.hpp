#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/model/runner_entry.hpp"

namespace asyncmark::testing {

/// Whether the program was built with a sanitizer. No constant of the compiler's: the same compiled
/// tests are linked with either.
extern const bool kSanitized;

/// All runners. Under a sanitizer, where a child takes long to start, two of them, which differ
/// with each `turn`: a test that starts the program often meets each all the same.
inline std::vector<std::string> runners_in_turn(std::size_t turn) {
  const auto all = built_in_runners();
  const auto count = kSanitized ? 2 : all.size();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i)
    names.push_back(all[(count * turn + i) % all.size()].name);
  return names;
}

}  // namespace asyncmark::testing
