#pragma once

#include <string>
#include <string_view>

namespace asyncmark {

/// A library that the program is linked with: for `--version`, and for the context of results.
struct LibraryEntry {
  static constexpr std::string_view kKind = "library";
  std::string name;
  std::string version;
};

}  // namespace asyncmark
