// Everything, down to each pair's figures: a verdict can be computed again from them.

#include <cmath>

#include "bench/compare/comparison.hpp"
#include "bench/compare/comparison_entry.hpp"
#include "bench/results/result_set.hpp"

namespace asyncmark::json_output {
namespace {

Json json_of(const Block& block) {
  Json json{{"wall_ns_per_op", block.wall_ns}, {"cpu_ns_per_op", block.cpu_ns}};
  if (block.tail_ns) json["tail_ns"] = *block.tail_ns;
  if (block.memory_bytes) json["memory_bytes_per_op"] = *block.memory_bytes;
  if (block.service_cpu_ns) json["server_cpu_ns_per_op"] = *block.service_cpu_ns;
  return json;
}

Json json_of(const std::vector<Pair>& pairs) {
  auto all = Json::array();
  for (const auto& pair : pairs) {
    Json json{{"contender_first", pair.contender_first},
              {"baseline", json_of(pair.base)},
              {"contender", json_of(pair.contender)}};
    const auto ratio = judge({pair}, {}).figures;
    if (!ratio.empty() && ratio.front().figure == Figure::wall)
      json["ratio"] = ratio.front().ratio.median;
    all.push_back(std::move(json));
  }
  return all;
}

Json json_of(const Judgement& one) {
  Json json{{"figure", text_of(one.figure)}, {"verdict", text_of(one.verdict)}};
  if (one.tally) {
    json["pairs"] = one.tally->pairs;
    json["worse"] = one.tally->worse;
    json["better"] = one.tally->better;
    json["baseline_share"] = one.tally->base;
    json["contender_share"] = one.tally->contender;
    return json;
  }
  json["ratio"] = one.ratio.median;
  if (std::isfinite(one.ratio.high)) {
    json["low"] = one.ratio.low;
    json["high"] = one.ratio.high;
  }
  json["least_effect"] = one.margins.least_effect;
  json["equivalence"] = one.margins.equivalence;
  const auto* unit = one.figure == Figure::memory ? "_bytes" : "_ns";
  if (one.base) json[std::string("baseline") + unit] = *one.base;
  if (one.contender) json[std::string("contender") + unit] = *one.contender;
  return json;
}

Json json_of(const CaseVerdict& one) {
  Json json{{"name", one.name}};
  if (!one.failed.empty()) {
    json["failed"] = one.failed;
    json["died"] = one.died;
    return json;
  }
  json["verdict"] = text_of(one.verdict);
  json["reason"] = one.reason();
  if (!one.remark.empty()) json["remark"] = one.remark;
  json["passes"] = one.passes;
  json["spent_ns"] = one.spent.count();
  for (const auto& figure : one.judged.figures) json["figures"].push_back(json_of(figure));
  json["pairs"] = json_of(one.pairs);
  if (!one.flagged.empty()) json["first_run_pairs"] = json_of(one.flagged);
  return json;
}

Json json_of(const Side& side) {
  Json json{{"what", side.what}};
  if (!side.version.empty()) json["version"] = side.version;
  return json;
}

std::string print(const Comparison& comparison) {
  Json json{{"schema_version", kSchemaVersion},
            {"kind", "comparison"},
            {"context", comparison.context.facts},
            {"baseline", json_of(comparison.baseline)},
            {"contender", json_of(comparison.contender)},
            {"stored", comparison.stored},
            {"machine_differences", comparison.machine_differences},
            {"partial", comparison.partial},
            {"void", comparison.is_void()},
            {"sentence", comparison.sentence()},
            {"least_effect", comparison.margins.least_effect},
            {"equivalence", comparison.margins.equivalence},
            {"budget_ns", comparison.budget.count()}};
  if (comparison.control) json["control"] = json_of(*comparison.control);
  json["cases"] = Json::array();
  for (const auto& one : comparison.cases) json["cases"].push_back(json_of(one));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

const bool registered = Registry<ComparisonEntry>::add({
    .name = "out",
    .summary = "everything as JSON: every figure of each pair",
    .text = print,
});

}  // namespace
}  // namespace asyncmark::json_output
