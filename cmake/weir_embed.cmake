# weir_embed_file(<folder> <symbol> <file>): carries a file inside weir_<folder>, as it is, between the symbols
# weir_<symbol>_begin and weir_<symbol>_end. Called in the directory that called weir_folder.
function(weir_embed_file folder symbol file)
  get_filename_component(input ${file} ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
  set(assembly ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.embedded.S)
  file(CONFIGURE OUTPUT ${assembly} CONTENT [[
.section .rodata
.balign 16
.global weir_@symbol@_begin
weir_@symbol@_begin:
.incbin "@input@"
.global weir_@symbol@_end
weir_@symbol@_end:
.section .note.GNU-stack,"",%progbits
]] @ONLY)
  set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS ${input} SKIP_PRECOMPILE_HEADERS ON)
  target_sources(weir_${folder} PRIVATE ${assembly})
endfunction()
