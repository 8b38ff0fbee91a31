#include "bench/testing/run_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace asyncmark::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Empty for what cannot be read, as a file of /proc whose process has just gone.
std::string contents(const fs::path& path) try {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
} catch (const std::ios_base::failure&) {
  return {};
}

std::string fresh_folder() {
  auto path = (fs::temp_directory_path() / "asyncmark-test-XXXXXX").string();
  if (!mkdtemp(path.data())) throw std::runtime_error("no temporary folder");
  return path;
}

int open_terminal() {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0)
    throw std::runtime_error("no terminal");
  return terminal;
}

/// What has been written to a terminal since it was last read.
std::string drain(int terminal) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(terminal, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

/// The third field of /proc/PID/stat, or 0.
char state_of(pid_t process) {
  const auto stat = contents(fmt::format("/proc/{}/stat", process));
  const auto name_end = stat.rfind(") ");
  return name_end == std::string::npos ? '\0' : stat[name_end + 2];
}

/// Orphans of an ended program become ours, for we are a subreaper. Those killed with it may take a
/// moment to vanish; the others are named, and killed.
std::vector<std::string> end_orphans() {
  const auto none_left = [] {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    return children_of(getpid()).empty();
  };
  std::vector<std::string> left;
  if (eventually(none_left, 2s)) return left;
  for (const auto orphan : descendants_of(getpid())) {
    left.push_back(std::to_string(orphan) + " " + command_of(orphan));
    kill(orphan, SIGKILL);
  }
  eventually(none_left, 2s);
  return left;
}

/// The sanitizers would turn the crashes of `faulty` into exits of their own.
void leave_crashes_alone(const char* variable) {
  const char* given = std::getenv(variable);
  setenv(variable, ((given ? given + std::string(":") : "") + "handle_segv=0").c_str(), 1);
}

/// Result documents are told by their beginning.
bool is_result(const std::string& text) {
  return text.starts_with("{\n  \"context\"") && text.find("\"schema_version\"") != text.npos;
}

/// The test that runs, for messages.
std::string current_test() {
  const auto* const info = ::testing::UnitTest::GetInstance()->current_test_info();
  return info ? fmt::format("{}.{}", info->test_suite_name(), info->name()) : "";
}

std::vector<WrittenResult> written;

/// Calibration takes longer than most tests, which do not need it.
std::vector<std::string> uncalibrated(std::vector<std::string> words) {
  for (auto word = words.begin(); word != words.end() && word + 1 != words.end(); ++word)
    if (*word == program() && word[1] == "run") {
      words.insert(word + 2, "--no-calibration");
      break;
    }
  return words;
}

}  // namespace

Program::Program(std::vector<std::string> words, Surroundings surroundings)
    : home_(fresh_folder()), given_(surroundings.files) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  leave_crashes_alone("ASAN_OPTIONS");
  leave_crashes_alone("TSAN_OPTIONS");
  fs::create_directory(folder());
  fs::permissions(home_, fs::perms::others_exec | fs::perms::others_read, fs::perm_options::add);
  std::ofstream(home_ + "/in") << surroundings.input;
  for (const auto& [name, text] : surroundings.files) {
    std::ofstream(folder() + "/" + name) << text;
    if (text.starts_with("#!"))
      fs::permissions(folder() + "/" + name, fs::perms::owner_exec, fs::perm_options::add);
  }

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, 0, (home_ + "/in").c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, (home_ + "/out").c_str(), O_WRONLY | O_CREAT, 0600);
  if (surroundings.terminal) {
    terminal_ = open_terminal();
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_addopen(&files, 2, ptsname(terminal_), O_RDWR, 0);
  } else {
    posix_spawn_file_actions_addopen(&files, 2, (home_ + "/err").c_str(), O_WRONLY | O_CREAT, 0600);
  }
  posix_spawn_file_actions_addchdir_np(&files, folder().c_str());
  if (!surroundings.calibrate) words = uncalibrated(std::move(words));
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int error = posix_spawnp(&pid_, argv[0], &files, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw std::runtime_error("cannot start " + words.at(0));
}

Program::~Program() {
  if (pid_ != 0) {
    send(SIGKILL);
    collect();
    fs::remove_all(home_);
  }
  if (terminal_ >= 0) close(terminal_);
}

std::string Program::folder() const { return fs::path(home_) / "work"; }

void Program::send(int signal) const { kill(pid_, signal); }

void Program::type(const std::string& text) const {
  if (write(terminal_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("cannot type");
}

Ended Program::wait() {
  const auto ended = collect();
  for (const auto& [name, text] : ended.files)
    if (is_result(text) && given_[name] != text) written.push_back({current_test(), text});
  if (is_result(ended.out)) written.push_back({current_test(), ended.out});
  fs::remove_all(home_);
  return ended;
}

Ended Program::collect() {
  Ended ended;
  int status = 0;
  while (waitpid(pid_, &status, terminal_ < 0 ? 0 : WNOHANG) == 0) {
    ended.err += drain(terminal_);
    std::this_thread::sleep_for(5ms);
  }
  pid_ = 0;
  ended.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  ended.left_running = end_orphans();
  ended.err += terminal_ < 0 ? contents(home_ + "/err") : drain(terminal_);
  ended.out = contents(home_ + "/out");
  for (const auto& file : fs::directory_iterator(folder()))
    ended.files[file.path().filename()] = contents(file);
  return ended;
}

Ended run_program(const std::vector<std::string>& words, const Surroundings& surroundings) {
  return Program(words, surroundings).wait();
}

const std::vector<WrittenResult>& written_results() { return written; }

std::string program() { return ASYNCMARK_PROGRAM; }

std::string source_file(const std::string& path) { return ASYNCMARK_SOURCE "/" + path; }

bool has_terminals() {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return false;
  const char* name =
      grantpt(terminal) == 0 && unlockpt(terminal) == 0 ? ptsname(terminal) : nullptr;
  const bool usable = name && access(name, R_OK | W_OK) == 0;
  close(terminal);
  return usable;
}

Ended asyncmark(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  std::vector<std::string> words{program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_program(words, surroundings);
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> all;
  std::error_code gone;
  fs::directory_iterator task(fmt::format("/proc/{}/task", parent), gone);
  for (; !gone && task != fs::directory_iterator(); task.increment(gone)) {
    std::istringstream children(contents(task->path() / "children"));
    for (pid_t child; children >> child;) all.push_back(child);
  }
  return all;
}

std::vector<pid_t> descendants_of(pid_t ancestor) {
  auto all = children_of(ancestor);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const auto child : children_of(all[i])) all.push_back(child);
  return all;
}

bool is_gone(pid_t process) { return state_of(process) == '\0'; }

bool is_zombie(pid_t process) { return state_of(process) == 'Z'; }

std::string command_of(pid_t process) {
  auto text = contents(fmt::format("/proc/{}/cmdline", process));
  std::ranges::replace(text, '\0', ' ');
  return text;
}

}  // namespace asyncmark::testing
