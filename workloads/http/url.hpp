#pragma once

#include <cstdint>
#include <string>

#include "bench/base/options.hpp"

namespace asyncmark::http {

/// The parts of an absolute `http` or `https` URL.
struct Url {
  bool tls = false;
  std::string host;  ///< A name or an address, IPv6 without its brackets.
  std::uint16_t port = 0;
  /// Path and query, as they go into the request: characters beyond ASCII are percent-encoded, and
  /// all else is as it was given.
  std::string target;

  /// Throws UsageError naming --url for anything else.
  static Url parse(const std::string& text);

  /// Host and port as they stand in a Host header: the port only where it is not the scheme's own.
  std::string authority() const;
};

/// The option `url`: kept as it is sent, shown without credentials.
OptionSpec url_option(std::string help);

}  // namespace asyncmark::http
