#pragma once

#include <string_view>

namespace asyncmark::carried {

/// Files that the program carries for the page. All but the style and the script are empty in a
/// program that was built without npm.
std::string_view style();
std::string_view script();
std::string_view vega();
std::string_view vega_lite();
std::string_view vega_embed();
std::string_view licences();

}  // namespace asyncmark::carried
