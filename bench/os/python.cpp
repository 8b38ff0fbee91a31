#include "bench/os/python.hpp"

#include <fmt/format.h>

#include "bench/os/spawn.hpp"

namespace asyncmark {

bool has_modules(const std::string& python, const std::string& modules) {
  return output_of({python, "-c", fmt::format("import {}; print('yes')", modules)}) == "yes\n";
}

std::optional<std::string> python_with(const std::string& modules) {
  // Debian's packages are for its own interpreter, which another one may hide.
  for (const auto* python : {"python3", "/usr/bin/python3"})
    if (has_modules(python, modules)) return python;
  return std::nullopt;
}

}  // namespace asyncmark
