# SPDX-License-Identifier: Apache-2.0
# One library per layer and one test program per layer, both from the files found in its folder.

# ohm_layer(folder left): the library ohm_<folder>, which may use what lies to its left.
function(ohm_layer folder left)
  file(GLOB sources CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/${folder}/*.cc ${PROJECT_SOURCE_DIR}/${folder}/*/*.cc)
  if(NOT sources)
    add_library(ohm_${folder} INTERFACE)
    target_link_libraries(ohm_${folder} INTERFACE ohm_flags ${left})
    return()
  endif()
  add_library(ohm_${folder} STATIC ${sources})
  target_link_libraries(ohm_${folder} PUBLIC ${left} PRIVATE ohm_flags)
  target_include_directories(ohm_${folder} PUBLIC ${PROJECT_SOURCE_DIR})
endfunction()

# ohm_layer_test(folder): the program <folder>_test; ctest knows each of its tests by name.
function(ohm_layer_test folder)
  set(root ${PROJECT_SOURCE_DIR}/tests/${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${root}/*.cc ${root}/*/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${folder}_test ${sources})
  ohm_repository_paths(${folder}_test)
  target_link_libraries(${folder}_test PRIVATE ohm_${folder} ohm_flags GTest::gmock
                                               GTest::gtest_main)
  # Parsing these headers is half of the time that a test takes to compile.
  target_precompile_headers(${folder}_test PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> <fmt/format.h>
    <algorithm> <cmath> <filesystem> <functional> <map> <numeric> <random> <set> <string> <vector>)
  # GCC 12 reports impossible copies of std::string (GCC bug 105651), also from system headers once
  # they are precompiled.
  target_compile_options(${folder}_test PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
  if(OHM_SANITIZE)
    # Optimising sanitized tests takes longer than running them; the libraries stay optimised.
    target_compile_options(${folder}_test PRIVATE -Og)
  endif()
  gtest_discover_tests(${folder}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 900 LABELS ${folder})
endfunction()

# ohm_lesser_ways_test(folder isa...): <folder>_test again, as one test for each of some sets of
# instructions, beyond which reads then do not go although the machine may.
function(ohm_lesser_ways_test folder)
  foreach(isa ${ARGN})
    add_test(NAME ${folder}_test_up_to_${isa} COMMAND ${folder}_test --gtest_brief=1)
    set_tests_properties(${folder}_test_up_to_${isa} PROPERTIES
      ENVIRONMENT ONEDNN_MAX_CPU_ISA=${isa} TIMEOUT 900 LABELS ${folder})
  endforeach()
endfunction()

# ohm_perf(): the benchmarks of tests/perf as one program.
function(ohm_perf)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/perf/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(ohm_perf ${sources})
  target_link_libraries(ohm_perf PRIVATE ohm_mapping ohm_flags benchmark::benchmark_main)
  ohm_repository_paths(ohm_perf)
endfunction()

# Where tests find the shipped files: known to one source of the tests only, never to a library.
function(ohm_repository_paths target)
  set(source ${PROJECT_SOURCE_DIR}/tests/repository.cc)
  target_sources(${target} PRIVATE ${source})
  set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_DEFINITIONS
    "OHM_CONFIG_DIR=\"${PROJECT_SOURCE_DIR}/configs\";OHM_EXPERIMENTS_DIR=\"${PROJECT_SOURCE_DIR}/experiments\";OHM_MODELS_DIR=\"${PROJECT_SOURCE_DIR}/experiments/models\";OHM_GOLDEN_DIR=\"${PROJECT_SOURCE_DIR}/tests/golden\"")
endfunction()
