#pragma once

#include <functional>
#include <string>
#include <vector>

namespace asyncmark {

/// Something that GitHub's actions show as an error beside a change.
struct Annotation {
  std::string title;
  std::string text;
};

/// Returns the lines that make GitHub's actions show these; where there are more than it shows, the
/// last one, with the title `rest`, says how many more.
std::string annotation_lines(const std::vector<Annotation>& all, const std::string& rest);

/// Whether GitHub's actions run this program.
bool runs_in_github_actions();

/// Appends to the summary that GitHub's actions show of this job. Outside of them it does nothing,
/// and does not ask for the Markdown.
void append_to_job_summary(const std::function<std::string()>& markdown);

}  // namespace asyncmark
