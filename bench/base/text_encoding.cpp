#include "bench/base/text_encoding.hpp"

#include <fmt/format.h>

namespace asyncmark {
namespace {

using namespace std::string_view_literals;

std::string utf(int bits) {
  return fmt::format(
      "is UTF-{0}, as '>' of PowerShell writes it, and not UTF-8: convert it, as with 'iconv -f "
      "UTF-{0} -t UTF-8 FILE'",
      bits);
}

}  // namespace

std::string not_utf8(std::string_view head) {
  if (head.starts_with("\0\0\xfe\xff"sv) || head.starts_with("\xff\xfe\0\0"sv)) return utf(32);
  if (head.starts_with("\xfe\xff"sv) || head.starts_with("\xff\xfe"sv)) return utf(16);
  // Without a mark at its beginning: each of its first characters has a byte 0.
  if (head.size() >= 2 && (head[0] == '\0') != (head[1] == '\0')) return utf(16);
  if (head.starts_with("\x1f\x8b"sv))
    return "is compressed by gzip: unpack it, as with '<(zcat FILE)'";
  return "";
}

}  // namespace asyncmark
