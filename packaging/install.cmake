# What `cmake --install` and `cpack` put where: the program with its manual and completion, and, for workloads
# and runners from outside of this tree, all of it as a library with its headers and a CMake package.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Plug-ins register themselves, and nothing else refers to them: asyncmark-config.cmake has all of it linked.
add_library(asyncmark_archive STATIC)
target_link_libraries(asyncmark_archive INTERFACE Boost::headers CLI11::CLI11 OpenSSL::SSL PkgConfig::cpp_httplib
                      PostgreSQL::PostgreSQL SQLite::SQLite3 Threads::Threads benchmark::benchmark fmt::fmt
                      nlohmann_json::nlohmann_json)
foreach(part ${everything})
  target_sources(asyncmark_archive PRIVATE $<TARGET_OBJECTS:${part}>)
endforeach()
target_include_directories(asyncmark_archive INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/asyncmark>)
target_compile_features(asyncmark_archive INTERFACE cxx_std_20)
set_target_properties(asyncmark_archive PROPERTIES OUTPUT_NAME asyncmark LINKER_LANGUAGE CXX EXPORT_NAME archive)

add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/asyncmark.1
  COMMAND asyncmark man > ${PROJECT_BINARY_DIR}/asyncmark.1 DEPENDS asyncmark VERBATIM)
add_custom_target(asyncmark_manual ALL DEPENDS ${PROJECT_BINARY_DIR}/asyncmark.1)

# The program.
set(packaging ${CMAKE_CURRENT_LIST_DIR})
install(TARGETS asyncmark RUNTIME COMPONENT program)
install(FILES ${PROJECT_BINARY_DIR}/asyncmark.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/scripts/completion.bash RENAME asyncmark
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
# Debian's zsh looks for what packages bring in another folder than for what is installed by hand.
install(CODE "
  set(folder \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh)
  if(CMAKE_INSTALL_PREFIX MATCHES /usr$ AND EXISTS /etc/debian_version)
    string(APPEND folder /vendor-completions)
  else()
    string(APPEND folder /site-functions)
  endif()
  file(INSTALL FILES ${PROJECT_SOURCE_DIR}/scripts/completion.zsh RENAME _asyncmark DESTINATION \${folder})
" COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/reports/result.schema.json ${PROJECT_SOURCE_DIR}/bench/plan.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/asyncmark COMPONENT program)

# The library.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/asyncmark)
install(TARGETS asyncmark_archive EXPORT asyncmark ARCHIVE COMPONENT library)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/bench DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/asyncmark COMPONENT library
        FILES_MATCHING PATTERN *.hpp PATTERN scaffold EXCLUDE PATTERN testing EXCLUDE)
install(EXPORT asyncmark NAMESPACE asyncmark:: FILE asyncmark-targets.cmake DESTINATION ${package_dir}
        COMPONENT library)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/asyncmark-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${packaging}/asyncmark-config.cmake ${PROJECT_BINARY_DIR}/asyncmark-config-version.cmake
        DESTINATION ${package_dir} COMPONENT library)

# Packages for Debian. What the library's users build against is what this tree is built against, and make is
# what CMake calls where nobody says otherwise.
foreach(component program library)
  set(name asyncmark)
  if(component STREQUAL library)
    set(name asyncmark-dev)
  endif()
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name}
          COMPONENT ${component})
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/reports/fetched/licences.txt RENAME licences-of-charts
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/asyncmark COMPONENT program)
file(STRINGS ${PROJECT_SOURCE_DIR}/scripts/packages.txt lines REGEX "^build .*(-dev|cmake|g\\+\\+|pkg-config)( |$)")
list(TRANSFORM lines REPLACE "^build +([^ ]+).*" "\\1")
list(JOIN lines ", " build_packages)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME asyncmark)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The authors of asyncmark <root@localhost>")
set(CPACK_COMPONENTS_ALL program library)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME asyncmark)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "postgresql")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "nodejs, python3")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "measures the same work done four ways
One thread, many threads, an event loop, a pool of processes: what each of
them costs for work that waits, computes, calls a server or a database.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME asyncmark-dev)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "asyncmark (= ${PROJECT_VERSION}), make, ${build_packages}")
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "asyncmark for workloads and runners of your own
The whole of asyncmark as a library with a CMake package.")
include(CPack)
