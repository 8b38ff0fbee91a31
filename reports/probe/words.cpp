#include "reports/probe/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/base/units.hpp"

namespace asyncmark {
namespace {

std::string times(double count, const std::string& noun) {
  return fmt::format("{:.0f} {}{}", count, noun, count == 1 ? "" : "s");
}

const char* idle_text(const ServiceModel& model) {
  if (model.bottleneck == Bottleneck::delayed_ack)
    return " (delayed ACK: each waits 40 ms for Nagle's algorithm; set TCP_NODELAY on the server)";
  return model.bottleneck == Bottleneck::blocked
             ? " (blocked: requests wait for each other while its CPU is idle)"
             : "";
}

/// The behaviour without the name of the endpoint: "serves 40 at once (a pool)".
std::string behaviour(const EndpointProbe& endpoint) {
  const auto& model = endpoint.model;
  switch (model.limit) {
    case Limit::one_at_a_time:
      return fmt::format("serves one at a time{}", idle_text(model));
    case Limit::pool:
      return fmt::format(
          "serves {} at once ({})", at_once_text(model),
          model.bottleneck == Bottleneck::connections ? "a connection limit" : "a pool");
    case Limit::processors:
      return fmt::format("computes: {} {} busy",
                         times(static_cast<double>(model.processors), "processor"),
                         model.processors == 1 ? "is" : "are");
    case Limit::rate_limiter:
      return fmt::format("is limited to {}/s (a rate limiter)", rounded_count(model.best_per_s));
    case Limit::none_found:
      break;
  }
  if (model.bottleneck == Bottleneck::connections)
    return fmt::format("serves up to {} at once, then refuses more (a connection limit)",
                       rounded_count(model.at_once.value));
  if (model.bottleneck == Bottleneck::backlog)
    return fmt::format("has a listen queue that overflows at {} in flight: connections wait 1 s",
                       model.most_tried);
  if (endpoint.cut)
    return fmt::format("has no limit up to {} in flight, as far as the time allowed (--budget)",
                       model.most_tried);
  return fmt::format("has no limit up to {} in flight", model.most_tried);
}

std::string no_verdict(const EndpointProbe& endpoint) {
  if (!endpoint.failed.empty()) return "could not be measured: " + endpoint.failed;
  if (endpoint.model.bottleneck == Bottleneck::client)
    return fmt::format(
        "has no verdict: the client is the bottleneck, its processors are busy at {}/s",
        rounded_count(endpoint.model.best_per_s));
  if (endpoint.model.bottleneck == Bottleneck::others)
    return fmt::format(
        "has no verdict: other programs used {:.0f} % of the CPU; repeat on an idle machine",
        endpoint.others * 100);
  if (endpoint.model.best_per_s <= 0 && !endpoint.points.empty())
    return fmt::format("has no verdict: no operation succeeds ({})",
                       endpoint.points.front().reason);
  if (endpoint.points.size() < 2) return "has no verdict: too little time (--budget)";
  return "";
}

/// Whether the rates that the bracket consists of had fewer operations than the percentile needs.
bool is_rough(const Capacity& capacity) {
  return std::ranges::any_of(capacity.steps, [&](const CapacityStep& step) {
    return step.few && (step.per_s == capacity.passed || step.per_s == capacity.failed);
  });
}

std::string bracket_text(const Capacity& capacity, const std::string& limit) {
  if (!capacity.passed)
    return fmt::format("{} fails even at {}/s", limit, rounded_count(*capacity.failed));
  if (!capacity.failed)
    return fmt::format("{} up to about {}/s or more", limit, rounded_count(*capacity.passed));
  // Short runs: a queue near saturation has not grown to its final length.
  return fmt::format("{} up to about {}-{}/s (estimate)", limit, rounded_count(*capacity.passed),
                     rounded_count(*capacity.failed));
}

std::string capacity_part(const Capacity& capacity, const Slo& slo) {
  const auto limit = fmt::format("{} <= {}", slo.percentile, rounded_text(slo.limit));
  if (capacity.steps.empty())
    return fmt::format("no rate was tested for {}: the time was over", limit);
  if (!capacity.passed && !capacity.failed) return "";
  const auto rough = is_rough(capacity)
                         ? fmt::format(" (rough: the budget is too short for a {})", slo.percentile)
                         : "";
  return bracket_text(capacity, limit) + rough;
}

std::string runner_part(const Advice& advice) {
  if (!advice.threads_over_loop) return "";
  if (!advice.differs()) return "in the client, threads and an event loop perform alike";
  const auto ratio = *advice.threads_over_loop;
  return ratio > 1
             ? fmt::format("threads reach {:.0f} % more than an event loop", (ratio - 1) * 100)
             : fmt::format("an event loop reaches {:.0f} % more than threads",
                           (1 / ratio - 1) * 100);
}

}  // namespace

bool has_advice(const EndpointProbe& endpoint) {
  const auto& advice = endpoint.advice;
  return advice && advice->connections > 0 && !advice->misses_slo &&
         !(endpoint.cut && endpoint.model.limit == Limit::none_found);
}

std::string at_once_text(const ServiceModel& model) {
  switch (model.limit) {
    case Limit::one_at_a_time:
      return "1";
    case Limit::pool:
      return fmt::format("{:.0f}", std::round(model.at_once.value));
    case Limit::processors:
      return fmt::format("{:.3g}", std::max(1.0, model.at_once.value));
    case Limit::rate_limiter:
      return "-";
    case Limit::none_found:
      break;
  }
  if (model.bottleneck == Bottleneck::client || model.bottleneck == Bottleneck::others ||
      model.most_tried == 0 || model.best_per_s <= 0)
    return "-";
  return fmt::format(">={}", model.most_tried);
}

std::string interval_text(const ServiceModel& model) {
  const bool has = model.limit == Limit::one_at_a_time || model.limit == Limit::pool ||
                   model.limit == Limit::processors;
  return has ? fmt::format("{:.3g}-{:.3g}", model.at_once.low, model.at_once.high) : "-";
}

std::string capacity_text(const std::optional<Capacity>& capacity) {
  if (!capacity || capacity->steps.empty()) return "-";
  if (capacity->passed && capacity->failed)
    return fmt::format("{}-{}/s", rounded_count(*capacity->passed),
                       rounded_count(*capacity->failed));
  if (capacity->passed) return fmt::format(">={}/s", rounded_count(*capacity->passed));
  if (capacity->failed) return fmt::format("<{}/s", rounded_count(*capacity->failed));
  return "-";
}

std::string bottleneck_text(const EndpointProbe& endpoint) {
  switch (endpoint.model.bottleneck) {
    case Bottleneck::none:
      return "none found";
    case Bottleneck::blocked:
      return "blocked";
    case Bottleneck::serial:
      return "one at a time";
    case Bottleneck::pool:
      return "pool size";
    case Bottleneck::computing:
      return "computing";
    case Bottleneck::rate:
      return "rate limiter";
    case Bottleneck::connections:
      return "connection limit";
    case Bottleneck::timeouts:
      return "time-outs";
    case Bottleneck::errors:
      return "errors";
    case Bottleneck::delayed_ack:
      return "delayed ACK";
    case Bottleneck::backlog:
      return "listen queue";
    case Bottleneck::others:
      return "other programs";
    case Bottleneck::client:
      break;
  }
  return "the client";
}

std::string probe_sentence(const EndpointProbe& endpoint, const std::optional<Slo>& slo) {
  if (const auto without = no_verdict(endpoint); !without.empty())
    return fmt::format("{} {}.", endpoint.name, without);
  std::vector<std::string> parts{behaviour(endpoint)};
  if (endpoint.capacity && slo)
    if (auto part = capacity_part(*endpoint.capacity, *slo); !part.empty()) parts.push_back(part);
  if (endpoint.advice && endpoint.advice->misses_slo && slo)
    parts.push_back(fmt::format("no number of connections meets {}", slo->text()));
  else if (has_advice(endpoint))
    parts.push_back(fmt::format(
        "use {}", times(static_cast<double>(endpoint.advice->connections), "connection")));
  if (endpoint.advice)
    if (auto part = runner_part(*endpoint.advice); !part.empty()) parts.push_back(part);
  return fmt::format("{} {}.", endpoint.name, fmt::join(parts, "; "));
}

}  // namespace asyncmark
