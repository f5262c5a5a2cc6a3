# weir::valijson: headers only. The distribution's package asks for the development files of every JSON library there is
# (Qt and database clients among them), so where it is not installed only the package itself is unpacked beside the
# build.
find_path(valijson_INCLUDE valijson/validator.hpp HINTS ${CMAKE_BINARY_DIR}/valijson/usr/include)
if(NOT valijson_INCLUDE)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/valijson)
  execute_process(COMMAND sh -c "apt-get download -qq libvalijson-dev && dpkg-deb -x libvalijson-dev_*.deb ."
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/valijson COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
  find_path(valijson_INCLUDE valijson/validator.hpp REQUIRED HINTS ${CMAKE_BINARY_DIR}/valijson/usr/include)
endif()
find_path(nlohmann_INCLUDE nlohmann/json.hpp REQUIRED)
add_library(weir_valijson INTERFACE)
add_library(weir::valijson ALIAS weir_valijson)
target_include_directories(weir_valijson SYSTEM INTERFACE ${valijson_INCLUDE} ${nlohmann_INCLUDE})
target_compile_definitions(weir_valijson INTERFACE VALIJSON_USE_EXCEPTIONS=1)  # else it ends the process
