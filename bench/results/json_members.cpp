#include "bench/results/json_members.hpp"

#include <fmt/format.h>

#include "bench/base/errors.hpp"
#include "bench/base/json_fields.hpp"

namespace asyncmark {

const Json& member(const Json& json, const char* key, bool (Json::*is)() const noexcept,
                   const char* right) {
  const auto found = json.find(key);
  if (found == json.end()) refuse_missing({.key = key});
  if (!((*found).*is)())
    throw UsageError(fmt::format("\"{}\": {} is not {}", key, quoted(*found), right));
  return *found;
}

const Json& object_member(const Json& json, const char* key) {
  return member(json, key, &Json::is_object, "an object");
}

std::string text_member(const Json& json, const char* key) {
  return member(json, key, &Json::is_string, "a text").get<std::string>();
}

double number_member(const Json& json, const char* key) {
  return member(json, key, &Json::is_number, "a number").get<double>();
}

bool truth_member(const Json& json, const char* key) {
  return member(json, key, &Json::is_boolean, "true or false").get<bool>();
}

std::uint64_t count_member(const Json& json, const char* key, std::uint64_t least) {
  const auto& value = member(json, key, &Json::is_number_unsigned, "a whole number of 0 or more");
  if (const auto n = value.get<std::uint64_t>(); n >= least) return n;
  throw UsageError(fmt::format("\"{}\": {} is not {} or more", key, quoted(value), least));
}

}  // namespace asyncmark
