#include "bench/cli/report_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>

#include "bench/base/errors.hpp"
#include "bench/base/output_file.hpp"
#include "bench/base/standard_error.hpp"
#include "bench/base/visible.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_reader.hpp"

namespace asyncmark {
namespace {

using Files = std::vector<std::string>;

/// Throws UsageError for a file that is given twice: it would be compared with itself.
void check_distinct(const Files& files) {
  for (std::size_t i = 0; i < files.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (same_file(files[i], files[j]))
        throw UsageError(fmt::format("report: '{}' is given twice", files[i]));
}

/// The names of the files without folder and .json, as long as these tell them apart.
Files labels(const Files& files) {
  Files names;
  for (const auto& file : files) {
    const std::filesystem::path path(file);
    const auto name = path.extension() == ".json" ? path.stem() : path.filename();
    names.push_back(name.string());
  }
  for (const auto& name : names)
    if (std::ranges::count(names, name) > 1) return files;
  return names;
}

/// One of OutputEntry's with where it goes.
struct Output {
  const OutputEntry& entry;
  std::string path;

  std::string flag() const { return "--" + entry.name; }
};

/// Throws UsageError unless a folder is there, or can be made, in which files can be.
void check_folder(const Output& output) {
  namespace fs = std::filesystem;
  std::error_code unknown;
  auto folder = fs::absolute(output.path, unknown);
  if (fs::exists(folder, unknown) && !fs::is_directory(folder, unknown))
    throw UsageError(fmt::format("{}: '{}' is a file; give a folder", output.flag(), output.path));
  while (!fs::exists(folder, unknown) && folder.has_relative_path()) folder = folder.parent_path();
  check_writable((folder / fmt::format("asyncmark-{}", getpid())).string(), output.flag());
}

std::vector<Output> checked_outputs(const ReportSettings& settings) {
  std::vector<Output> all;
  for (const auto& [name, path] : settings.outputs) {
    Output output{Registry<OutputEntry>::at(name), path};
    if (path.empty()) throw UsageError(fmt::format("{}: needs a name", output.flag()));
    for (const auto& other : all)
      if (same_file(path, other.path))
        throw UsageError(fmt::format("{} and {}: both are '{}'; give two files", other.flag(),
                                     output.flag(), path));
    for (const auto& file : settings.files)
      if (same_file(path, file))
        throw UsageError(fmt::format("{}: '{}' is an input of this report; give another name",
                                     output.flag(), path));
    if (output.entry.folder)
      check_folder(output);
    else
      OutputFile(path, output.flag());  // Throws.
    all.push_back(output);
  }
  return all;
}

/// By the paths of the files, those in a folder by their names. Throws UsageError where one is
/// among those that were read.
std::map<std::string, std::string> texts_of(const Output& output, const ResultSets& sets,
                                            const Files& read) {
  if (output.entry.file) return {{output.path, output.entry.file(sets)}};
  auto texts = output.entry.folder(sets);
  for (const auto& [name, text] : texts)
    for (const auto& file : read)
      if (const auto path = (std::filesystem::path(output.path) / name).string();
          same_file(path, file))
        throw UsageError(fmt::format("{}: '{}' is an input of this report; give another folder",
                                     output.flag(), path));
  return texts;
}

/// Says on a terminal what it wrote: with an output alone, nothing else is shown.
bool write(const Output& output, const std::map<std::string, std::string>& texts) {
  const bool written = output.entry.folder
                           ? write_folder(output.path, texts, output.flag())
                           : OutputFile(output.path, output.flag()).write(texts.at(output.path));
  if (written && isatty(STDERR_FILENO))
    to_standard_error("report: wrote {}\n", visible(output.path));
  return written;
}

}  // namespace

int report(const ReportSettings& settings) {
  if (settings.files.empty())
    throw UsageError("report: give one or more files that 'run --out' or 'reproduce' wrote");
  check_distinct(settings.files);
  const auto outputs = checked_outputs(settings);
  const bool prints = !settings.format.empty() || outputs.empty();
  const auto& format = settings.format.empty() ? Registry<FormatEntry>::default_entry()
                                               : Registry<FormatEntry>::at(settings.format);
  check_view(format, settings.view);

  std::vector<ResultSet> results;
  for (const auto& file : settings.files) results.push_back(read_results(file));
  ResultSets sets;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results.size() > 1) results[i].label = labels(settings.files)[i];
    sets.push_back(&results[i]);
    if (results[i].is_partial())
      to_standard_error("warning: '{}' is partial: not all that was planned is in it\n",
                        visible(settings.files[i]));
  }
  auto view = settings.view;
  view.is_stored = true;
  if (settings.files.size() == 1) view.kept_in = settings.files.front();
  // All texts before the first file, for what cannot be made is said before anything is written.
  std::vector<std::map<std::string, std::string>> texts;
  for (const auto& output : outputs) texts.push_back(texts_of(output, sets, settings.files));
  bool written = true;
  if (prints) {
    std::cout << format.print(sets, view) << std::flush;
    if (!std::cout.flush()) throw UsageError("standard output cannot be written");
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) written = write(outputs[i], texts[i]) && written;
  return written ? 0 : 2;
}

}  // namespace asyncmark
