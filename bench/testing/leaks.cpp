// Where leaks are looked for: in the program of tests and in the process of the command line, but
// not in the children of a run. There it takes a quarter of a child's time, and what children do is
// also tested in the former.

#ifdef ASYNCMARK_SANITIZED
#include <fstream>
#include <iterator>
#include <string>

/// Asked by the leak sanitizer when a process ends.
extern "C" int __lsan_is_turned_off();  // NOLINT(bugprone-reserved-identifier)
extern "C" int __lsan_is_turned_off() {
  std::ifstream file("/proc/self/cmdline");
  const std::string words{std::istreambuf_iterator<char>(file), {}};
  return words.find(std::string{"run-case"}) != std::string::npos;
}
#endif
