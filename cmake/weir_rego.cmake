# weir::rego_crate: the static library of the crate in rego/. Ninja runs cargo only when a source of the crate changed.
# Every preset links the same optimised library (sanitizers watch the C++ side), so all share one target folder,
# build/rego; WEIR_REGO_TARGET in the environment names another, for several checkouts on one machine.
find_program(CARGO cargo)
if(NOT CARGO)
  message(FATAL_ERROR "The Rego engine is built with cargo 1.85 or newer, and it is not installed. "
    "On Debian: apt-get install cargo-web rustc-web")
endif()
if(DEFINED ENV{WEIR_REGO_TARGET})
  set(WEIR_REGO_TARGET $ENV{WEIR_REGO_TARGET} CACHE PATH "cargo's target folder")
else()
  set(WEIR_REGO_TARGET ${PROJECT_SOURCE_DIR}/build/rego CACHE PATH "cargo's target folder")
endif()
file(GLOB_RECURSE WEIR_REGO_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/rego/src/*.rs)
set(rego_library ${PROJECT_BINARY_DIR}/libweir_rego.a)
add_custom_command(OUTPUT ${rego_library}
  COMMAND ${CMAKE_COMMAND} -DCARGO=${CARGO} -DCRATE=${PROJECT_SOURCE_DIR}/rego -DTARGET=${WEIR_REGO_TARGET}
    -DOUT=${rego_library} -P ${PROJECT_SOURCE_DIR}/cmake/build_rego.cmake
  DEPENDS ${WEIR_REGO_SOURCES} ${PROJECT_SOURCE_DIR}/rego/Cargo.toml ${PROJECT_SOURCE_DIR}/rego/Cargo.lock
    ${PROJECT_SOURCE_DIR}/cmake/build_rego.cmake
  COMMENT "Building the Rego engine" VERBATIM)
add_custom_target(weir_rego_crate DEPENDS ${rego_library})

add_library(weir_rego_archive STATIC IMPORTED GLOBAL)
set_target_properties(weir_rego_archive PROPERTIES IMPORTED_LOCATION ${rego_library})
target_link_libraries(weir_rego_archive INTERFACE m Threads::Threads ${CMAKE_DL_LIBS})
add_dependencies(weir_rego_archive weir_rego_crate)
add_library(weir::rego_crate ALIAS weir_rego_archive)
