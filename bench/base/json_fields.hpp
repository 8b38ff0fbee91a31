#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "bench/base/errors.hpp"
#include "bench/base/options.hpp"
#include "bench/base/units.hpp"

// A struct declares its fields once, in the order in which they are written:
//
//   template <class Visitor>
//   void fields(Visitor& visit, Pass& pass) {
//     visit("elapsed_ns", pass.elapsed, {.presence = Presence::required});
//     visit("cpu_ns", pass.cpu, {.about = "Of the child and its workers."});
//   }
//
// From that come json_of(), which writes it, read_json(), which reads it strictly, and schema_of(),
// which describes it. A type that is no struct of fields specializes JsonValue.

namespace asyncmark {

/// Whether a field has to be there.
enum class Presence {
  /// May be absent; the reader then keeps what the struct has.
  optional,
  /// The same for the reader, but results always have it, and so their schema asks for it.
  written,
  /// The reader refuses an object without it.
  required,
};

/// What a declaration says about a field beside its key and type.
struct FieldSpec {
  const char* about = "";  ///< The description in the schema.
  Presence presence = Presence::optional;
  /// The least whole number, where that is not the type's.
  std::optional<std::int64_t> least = {};
  bool written = true;  ///< Whether the writer writes this value.
  /// A count: repetitions are added up, and tables and files have the mean per operation as well.
  bool per_operation = false;
  /// A JSON merge patch for the field's schema: what we write is narrower than what we read.
  const char* narrower = "";
};

/// The place of a value in a document. It takes no time until an error names it.
struct Where {
  const Where* parent = nullptr;
  std::string_view key = {};

  /// The keys that lead there: `resources.user_ns`.
  std::string text() const;
};

/// What the reader does about a required field that is absent.
enum class Missing { refused, kept };

/// The whole numbers that a field takes.
struct WholeRange {
  std::int64_t least;
  std::uint64_t most;
};

/// The value as text for an error message, at most 80 characters of it.
std::string quoted(const Json& json);

/// Throws UsageError: `resources.user_ns: -1 is not a whole number of 0 or more`.
[[noreturn]] void refuse(const Json& json, const std::string& right, const Where& where);
[[noreturn]] void refuse_missing(const Where& where);
/// Refuses what is negative, fractional or too large for the range.
void check_whole(const Json& json, const WholeRange& range, const Where& where);

/// How values of a type are written, read and described. This one is for structs with fields.
template <class T>
struct JsonValue;

/// Writes the fields of a struct.
class FieldWriter {
 public:
  template <class T>
  void operator()(const char* key, T& value, const FieldSpec& spec = {}) {
    if constexpr (requires { value.has_value(); })
      if (!value.has_value()) return;
    if (spec.written) json_[key] = JsonValue<T>::write(value);
  }
  Json take() { return std::move(json_); }

 private:
  Json json_ = Json::object();
};

/// Reads the fields of a struct; keys that it does not know are passed over.
class FieldReader {
 public:
  FieldReader(const Json& json, const Where& where, Missing missing)
      : json_(json), where_(where), missing_(missing) {}

  template <class T>
  void operator()(const char* key, T& value, const FieldSpec& spec = {}) {
    const Where at{&where_, key};
    if (const auto found = json_.find(key); found != json_.end())
      JsonValue<T>::read(*found, value, spec, at);
    else if (spec.presence == Presence::required && missing_ == Missing::refused)
      refuse_missing(at);
  }

 private:
  const Json& json_;
  const Where& where_;
  Missing missing_;
};

/// Describes the fields of a struct; those of at least this presence are required.
class FieldSchema {
 public:
  explicit FieldSchema(Presence required_from) : required_from_(required_from) {}

  template <class T>
  void operator()(const char* key, T&, const FieldSpec& spec = {}) {
    auto field = Json::object();
    if (*spec.about) field["description"] = spec.about;
    field.update(JsonValue<T>::schema(spec, required_from_));
    if (*spec.narrower) field.merge_patch(Json::parse(spec.narrower));
    properties_[key] = std::move(field);
    if (spec.presence >= required_from_) required_.push_back(key);
  }
  Json take() {
    Json json{{"type", "object"}};
    if (!required_.empty()) json["required"] = std::move(required_);
    json["properties"] = std::move(properties_);
    return json;
  }

 private:
  Presence required_from_;
  Json required_ = Json::array();
  Json properties_ = Json::object();
};

/// The struct as an object of its fields.
template <class T>
Json json_of(const T& value) {
  FieldWriter writer;
  // A declaration takes what readers can change; the writer changes nothing.
  fields(writer, const_cast<T&>(value));
  return writer.take();
}

/// Reads the fields that are there into the value. Throws UsageError that names the field which is
/// missing, of the wrong type or out of range.
template <class T>
void read_json(const Json& json, T& value, const Where& where = {},
               Missing missing = Missing::refused) {
  if (!json.is_object()) refuse(json, "an object", where);
  FieldReader reader(json, where, missing);
  fields(reader, value);
}

/// The JSON Schema of the struct.
template <class T>
Json schema_of(Presence required_from) {
  T value{};
  FieldSchema schema(required_from);
  fields(schema, value);
  return schema.take();
}

template <class T>
struct JsonValue {
  static Json write(const T& value) { return json_of(value); }
  static void read(const Json& json, T& value, const FieldSpec&, const Where& where) {
    read_json(json, value, where);
  }
  static Json schema(const FieldSpec&, Presence from) { return schema_of<T>(from); }
};

template <>
struct JsonValue<bool> {
  static Json write(bool value) { return value; }
  static void read(const Json& json, bool& value, const FieldSpec&, const Where& where);
  static Json schema(const FieldSpec&, Presence) { return {{"type", "boolean"}}; }
};

template <>
struct JsonValue<std::string> {
  static Json write(const std::string& value) { return value; }
  static void read(const Json& json, std::string& value, const FieldSpec&, const Where& where);
  static Json schema(const FieldSpec&, Presence) { return {{"type", "string"}}; }
};

/// A number of 0 or more.
template <>
struct JsonValue<double> {
  static Json write(double value) { return value; }
  static void read(const Json& json, double& value, const FieldSpec&, const Where& where);
  static Json schema(const FieldSpec&, Presence) { return {{"type", "number"}, {"minimum", 0}}; }
};

/// An object whose keys another reader knows.
template <>
struct JsonValue<Json> {
  static Json write(const Json& value) { return value; }
  static void read(const Json& json, Json& value, const FieldSpec&, const Where& where);
  static Json schema(const FieldSpec&, Presence) { return {{"type", "object"}}; }
};

template <std::integral T>
struct JsonValue<T> {
  static Json write(T value) { return value; }
  static void read(const Json& json, T& value, const FieldSpec& spec, const Where& where) {
    const auto least = static_cast<std::int64_t>(std::numeric_limits<T>::min());
    check_whole(json, {spec.least.value_or(least), std::numeric_limits<T>::max()}, where);
    value = json.get<T>();
  }
  static Json schema(const FieldSpec& spec, Presence) {
    Json json{{"type", "integer"}};
    if (spec.least || std::is_unsigned_v<T>) json["minimum"] = spec.least.value_or(0);
    return json;
  }
};

/// Whole nanoseconds, from 0 to kLongest.
template <>
struct JsonValue<Duration> {
  static Json write(Duration value) { return value.count(); }
  static void read(const Json& json, Duration& value, const FieldSpec& spec, const Where& where);
  static Json schema(const FieldSpec& spec, Presence) {
    return {{"type", "integer"}, {"minimum", spec.least.value_or(0)}};
  }
};

/// Is not written where there is no value.
template <class T>
struct JsonValue<std::optional<T>> {
  static Json write(const std::optional<T>& value) { return JsonValue<T>::write(*value); }
  static void read(const Json& json, std::optional<T>& value, const FieldSpec& spec,
                   const Where& where) {
    JsonValue<T>::read(json, value.emplace(), spec, where);
  }
  static Json schema(const FieldSpec& spec, Presence from) {
    return JsonValue<T>::schema(spec, from);
  }
};

template <class T>
struct JsonValue<std::vector<T>> {
  static Json write(const std::vector<T>& values) {
    auto json = Json::array();
    for (const auto& value : values) json.push_back(JsonValue<T>::write(value));
    return json;
  }
  static void read(const Json& json, std::vector<T>& values, const FieldSpec& spec,
                   const Where& where) {
    if (!json.is_array()) refuse(json, "a list", where);
    values.clear();
    values.reserve(json.size());
    for (const auto& value : json) JsonValue<T>::read(value, values.emplace_back(), spec, where);
  }
  static Json schema(const FieldSpec& spec, Presence from) {
    return {{"type", "array"}, {"items", JsonValue<T>::schema(spec, from)}};
  }
};

template <class T>
struct JsonValue<std::map<std::string, T>> {
  static Json write(const std::map<std::string, T>& values) {
    auto json = Json::object();
    for (const auto& [key, value] : values) json[key] = JsonValue<T>::write(value);
    return json;
  }
  static void read(const Json& json, std::map<std::string, T>& values, const FieldSpec& spec,
                   const Where& where) {
    if (!json.is_object()) refuse(json, "an object", where);
    for (const auto& [key, value] : json.items())
      JsonValue<T>::read(value, values[key], spec, where);
  }
  static Json schema(const FieldSpec& spec, Presence from) {
    return {{"type", "object"}, {"additionalProperties", JsonValue<T>::schema(spec, from)}};
  }
};

}  // namespace asyncmark
