#pragma once

#include <string_view>

namespace asyncmark::http {

/// fastapi_server.py, as it was when this was built.
std::string_view fastapi_script();

}  // namespace asyncmark::http
