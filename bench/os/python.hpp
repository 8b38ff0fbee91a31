#pragma once

#include <optional>
#include <string>

namespace asyncmark {

/// Whether this interpreter is there and has these modules, as "fastapi, uvicorn".
bool has_modules(const std::string& python, const std::string& modules);

/// Returns an interpreter that has these modules: python3 of the PATH, else Debian's.
std::optional<std::string> python_with(const std::string& modules);

}  // namespace asyncmark
