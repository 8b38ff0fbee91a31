// The assembler takes the files in as they are: as array literals they would take the compiler
// minutes.

#include "reports/page/carried.hpp"

#define ASYNCMARK_CARRY(name, file)                                           \
  asm(".pushsection .rodata\n"                                                \
      "asyncmark_" #name "_begin:\n.incbin \"" file "\"\nasyncmark_" #name    \
      "_end:\n.byte 0\n"                                                      \
      ".popsection\n");                                                       \
  extern "C" const char asyncmark_##name##_begin[], asyncmark_##name##_end[]; \
  std::string_view asyncmark::carried::name() {                               \
    return {asyncmark_##name##_begin, asyncmark_##name##_end};                \
  }

ASYNCMARK_CARRY(style, ASYNCMARK_ASSETS "/page.css")
ASYNCMARK_CARRY(script, ASYNCMARK_ASSETS "/page.js")
ASYNCMARK_CARRY(vega, ASYNCMARK_FETCHED "/vega.js")
ASYNCMARK_CARRY(vega_lite, ASYNCMARK_FETCHED "/vega-lite.js")
ASYNCMARK_CARRY(vega_embed, ASYNCMARK_FETCHED "/vega-embed.js")
ASYNCMARK_CARRY(licences, ASYNCMARK_FETCHED "/licences.txt")
