#pragma once

#include <string>
#include <vector>

#include "bench/base/json_fields.hpp"
#include "bench/measure/measurement.hpp"

// The fields of a measurement in JSON, as a case's process reports it and results keep it.

namespace asyncmark {

/// Processors as the kernel lists them; the reader sorts what it reads.
struct CpuText {
  std::string& text;
};

template <>
struct JsonValue<CpuText> {
  static Json write(const CpuText& value) { return value.text; }
  static void read(const Json& json, CpuText& value, const FieldSpec&, const Where& where);
  static Json schema(const FieldSpec&, Presence) {
    return {{"type", "string"}, {"pattern", "^([0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)?$"}};
  }
};

/// A histogram is another type in JSON: HistogramDocument.
template <>
struct JsonValue<Histogram> {
  static Json write(const Histogram& value) { return to_json(value); }
  static void read(const Json& json, Histogram& value, const FieldSpec&, const Where& where);
  static Json schema(const FieldSpec&, Presence) { return {{"$ref", "#/definitions/histogram"}}; }
};

/// Of a timeline JSON has a list per figure, for it is by far the largest part of a result.
struct TimelineDocument {
  std::uint64_t of = 0;
  std::vector<std::uint64_t> op{};
  std::vector<Duration> intended{}, started{}, finished{};
  std::vector<std::uint32_t> worker{};
  std::vector<std::uint64_t> failed{};
};

template <>
struct JsonValue<Timeline> {
  static Json write(const Timeline& value);
  static void read(const Json& json, Timeline& value, const FieldSpec&, const Where& where);
  static Json schema(const FieldSpec&, Presence from) { return schema_of<TimelineDocument>(from); }
};

struct HistogramDocument {
  struct Bucket {
    Duration shortest{};
    std::uint64_t count = 0;
  };
  std::optional<Duration> max;       ///< Absent: the buckets tell.
  std::optional<std::uint64_t> sum;  ///< Likewise.
  std::vector<Bucket> buckets;
};

template <>
struct JsonValue<HistogramDocument::Bucket> {
  static Json write(const HistogramDocument::Bucket& value);
  static void read(const Json& json, HistogramDocument::Bucket& value, const FieldSpec&,
                   const Where& where);
  static Json schema(const FieldSpec&, Presence) {
    const Json shortest{{"type", "integer"}, {"minimum", 0}};
    const Json count{{"type", "integer"}, {"minimum", 1}};
    return {{"type", "array"},
            {"items", Json::array({shortest, count})},
            {"minItems", 2},
            {"maxItems", 2}};
  }
};

template <class Visitor>
void fields(Visitor& visit, HistogramDocument& histogram) {
  visit("max_ns", histogram.max, {.presence = Presence::written});
  visit("sum_ns", histogram.sum, {.presence = Presence::written});
  visit("buckets", histogram.buckets,
        {.about = "[shortest duration in ns, how many], ascending, without empty ones.",
         .presence = Presence::written});
}

template <class Visitor>
void fields(Visitor& visit, TimelineDocument& timeline) {
  constexpr auto kSample = R"({"minItems": 1, "maxItems": 1000})";
  visit("of", timeline.of,
        {.about = "So many operations of the pass were begun.", .presence = Presence::written});
  visit("op", timeline.op,
        {.about = "Their numbers: they begin in this order.",
         .presence = Presence::written,
         .narrower = kSample});
  visit("intended_ns", timeline.intended,
        {.about = "When the load wanted it to begin; absent in a closed loop.",
         .written = !timeline.intended.empty(),
         .narrower = kSample});
  visit("started_ns", timeline.started, {.presence = Presence::written, .narrower = kSample});
  visit("finished_ns", timeline.finished, {.presence = Presence::written, .narrower = kSample});
  visit("worker", timeline.worker,
        {.about = "The thread, process or loop that carried it out; where each has a thread of its "
                  "own, the place that it took among those in flight.",
         .presence = Presence::written,
         .narrower = kSample});
  visit("failed", timeline.failed,
        {.about = "The numbers of those that failed; absent: none did.",
         .written = !timeline.failed.empty(),
         .narrower = kSample});
}

template <class Visitor>
void fields(Visitor& visit, Pass& pass) {
  visit("elapsed_ns", pass.elapsed, {.presence = Presence::required});
  visit("cpu_ns", pass.cpu, {.presence = Presence::written});
  visit("completed", pass.completed, {.presence = Presence::written});
}

template <class Visitor>
void fields(Visitor& visit, Phases& phases) {
  visit("set_up_ns", phases.set_up);
  visit("connect_ns", phases.connect,
        {.about = "From the first session begun to be opened to the last open."});
  visit("warm_up_ns", phases.warm_up);
  visit("timed_ns", phases.timed);
  visit("drain_ns", phases.drain,
        {.about = "From the first operation that ended with none left to begin to the end of the "
                  "last, summed over the passes."});
  visit("around_ns", phases.around,
        {.about = "The rest of its process's life, as the parent saw it: the start of an "
                  "interpreter is in it."});
  visit("settle_ns", phases.settle,
        {.about = "Before its process: until the service was done with what an earlier run had "
                  "left. Results have it."});
}

template <class Visitor>
void fields(Visitor& visit, Resources& resources) {
  visit("user_ns", resources.user, {.presence = Presence::written});
  visit("system_ns", resources.system, {.presence = Presence::written});
  visit("voluntary_switches", resources.voluntary_switches,
        {.presence = Presence::written, .per_operation = true});
  visit("involuntary_switches", resources.involuntary_switches,
        {.presence = Presence::written, .per_operation = true});
  visit("minor_faults", resources.minor_faults, {.per_operation = true});
  visit("major_faults", resources.major_faults, {.per_operation = true});
  visit("connections_reopened", resources.connections_reopened,
        {.about = "Made in place of one that the server had closed while nothing was asked over "
                  "it: no failures.",
         .per_operation = true});
  visit("peak_rss_bytes", resources.peak_rss_bytes,
        {.about = "Of the child alone, without the workers of a pool.",
         .presence = Presence::written,
         .least = 0});
  visit("grown_bytes", resources.grown_bytes,
        {.about = "Resident memory beyond what stood before the first session or thread, workers "
                  "included.",
         .presence = Presence::written});
  visit("run_queue_wait_ns", resources.run_queue_wait,
        {.about = "Time in which threads could have run and no processor took them; absent where "
                  "threads have ended."});
}

template <class Visitor>
void fields(Visitor& visit, NetworkCounts& network) {
  visit("listen_overflows", network.listen_overflows);
  visit("listen_drops", network.listen_drops);
  visit("tcp_timeouts", network.tcp_timeouts);
  visit("retransmitted_segments", network.retransmitted_segments);
}

template <class Visitor>
void fields(Visitor& visit, ServiceUsage& service) {
  visit("cpu_ns", service.cpu);
  visit("user_ns", service.user);
  visit("system_ns", service.system);
  visit("busiest_thread_ns", service.busiest_thread,
        {.about = "Processor time of the thread that used most; absent where it is not known."});
  visit("waited_for_cpu_ns", service.waited_for_cpu,
        {.about = "By all threads, for a processor while they could have run; absent where it is "
                  "not known."});
  visit("threads", service.threads);
  visit("peak_rss_bytes", service.peak_rss_bytes, {.least = 0});
  visit("peak_connections", service.peak_connections);
  visit("requests", service.requests);
  visit("own_time", service.own_time,
        {.about = "By itself, from the arrival of each request to handing its answer to the "
                  "kernel."});
  visit("activity_samples", service.activity_samples);
  visit("mean_active", service.mean_active,
        {.about = "Requests that it worked at at one moment, over activity_samples samples."});
  visit("peak_active", service.peak_active);
}

inline constexpr auto kOtherCounts =
    R"({"additionalProperties": {"type": "integer", "minimum": 0}})";

template <class Visitor>
void fields(Visitor& visit, Observed& observed) {
  visit("samples", observed.samples);
  visit("mean_in_flight", observed.mean_in_flight);
  visit("peak_threads", observed.peak_threads);
  visit("page_table_bytes", observed.page_table_bytes,
        {.about = "Growth of the page tables of the child and its workers."});
  visit("kernel_stack_bytes", observed.kernel_stack_bytes,
        {.about = "The kernel's stacks of their threads but the first."});
  visit("slab_bytes", observed.slab_bytes,
        {.about = "Growth of the whole machine's slab that cannot be given back; counted as memory "
                  "of the operations only above 8 MiB."});
  visit("network", observed.network,
        {.about = "TCP's troubles from its start to its end, of the whole machine.",
         .narrower = kOtherCounts});
  visit("slices", observed.slices,
        {.about = "Operations begun in each of up to ten parts of the pass, equally long; empty "
                  "where too few samples tell, or passes are several."});
  visit("slice_ns", observed.slice, {.about = "How long each of them is."});
  visit("service", observed.service,
        {.about = "What the service that was started for the case used in that time.",
         .narrower = kOtherCounts});
}

template <class Visitor>
void fields(Visitor& visit, Placed& placed) {
  CpuText client{placed.client}, service{placed.service};
  visit("client", client, {.written = !placed.client.empty()});
  visit("service", service,
        {.about = "Of the service that was started for it; absent: none was.",
         .written = !placed.service.empty()});
}

template <class Visitor>
void fields(Visitor& visit, BasicLoopTimes<Histogram>& loop) {
  visit("lag", loop.lag);
  visit("longest_hold_ns", loop.longest_hold);
  visit("held_by_op", loop.held_by);
}

template <class Visitor>
void fields(Visitor& visit, Hop& hop) {
  visit("cpu_ns", hop.cpu,
        {.about = "Processor time of each, both sides, with 64 at once.",
         .presence = Presence::written});
  visit("alone_ns", hop.alone,
        {.about = "From asking to having it, of one alone.", .presence = Presence::written});
}

template <class Visitor>
void fields(Visitor& visit, InTime& in_time) {
  visit("due", in_time.due, {.presence = Presence::written});
  visit(
      "ended", in_time.ended,
      {.about = "By the time the last was due; those that a steady state has in flight then count "
                "as ended.",
       .presence = Presence::written});
  visit("succeeded", in_time.succeeded, {.about = "Of these.", .presence = Presence::written});
  visit("schedule_ns", in_time.schedule,
        {.about = "How long they came due, until the last.", .presence = Presence::written});
}

/// The connections of a measurement stand among its own fields.
template <class Visitor>
void connection_fields(Visitor& visit, std::optional<Connections>& connections) {
  std::optional<std::uint64_t> made, reused;
  if (connections) made = connections->made, reused = connections->reused;
  visit("connections_made", made,
        {.about = "In the timed part; absent where the workload makes none."});
  visit("connections_reused", reused,
        {.about = "Operations of the timed part over a connection that stood already."});
  if (made && !connections) connections = {*made, reused.value_or(0)};
}

template <class Visitor>
void fields(Visitor& visit, Measurement& m) {
  visit("completed", m.completed, {.presence = Presence::required});
  visit("failed", m.failed, {.presence = Presence::written});
  visit("never_started", m.never_started, {.presence = Presence::written});
  visit("abandoned", m.abandoned,
        {.about = "Of never_started, those that were started and did not end within the drain."});
  visit("failures", m.failures,
        {.about = "Failed operations by reason.",
         .presence = Presence::written,
         .narrower = R"({"additionalProperties": {"minimum": 1}})"});
  visit("rows", m.rows,
        {.about = "Given by the operations that succeeded; 0 where none asks for some."});
  visit("passes", m.passes, {.presence = Presence::required, .narrower = R"({"minItems": 1,
           "items": {"additionalProperties": {"type": "integer", "minimum": 0}}})"});
  visit("phases", m.phases,
        {.about = "How long the parts of the run took, one after the other; drain is the last part "
                  "of timed.",
         .narrower = kOtherCounts});
  visit("busy_before", m.busy_before,
        {.about = "Whether the service was still busy with operations of an earlier run when this "
                  "one began. Results have it."});
  visit("warm_up", m.warm_up,
        {.about = "Operations of the warm-up; they count nowhere else. Absent where not told."});
  visit("warm_up_failed", m.warm_up_failed,
        {.about = "Operations of the warm-up that failed; they count nowhere else."});
  visit("resources", m.resources,
        {.presence = Presence::written,
         .narrower = R"({"additionalProperties": {"type": "integer"}})"});
  visit("observed", m.observed,
        {.about = "What the parent saw from outside, at random moments of the timed part."});
  visit("placement", m.placement,
        {.about = "The processors that the kernel let each side use, as it lists them."});
  visit("peak_in_flight", m.peak_in_flight, {.presence = Presence::written});
  visit("peak_is_upper_bound", m.peak_is_upper_bound,
        {.about = "Several event loops had their own peaks at different times, so that fewer may "
                  "have been in flight at once than peak_in_flight, their sum."});
  visit("service_time", m.service_time, {.presence = Presence::written});
  visit("response_time", m.response_time, {.presence = Presence::written});
  visit("loop", m.loop);
  connection_fields(visit, m.connections);
  visit(
      "ideal_ns", m.ideal,
      {.about = "The ideal bounds of its passes together, as this repetition drew its operations; "
                "absent where none is known."});
  visit("in_time", m.in_time,
        {.about = "Of an open loop: what became of its operations while they came due, summed "
                  "over its passes. Another program does not tell it; results have it."});
  visit("facts", m.facts,
        {.about = "What carried it out, where that is another program: texts by what they are "
                  "about.",
         .written = !m.facts.empty()});
  visit("timeline", m.timeline,
        {.about = "When operations of the last pass ran: all where there are at most 1000, else "
                  "about as many, chosen by their numbers alone from the whole pass. Of the first "
                  "repetition that finished. The entries of one place in the lists are one "
                  "operation's, in the order of their starts; times count from the pass's start.",
         .written = !m.timeline.operations.empty()});
  visit("hop", m.hop,
        {.about = "What it took, before the timed part, to hand a function that does nothing to "
                  "the executor and to have it back; absent where there is none."});
}

}  // namespace asyncmark
