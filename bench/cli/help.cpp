#include "bench/cli/help.hpp"

#include <memory>
#include <string>
#include <string_view>

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

std::string fitted(std::string_view line) {
  if (line.size() <= kWidth || is_command(line)) return std::string(line);
  const auto indent = indent_of(line);
  std::string all;
  while (line.size() + (all.empty() ? 0 : indent) > kWidth) {
    const auto room = kWidth - (all.empty() ? 0 : indent);
    const auto begin = all.empty() ? indent : 0;
    auto end = line.rfind(' ', room);
    // A default stands beside its word.
    constexpr std::string_view kDefault = " (default:";
    if (end != line.npos && line.substr(0, end).ends_with(kDefault)) end -= kDefault.size();
    if (end == line.npos || end <= begin) end = line.find(' ', room);
    if (end == line.npos) break;
    all += (all.empty() ? "" : std::string(indent, ' ')) + std::string(line.substr(0, end)) + '\n';
    line.remove_prefix(end + 1);
  }
  return all + (all.empty() ? "" : std::string(indent, ' ')) + std::string(line);
}

class Fitted : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    const auto text = CLI::Formatter::make_help(app, std::move(name), mode);
    std::string all;
    for (std::string_view rest = text; !rest.empty();) {
      const auto end = rest.find('\n');
      all += fitted(rest.substr(0, end));
      if (end == rest.npos) break;
      all += '\n';
      rest.remove_prefix(end + 1);
    }
    return all;
  }
};

void set(CLI::App& app, const std::shared_ptr<CLI::FormatterBase>& formatter) {
  app.formatter(formatter);
  for (auto* one : app.get_subcommands([](CLI::App*) { return true; })) set(*one, formatter);
}

}  // namespace

void fit_help(CLI::App& app) { set(app, std::make_shared<Fitted>()); }

}  // namespace asyncmark
