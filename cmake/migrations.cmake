# Compiles the files of src/store/migrations into the program: NNNN_name.sql, in order.

file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/store/migrations/*.sql)
list(SORT migrations)
set(rows "")
foreach(file IN LISTS migrations)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  get_filename_component(stem ${file} NAME_WE)
  string(REGEX MATCH "^0*([0-9]+)_([a-z_]+)$" found ${stem})
  if(NOT found)
    message(FATAL_ERROR "${file}: name it NNNN_what_changes.sql")
  endif()
  set(number ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  file(READ ${file} sql)
  string(APPEND rows "    {${number}, \"${name}\", R\"migration(${sql})migration\"},\n")
endforeach()

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/embedded_migrations.cpp @ONLY CONTENT
"#include \"store/migrations.hpp\"

namespace diorama {

std::span<const Migration> embedded_migrations()
{
    static constexpr Migration all[] = {
@rows@    };
    return all;
}

}  // namespace diorama
")
target_sources(diorama_store PRIVATE ${CMAKE_BINARY_DIR}/generated/embedded_migrations.cpp)
