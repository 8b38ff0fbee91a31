#include "bench/base/json_fields.hpp"

#include <fmt/format.h>

#include <utility>

namespace asyncmark {
namespace {

// A message quotes so much of what it is about.
constexpr std::size_t kQuoted = 80;

std::string text_of(const WholeRange& range) {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (range.least < 0) return "a whole number in range";
  if (range.most >= kLargest) return fmt::format("a whole number of {} or more", range.least);
  return fmt::format("a whole number from {} to {}", range.least, range.most);
}

bool is_in(const Json& json, const WholeRange& range) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<std::uint64_t>();
    return value <= range.most && std::cmp_greater_equal(value, range.least);
  }
  if (!json.is_number_integer()) return false;
  const auto value = json.get<std::int64_t>();
  return value >= range.least && std::cmp_less_equal(value, range.most);
}

}  // namespace

std::string Where::text() const {
  const auto before = parent ? parent->text() : "";
  return before.empty() ? std::string(key) : fmt::format("{}.{}", before, key);
}

std::string quoted(const Json& json) {
  const auto text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() > kQuoted ? fmt::format("{}...", text.substr(0, kQuoted)) : text;
}

void refuse(const Json& json, const std::string& right, const Where& where) {
  const auto name = where.text();
  throw UsageError(
      fmt::format("{}{}{} is not {}", name, name.empty() ? "" : ": ", quoted(json), right));
}

void refuse_missing(const Where& where) {
  throw UsageError(fmt::format("\"{}\" is missing", where.text()));
}

void check_whole(const Json& json, const WholeRange& range, const Where& where) {
  if (!is_in(json, range)) refuse(json, text_of(range), where);
}

void JsonValue<bool>::read(const Json& json, bool& value, const FieldSpec&, const Where& where) {
  if (!json.is_boolean()) refuse(json, "true or false", where);
  value = json.get<bool>();
}

void JsonValue<std::string>::read(const Json& json, std::string& value, const FieldSpec&,
                                  const Where& where) {
  if (!json.is_string()) refuse(json, "a text", where);
  value = json.get_ref<const std::string&>();
}

void JsonValue<double>::read(const Json& json, double& value, const FieldSpec&,
                             const Where& where) {
  if (!json.is_number() || json.get<double>() < 0) refuse(json, "a number of 0 or more", where);
  value = json.get<double>();
}

void JsonValue<Json>::read(const Json& json, Json& value, const FieldSpec&, const Where& where) {
  if (!json.is_object()) refuse(json, "an object", where);
  value = json;
}

void JsonValue<Duration>::read(const Json& json, Duration& value, const FieldSpec& spec,
                               const Where& where) {
  check_whole(json, {spec.least.value_or(0), static_cast<std::uint64_t>(kLongest.count())}, where);
  value = Duration(json.get<std::int64_t>());
}

}  // namespace asyncmark
