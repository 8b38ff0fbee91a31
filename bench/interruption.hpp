#pragma once

namespace asyncmark {

/// Ctrl-C (SIGINT), SIGTERM and SIGHUP, turned into something to look at between two cases and to
/// poll for during one.
class Interruption {
 public:
  /// From here on the signals no longer end the process. A second one does.
  static void watch();
  static bool happened();
  /// Becomes readable when it happens; -1 before watch().
  static int descriptor();
};

}  // namespace asyncmark
