# SPDX-License-Identifier: Apache-2.0
# ohm_flags: how every target of ours is compiled; what we link is never compiled with it.
add_library(ohm_flags INTERFACE)
target_include_directories(ohm_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(ohm_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  $<$<BOOL:${OHM_WERROR}>:-Werror>
  # A fused multiply-add rounds once where two operations round twice: results would depend on
  # the compiler and the machine.
  -ffp-contract=off)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 finds overlapping copies in correct uses of std::string (GCC bug 105651).
  target_compile_options(ohm_flags INTERFACE -Wno-restrict)
endif()

if(OHM_SANITIZE)
  target_compile_options(ohm_flags INTERFACE
    -fsanitize=${OHM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # GCC documents this warning as unreliable in sanitized code.
    -Wno-maybe-uninitialized)
  target_link_options(ohm_flags INTERFACE -fsanitize=${OHM_SANITIZE})
endif()
