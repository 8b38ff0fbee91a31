#include "bench/probe/probe_gates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

namespace asyncmark {
namespace {

/// A gate, which gives the figures where it finds what it is named after, or nothing.
struct ProbeGate {
  std::string name;
  std::function<std::string(const EndpointProbe&, const Probe&)> look;
};

std::string missed(const EndpointProbe& endpoint, const Probe& probe) {
  if (endpoint.capacity && endpoint.capacity->passed) return "";
  // Where other programs had the processors, the service is not to blame; 'no-verdict' fails on it.
  if (endpoint.model.bottleneck == Bottleneck::others) return "";
  if (!endpoint.capacity || endpoint.capacity->steps.empty())
    return fmt::format("no rate was tested for {}", probe.slo->text());
  return fmt::format("{} is met at no tested rate", probe.slo->text());
}

std::string failed(const EndpointProbe& endpoint, const Probe&) {
  if (!endpoint.failed.empty()) return endpoint.failed;
  for (const auto& point : endpoint.points)
    if (point.failed > 0)
      return fmt::format("{:.3g} % of the operations failed at {} in flight ({})",
                         point.failed * 100, point.in_flight, point.reason);
  return "";
}

std::string no_verdict(const EndpointProbe& endpoint, const Probe&) {
  if (has_verdict(endpoint)) return "";
  if (!endpoint.failed.empty()) return endpoint.failed;
  return endpoint.model.bottleneck == Bottleneck::client
             ? "the client is the bottleneck"
             : fmt::format("other programs used {:.0f} % of the CPU", endpoint.others * 100);
}

ProbeGate limited_by(const char* name, Bottleneck bottleneck) {
  return {name, [bottleneck](const EndpointProbe& endpoint, const Probe&) {
            if (endpoint.model.bottleneck != bottleneck) return std::string();
            const auto& model = endpoint.model;
            const auto rate = fmt::format("{:.4g}/s", model.best_per_s);
            if (model.limit == Limit::rate_limiter) return rate;
            return fmt::format("{:.3g} at once, {}", model.at_once.value, rate);
          }};
}

const std::vector<ProbeGate>& probe_gates() {
  static const std::vector<ProbeGate> all{
      {"slo", missed},
      {"failed", failed},
      {"no-verdict", no_verdict},
      limited_by("blocked", Bottleneck::blocked),
      limited_by("one-at-a-time", Bottleneck::serial),
      limited_by("pool-size", Bottleneck::pool),
      limited_by("computing", Bottleneck::computing),
      limited_by("connection-limit", Bottleneck::connections),
      limited_by("rate-limiter", Bottleneck::rate),
      limited_by("delayed-ack", Bottleneck::delayed_ack),
      limited_by("listen-queue", Bottleneck::backlog),
  };
  return all;
}

}  // namespace

std::vector<std::string> parse_probe_gates(const std::string& text, bool has_slo) {
  std::vector<std::string> known;
  for (const auto& gate : probe_gates()) known.push_back(gate.name);
  return parse_gates(text, known, fmt::format("{}", fmt::join(known, ", ")), has_slo);
}

bool has_verdict(const EndpointProbe& endpoint) {
  const auto bottleneck = endpoint.model.bottleneck;
  return endpoint.failed.empty() && bottleneck != Bottleneck::client &&
         bottleneck != Bottleneck::others;
}

std::vector<Objection> objections(const std::vector<std::string>& gates, const Probe& found) {
  std::vector<Objection> all;
  for (const auto& endpoint : found.endpoints)
    for (const auto& gate : probe_gates()) {
      if (std::ranges::find(gates, gate.name) == gates.end()) continue;
      if (const auto what = gate.look(endpoint, found); !what.empty())
        all.push_back({gate.name, {endpoint.name}, what});
    }
  return all;
}

}  // namespace asyncmark
