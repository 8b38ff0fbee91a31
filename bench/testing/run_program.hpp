#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace asyncmark::testing {

struct Ended {
  int code = -1;  ///< The exit code, or 128 + the signal.
  std::string out;
  std::string err;
  std::map<std::string, std::string> files;  ///< What its working directory then held, by name.
  std::vector<std::string> left_running;     ///< Processes that outlived it by more than a moment.
};

/// What a program finds when it starts.
struct Surroundings {
  std::string input = {};  ///< Its standard input.
  /// In its working directory, by name; what begins with #! can be carried out.
  std::map<std::string, std::string> files = {};
  bool calibrate = false;  ///< Otherwise `asyncmark run` is given --no-calibration.
  bool terminal = false;   ///< Standard error is a terminal, and it controls it.
};

/// A program that runs beside the test, in a fresh working directory that is removed after. The
/// arguments are passed as they are. Killed, and all it started, unless it is waited for. One at a
/// time: whatever processes the test has when it ends count as left by it.
class Program {
 public:
  explicit Program(std::vector<std::string> words, Surroundings surroundings = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }
  std::string folder() const;
  void send(int signal) const;
  /// Types into its terminal; "\x03" is Ctrl-C.
  void type(const std::string& text) const;
  /// Collects what it printed and left. Once only. Results that it wrote are among
  /// written_results().
  Ended wait();

 private:
  Ended collect();

  std::string home_;
  std::map<std::string, std::string> given_;
  pid_t pid_ = 0;
  int terminal_ = -1;
};

Ended run_program(const std::vector<std::string>& words, const Surroundings& surroundings = {});

struct WrittenResult {
  std::string test;  ///< Its full name.
  std::string document;
};

/// What programs wrote so far in the tests of this process. It is held against the schema when all
/// have ended.
const std::vector<WrittenResult>& written_results();

/// The asyncmark program of this build, with the workload `faulty` in it.
std::string program();

/// A file of the source tree, by its path from the root.
std::string source_file(const std::string& path);

/// Whether this machine has terminals to give: one without /dev/pts mounted has none.
bool has_terminals();

/// asyncmark with these arguments.
Ended asyncmark(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});

/// Asks again and again, until it is true or the time is over; gives the last answer.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds limit = std::chrono::seconds(20));

std::vector<pid_t> children_of(pid_t parent);
/// Children, their children and so on, parents first.
std::vector<pid_t> descendants_of(pid_t ancestor);
/// Neither running nor waiting to be reaped.
bool is_gone(pid_t process);
/// Ended, but not reaped by its parent.
bool is_zombie(pid_t process);
/// Its command line, words separated by spaces.
std::string command_of(pid_t process);

}  // namespace asyncmark::testing
