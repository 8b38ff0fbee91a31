#include "bench/catalog.hpp"
#include "bench/result.hpp"
namespace asyncmark {
namespace {
const bool registered =
    Catalog::add(FormatEntry{"table", "stub", [](const Context&, const std::vector<Result>&) {
                               return std::string("x\n");
                             }});
}
}  // namespace asyncmark
