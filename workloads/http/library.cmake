# By its Cflags: without them it links, but its classes have other sizes than the library's.
asyncmark_library(NAME cpp-httplib PKG_CONFIG cpp-httplib TARGET PkgConfig::cpp_httplib DEBIAN libcpp-httplib-dev)
