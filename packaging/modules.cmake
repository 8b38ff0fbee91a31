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
  if(sources)
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
# program, and errors of memory where JSON for charts is put together. Tests of the built program start it with what the
# tests of runners and workloads do inside one process: with the address sanitizer, those in which all goes well are slow
# ones.
set(asyncmark_untested "^$")
set(asyncmark_tests_of_the_program "^$")
set(asyncmark_slow "^$")
if(ASYNCMARK_SANITIZE)
  set(asyncmark_tests_of_the_program "/workloads/.*(program|service|service_refusals|fastapi|foreign_servers)_test.cpp$")
endif()
if(ASYNCMARK_SANITIZE STREQUAL thread)
  set(asyncmark_untested "^(program|reports|bench_(base|measure|model|results|checks|plan|child|run|compare|probe|cli))")
elseif(ASYNCMARK_SANITIZE)
  set(asyncmark_untested "^reports_(charts|page)$")
  set(asyncmark_slow "^program$")
endif()

# Tests spend their time in what they test, so that they are compiled for a short build. The thread sanitizer has to
# see all that threads do; the address sanitizer looks at the program, not at its tests, which are those of the
# release: to compile them once more would take longer than the program does.
set(asyncmark_test_options -O0)
if(ASYNCMARK_SANITIZE STREQUAL thread)
  set(asyncmark_test_options -O1)
elseif(ASYNCMARK_SANITIZE)
  set(asyncmark_test_options -O0 -fno-sanitize=all)
endif()
if(ASYNCMARK_SANITIZE MATCHES address)
  set(asyncmark_takes_tests_of release)
endif()

# asyncmark_take_tests(PRESET): the target asyncmark_test_cases, as compiled in the tree of another preset.
function(asyncmark_take_tests preset)
  set(archive ${PROJECT_SOURCE_DIR}/build/${preset}/libasyncmark_test_cases.a)
  add_custom_target(asyncmark_compile_test_cases
    COMMAND ${CMAKE_COMMAND} --preset ${preset} -D BUILD_TESTING=ON
    COMMAND ${CMAKE_COMMAND} --build --preset ${preset} --target asyncmark_test_cases
    BYPRODUCTS ${archive} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
  add_library(asyncmark_test_cases STATIC IMPORTED GLOBAL)
  set_target_properties(asyncmark_test_cases PROPERTIES IMPORTED_LOCATION ${archive})
  add_dependencies(asyncmark_test_cases asyncmark_compile_test_cases)
endfunction()

# One program has the tests of all modules and all plug-ins: to link it takes as long as to compile a file. With it
# comes the program with the workload `faulty` in it, for tests of the command line.
if(BUILD_TESTING)
  add_library(asyncmark_testing OBJECT)
  set(targets asyncmark_testing)
  if(asyncmark_takes_tests_of)
    asyncmark_take_tests(${asyncmark_takes_tests_of})
  else()
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
  if(NOT asyncmark_takes_tests_of)
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
  # Of what several compiled the linker takes the first: that of the parts, which the sanitizer looks at.
  target_link_libraries(asyncmark_tests PRIVATE ${parts} asyncmark_testing
                        $<LINK_LIBRARY:WHOLE_ARCHIVE,asyncmark_test_cases> GTest::gmock GTest::gtest_main)
  get_property(names GLOBAL PROPERTY asyncmark_tests)
  foreach(name ${names})
    asyncmark_run_tests(${name})
  endforeach()
  asyncmark_add_test(slow_tests --filter=Slow* $<TARGET_FILE:asyncmark_tests>)
  set_tests_properties(slow_tests PROPERTIES LABELS slow RUN_SERIAL ON)
endfunction()
