#pragma once

#include <string>

namespace asyncmark {

/// Returns the text with the signs that ASCII lacks: `12 us` as `12 \u00b5s`, `3x` as `3\u00d7`.
/// Reports are written in ASCII, which every terminal has, and typeset where there is more.
std::string typeset(const std::string& text);

}  // namespace asyncmark
