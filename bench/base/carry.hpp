#pragma once

#include <string_view>

// ASYNCMARK_CARRY(space, name, file) defines std::string_view space::name(), which is what stands
// in that file. The assembler takes it in as it is: as an array literal a large file would take the
// compiler minutes. CMake has to be told that the source depends on it (OBJECT_DEPENDS).
#define ASYNCMARK_CARRY(space, name, file)                                    \
  asm(".pushsection .rodata\n"                                                \
      "asyncmark_" #name "_begin:\n.incbin \"" file "\"\nasyncmark_" #name    \
      "_end:\n.byte 0\n"                                                      \
      ".popsection\n");                                                       \
  extern "C" const char asyncmark_##name##_begin[], asyncmark_##name##_end[]; \
  std::string_view space::name() { return {asyncmark_##name##_begin, asyncmark_##name##_end}; }
