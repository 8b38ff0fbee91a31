#pragma once

#include <string>
#include <vector>

#include "bench/base/options.hpp"

// Parts of Vega-Lite specifications that several families of charts share.
namespace asyncmark::charts {

/// The look of charts on a white or a black page.
Json config(bool dark);

/// What on a black page stands for colours that are made for white, by these.
Json colours_on_black();

/// The same specification with colours for a black page.
Json on_black(Json spec);

/// A whole specification of these layers over what they draw of `rows`.
Json spec_of(const Json& rows, Json layers);

enum class Scale { linear, log };

/// Numbers along an axis, in d3's format.
Json quantity(const std::string& key, const std::string& title, Scale scale,
              const std::string& format = ",.6~f");

/// The logarithmic axis along the bottom with its marks at what was measured, where that is not too
/// much, and upright where they are near one another. There are rows.
Json at_values(Json axis, const Json& rows);

/// Names along an axis, in the order in which they come in `names`.
Json names_axis(const std::string& key, const std::vector<std::string>& names);

/// What a reader who points at a mark is told.
Json tooltip(const std::vector<std::pair<std::string, std::string>>& keys_and_titles);

/// Lines with a point a row, told apart by colour, dash and shape. The colours are those of Okabe
/// and Ito (jfly.uni-koeln.de/color), which people who see fewer colours tell apart. Colours go by
/// `runner`; so do dashes and shapes, which tell several `series` of one apart too, or by another
/// key of the rows.
Json lines_layers(const Json& x, const Json& y, const Json& rows, const Json& tip,
                  const std::string& dashed_by = "series");

/// A point a row at its `series`, with the range between `low` and `high`, a colour and a shape for
/// each value of `by`, each of which has its own height within the series.
Json dodged_spec(const Json& rows, const Json& x, const std::string& by, const Json& tip);

/// The colour of each row's runner, for marks that have their names beside them.
Json runner_colour(const Json& rows);

/// A point a row beside its `series`, the best first; where there are `low` and `high` with the
/// range between them; and its `text`.
struct Dots {
  std::string key;
  std::string title;
  std::string low = {}, high = {};
  std::string format = ",.6~f";
  bool more_is_better = false;
};
Json dots_spec(const Json& rows, const Dots& dots, const Json& tip);

/// Of `key`, each value once, in the order in which they come.
std::vector<std::string> values_of(const Json& rows, const std::string& key);

}  // namespace asyncmark::charts
