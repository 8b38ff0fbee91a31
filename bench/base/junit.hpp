#pragma once

#include <string>
#include <vector>

#include "bench/base/units.hpp"

namespace asyncmark {

enum class JUnitOutcome { passed, failure, error, skipped };

/// A test case of a JUnit report.
struct JUnitCase {
  std::string name;
  Duration spent{};
  JUnitOutcome outcome = JUnitOutcome::passed;
  std::string message = {};  ///< Why it did not pass.
  std::string said = {};     ///< What else there is to say; empty: nothing.
};

/// Returns JUnit's XML, which most systems for continuous integration read, of what a command such
/// as `compare` found: one suite.
std::string junit_document(const std::string& command, const std::vector<JUnitCase>& cases);

}  // namespace asyncmark
