#pragma once

#include <stdexcept>
#include <string>

namespace asyncmark {

/// The user asked for something that cannot be: one line that names the flag or field and says what
/// would be right. Ends the program with exit code 2, before anything runs.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A case could not be carried out (no more threads, a session that would not open). The case is
/// reported as failed with this reason; the other cases go on.
class CaseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace asyncmark
