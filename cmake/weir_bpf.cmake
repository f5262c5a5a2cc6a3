# weir_bpf_object(<folder> <source> <symbol>): compiles an eBPF program and puts its object into weir_<folder>, between
# the symbols weir_<symbol>_begin and weir_<symbol>_end. Called in the directory that called weir_folder.
find_program(BPF_CLANG NAMES clang-14 clang REQUIRED)
find_program(BPF_STRIP NAMES llvm-strip-14 llvm-strip REQUIRED)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(bpf_target_arch arm64)
else()
  set(bpf_target_arch x86)
endif()

function(weir_bpf_object folder source symbol)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.bpf.o)
  get_filename_component(input ${source} ABSOLUTE)
  add_custom_command(OUTPUT ${object}
    COMMAND ${BPF_CLANG} -g -O2 -Wall -Werror -target bpf -D__TARGET_ARCH_${bpf_target_arch}
      -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE} -MD -MF ${object}.d -c ${input} -o ${object}
    COMMAND ${BPF_STRIP} -g ${object}
    DEPENDS ${input} DEPFILE ${object}.d COMMENT "eBPF ${source}" VERBATIM)
  set(assembly ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.bpf.S)
  file(CONFIGURE OUTPUT ${assembly} CONTENT [[
.section .rodata
.balign 16
.global weir_@symbol@_begin
weir_@symbol@_begin:
.incbin "@object@"
.global weir_@symbol@_end
weir_@symbol@_end:
.section .note.GNU-stack,"",%progbits
]] @ONLY)
  set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS ${object} SKIP_PRECOMPILE_HEADERS ON)
  target_sources(weir_${folder} PRIVATE ${assembly})
endfunction()
