# One dialect, one set of warnings, for everything in the house.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines without a word "
    "(`if (co_await f())` can lose its body). Use clang 17 or newer, or g++ 14 or newer: "
    "cmake --preset dev picks clang++-19.")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 17)
  message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} is too old for this code: use clang 17 or newer.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers carry times and defines that ccache must be told to overlook.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

set(DIORAMA_SANITIZE "" CACHE STRING "sanitizers to build with: address,undefined or thread")

add_library(diorama_options INTERFACE)
target_link_options(diorama_options INTERFACE -pie)
target_compile_options(diorama_options INTERFACE
  -fPIE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Wno-missing-field-initializers -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(diorama_options INTERFACE
    -Wno-missing-designated-field-initializers "SHELL:-Xclang -fno-pch-timestamp")
endif()
if(DIORAMA_SANITIZE)
  target_compile_options(diorama_options INTERFACE -fsanitize=${DIORAMA_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(diorama_options INTERFACE -fsanitize=${DIORAMA_SANITIZE})
  if(DIORAMA_SANITIZE MATCHES undefined)
    # SOCI hides the typeinfo of its classes, which the vptr check reads.
    target_compile_options(diorama_options INTERFACE -fno-sanitize=vptr -fno-sanitize-recover=all)
  endif()
endif()

option(DIORAMA_FUZZ "build the libFuzzer targets in tests/fuzz (clang only)" OFF)
if(DIORAMA_FUZZ)
  # So that the fuzzer sees which branches of our own code its inputs reach.
  target_compile_options(diorama_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
