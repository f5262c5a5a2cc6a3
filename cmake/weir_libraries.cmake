# Third-party libraries: the static archive where the distribution ships one, so that `ldd weir` stays short.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
find_package(spdlog REQUIRED)

# weir::<name> from one header (to find the include folder) and one archive; further arguments are what it needs itself.
function(weir_archive name header archive)
  find_path(${name}_INCLUDE ${header} REQUIRED)
  find_library(${name}_ARCHIVE NAMES ${archive} REQUIRED)
  add_library(weir::${name} STATIC IMPORTED GLOBAL)
  set_target_properties(weir::${name} PROPERTIES IMPORTED_LOCATION ${${name}_ARCHIVE})
  target_include_directories(weir::${name} SYSTEM INTERFACE ${${name}_INCLUDE})
  target_link_libraries(weir::${name} INTERFACE ${ARGN})
endfunction()

weir_archive(crypto openssl/evp.h libcrypto.a Threads::Threads ${CMAKE_DL_LIBS})
weir_archive(ssl openssl/ssl.h libssl.a weir::crypto)
weir_archive(sqlite sqlite3.h libsqlite3.a m Threads::Threads ${CMAKE_DL_LIBS})
weir_archive(zlib zlib.h libz.a)
weir_archive(pugixml pugixml.hpp libpugixml.a)
weir_archive(yaml yaml-cpp/yaml.h libyaml-cpp.a)
weir_archive(elf libelf.h libelf.a weir::zlib)
weir_archive(bpf bpf/libbpf.h libbpf.a weir::elf)
