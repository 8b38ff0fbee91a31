#include "runners/external/carried.hpp"

// The assembler takes them in as they are, one behind the other where it is several.

#define ASYNCMARK_CARRY(name, files)                                          \
  asm(".pushsection .rodata\n"                                                \
      "asyncmark_" #name "_begin:\n" files "asyncmark_" #name                 \
      "_end:\n.byte 0\n"                                                      \
      ".popsection\n");                                                       \
  extern "C" const char asyncmark_##name##_begin[], asyncmark_##name##_end[]; \
  std::string_view asyncmark::carried::name() {                               \
    return {asyncmark_##name##_begin, asyncmark_##name##_end};                \
  }

#define ASYNCMARK_FILE(file) ".incbin \"" ASYNCMARK_SCRIPTS "/" file "\"\n"

#define ASYNCMARK_PYTHON(files) \
  ASYNCMARK_FILE("adapter.py")  \
  ASYNCMARK_FILE("http11.py") ASYNCMARK_FILE("report.py") ASYNCMARK_FILE("postgres.py") files

#define ASYNCMARK_ASYNCIO               \
  ASYNCMARK_FILE("asyncio_http.py")     \
  ASYNCMARK_FILE("asyncio_postgres.py") \
  ASYNCMARK_FILE("python_asyncio.py")

ASYNCMARK_CARRY(python_asyncio, ASYNCMARK_PYTHON(ASYNCMARK_ASYNCIO))
ASYNCMARK_CARRY(python_threads, ASYNCMARK_PYTHON(ASYNCMARK_FILE("python_threads.py")))
ASYNCMARK_CARRY(python_processes, ASYNCMARK_PYTHON(ASYNCMARK_FILE("python_processes.py")))
ASYNCMARK_CARRY(node, ASYNCMARK_FILE("node_http.js") ASYNCMARK_FILE("node.js"))
