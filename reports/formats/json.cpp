#include "bench/base/errors.hpp"
#include "bench/results/format_entry.hpp"
#include "bench/results/result_writer.hpp"

namespace asyncmark::json_format {
namespace {

std::string print(const ResultSets& sets) {
  if (sets.size() != 1)
    throw UsageError("--format json: one document has one context; give one file of results");
  return result_document(*sets.front());
}

const bool registered = Registry<FormatEntry>::add({
    .name = "json",
    .summary = "everything that was measured, in Google Benchmark's format",
    .print = [](const ResultSets& sets, const View&) { return print(sets); },
});

}  // namespace
}  // namespace asyncmark::json_format
