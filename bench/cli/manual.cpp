#include "bench/cli/manual.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/base/build_info.hpp"

namespace asyncmark {
namespace {

/// As text, in which roff finds nothing to obey.
std::string plain(std::string_view text) {
  std::string safe;
  for (const auto c : text) {
    const bool begins_line = safe.empty() || safe.back() == '\n';
    if (begins_line && (c == '.' || c == '\'')) safe += "\\&";
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";  // What is typed, and no hyphen.
    else
      safe += c;
  }
  return safe;
}

/// The parts of a footer, which stand apart by an empty line.
std::vector<std::string> paragraphs(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find("\n\n", begin), text.size());
    all.push_back(text.substr(begin, end - begin));
    begin = end + 2;
  }
  return all;
}

class Page {
 public:
  std::string text;

  template <class... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    text += fmt::format(format, std::forward<Values>(values)...) + '\n';
  }

  void section(std::string_view title) { line(".SH {}", title); }

  void paragraph(const std::string& words) {
    line(".PP");
    line("{}", plain(words));
  }

  /// Lines as they are.
  void listing(const std::string& lines) { line(".PP\n.nf\n{}\n.fi", plain(lines)); }

  void option(const CLI::Option& one) {
    line(".TP");
    const auto names = one.nonpositional() ? one.get_name(false, true) : one.get_name(true);
    const bool takes_value = one.nonpositional() && one.get_items_expected_max() > 0;
    line("\\fB{}\\fR{}", plain(names),
         takes_value ? fmt::format(" \\fI{}\\fR", plain(one.get_type_name())) : "");
    auto words = one.get_description();
    if (const auto otherwise = one.get_default_str(); !otherwise.empty())
      words += fmt::format(" (default: {})", otherwise);
    line("{}", plain(words));
  }

  /// Without the paragraphs that are known already.
  void footer(const std::string& words, const std::vector<std::string>& known = {}) {
    constexpr std::string_view kExamples = "Examples:\n";
    for (const auto& part : paragraphs(words)) {
      if (std::ranges::find(known, part) != known.end()) continue;
      if (!part.starts_with(kExamples)) {
        paragraph(part);
        continue;
      }
      paragraph("Examples:");
      listing(part.substr(kExamples.size()));
    }
  }
};

using Options = std::vector<const CLI::Option*>;
using Commands = std::vector<const CLI::App*>;

/// Without a group it is not for people.
Options shown_options(const CLI::App& app) {
  return app.get_options([](const CLI::Option* one) {
    return !one->get_group().empty() && one->get_name() != "--help";
  });
}

Commands shown_commands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
}

bool same(const CLI::Option& a, const CLI::Option& b) {
  return a.get_name() == b.get_name() && a.get_description() == b.get_description() &&
         a.get_group() == b.get_group();
}

bool is_among(const CLI::Option& one, const Options& all) {
  return std::ranges::any_of(all, [&](const auto* other) { return same(one, *other); });
}

/// The options that all of several commands have.
Options shared(const Commands& commands) {
  if (commands.size() < 2) return {};
  auto all = shown_options(*commands.front());
  std::erase_if(all, [&](const CLI::Option* one) {
    return !std::ranges::all_of(
        commands, [&](const CLI::App* other) { return is_among(*one, shown_options(*other)); });
  });
  return all;
}

/// The paragraphs that the footers of several commands have in common.
std::vector<std::string> shared_paragraphs(const Commands& commands) {
  if (commands.size() < 2) return {};
  auto all = paragraphs(commands.front()->get_footer());
  std::erase_if(all, [&](const std::string& part) {
    return !std::ranges::all_of(commands, [&](const CLI::App* other) {
      const auto others = paragraphs(other->get_footer());
      return std::ranges::find(others, part) != others.end();
    });
  });
  return all;
}

void add_options(Page& page, const Options& options) {
  std::vector<std::string> groups;
  for (const auto* one : options)
    if (std::ranges::find(groups, one->get_group()) == groups.end())
      groups.push_back(one->get_group());
  for (const auto& group : groups) {
    if (group != "Options") page.paragraph(group + ":");
    for (const auto* one : options)
      if (one->get_group() == group) page.option(*one);
  }
}

/// What stands with the command above already.
struct Known {
  Options options;
  std::vector<std::string> paragraphs;
};

void add_command(Page& page, const CLI::App& app, const std::string& name, const Known& known) {
  page.line(".SS {}", plain(name));
  page.paragraph(app.get_description());
  auto options = shown_options(app);
  std::erase_if(options, [&](const CLI::Option* one) { return is_among(*one, known.options); });
  add_options(page, options);
  const auto below = shown_commands(app);
  const Known common{shared(below), shared_paragraphs(below)};
  auto further = common.options;
  std::erase_if(further,
                [&](const CLI::Option* one) { return is_among(*one, shown_options(app)); });
  if (!further.empty()) {
    page.paragraph("With each of them:");
    add_options(page, further);
  }
  for (const auto& part : common.paragraphs) page.footer(part);
  page.footer(app.get_footer(), known.paragraphs);
  for (const auto* one : below) add_command(page, *one, name + ' ' + one->get_name(), common);
}

}  // namespace

std::string manual(const CLI::App& app) {
  Page page;
  page.line(".TH ASYNCMARK 1 \"\" \"asyncmark {}\" \"User Commands\"", build::kVersion);
  page.section("NAME");
  page.line("asyncmark \\- measures the same work done four ways");
  page.section("SYNOPSIS");
  for (const auto* one : shown_commands(app))
    page.line("\\fBasyncmark {}\\fR ...\n.br", one->get_name());
  page.section("DESCRIPTION");
  page.line("{}", plain(app.get_description()));
  page.section("OPTIONS");
  add_options(page, shown_options(app));
  page.section("COMMANDS");
  for (const auto* one : shown_commands(app))
    add_command(page, *one, "asyncmark " + one->get_name(), {});
  for (const auto& part : paragraphs(app.get_footer())) {
    const bool examples = part.starts_with("Examples:");
    page.section(examples ? "EXAMPLES" : "EXIT STATUS");
    const auto words = part.substr(part.find(':') + 2);
    if (examples)
      page.listing(words);
    else
      page.line("{}", plain(words));
  }
  return page.text;
}

}  // namespace asyncmark
