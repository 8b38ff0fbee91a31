#include "reports/charts/spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string_view>

#include "reports/charts/chart.hpp"

namespace asyncmark::charts {
namespace {

constexpr int kHeight = 320;
// What both a white and a black page show.
const char* const kGrey = "#808080";

Json dashes() {
  return {{1, 0}, {6, 3}, {2, 2}, {8, 3, 2, 3}, {12, 4}, {4, 4}, {10, 2, 2, 2, 2, 2}, {1, 3}};
}

Json shapes() {
  return {"circle", "square",        "triangle-up",    "diamond",
          "cross",  "triangle-down", "triangle-right", "triangle-left"};
}

const char* const kBlack = "#000000";
// For those of Okabe and Ito that have too little contrast on white; these stand on black.
const char* const kOlive = "#999933";
const char* const kAmber = "#B07800";
const char* const kSky = "#2F8FCB";

/// The first eight are those of Okabe and Ito, some of them darker. Each has a contrast of at least
/// three with white, and its colour on black with that.
const std::vector<std::string>& colours() {
  static const std::vector<std::string> all{
      "#0072B2", "#D55E00", "#009E73", "#CC79A7", kAmber,    kSky,      kBlack,    kOlive,
      "#8C564B", "#8A63D2", "#5F8C10", "#E7298A", "#17A2B8", "#708090", "#E31A1C", "#00796B"};
  return all;
}

/// The runners that readers know by their colours: the place of each among colours() is the one
/// that it has here, whatever other runners there are.
constexpr std::string_view kKnown[] = {"event-loop", "hybrid",        "multi-loop", "process-pool",
                                       "sync",       "thread-per-op", "thread-pool"};

/// Places among colours(), shapes() and dashes(), by runner. All but the known ones take those that
/// are left, by their names, and share them where these are too few.
std::map<std::string, std::size_t> places_of(std::vector<std::string> runners) {
  // First what is seldom taken, so that the charts of a page mostly agree.
  std::vector<std::size_t> left{1, 2, 7, 5, 3, 6, 4, 0, 8, 9, 10, 11, 12, 13, 14, 15};
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < std::size(kKnown); ++i)
    if (std::erase(runners, kKnown[i]) > 0) std::erase(left, places[std::string(kKnown[i])] = i);
  std::ranges::sort(runners);
  for (std::size_t i = 0; i < runners.size(); ++i) places[runners[i]] = left[i % left.size()];
  return places;
}

/// How a series is drawn.
struct Style {
  std::string name;
  std::size_t colour;  ///< That of its runner.
  std::size_t form;    ///< Of its shape and dash: that of its runner, for the first that has it.
};

/// In the order in which the series come.
std::vector<Style> styles_of(const Json& rows) {
  const auto places = places_of(values_of(rows, "runner"));
  std::map<std::size_t, std::size_t> used;  // How many lines have a colour.
  std::vector<Style> styles;
  for (const auto& name : values_of(rows, "series"))
    for (const auto& row : rows)
      if (row["series"] == name) {
        const auto colour = places.at(row["runner"].get<std::string>());
        styles.push_back({name, colour, colour + used[colour]++});
        break;
      }
  return styles;
}

/// One legend for all that go by the same key, as they then have one domain.
Json scale_of(const std::string& key, const std::vector<std::string>& names, const Json& range) {
  return {{"field", key},
          {"type", "nominal"},
          {"title", nullptr},
          {"scale", {{"domain", names}, {"range", range}}},
          {"sort", nullptr}};
}

/// The names of the fields that a specification draws of a row, and that its expressions test.
void add_drawn(const Json& spec, std::set<std::string>& names) {
  static const std::regex of_a_row("\\bdatum\\.(\\w+)");
  for (const auto& [key, part] : spec.items()) {
    if (part.is_structured()) add_drawn(part, names);
    if (!part.is_string()) continue;
    const auto& text = part.get_ref<const std::string&>();
    if (key == "field") names.insert(text);
    if (key == "filter" || key == "test")
      for (std::sregex_iterator one(text.begin(), text.end(), of_a_row), end; one != end; ++one)
        names.insert((*one)[1]);
  }
}

/// The rows without what no layer draws: a page holds thousands of them.
Json drawn_of(const Json& rows, const Json& layers) {
  std::set<std::string> names;
  add_drawn(layers, names);
  auto all = rows;
  for (auto& row : all)
    for (auto value = row.begin(); value != row.end();)
      value = names.contains(value.key()) ? std::next(value) : row.erase(value);
  return all;
}

/// The runner of each series, by which a page leaves out what a reader switched off.
Json runners_of(const Json& rows) {
  auto runners = Json::object();
  for (const auto& row : rows)
    if (row.contains("series") && row.contains("runner"))
      runners[row["series"].get<std::string>()] = row["runner"];
  return runners;
}

/// Of the range, what each series has.
Json series_scale(const std::vector<Style>& styles, const Json& range, std::size_t Style::*place) {
  std::vector<std::string> names;
  auto own = Json::array();
  for (const auto& style : styles) {
    names.push_back(style.name);
    own.push_back(range[style.*place % range.size()]);
  }
  return scale_of("series", names, own);
}

Json runner_scale(const Json& rows) {
  return series_scale(styles_of(rows), colours(), &Style::colour);
}

/// The opacity of the grid of a logarithmic axis.
Json powers_of_ten_stand_out() {
  const char* const is_power =
      "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6";
  return {{"condition", {{"test", is_power}, {"value", 1}}}, {"value", 0.35}};
}

/// The series of the rows, the best first.
std::vector<std::string> ranked(Json rows, const Dots& dots) {
  std::stable_sort(rows.begin(), rows.end(), [&](const Json& a, const Json& b) {
    const auto &first = a[dots.key], &second = b[dots.key];
    return dots.more_is_better ? first > second : first < second;
  });
  return values_of(rows, "series");
}

}  // namespace

Json config(bool dark) {
  const auto* ink = dark ? "#e6e6e6" : "#222222";
  const auto* faint = dark ? "#444444" : "#dddddd";
  const Json words{{"labelColor", ink}, {"titleColor", ink}};
  Json axis = words;
  axis.update({{"gridColor", faint},
               {"domainColor", kGrey},
               {"tickColor", kGrey},
               {"labelFontSize", 12},
               {"titleFontSize", 12},
               {"titleFontWeight", "normal"},
               {"labelLimit", 240}});
  Json legend = words;
  legend.update({{"orient", "bottom"},
                 {"columns", 3},
                 {"labelFontSize", 12},
                 {"labelLimit", 320},
                 {"symbolLimit", 1000},
                 {"symbolStrokeWidth", 0},  // A dashed outline would hide the shape.
                 {"symbolBaseFillColor", ink},
                 {"symbolBaseStrokeColor", ink}});
  return {{"background", dark ? "#121212" : "#ffffff"},
          {"font", "system-ui, sans-serif"},
          {"axis", axis},
          {"legend", legend},
          {"header", {{"labelColor", ink}, {"labelFontSize", 13}, {"labelFontWeight", "bold"}}},
          {"title", {{"color", ink}, {"subtitleColor", ink}, {"anchor", "start"}}},
          {"text", {{"color", ink}, {"fontSize", 12}}},
          {"view", {{"stroke", nullptr}}}};
}

Json colours_on_black() {
  return {{kBlack, "#ffffff"}, {kOlive, "#F0E442"}, {kAmber, "#E69F00"}, {kSky, "#56B4E9"}};
}

Json on_black(Json spec) {
  const auto light = colours_on_black();
  for (auto& layer : (spec.contains("facet") ? spec["spec"] : spec)["layer"]) {
    for (const auto* channel : {"color", "stroke"}) {
      const auto range = Json::json_pointer(fmt::format("/encoding/{}/scale/range", channel));
      if (!layer.contains(range)) continue;
      for (auto& colour : layer[range]) colour = light.value(colour.get<std::string>(), colour);
    }
  }
  return spec;
}

Json spec_of(const Json& rows, Json layers) {
  auto drawn = drawn_of(rows, layers);
  return {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
          {"usermeta", {{"runners", runners_of(rows)}}},
          {"width", "container"},
          {"height", kHeight},
          {"autosize", {{"type", "fit-x"}, {"contains", "padding"}}},
          {"data", {{"values", std::move(drawn)}}},
          {"layer", std::move(layers)}};
}

Json quantity(const std::string& key, const std::string& title, Scale scale,
              const std::string& format) {
  Json axis{{"format", format}, {"labelOverlap", true}, {"tickCount", 6}};
  if (scale == Scale::log) axis["gridOpacity"] = powers_of_ten_stand_out();
  Json kind = scale == Scale::log ? Json{{"type", "log"}, {"nice", false}, {"padding", 20}}
                                  : Json{{"type", "linear"}, {"zero", true}, {"padding", 12}};
  return {
      {"field", key}, {"type", "quantitative"}, {"title", title}, {"scale", kind}, {"axis", axis}};
}

Json at_values(Json axis, const Json& rows) {
  constexpr std::size_t kMost = 12;
  constexpr double kCrowded = 1.0 / 12;  // Of the axis, which a label that lies takes.
  std::set<double> values;
  for (const auto& row : rows) values.insert(row[axis["field"].get<std::string>()].get<double>());
  if (values.size() > kMost) return axis;
  axis["axis"].erase("gridOpacity");
  axis["axis"].erase("tickCount");  // Of more values Vega would leave out every other one.
  axis["axis"]["values"] = values;
  // Of its own labels a logarithmic axis leaves out all but round ones.
  axis["axis"]["labelExpr"] =
      fmt::format("format(datum.value, '{}')", axis["axis"]["format"].get<std::string>());
  const auto all = std::log(*values.rbegin() / *values.begin());
  const auto near = [&](double a, double b) { return std::log(b / a) < kCrowded * all; };
  if (std::ranges::adjacent_find(values, near) == values.end()) return axis;
  axis["axis"].update({{"labelAngle", -90}, {"labelOverlap", "greedy"}});
  return axis;
}

Json names_axis(const std::string& key, const std::vector<std::string>& names) {
  return {{"field", key}, {"type", "nominal"}, {"title", nullptr}, {"sort", names}};
}

Json tooltip(const std::vector<std::pair<std::string, std::string>>& keys_and_titles) {
  auto all = Json::array();
  for (const auto& [key, title] : keys_and_titles)
    all.push_back({{"field", key}, {"title", title}});
  return all;
}

Json lines_layers(const Json& x, const Json& y, const Json& rows, const Json& tip,
                  const std::string& dashed_by) {
  const auto styles = styles_of(rows);
  const auto form = [&](const Json& range) {
    return dashed_by == "series" ? series_scale(styles, range, &Style::form)
                                 : scale_of(dashed_by, values_of(rows, dashed_by), range);
  };
  const auto colour = series_scale(styles, colours(), &Style::colour);
  const Json line{{"x", x}, {"y", y}, {"color", colour}, {"strokeDash", form(dashes())}};
  const Json point{
      {"x", x}, {"y", y}, {"color", colour}, {"shape", form(shapes())}, {"tooltip", tip}};
  return {{{"mark", {{"type", "line"}, {"strokeWidth", 2}, {"aria", false}}}, {"encoding", line}},
          {{"name", kPoints},
           {"mark", {{"type", "point"}, {"filled", true}, {"size", 60}, {"opacity", 1}}},
           {"encoding", point}}};
}

Json dodged_spec(const Json& rows, const Json& x, const std::string& by, const Json& tip) {
  const auto series = values_of(rows, "series"), names = values_of(rows, by);
  auto from = x;
  from["field"] = "low";
  const auto colour = scale_of(by, names, colours());
  Json range{{"x", from},
             {"x2", {{"field", "high"}}},
             {"y", names_axis("series", series)},
             {"yOffset", names_axis(by, names)},
             {"color", colour}};
  auto point = range;
  point.erase("x2");
  point["x"] = x;
  point["shape"] = scale_of(by, names, shapes());
  point["tooltip"] = tip;
  auto spec = spec_of(
      rows,
      {{{"mark", {{"type", "rule"}, {"strokeWidth", 3}, {"aria", false}}}, {"encoding", range}},
       {{"name", kPoints},
        {"mark", {{"type", "point"}, {"filled", true}, {"size", 90}, {"opacity", 1}}},
        {"encoding", point}}});
  spec["height"] = {{"step", 10 + 16 * names.size()}, {"for", "position"}};
  return spec;
}

Json runner_colour(const Json& rows) {
  auto colour = runner_scale(rows);
  colour["legend"] = nullptr;
  return colour;
}

Json dots_spec(const Json& rows, const Dots& dots, const Json& tip) {
  const auto y = names_axis("series", ranked(rows, dots));
  auto x = quantity(dots.key, dots.title, Scale::log, dots.format);
  x["scale"]["padding"] = 32;  // Room for half of the text of the least and of the most.
  const auto colour = runner_colour(rows);
  auto layers = Json::array();
  if (!dots.low.empty()) {
    auto from = x;
    from["field"] = dots.low;
    layers.push_back(
        {{"mark", {{"type", "rule"}, {"strokeWidth", 3}, {"aria", false}}},
         {"encoding", {{"x", from}, {"x2", {{"field", dots.high}}}, {"y", y}, {"color", colour}}}});
  }
  layers.push_back({{"name", kPoints},
                    {"mark", {{"type", "point"}, {"filled", true}, {"size", 90}, {"opacity", 1}}},
                    {"encoding", {{"x", x}, {"y", y}, {"color", colour}, {"tooltip", tip}}}});
  layers.push_back({{"mark", {{"type", "text"}, {"dy", -11}, {"aria", false}}},
                    {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "text"}}}}}});
  auto spec = spec_of(rows, std::move(layers));
  spec["height"] = {{"step", 34}};
  return spec;
}

std::vector<std::string> values_of(const Json& rows, const std::string& key) {
  std::vector<std::string> all;
  for (const auto& row : rows)
    if (const auto value = row.value(key, ""); std::ranges::find(all, value) == all.end())
      all.push_back(value);
  return all;
}

}  // namespace asyncmark::charts
