#include "workloads/http/fastapi_script.hpp"

// The assembler takes the script in as it is.
asm(".pushsection .rodata\n"
    "asyncmark_fastapi_begin:\n"
    ".incbin \"" ASYNCMARK_SCRIPTS
    "/fastapi_server.py\"\n"
    "asyncmark_fastapi_end:\n.byte 0\n"
    ".popsection\n");
extern "C" const char asyncmark_fastapi_begin[], asyncmark_fastapi_end[];

namespace asyncmark::http {

std::string_view fastapi_script() { return {asyncmark_fastapi_begin, asyncmark_fastapi_end}; }

}  // namespace asyncmark::http
