#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bench/base/units.hpp"

namespace asyncmark {

using Json = nlohmann::ordered_json;

/// Absent (no default), flag, duration in ns / size in bytes / count, real number, text or choice.
using OptionValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

enum class OptionKind { flag, duration, size, count, real, text, choice };

/// What a plug-in declares of one of its options. The same declaration makes the flag `--name`, the
/// key of plan files and of the case document, and the part of the case's name.
struct OptionSpec {
  std::string name;  ///< As on the command line, without dashes: "wait".
  OptionKind kind = OptionKind::text;
  OptionValue otherwise;  ///< The default.
  std::string help;
  std::vector<std::string> choices;  ///< Of a choice.
  std::int64_t least = 0;            ///< Of a count.
  bool adds_up = false;  ///< Of a text: given again, it is added to what there is, as another line.
  /// Of a choice: it exchanges the code that does the work, so that cases which differ in it differ
  /// by more than their runners.
  bool is_client = false;
  /// The option whose place this one takes: where it is given, that one has no value. To give both
  /// is an error.
  std::string instead_of = {};
  /// Of a text that may hold a secret: what of it may be seen. All of it where there is no such
  /// function.
  std::function<std::string(const std::string&)> shown = {};
  /// Of a text: a flag that hides all of it.
  std::string hidden_by = {};
  /// Of a text: the form in which everybody gets it, asyncmark's own runners and others.
  std::function<std::string(const std::string&)> canonical = {};
  bool is_minor = false;  ///< Titles leave it out where it has its default.
  /// What stands for its value in --help, as "URL"; empty: the name of its kind.
  std::string placeholder = {};

  /// Reads the value from what the user wrote. Throws UsageError naming `--name`.
  OptionValue parse(std::string_view text) const;
  /// The text that parse() reads back to the same value.
  std::string print(const OptionValue& value) const;
  /// The same without secrets.
  std::string without_secrets(const OptionValue& value) const;
  /// The same for people to see, on one line.
  std::string show(const OptionValue& value) const;
  /// The key in documents: the name in snake_case, with the unit (`wait_ns`, `size_bytes`).
  std::string key() const;
  /// What stands for its value in --help: "DURATION".
  std::string value_name() const;
  /// The line of --help: what it is for, the choices and the default.
  std::string help_text() const;
};

OptionSpec flag_option(std::string name, std::string help);
OptionSpec duration_option(std::string name, Duration otherwise, std::string help);
OptionSpec size_option(std::string name, std::int64_t otherwise_bytes, std::string help);
OptionSpec text_option(std::string name, std::string otherwise, std::string help);
/// The first of the choices is the default.
OptionSpec choice_option(std::string name, std::vector<std::string> choices, std::string help);
/// A count without a default: optional_count() tells whether it was given.
OptionSpec count_option(std::string name, std::int64_t least, std::string help);

/// The same option, with this placeholder.
OptionSpec with_placeholder(OptionSpec spec, std::string placeholder);
/// The same option, which titles leave out where it has its default.
OptionSpec minor(OptionSpec spec);

/// Stands for what must not be seen.
inline constexpr const char* kHiddenText = "***";

/// Whether a document holds what must not be seen, as a password: the one for a child does.
enum class Secrets { hidden, told };

/// The values of one plug-in's declared options. Asking for an option that was not declared, or as
/// another kind than declared, is a defect of the plug-in and throws std::logic_error.
class OptionValues {
 public:
  OptionValues() = default;
  explicit OptionValues(std::vector<OptionSpec> specs);

  bool knows(std::string_view name) const;
  /// Whether it has a value: a count has none until it is given, nor has what another option takes
  /// the place of.
  bool has(std::string_view name) const { return values_[index_of(name)].index() != 0; }
  /// Throws UsageError if the text is not a value of that option, or that of another option was
  /// given whose place it takes, or which takes its own.
  void set(std::string_view name, std::string_view text);

  bool flag(std::string_view name) const { return as<bool>(name); }
  Duration duration(std::string_view name) const { return Duration(as<std::int64_t>(name)); }
  std::int64_t number(std::string_view name) const { return as<std::int64_t>(name); }
  std::optional<std::int64_t> optional_count(std::string_view name) const;
  const std::string& text(std::string_view name) const { return as<std::string>(name); }

  /// The text that set() reads back to the same value; empty where there is no value.
  std::string print(std::string_view name) const;
  /// The same for people to see, without secrets.
  std::string show(std::string_view name) const;

  /// `/wait:44.3ms/cpu:1.66ms`: every option that is not at its default, in the order declared.
  std::string name_suffix() const;
  Json to_json(Secrets secrets = Secrets::hidden) const;
  /// Missing keys keep their defaults and unknown ones are passed over (a newer version may send
  /// them); a value of the wrong type throws UsageError naming the key.
  static OptionValues from_json(std::vector<OptionSpec> specs, const Json& json);

  const std::vector<OptionSpec>& specs() const { return specs_; }

 private:
  std::size_t index_of(std::string_view name) const;
  bool is_hidden(const OptionSpec& spec) const;
  std::string show(std::size_t i) const;
  template <class T>
  const T& as(std::string_view name) const;
  void give(std::size_t i, OptionValue value);

  std::vector<OptionSpec> specs_;
  std::vector<OptionValue> values_;
  std::vector<bool> given_;
};

/// `--in-flight` becomes `in_flight`: flags use dashes, names and keys use underscores.
std::string snake_case(std::string_view flag);

}  // namespace asyncmark
