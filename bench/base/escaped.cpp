#include "bench/base/escaped.hpp"

#include "bench/base/visible.hpp"

namespace asyncmark {

std::string escaped(const std::string& text) {
  std::string all;
  for (const char c : visible(text)) {
    switch (c) {
      case '&':
        all += "&amp;";
        break;
      case '<':
        all += "&lt;";
        break;
      case '>':
        all += "&gt;";
        break;
      case '"':
        all += "&quot;";
        break;
      case '\'':
        all += "&#39;";
        break;
      default:
        all += c;
    }
  }
  return all;
}

}  // namespace asyncmark
