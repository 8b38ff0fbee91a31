#pragma once

#include <string>

namespace asyncmark {

/// The text as HTML or XML shows it: visible() and on one line, never as markup.
std::string escaped(const std::string& text);

}  // namespace asyncmark
