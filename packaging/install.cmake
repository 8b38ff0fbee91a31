# What `cmake --install` and `cpack` put where: the program with its manual and completion, and, for workloads
# and runners from outside of this tree, all of it as a library with its headers and a CMake package.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Plug-ins register themselves, and nothing else refers to them: asyncmark-config.cmake has all of it linked.
add_library(asyncmark_archive STATIC)
target_link_libraries(asyncmark_archive INTERFACE asyncmark_libraries)
foreach(part ${parts})
  target_sources(asyncmark_archive PRIVATE $<TARGET_OBJECTS:${part}>)
endforeach()
target_include_directories(asyncmark_archive INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/asyncmark>)
target_compile_features(asyncmark_archive INTERFACE cxx_std_20)
set_target_properties(asyncmark_archive PROPERTIES OUTPUT_NAME asyncmark LINKER_LANGUAGE CXX EXPORT_NAME archive)

# The program.
set(packaging ${CMAKE_CURRENT_LIST_DIR})
install(TARGETS asyncmark RUNTIME COMPONENT program)
# The manual pages are made here, because a build would make them anew whenever the program changes.
install(CODE "
  find_program(help2man help2man)
  if(help2man)
    execute_process(COMMAND ${packaging}/manual $<TARGET_FILE:asyncmark> ${PROJECT_BINARY_DIR}/manual
                    COMMAND_ERROR_IS_FATAL ANY)
    file(INSTALL ${PROJECT_BINARY_DIR}/manual/ DESTINATION \${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_MANDIR}/man1)
  else()
    message(\"-- help2man is not installed: no manual pages\")
  endif()
" COMPONENT program)
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
install(FILES ${PROJECT_SOURCE_DIR}/reports/formats/result.schema.json ${PROJECT_SOURCE_DIR}/bench/plan/plan.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/asyncmark COMPONENT program)

# The library.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/asyncmark)
install(TARGETS asyncmark_archive asyncmark_libraries EXPORT asyncmark ARCHIVE COMPONENT library)
# What plug-ins are made of: the concepts, the engine, services, and what these stand on.
foreach(module base os measure model engine services)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/bench/${module} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/asyncmark/bench
          COMPONENT library FILES_MATCHING PATTERN *.hpp)
endforeach()
install(EXPORT asyncmark NAMESPACE asyncmark:: FILE asyncmark-targets.cmake DESTINATION ${package_dir}
        COMPONENT library)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/asyncmark-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
get_property(finders GLOBAL PROPERTY asyncmark_finders)
list(JOIN finders "\n" finders)
configure_file(${packaging}/asyncmark-config.cmake.in ${PROJECT_BINARY_DIR}/asyncmark-config.cmake @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/asyncmark-config.cmake ${PROJECT_BINARY_DIR}/asyncmark-config-version.cmake
        DESTINATION ${package_dir} COMPONENT library)

# Packages for Debian. What the library's users build against is what this tree is built against, and make is
# what CMake calls where it is not told otherwise.
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
get_property(packages GLOBAL PROPERTY asyncmark_packages)
list(JOIN packages ", " packages)

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
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "asyncmark (= ${PROJECT_VERSION}), cmake, g++, make, pkg-config, ${packages}")
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "asyncmark for workloads and runners of your own
The whole of asyncmark as a library with a CMake package.")
include(CPack)
