#include "bench/testing/run_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace asyncmark::testing {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::filesystem::path fresh_directory() {
  auto path = (std::filesystem::temp_directory_path() / "asyncmark-test-XXXXXX").string();
  if (!mkdtemp(path.data())) throw std::runtime_error("no temporary directory");
  return path;
}

}  // namespace

Ended run_program(const std::vector<std::string>& words, const std::string& input) {
  const auto directory = fresh_directory();
  const auto in = directory / "in", out = directory / "out", err = directory / "err";
  const auto work = directory / "work";
  std::filesystem::create_directory(work);
  std::ofstream(in) << input;

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, 2, err.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addchdir_np(&files, work.c_str());
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[0], &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::runtime_error("cannot start " + words.at(0));
  int status = 0;
  waitpid(pid, &status, 0);
  Ended ended{WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), contents(out),
              contents(err)};
  std::filesystem::remove_all(directory);
  return ended;
}

std::string program() { return ASYNCMARK_PROGRAM; }

Ended asyncmark(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program());
  return run_program(arguments);
}

}  // namespace asyncmark::testing
