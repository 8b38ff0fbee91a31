# How the tree is built: a library of objects for each module, and one for its tests. Libraries of objects,
# because from a static one the linker would drop the files that nothing but their own registration refers to.

# Presets compile several files of a module as one (CMAKE_UNITY_BUILD), which GCC takes for headers of that one.
if(CMAKE_UNITY_BUILD)
  add_compile_options(-Wno-subobject-linkage)
endif()

# Modules have one of two precompiled headers, made where they are first used: `text`, and `loops` with
# Boost.Asio, which alone takes a second to compile.
set(asyncmark_header_text <fmt/format.h> <nlohmann/json.hpp> <algorithm> <functional> <map> <optional> <string> <vector>)
set(asyncmark_header_loops ${asyncmark_header_text} ${PROJECT_SOURCE_DIR}/bench/model/async.hpp)

function(asyncmark_precompile target kind headers)
  get_property(first GLOBAL PROPERTY asyncmark_precompiled_${kind})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${headers})
    set_property(GLOBAL PROPERTY asyncmark_precompiled_${kind} ${target})
  endif()
endfunction()

# asyncmark_add_module(FOLDER text|loops [LIBRARY...]): every source of this folder below the calling one is in
# the program, every *_test.cpp among the module's tests, so that a new file needs no line here.
# The folder `.` is the calling one without those below it.
function(asyncmark_add_module folder header)
  file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
  string(REPLACE "/" "_" name ${name})
  if(folder STREQUAL .)
    file(GLOB sources CONFIGURE_DEPENDS *.cpp)
    file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
    file(GLOB others CONFIGURE_DEPENDS *_benchmark.cpp)
  else()
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${folder}/*_test.cpp)
    file(GLOB_RECURSE others CONFIGURE_DEPENDS ${folder}/*_benchmark.cpp)
  endif()
  # Helpers of tests are in a folder `testing`, and for all of them.
  set(helpers ${sources})
  list(FILTER helpers INCLUDE REGEX "/testing/")
  list(REMOVE_ITEM sources ${tests} ${others} ${helpers})
  list(FILTER sources EXCLUDE REGEX "/main.cpp$")
  if(sources AND NOT (ASYNCMARK_SANITIZE AND name MATCHES "${asyncmark_unseen_by_${asyncmark_sanitizer}}"))
    add_library(asyncmark_${name} OBJECT ${sources})
    target_link_libraries(asyncmark_${name} PUBLIC asyncmark_settings ${ARGN})
    asyncmark_precompile(asyncmark_${name} ${header} "${asyncmark_header_${header}}")
    set_property(GLOBAL APPEND PROPERTY asyncmark_parts asyncmark_${name})
  endif()
  if(BUILD_TESTING)
    target_sources(asyncmark_testing PRIVATE ${helpers})
    if(tests)
      asyncmark_add_tests(${name} ${tests})
    endif()
  endif()
endfunction()

# What a sanitizer would find nothing in is not run: data races in code that has one thread or belongs to another
# program, and errors of memory where JSON for charts is put together. Where no other code of the kind is beside it, it
# is not compiled for the sanitizer either, but linked as the release has it. Tests of the built program start it with
# what the tests of runners and workloads do inside one process: with the address sanitizer, those in which all goes well
# are slow ones.
set(asyncmark_unseen_by_thread "^(reports_.*|bench_(results|checks|plan|compare|probe|cli))$")
set(asyncmark_unseen_by_address "^reports_(charts|page)$")
set(asyncmark_sanitizer address)
if(ASYNCMARK_SANITIZE STREQUAL thread)
  set(asyncmark_sanitizer thread)
endif()
set(asyncmark_untested "^$")
set(asyncmark_tests_of_the_program "^$")
set(asyncmark_slow "^$")
if(ASYNCMARK_SANITIZE)
  set(asyncmark_tests_of_the_program "/workloads/.*(program|service|service_refusals|fastapi|foreign_servers)_test.cpp$")
endif()
if(ASYNCMARK_SANITIZE STREQUAL thread)
  set(asyncmark_untested "^(program|reports|bench_(base|measure|model|results|checks|plan|child|run|compare|probe|cli))")
elseif(ASYNCMARK_SANITIZE)
  set(asyncmark_untested ${asyncmark_unseen_by_address})
  set(asyncmark_slow "^program$")
endif()

# Tests spend their time in what they test, so that they are compiled for a short build. The thread sanitizer has to
# see all that threads do; the address sanitizer looks at the program, not at its tests, which are those of the
# release: to compile them once more would take longer than the program does.
set(asyncmark_test_options -O0)
if(ASYNCMARK_SANITIZE MATCHES address)
  list(APPEND asyncmark_test_options -fno-sanitize=all)
endif()
set(asyncmark_takes_tests OFF)
if(ASYNCMARK_SANITIZE MATCHES address)
  set(asyncmark_takes_tests ON)
endif()

# asyncmark_take_from_release(TARGET...): static libraries as compiled in the tree of the release.
function(asyncmark_take_from_release)
  set(release ${PROJECT_SOURCE_DIR}/build/release)
  list(TRANSFORM ARGN REPLACE "(.+)" "${release}/lib\\1.a" OUTPUT_VARIABLE archives)
  add_custom_target(asyncmark_compile_for_release
    COMMAND ${CMAKE_COMMAND} --preset release -D BUILD_TESTING=ON
    COMMAND ${CMAKE_COMMAND} --build --preset release --target ${ARGN}
    BYPRODUCTS ${archives} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
  foreach(target ${ARGN})
    add_library(${target} STATIC IMPORTED GLOBAL)
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${release}/lib${target}.a)
    add_dependencies(${target} asyncmark_compile_for_release)
  endforeach()
endfunction()

# The release keeps what the sanitizers take, which take it last: of what several compiled the linker takes the first,
# and the sanitizer has to look at that. To be called once all modules are there.
function(asyncmark_share_parts)
  if(ASYNCMARK_SANITIZE)
    set(taken asyncmark_unseen_by_${asyncmark_sanitizer})
    set_property(GLOBAL APPEND PROPERTY asyncmark_parts $<LINK_LIBRARY:WHOLE_ARCHIVE,${taken}>)
    if(BUILD_TESTING AND asyncmark_takes_tests)
      list(APPEND taken asyncmark_test_cases)
    endif()
    asyncmark_take_from_release(${taken})
    return()
  endif()
  get_property(parts GLOBAL PROPERTY asyncmark_parts)
  foreach(sanitizer thread address)
    set(objects)
    foreach(part ${parts})
      string(REPLACE asyncmark_ "" name ${part})
      if(name MATCHES "${asyncmark_unseen_by_${sanitizer}}")
        list(APPEND objects $<TARGET_OBJECTS:${part}>)
      endif()
    endforeach()
    set(target asyncmark_unseen_by_${sanitizer})
    add_library(${target} STATIC EXCLUDE_FROM_ALL ${objects})
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  endforeach()
endfunction()

# One program has the tests of all modules and all plug-ins: to link it takes as long as to compile a file. With it
# comes the program with the workload `faulty` in it, for tests of the command line.
if(BUILD_TESTING)
  add_library(asyncmark_testing OBJECT)
  set(targets asyncmark_testing)
  if(NOT asyncmark_takes_tests)
    add_library(asyncmark_test_cases STATIC)
    list(APPEND targets asyncmark_test_cases)
    target_precompile_headers(asyncmark_test_cases PRIVATE <gmock/gmock.h> ${asyncmark_header_text})
    set_target_properties(asyncmark_test_cases PROPERTIES ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  endif()
  foreach(target ${targets})
    target_link_libraries(${target} PUBLIC asyncmark_settings PRIVATE GTest::gmock)
    target_compile_options(${target} PRIVATE ${asyncmark_test_options})
    set_target_properties(${target} PROPERTIES UNITY_BUILD_BATCH_SIZE 12)
  endforeach()
  if(ASYNCMARK_SANITIZE)
    target_compile_definitions(asyncmark_testing PRIVATE ASYNCMARK_SANITIZED)
  endif()
  add_executable(asyncmark_faulty)
  add_executable(asyncmark_tests)
  add_dependencies(asyncmark_tests asyncmark_faulty)
endif()

# asyncmark_add_tests(NAME FILE...): the tests of a module. With a sanitizer, those of a workload that start the program
# go with those of the program.
function(asyncmark_add_tests name)
  set(files ${ARGN})
  list(FILTER files EXCLUDE REGEX "${asyncmark_tests_of_the_program}")
  list(FILTER ARGN INCLUDE REGEX "${asyncmark_tests_of_the_program}")
  set_property(GLOBAL APPEND PROPERTY asyncmark_tests_of_program ${ARGN})
  if(name MATCHES "${asyncmark_untested}" OR NOT files)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY asyncmark_tests ${name})
  set_property(GLOBAL PROPERTY asyncmark_tests_of_${name} ${files})
  if(NOT asyncmark_takes_tests)
    target_sources(asyncmark_test_cases PRIVATE ${files})
  endif()
endfunction()

# asyncmark_add_test(NAME ARGUMENT...): an entry of ctest that scripts/run-tests carries out. Its records say
# which tests were in it.
function(asyncmark_add_test name)
  add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/scripts/run-tests --record ${PROJECT_BINARY_DIR}/tests/${name}.jsonl
           ${ARGN})
  # run-tests itself stops a test that hangs.
  set_tests_properties(${name} PROPERTIES TIMEOUT 7200 SKIP_RETURN_CODE 77)
endfunction()

# asyncmark_run_tests(NAME): the tests of a module, but the slow ones. Modules that take long start first, and in
# several parts, so that two processors have something to do until the end.
set(asyncmark_parts_of_program 4)
set(asyncmark_parts_of_program_failing 2)
set(asyncmark_parts_of_runners 2)
set(asyncmark_parts_of_workloads_http 2)
set(asyncmark_parts_of_workloads_postgres 2)
function(asyncmark_run_tests name)
  set(count ${asyncmark_parts_of_${name}})
  get_property(files GLOBAL PROPERTY asyncmark_tests_of_${name})
  list(TRANSFORM files REPLACE "^${PROJECT_SOURCE_DIR}/" "")
  list(JOIN files ":" files)
  set(chosen --filter=-Slow*:Nightly* --files ${files} $<TARGET_FILE:asyncmark_tests>)
  if(NOT count)
    asyncmark_add_test(${name} ${chosen})
    return()
  endif()
  foreach(part RANGE 1 ${count})
    asyncmark_add_test(${name}_${part} --shard ${part}/${count} ${chosen})
    set_tests_properties(${name}_${part} PROPERTIES COST 100)
    if(name MATCHES "${asyncmark_slow}")
      set_tests_properties(${name}_${part} PROPERTIES LABELS slow)
    endif()
  endforeach()
endfunction()

function(asyncmark_build_tests)
  get_property(parts GLOBAL PROPERTY asyncmark_parts)
  target_link_libraries(asyncmark_faulty PRIVATE ${parts} asyncmark_testing)
  list(REMOVE_ITEM parts asyncmark_main)
  # The test cases last, as in asyncmark_share_parts.
  target_link_libraries(asyncmark_tests PRIVATE ${parts} asyncmark_testing
                        $<LINK_LIBRARY:WHOLE_ARCHIVE,asyncmark_test_cases> GTest::gmock GTest::gtest_main)
  get_property(names GLOBAL PROPERTY asyncmark_tests)
  foreach(name ${names})
    asyncmark_run_tests(${name})
  endforeach()
  asyncmark_add_test(slow_tests --filter=Slow* $<TARGET_FILE:asyncmark_tests>)
  set_tests_properties(slow_tests PROPERTIES LABELS slow RUN_SERIAL ON)
endfunction()
