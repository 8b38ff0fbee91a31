# asyncmark_library(NAME n TARGET t PACKAGE p|PKG_CONFIG p DEBIAN d [AT_LEAST v] [HEADER h VERSION expression])
#
# Finds a library. It is then linked into the program, looked for by projects that build on an installed
# asyncmark (its Debian package is what asyncmark-dev depends on), and listed by `--version` and in results under
# this name: with the version that the C++ expression gives at run time (a `const char*`, std::string or number;
# `h` declares it), or with the one that CMake found.
function(asyncmark_library)
  cmake_parse_arguments(PARSE_ARGV 0 library "" "NAME;TARGET;PACKAGE;PKG_CONFIG;DEBIAN;AT_LEAST;HEADER;VERSION" "")
  if(library_PKG_CONFIG)
    find_package(PkgConfig REQUIRED)
    string(MAKE_C_IDENTIFIER ${library_PKG_CONFIG} prefix)
    pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET GLOBAL ${library_PKG_CONFIG})
    set(found ${${prefix}_VERSION})
    set(finder "asyncmark_find_by_pkg_config(${library_PKG_CONFIG} ${library_DEBIAN})")
  else()
    find_package(${library_PACKAGE} ${library_AT_LEAST} REQUIRED GLOBAL)
    set(found ${${library_PACKAGE}_VERSION})
    set(finder "asyncmark_find(${library_PACKAGE} ${library_DEBIAN} ${library_AT_LEAST})")
  endif()
  target_link_libraries(asyncmark_libraries INTERFACE ${library_TARGET})
  set_property(GLOBAL APPEND PROPERTY asyncmark_finders "${finder}")
  set_property(GLOBAL APPEND PROPERTY asyncmark_packages ${library_DEBIAN})
  if(library_HEADER)
    set_property(GLOBAL APPEND_STRING PROPERTY asyncmark_version_headers "#include <${library_HEADER}>\n")
  elseif(NOT library_VERSION)
    set(library_VERSION "\"${found}\"")
  endif()
  if(library_NAME)
    set_property(GLOBAL APPEND_STRING PROPERTY asyncmark_versions
      "const bool l${prefix}${library_PACKAGE} = Registry<LibraryEntry>::add({\"${library_NAME}\", ${library_VERSION}});\n")
  endif()
endfunction()

add_library(asyncmark_libraries INTERFACE)
asyncmark_library(NAME google-benchmark PACKAGE benchmark TARGET benchmark::benchmark DEBIAN libbenchmark-dev)
asyncmark_library(NAME boost PACKAGE Boost TARGET Boost::headers DEBIAN libboost1.81-dev AT_LEAST 1.81)
asyncmark_library(NAME cli11 PACKAGE CLI11 TARGET CLI11::CLI11 DEBIAN libcli11-dev)
asyncmark_library(NAME fmt PACKAGE fmt TARGET fmt::fmt DEBIAN libfmt-dev)
asyncmark_library(NAME nlohmann-json PACKAGE nlohmann_json TARGET nlohmann_json::nlohmann_json
                  DEBIAN nlohmann-json3-dev)
asyncmark_library(NAME openssl PACKAGE OpenSSL TARGET OpenSSL::SSL DEBIAN libssl-dev
                  HEADER openssl/crypto.h VERSION OpenSSL_version\(OPENSSL_VERSION_STRING\))
asyncmark_library(PACKAGE Threads TARGET Threads::Threads DEBIAN libc6-dev)
# What a workload brings stands beside it.
file(GLOB libraries CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/workloads/*/library.cmake)
foreach(library ${libraries})
  include(${library})
endforeach()

get_property(headers GLOBAL PROPERTY asyncmark_version_headers)
get_property(versions GLOBAL PROPERTY asyncmark_versions)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/library_versions.cpp CONTENT
"${headers}
#include \"bench/base/library_entry.hpp\"
#include \"bench/base/registry.hpp\"

namespace asyncmark {
namespace {
${versions}
}  // namespace
}  // namespace asyncmark
" @ONLY)
