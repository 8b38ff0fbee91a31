#pragma once

namespace asyncmark {

/// Ctrl-C (SIGINT), SIGTERM and SIGHUP, turned into something to look at between two cases and to
/// poll for during one.
class Interruption {
 public:
  /// From here on the first of these signals does not end the process; one after it was seen
  /// does. They are blocked for all threads started later, and children inherit that.
  static void watch();
  static bool happened();
  /// From here on each of these signals ends the process again.
  static void end_watch();
  /// Becomes readable when it happens; -1 before watch().
  static int descriptor();
};

}  // namespace asyncmark
