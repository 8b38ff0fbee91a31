# Writes build_info.cpp at every build (a commit made since the configure step would be missed
# otherwise), and touches it only when something in it changed.
#   cmake -D SOURCE=... -D OUTPUT=... -D VERSION=... -D FLAGS=... -D BENCHMARK_VERSION=... -P build_info.cmake
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
                OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT COMMIT)
  set(COMMIT unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "bench/base/build_info.hpp"
namespace asyncmark::build {
const char* const kVersion = "@VERSION@";
const char* const kCommit = "@COMMIT@";
const char* const kFlags = "@FLAGS@";
}
]])
