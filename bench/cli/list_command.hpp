#pragma once

#include <string>

namespace asyncmark {

/// Prints the plug-ins of a kind, such as "runners", or of all kinds if it is empty. Returns the
/// exit code. Throws UsageError for an unknown kind.
int list_plug_ins(const std::string& kind);

}  // namespace asyncmark
