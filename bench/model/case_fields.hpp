#pragma once

#include <optional>
#include <string>

#include "bench/base/json_fields.hpp"
#include "bench/model/bound.hpp"
#include "bench/model/load.hpp"

// The fields of a case and of how it is carried out in JSON.

namespace asyncmark {

/// A workload or a runner of a case.
struct PlugInDocument {
  std::string name;
  Json options = Json::object();  ///< Read by OptionValues.
};

/// A case as the document that a child carries out.
struct CaseDocument {
  std::string name;
  PlugInDocument workload, runner;
  Load load;
  std::uint64_t seed = 1;
  std::optional<std::string> cpus, service_cpus;  ///< As list_text() writes them.
  std::string endpoint;
};

template <>
struct JsonValue<Arrivals> {
  static Json write(Arrivals value) { return value == Arrivals::poisson ? "poisson" : "fixed"; }
  static void read(const Json& json, Arrivals& value, const FieldSpec&, const Where& where) {
    if (json != "fixed" && json != "poisson") refuse(json, "fixed or poisson", where);
    value = json == "poisson" ? Arrivals::poisson : Arrivals::fixed;
  }
  static Json schema(const FieldSpec&, Presence) {
    return {{"enum", Json::array({"fixed", "poisson"})}};
  }
};

template <class Visitor>
void fields(Visitor& visit, Concurrency& how) {
  visit("workers", how.workers, {.presence = Presence::required, .least = 1});
  visit("cap", how.cap,
        {.about = "Operations that it lets be in flight at once.",
         .presence = Presence::required,
         .least = 1});
  visit("processors", how.processors,
        {.about = "That it could use, of those that were there for it.",
         .presence = Presence::required,
         .least = 1});
  visit("one_loop", how.one_loop, {.presence = Presence::required});
  visit("blocking", how.blocking,
        {.about = "Operations carried out at once where each holds its thread; absent where the "
                  "cap alone decides.",
         .least = 1,
         .written = how.blocking != kUnbounded});
}

template <class Visitor>
void fields(Visitor& visit, Bound& bound) {
  visit("time_ns", bound.time, {.presence = Presence::required});
  visit("term", bound.term, {.about = "What makes it so long.", .presence = Presence::required});
  visit("undelayed_ns", bound.undelayed,
        {.about = "When the last operation would end, were each begun when it is due."});
  visit("asked_ns", bound.asked,
        {.about = "What an operation takes by itself: the mean over all of them."});
  visit("alike", bound.alike, {.about = "Whether all take the same."});
}

template <class Visitor>
void fields(Visitor& visit, Load& load) {
  visit("ops", load.ops, {.written = load.ops != 0, .narrower = R"({"minimum": 1})"});
  visit("duration_ns", load.duration, {.least = 1});
  visit(
      "drain_ns", load.drain,
      {.about = "Of a load that lasts for a time: what has not ended so long after it is dropped.",
       .written = has_drain(load)});
  visit("in_flight", load.in_flight, {.least = 1});
  visit("rate_per_s", load.rate,
        {.about = "An open loop: a child gets its arrivals on descriptor 4.",
         .narrower = R"({"minimum": null, "exclusiveMinimum": 0})"});
  visit("arrivals", load.arrivals, {.written = load.rate.has_value()});
  visit("last_due_ns", load.last_due,
        {.about = "Of an open loop: when its last operation is due."});
  visit("warmup", load.warmup, {.about = "Operations before timing; absent: by the runner."});
  visit("passes", load.passes, {.presence = Presence::written, .least = 1});
}

template <class Visitor>
void fields(Visitor& visit, PlugInDocument& plug_in) {
  visit("name", plug_in.name, {.presence = Presence::required, .narrower = R"({"minLength": 1})"});
  visit("options", plug_in.options,
        {.about = "All of its options that have a value; units are in the keys.",
         .presence = Presence::written,
         .narrower = R"({"additionalProperties": {"type": ["boolean", "number", "string"]}})"});
}

template <class Visitor>
void fields(Visitor& visit, CaseDocument& document) {
  visit("name", document.name, {.presence = Presence::written, .narrower = R"({"minLength": 1})"});
  visit("workload", document.workload, {.presence = Presence::required});
  visit("runner", document.runner, {.presence = Presence::required});
  visit("load", document.load,
        {.presence = Presence::required,
         .narrower = R"({"anyOf": [{"required": ["ops"]}, {"required": ["duration_ns"]}]})"});
  visit("seed", document.seed, {.presence = Presence::written});
  constexpr auto kCpus = R"({"pattern": "^([0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)?$"})";
  visit("cpus", document.cpus,
        {.about = "Where the client was asked to run, as the kernel lists processors: 0-1.",
         .narrower = kCpus});
  visit("service_cpus", document.service_cpus,
        {.about = "Where the service that is started for it was asked to run.", .narrower = kCpus});
  visit("endpoint", document.endpoint,
        {.about = "Of the service that was started for it; absent: none was.",
         .written = !document.endpoint.empty()});
}

}  // namespace asyncmark
