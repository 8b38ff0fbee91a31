#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/base/errors.hpp"

namespace asyncmark {

/// The plug-ins of one kind. Each registers itself, by one line in its own file:
///
///     const bool registered = Registry<WorkloadEntry>::add({.name = "sleep", ...});
///
/// An Entry has a `name`, and the word for its kind in `kKind`. Entries are sorted by their
/// `order`, where they have one, and by name: no list depends on the order of linking.
template <class Entry>
class Registry {
 public:
  /// Adds an entry. Called before main() only: references to entries stay valid after that.
  static bool add(Entry entry) {
    auto& all = entries();
    all.insert(std::ranges::upper_bound(all, key(entry), {}, key), std::move(entry));
    return true;
  }

  static const std::vector<Entry>& all() { return entries(); }

  /// Returns null for a name that does not exist.
  static const Entry* find(std::string_view name) {
    const auto found = std::ranges::find(all(), name, &Entry::name);
    return found == all().end() ? nullptr : &*found;
  }

  /// Throws UsageError, with the names that exist, for a name that does not.
  static const Entry& at(std::string_view name) {
    if (const auto* found = find(name)) return *found;
    std::string names;
    for (const auto& entry : all()) names += (names.empty() ? "" : ", ") + entry.name;
    throw UsageError(fmt::format("no such {} '{}'; there are {}", Entry::kKind, name, names));
  }

  /// Returns the entry that has the flag `is_default`: what is used where no name is given.
  static const Entry& default_entry() { return *std::ranges::find_if(all(), &Entry::is_default); }

 private:
  // Function-local, because plug-ins register before main() in an order that is not defined.
  static std::vector<Entry>& entries() {
    static std::vector<Entry> all;
    return all;
  }

  static auto key(const Entry& entry) {
    if constexpr (requires { &Entry::order; })
      return std::pair(std::invoke(&Entry::order, entry), std::string_view(entry.name));
    else
      return std::string_view(entry.name);
  }
};

}  // namespace asyncmark
