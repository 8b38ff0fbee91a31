#include "bench/base/github_actions.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"

namespace asyncmark {
namespace {

/// GitHub shows ten annotations of a step; one is for the rest.
constexpr std::size_t kMostAnnotations = 9;

/// With the signs that end a property or a line written as their numbers.
std::string safe(const std::string& text, std::string_view signs) {
  std::string all;
  for (const char c : text)
    all += signs.find(c) != signs.npos ? fmt::format("%{:02X}", static_cast<unsigned char>(c))
                                       : std::string(1, c);
  return all;
}

std::string line(const Annotation& one) {
  return fmt::format("::error title={}::{}\n", safe(one.title, "%\r\n:,"), safe(one.text, "%\r\n"));
}

}  // namespace

std::string annotation_lines(const std::vector<Annotation>& all, const std::string& rest) {
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < kMostAnnotations; ++i) text += line(all[i]);
  if (all.size() > kMostAnnotations)
    text += line({rest, fmt::format("and {} more", all.size() - kMostAnnotations)});
  return text;
}

bool runs_in_github_actions() {
  const char* actions = std::getenv("GITHUB_ACTIONS");
  return actions && std::string_view(actions) == "true";
}

void append_to_job_summary(const std::function<std::string()>& markdown) {
  const char* name = std::getenv("GITHUB_STEP_SUMMARY");
  if (!name || !*name) return;
  std::ofstream file(name, std::ios::app);
  if (!(file << markdown()).flush())
    to_standard_error("warning: GITHUB_STEP_SUMMARY: '{}' cannot be written\n", visible(name));
}

}  // namespace asyncmark
