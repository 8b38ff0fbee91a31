#include "reports/tables/service_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "reports/tables/activity.hpp"

namespace asyncmark {
namespace {

const char* const kUnknown = "-";

struct ServiceFigure {
  Column column;
  std::string (*cell)(const Measurement&);  ///< Of one that has a service.
};

const ServiceUsage& service(const Measurement& one) { return *one.observed.service; }

std::string own_time(const ServiceUsage& used, double fraction) {
  if (used.own_time.count() == 0) return kUnknown;
  const auto time = used.own_time.percentile(fraction);
  return time ? rounded_text(*time) : "n/a";
}

std::string cpu_per_request(const ServiceUsage& used) {
  const auto cpu = used.cpu_per_request();
  return cpu ? rounded_text(*cpu) : kUnknown;
}

/// Both the mean and the peak, for they differ where it could not do more at once.
std::string active(const Measurement& one) {
  const auto& used = *one.observed.service;
  if (used.activity_samples == 0) return kUnknown;
  const auto mean = active_requests(one);
  return mean ? fmt::format("{:.3g}/{}", *mean, used.peak_active) : "n/a";
}

/// What it sees by looking now and then, it may not have seen at its most.
std::string connections(const ServiceUsage& used) {
  if (used.peak_connections == 0) return kUnknown;
  const bool is_sampled = used.own_time.count() == 0 && used.activity_samples > 0;
  return is_sampled && !used.active() ? "n/a" : std::to_string(used.peak_connections);
}

const std::vector<ServiceFigure>& figures() {
  static const std::vector<ServiceFigure> all{
      {{"own time", "p50"}, [](const Measurement& one) { return own_time(service(one), 0.5); }},
      {{"own time", "p99"}, [](const Measurement& one) { return own_time(service(one), 0.99); }},
      {{"CPU per", "request"},
       [](const Measurement& one) { return cpu_per_request(service(one)); }},
      {{"active", "mean/peak"}, active},
      {{"", "threads"},
       [](const Measurement& one) { return std::to_string(service(one).threads); }},
      {{"most", "connections"}, [](const Measurement& one) { return connections(service(one)); }},
      {{"most", "memory"},
       [](const Measurement& one) {
         return rounded_bytes(static_cast<double>(service(one).peak_rss_bytes));
       }},
  };
  return all;
}

/// Those that some case tells.
std::vector<ServiceFigure> figures_of(const std::vector<const Measurement*>& all) {
  std::vector<ServiceFigure> told;
  std::ranges::copy_if(figures(), std::back_inserter(told), [&](const ServiceFigure& figure) {
    return std::ranges::any_of(all, [&](const Measurement* one) {
      return one->observed.service && figure.cell(*one) != kUnknown;
    });
  });
  return told;
}

/// Where the sides were, as the kernel gave it to them: once where it is the same for all.
void add_places(Table& table, const std::vector<const Measurement*>& all) {
  std::vector<std::string> places;
  for (const auto* one : all) {
    const auto& [client, service] = one->placement;
    if (client.empty() || service.empty()) continue;
    auto text = fmt::format("{} for the service, {} for the client", service, client);
    if (std::ranges::find(places, text) == places.end()) places.push_back(std::move(text));
  }
  if (!places.empty())
    table.notes.push_back(fmt::format("processors: {}", fmt::join(places, "; or ")));
}

}  // namespace

std::optional<Table> service_table(const Cases& cases, bool partial) {
  std::vector<const Measurement*> all;
  for (const auto* one : cases) all.push_back(&one->summary().all);
  const auto is_known = [](const Measurement* one) { return one->observed.service.has_value(); };
  if (std::ranges::none_of(all, is_known)) return std::nullopt;
  auto table = leading_columns(cases, partial);
  const auto words = cases.front()->what.service();
  table.title = words ? fmt::format("The service: {}", fmt::join(*words, " "))
                      : "The service, as the kernel sees it";
  if (!tells_rows_apart(table)) {
    table.columns.push_back({"", "in flight"});
    for (std::size_t i = 0; i < cases.size(); ++i)
      table.rows[i].cells.push_back(std::to_string(cases[i]->how.cap));
    ++table.lead;
  }
  const auto told = figures_of(all);
  for (const auto& figure : told) table.columns.push_back(figure.column);
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (is_known(all[i]))
      for (const auto& figure : told) table.rows[i].cells.push_back(figure.cell(*all[i]));
  add_places(table, all);
  const auto shows = [&](const char* heading) {
    return std::ranges::any_of(
        told, [&](const ServiceFigure& one) { return one.column.over == heading; });
  };
  if (shows("own time"))
    table.notes.push_back(
        "own time: from when the service sees a request until it hands the response to the kernel");
  if (shows("active"))
    table.notes.push_back(
        "active: connections in use at a time, as the service reports it 20 times per second "
        "(n/a: fewer than ten samples); threads: its processes; memory: shared memory counts once");
  return table;
}

}  // namespace asyncmark
