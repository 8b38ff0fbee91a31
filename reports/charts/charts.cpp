#include "reports/charts/charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "reports/charts/chart_entry.hpp"

namespace asyncmark::charts {
namespace {

constexpr std::size_t kMostSections = 12;
constexpr std::size_t kMostCases = 200;

/// What of them has figures.
Cases finished(const Cases& cases) {
  Cases all;
  for (const auto* one : cases)
    if (!one->finished().empty()) all.push_back(one);
  return all;
}

std::string file_name(const std::string& text) {
  std::string name;
  for (const char c : text)
    name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ? c : '-';
  return name.substr(0, 60);
}

class Keys {
 public:
  std::string of(const Group& group) {
    auto text = group.cases.front()->what.workload;
    if (!group.set.label.empty()) text = group.set.label + "-" + text;
    const auto name = file_name(text);
    auto key = name;
    for (int i = 2; !used_.insert(key).second; ++i) key = fmt::format("{}-{}", name, i);
    return key;
  }

 private:
  std::set<std::string> used_;
};

std::string heading_of(const Group& group) {
  const auto text = workload_text(group.cases.front()->what);
  return group.set.label.empty() ? text : group.set.label + ": " + text;
}

std::vector<Group> groups_of(const ResultSets& sets) {
  std::vector<Group> groups;
  for (const auto* set : sets)
    for (const auto& cases : grouped(set->results))
      if (auto some = finished(cases); !some.empty()) groups.push_back({*set, std::move(some)});
  return groups;
}

std::string left_out(const std::vector<Group>& groups) {
  std::size_t all = 0, drawn = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    all += groups[i].cases.size();
    if (i < kMostSections) drawn += std::min(groups[i].cases.size(), kMostCases);
  }
  if (drawn == all) return "";
  return fmt::format(
      "Only {} of {} cases are drawn: the first {} of each of the first {} workloads. The table of "
      "all cases has the others.",
      drawn, all, kMostCases, std::min(groups.size(), kMostSections));
}

}  // namespace

Gallery gallery_of(const ResultSets& sets) {
  auto groups = groups_of(sets);
  Gallery gallery{.overall = {}, .sections = {}, .left_out = left_out(groups)};
  for (const auto& family : Registry<ChartEntry>::all())
    if (family.of_all)
      for (auto& chart : family.of_all(groups)) gallery.overall.push_back(std::move(chart));
  Keys keys;
  for (auto& group : groups) {
    if (gallery.sections.size() == kMostSections) break;
    if (group.cases.size() > kMostCases) group.cases.resize(kMostCases);
    Section section{keys.of(group), heading_of(group), group, {}};
    for (const auto& family : Registry<ChartEntry>::all())
      if (family.of_group)
        for (auto& chart : family.of_group(group)) section.charts.push_back(std::move(chart));
    gallery.sections.push_back(std::move(section));
  }
  return gallery;
}

}  // namespace asyncmark::charts
