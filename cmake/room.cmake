# diorama_room(NAME [ROOMS …] [LIBRARIES …] [TEST_ROOMS …] [TEST_LIBRARIES …])
#
# Makes the library of src/NAME from its sources, and NAME_test from the *_test.cpp beside them.
# ROOMS are the rooms it may include: nothing else is on its include path, so the floors are
# held by the compiler. Tests may include any room they name.

set(DIORAMA_INCLUDE ${CMAKE_BINARY_DIR}/include)

# Headers that most files include, compiled once.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
add_library(diorama_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(diorama_pch PUBLIC diorama_options Boost::headers fmt::fmt Threads::Threads)
target_precompile_headers(diorama_pch PRIVATE
  <algorithm> <array> <chrono> <coroutine> <cstdint> <functional> <map> <memory> <optional> <span>
  <stop_token> <string> <string_view> <unordered_map> <utility> <variant> <vector>
  <boost/system/result.hpp> <fmt/format.h>)

add_library(diorama_test_main OBJECT ${CMAKE_SOURCE_DIR}/tests/support/main.cpp)
target_link_libraries(diorama_test_main PUBLIC diorama_options doctest::doctest)

# The doctest programs; and what all other tests run.
add_custom_target(unit_tests)
add_custom_target(test_programs)

function(diorama_use_pch target)
  target_precompile_headers(${target} REUSE_FROM diorama_pch)
  target_link_libraries(${target} PUBLIC diorama_options Boost::headers fmt::fmt Threads::Threads)
endfunction()

function(diorama_room name)
  cmake_parse_arguments(room "" "" "ROOMS;LIBRARIES;TEST_ROOMS;TEST_LIBRARIES" ${ARGN})
  set(folder ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")

  file(MAKE_DIRECTORY ${DIORAMA_INCLUDE}/${name})
  file(CREATE_LINK ${folder} ${DIORAMA_INCLUDE}/${name}/${name} SYMBOLIC)

  set(target diorama_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    diorama_use_pch(${target})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${DIORAMA_INCLUDE}/${name})
  list(TRANSFORM room_ROOMS PREPEND diorama_)
  target_link_libraries(${target} ${scope} ${room_ROOMS} ${room_LIBRARIES})

  if(tests)
    list(TRANSFORM room_TEST_ROOMS PREPEND diorama_)
    diorama_test(${name}_test SOURCES ${tests}
      LIBRARIES ${target} ${room_TEST_ROOMS} ${room_TEST_LIBRARIES})
  endif()
endfunction()

# diorama_test(NAME SOURCES … LIBRARIES … [LABELS …]): a doctest program, run by ctest.
function(diorama_test name)
  cmake_parse_arguments(test "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  add_executable(${name} ${test_SOURCES})
  diorama_use_pch(${name})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE DIORAMA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE diorama_test_main ${test_LIBRARIES})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 LABELS "unit;${test_LABELS}")
  add_dependencies(unit_tests ${name})
endfunction()
