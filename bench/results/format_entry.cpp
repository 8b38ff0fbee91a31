#include "bench/results/format_entry.hpp"

#include <fmt/format.h>

#include "bench/base/errors.hpp"

namespace asyncmark {

void check_view(const FormatEntry& format, const View& view) {
  if (format.check_view) return format.check_view(view);
  const char* flag = !view.columns.empty() ? "--columns"
                     : !view.sort.empty()  ? "--sort"
                                           : "--phases";
  if (!view.is_usual())
    throw UsageError(
        fmt::format("{}: --format {} always has the same fields; use --format table "
                    "or markdown, or leave {} out",
                    flag, format.name, flag));
}

}  // namespace asyncmark
