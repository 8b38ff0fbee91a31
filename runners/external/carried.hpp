#pragma once

#include <string_view>

/// The scripts beside this file, as they were when this was built.
namespace asyncmark::carried {

std::string_view python_asyncio();
std::string_view python_threads();
std::string_view python_processes();
std::string_view node();

}  // namespace asyncmark::carried
