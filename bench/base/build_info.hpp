#pragma once

namespace asyncmark::build {

/// What CMake knows of this build; defined in a file that it writes (see build_info.cmake).
extern const char* const kVersion;
extern const char* const kCommit;  ///< With "-dirty" when the tree had changes; or "unknown".
extern const char* const kFlags;

}  // namespace asyncmark::build
