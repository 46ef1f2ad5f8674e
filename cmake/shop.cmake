# Compiles examples/shop into the program, so that `diorama demo` needs no source tree beside it.

set(shop_folder ${CMAKE_SOURCE_DIR}/examples/shop)
file(GLOB_RECURSE shop_files CONFIGURE_DEPENDS RELATIVE ${shop_folder} ${shop_folder}/*)
list(SORT shop_files)
set(rows "")
foreach(file IN LISTS shop_files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${shop_folder}/${file})
  file(READ ${shop_folder}/${file} text)
  string(APPEND rows "        {\"${file}\", R\"shop_file(${text})shop_file\"},\n")
endforeach()

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/embedded_shop.cpp @ONLY CONTENT
"#include \"cli/demo/shop.hpp\"

namespace diorama::cli {

std::span<const ShopFile> embedded_shop()
{
    static constexpr ShopFile all[] = {
@rows@    };
    return all;
}

}  // namespace diorama::cli
")
target_sources(diorama_cli PRIVATE ${CMAKE_BINARY_DIR}/generated/embedded_shop.cpp)
