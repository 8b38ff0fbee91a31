#include "bench/results/result_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/model/case_fields.hpp"
#include "bench/results/finding_fields.hpp"
#include "bench/results/grouping.hpp"
#include "bench/results/summary.hpp"

namespace asyncmark {
namespace {

// Google Benchmark's tools read the document as it is. What they have no place for is in each row
// under the one key `asyncmark`. reports/formats/result.schema.json describes it.

// Google Benchmark's own, as its later versions write it.
constexpr int kBenchmarkSchemaVersion = 1;

double milliseconds(Duration duration) { return seconds(duration) * 1e3; }

const char* load_kind(const Result& result) {
  switch (kind_of(result.what.load, result.how)) {
    case LoadKind::burst:
      return "burst";
    case LoadKind::closed_loop:
      return "closed loop";
    case LoadKind::open_loop:
      return is_partly_open(result.what.load) ? "partly open loop" : "open loop";
  }
  return "";
}

/// The keys that Google Benchmark gives every row.
Json row(const Result& result, std::size_t family, const char* run_type,
         const std::string& suffix) {
  return {{"name", result.name() + suffix}, {"family_index", family},
          {"per_family_instance_index", 0}, {"run_name", result.name()},
          {"run_type", run_type},           {"repetitions", result.planned_repetitions}};
}

/// Everything about one repetition, from which its Result could be built again.
Json details(const Result& result, const std::string& compared, const Repetition& repetition) {
  Json json{{"case", to_json(result.what)},
            {"load", load_kind(result)},
            {"comparison", compared},
            {"how", to_json(result.how)}};
  if (result.bound) json["bound"] = json_of(*result.bound);
  if (repetition.died.empty())
    json["measurement"] = to_json(repetition.measurement);
  else
    json["died"] = repetition.died;
  return json;
}

Json repetition_row(const Result& result, std::size_t family, const std::string& compared,
                    std::size_t index) {
  const auto& repetition = result.repetitions[index];
  const auto& measured = repetition.measurement;
  const bool died = !repetition.died.empty();
  auto json = row(result, family, "iteration", "");
  json["repetition_index"] = index;
  json["threads"] = 1;
  if (died) {
    json["error_occurred"] = true;
    json["error_message"] = repetition.died;
  }
  json["iterations"] = 1;
  json["real_time"] = died ? 0 : milliseconds(measured.per_pass(measured.elapsed()));
  json["cpu_time"] = died ? 0 : milliseconds(measured.per_pass(measured.cpu()));
  json["time_unit"] = "ms";
  if (!died)
    for (const auto& [name, value] : result.summary().counters[index]) json[name] = value;
  json["asyncmark"] = details(result, compared, repetition);
  return json;
}

/// Aggregates as Google Benchmark 1.7.1 writes them, of the three figures of which they mean
/// something: a mean of percentiles would not.
void add_aggregates(Json& rows, const Result& result, std::size_t family) {
  std::vector<double> real, cpu, rate;
  for (const auto* one : result.finished()) {
    real.push_back(milliseconds(one->per_pass(one->elapsed())));
    cpu.push_back(milliseconds(one->per_pass(one->cpu())));
    rate.push_back(one->ops_per_s());
  }
  if (real.size() < 2) return;
  for (const std::string name : {"mean", "median", "stddev", "cv"}) {
    auto json = row(result, family, "aggregate", "_" + name);
    json["threads"] = 1;
    json["aggregate_name"] = name;
    json["aggregate_unit"] = name == "cv" ? "percentage" : "time";
    json["iterations"] = real.size();
    json["real_time"] = aggregate(name, real);
    json["cpu_time"] = aggregate(name, cpu);
    json["time_unit"] = "ms";
    json["ops_per_s"] = aggregate(name, rate);
    rows.push_back(std::move(json));
  }
}

Json context_of(const ResultSet& set) {
  auto facts = set.context.facts;
  if (set.is_partial()) facts["partial"] = true;
  facts["json_schema_version"] = kBenchmarkSchemaVersion;
  facts["schema_version"] = kSchemaVersion;
  return facts;
}

/// Messages of the system, names and arguments may hold any bytes.
std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A line a key: people and diffs read it, and a histogram does not take a thousand lines.
std::string lines(const Json& object, const std::string& indent) {
  std::string text;
  for (const auto& [key, value] : object.items())
    text += fmt::format("{}{}  {}: {}", text.empty() ? "{\n" : ",\n", indent, Json(key).dump(),
                        dumped(value));
  return text + "\n" + indent + "}";
}

/// An entry a line, or more if it has some.
std::string list(const std::vector<std::string>& entries) {
  if (entries.empty()) return "[]";
  return fmt::format("[\n    {}\n  ]", fmt::join(entries, ",\n    "));
}

}  // namespace

std::string result_document(const ResultSet& set) {
  const auto& results = set.results;
  std::vector<std::string> compared(results.size());
  for (const auto& cases : grouped(results))
    for (const auto* one : cases)
      compared[static_cast<std::size_t>(one - results.data())] = comparison(cases);

  auto rows = Json::array();
  for (std::size_t family = 0; family < results.size(); ++family) {
    const auto& result = results[family];
    for (std::size_t i = 0; i < result.repetitions.size(); ++i)
      rows.push_back(repetition_row(result, family, compared[family], i));
    add_aggregates(rows, result, family);
  }
  std::vector<std::string> row_texts, check_texts;
  for (const auto& one : rows) row_texts.push_back(lines(one, "    "));
  for (const auto& one : set.findings) check_texts.push_back(dumped(json_of(one)));
  return visible_json(
      fmt::format("{{\n  \"context\": {},\n  \"benchmarks\": {},\n  \"checks\": {}\n}}\n",
                  lines(context_of(set), "  "), list(row_texts), list(check_texts)));
}

}  // namespace asyncmark
