#pragma once

#include <cstdint>
#include <string>

#include "bench/base/options.hpp"

/// Members of JSON objects that others may have written. Each throws a UsageError that names the
/// member where it is missing or of the wrong type.
namespace asyncmark {

const Json& member(const Json& json, const char* key, bool (Json::*is)() const noexcept,
                   const char* right);
const Json& object_member(const Json& json, const char* key);
std::string text_member(const Json& json, const char* key);
double number_member(const Json& json, const char* key);
bool truth_member(const Json& json, const char* key);
std::uint64_t count_member(const Json& json, const char* key, std::uint64_t least = 0);

}  // namespace asyncmark
