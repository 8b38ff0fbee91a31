#include "bench/base/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "bench/base/errors.hpp"
#include "bench/base/json_fields.hpp"
#include "bench/base/utf8.hpp"

namespace asyncmark {
namespace {

/// What a C library takes would end at a NUL, and documents hold UTF-8 alone.
void check_text(std::string_view text, std::string_view what) {
  if (text.find('\0') != text.npos)
    throw UsageError(fmt::format("{}: contains a NUL character", what));
  refuse_other_than_utf8(text, what);
}

template <class T>
T read_value(const OptionSpec& spec, const Json& json) {
  T value{};
  const auto key = spec.key();
  JsonValue<T>::read(json, value, {.least = spec.least}, {.key = key});
  return value;
}

OptionValue value_from_json(const OptionSpec& spec, const Json& json) {
  switch (spec.kind) {
    case OptionKind::flag:
      return read_value<bool>(spec, json);
    case OptionKind::duration:
      return read_value<Duration>(spec, json).count();
    case OptionKind::size:
    case OptionKind::count:
      return read_value<std::int64_t>(spec, json);
    case OptionKind::real:
      return read_value<double>(spec, json);
    case OptionKind::text: {
      auto text = read_value<std::string>(spec, json);
      check_text(text, spec.key());
      return text;
    }
    case OptionKind::choice:
      return spec.parse(read_value<std::string>(spec, json));
  }
  throw std::logic_error("an option of no kind");
}

}  // namespace

OptionValue OptionSpec::parse(std::string_view text) const {
  const auto what = "--" + name;
  switch (kind) {
    case OptionKind::flag:
      if (text == "true") return true;
      if (text == "false") return false;
      throw UsageError(fmt::format("{}: '{}' is neither true nor false", what, text));
    case OptionKind::duration:
      return parse_duration(text, what).count();
    case OptionKind::size:
      return parse_bytes(text, what);
    case OptionKind::count:
      return parse_count(text, what, least);
    case OptionKind::real:
      return parse_real(text, what);
    case OptionKind::text:
      // Mostly a variable of a shell that is not set; left out, it would mean something else.
      if (text.empty())
        throw UsageError(fmt::format("{}: is empty; give a value or remove the option", what));
      {
        auto value = canonical ? canonical(std::string(text)) : std::string(text);
        check_text(value, what);
        return value;
      }
    case OptionKind::choice:
      if (std::ranges::find(choices, text) == choices.end())
        throw UsageError(fmt::format("{}: no such choice '{}'; there are {}", what, text,
                                     fmt::join(choices, ", ")));
      return std::string(text);
  }
  throw std::logic_error("an option of no kind");
}

std::string OptionSpec::print(const OptionValue& value) const {
  if (value.index() == 0) return "";
  switch (kind) {
    case OptionKind::flag:
      return std::get<bool>(value) ? "true" : "false";
    case OptionKind::duration:
      return exact_text(Duration(std::get<std::int64_t>(value)));
    case OptionKind::size:
      return exact_bytes(std::get<std::int64_t>(value));
    case OptionKind::count:
      return std::to_string(std::get<std::int64_t>(value));
    case OptionKind::real:
      return fmt::format("{}", std::get<double>(value));
    case OptionKind::text:
    case OptionKind::choice:
      return std::get<std::string>(value);
  }
  throw std::logic_error("an option of no kind");
}

std::string OptionSpec::without_secrets(const OptionValue& value) const {
  auto text = print(value);
  return shown && !text.empty() ? shown(text) : text;
}

std::string OptionSpec::show(const OptionValue& value) const {
  auto text = without_secrets(value);
  if (adds_up) std::ranges::replace(text, '\n', '|');
  return text;
}

std::string OptionSpec::key() const {
  return snake_case(name) + (kind == OptionKind::duration ? "_ns"
                             : kind == OptionKind::size   ? "_bytes"
                                                          : "");
}

std::string OptionSpec::value_name() const {
  if (!placeholder.empty()) return placeholder;
  switch (kind) {
    case OptionKind::flag:
      return "";
    case OptionKind::duration:
      return "DURATION";
    case OptionKind::size:
      return "SIZE";
    case OptionKind::count:
      return "N";
    case OptionKind::real:
      return "NUMBER";
    case OptionKind::text:
      return "TEXT";
    case OptionKind::choice:
      return "CHOICE";
  }
  throw std::logic_error("an option of no kind");
}

std::string OptionSpec::help_text() const {
  auto text = help;
  const auto is_named = [&](const std::string& choice) { return help.find(choice) != help.npos; };
  if (!std::ranges::all_of(choices, is_named))
    text += fmt::format(": {}", fmt::join(choices, ", "));
  // An option that replaces another one has no value until it is given.
  const auto usual = instead_of.empty() && kind != OptionKind::flag ? print(otherwise) : "";
  return usual.empty() ? text : fmt::format("{} (default: {})", text, usual);
}

OptionSpec minor(OptionSpec spec) {
  spec.is_minor = true;
  return spec;
}

OptionSpec with_placeholder(OptionSpec spec, std::string placeholder) {
  spec.placeholder = std::move(placeholder);
  return spec;
}

OptionSpec flag_option(std::string name, std::string help) {
  return {std::move(name), OptionKind::flag, false, std::move(help), {}};
}
OptionSpec duration_option(std::string name, Duration otherwise, std::string help) {
  return {std::move(name), OptionKind::duration, otherwise.count(), std::move(help), {}};
}
OptionSpec size_option(std::string name, std::int64_t otherwise_bytes, std::string help) {
  return {std::move(name), OptionKind::size, otherwise_bytes, std::move(help), {}};
}
OptionSpec text_option(std::string name, std::string otherwise, std::string help) {
  return {std::move(name), OptionKind::text, std::move(otherwise), std::move(help), {}};
}
OptionSpec choice_option(std::string name, std::vector<std::string> choices, std::string help) {
  auto otherwise = choices.front();
  return {std::move(name), OptionKind::choice, std::move(otherwise), std::move(help),
          std::move(choices)};
}
OptionSpec count_option(std::string name, std::int64_t least, std::string help) {
  return {std::move(name), OptionKind::count, std::monostate{}, std::move(help), {}, least};
}

OptionValues::OptionValues(std::vector<OptionSpec> specs) : specs_(std::move(specs)) {
  for (const auto& spec : specs_) values_.push_back(spec.otherwise);
  given_.resize(specs_.size());
}

bool OptionValues::knows(std::string_view name) const {
  return std::ranges::find(specs_, name, &OptionSpec::name) != specs_.end();
}

std::size_t OptionValues::index_of(std::string_view name) const {
  const auto found = std::ranges::find(specs_, name, &OptionSpec::name);
  if (found == specs_.end())
    throw std::logic_error(fmt::format("option '{}' was never declared", name));
  return static_cast<std::size_t>(found - specs_.begin());
}

template <class T>
const T& OptionValues::as(std::string_view name) const {
  const auto* value = std::get_if<T>(&values_[index_of(name)]);
  if (!value) throw std::logic_error(fmt::format("option '{}' is of another kind", name));
  return *value;
}
template const bool& OptionValues::as<bool>(std::string_view) const;
template const std::int64_t& OptionValues::as<std::int64_t>(std::string_view) const;
template const double& OptionValues::as<double>(std::string_view) const;
template const std::string& OptionValues::as<std::string>(std::string_view) const;

void OptionValues::give(std::size_t i, OptionValue value) {
  for (std::size_t other = 0; other < specs_.size(); ++other) {
    const bool replaced = specs_[i].instead_of == specs_[other].name;
    const bool replaces = specs_[other].instead_of == specs_[i].name;
    if ((replaced || replaces) && given_[other])
      throw UsageError(
          fmt::format("--{}, --{}: give only one of them", specs_[i].name, specs_[other].name));
    if (replaced) values_[other] = std::monostate{};
  }
  values_[i] = std::move(value);
  given_[i] = true;
}

void OptionValues::set(std::string_view name, std::string_view text) {
  const auto i = index_of(name);
  auto value = specs_[i].parse(text);
  if (specs_[i].adds_up && text.find_first_of("\r\n") != text.npos)
    throw UsageError(fmt::format("--{0}: contains a line break; repeat --{0} instead", name));
  if (specs_[i].adds_up && values_[i] != specs_[i].otherwise)
    value = fmt::format("{}\n{}", std::get<std::string>(values_[i]), text);
  give(i, std::move(value));
}

std::optional<std::int64_t> OptionValues::optional_count(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  return as<std::int64_t>(name);
}

std::string OptionValues::print(std::string_view name) const {
  const auto i = index_of(name);
  return specs_[i].print(values_[i]);
}

bool OptionValues::is_hidden(const OptionSpec& spec) const {
  return !spec.hidden_by.empty() && flag(spec.hidden_by);
}

std::string OptionValues::show(std::size_t i) const {
  const auto text = specs_[i].show(values_[i]);
  return !text.empty() && is_hidden(specs_[i]) ? kHiddenText : text;
}

std::string OptionValues::show(std::string_view name) const { return show(index_of(name)); }

std::string OptionValues::name_suffix() const {
  std::string suffix;
  for (std::size_t i = 0; i < specs_.size(); ++i)
    if (values_[i].index() != 0 && values_[i] != specs_[i].otherwise)
      suffix += fmt::format("/{}:{}", snake_case(specs_[i].name), show(i));
  return suffix;
}

Json OptionValues::to_json(Secrets secrets) const {
  Json json = Json::object();
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const auto& spec = specs_[i];
    if (secrets == Secrets::hidden && values_[i].index() != 0 && (spec.shown || is_hidden(spec))) {
      const auto text = spec.without_secrets(values_[i]);
      json[spec.key()] = !text.empty() && is_hidden(spec) ? kHiddenText : text;
      continue;
    }
    std::visit(
        [&]<class T>(const T& value) {
          if constexpr (!std::is_same_v<T, std::monostate>) json[specs_[i].key()] = value;
        },
        values_[i]);
  }
  return json;
}

OptionValues OptionValues::from_json(std::vector<OptionSpec> specs, const Json& json) {
  OptionValues values(std::move(specs));
  for (std::size_t i = 0; i < values.specs_.size(); ++i) {
    const auto& spec = values.specs_[i];
    const auto found = json.find(spec.key());
    if (found == json.end()) continue;
    auto value = value_from_json(spec, *found);
    if (value != spec.otherwise) values.give(i, std::move(value));
  }
  return values;
}

std::string snake_case(std::string_view flag) {
  std::string text(flag);
  std::ranges::replace(text, '-', '_');
  return text;
}

}  // namespace asyncmark
