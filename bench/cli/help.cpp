#include "bench/cli/help.hpp"

#include <memory>
#include <string>
#include <string_view>

#include "bench/base/split.hpp"
#include "bench/base/wrap.hpp"

namespace asyncmark {
namespace {

constexpr std::size_t kWidth = 80;
// Where CLI11 has what an option is for.
constexpr std::size_t kSecondColumn = 30;

/// How far the lines that go on with this one are indented.
std::size_t indent_of(std::string_view line) {
  const auto first = line.find_first_not_of(' ');
  const bool has_two_columns =
      line.size() > kSecondColumn && line.substr(kSecondColumn - 1, 1) == " " && first > 0;
  return has_two_columns ? kSecondColumn : first;
}

bool is_command(std::string_view line) {
  const auto first = line.find_first_not_of(' ');
  return first != 0 && first != line.npos && line.substr(first).starts_with("asyncmark ");
}

std::string fitted(const std::string& line) {
  if (line.size() <= kWidth || is_command(line)) return line;
  const auto indent = indent_of(line);
  auto text = wrap(std::string(indent, ' ') + line.substr(indent), kWidth);
  text.pop_back();
  return text.replace(0, indent, line, 0, indent);
}

class Fitted : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string all;
    bool was_empty = true;
    for (const auto& line : lines_in(CLI::Formatter::make_help(app, std::move(name), mode))) {
      if (!(line.empty() && was_empty)) all += fitted(line) + '\n';
      was_empty = line.empty();
    }
    return all;
  }

  /// Options tell their default in their own words.
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_type_name().empty() ? "" : " " + option->get_type_name();
  }
};

void set(CLI::App& app, const std::shared_ptr<CLI::FormatterBase>& formatter) {
  app.formatter(formatter);
  for (auto* one : app.get_subcommands([](CLI::App*) { return true; })) set(*one, formatter);
}

}  // namespace

void fit_help(CLI::App& app) { set(app, std::make_shared<Fitted>()); }

}  // namespace asyncmark
