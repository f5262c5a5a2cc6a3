# The page: `weir_ui` builds ui/dist with npm when its sources changed, and `weir_embed_page()` carries the files inside
# the library weir_page. Without Node the build stops and says what to install.
file(GLOB_RECURSE WEIR_UI_SOURCES CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/ui/src/* ${PROJECT_SOURCE_DIR}/ui/public/* ${PROJECT_SOURCE_DIR}/ui/tools/*)
list(APPEND WEIR_UI_SOURCES ${PROJECT_SOURCE_DIR}/ui/index.html ${PROJECT_SOURCE_DIR}/ui/package.json
  ${PROJECT_SOURCE_DIR}/ui/package-lock.json ${PROJECT_SOURCE_DIR}/ui/tsconfig.json
  ${PROJECT_SOURCE_DIR}/ui/vite.config.ts)
list(SORT WEIR_UI_SOURCES)

set(WEIR_UI_OUT ${PROJECT_BINARY_DIR}/page)
set(WEIR_UI_EMBEDDED ${WEIR_UI_OUT}/page_assets.S ${WEIR_UI_OUT}/page_assets.cc)
file(WRITE ${WEIR_UI_OUT}/sources.list.new "${WEIR_UI_SOURCES}")
file(COPY_FILE ${WEIR_UI_OUT}/sources.list.new ${WEIR_UI_OUT}/sources.list ONLY_IF_DIFFERENT)

add_custom_command(
  OUTPUT ${WEIR_UI_OUT}/built.stamp
  BYPRODUCTS ${WEIR_UI_EMBEDDED}
  COMMAND ${CMAKE_COMMAND} -DUI=${PROJECT_SOURCE_DIR}/ui -DOUT=${WEIR_UI_OUT}
    -P ${PROJECT_SOURCE_DIR}/cmake/build_page.cmake
  COMMAND ${CMAKE_COMMAND} -E touch ${WEIR_UI_OUT}/built.stamp
  DEPENDS ${WEIR_UI_SOURCES} ${PROJECT_SOURCE_DIR}/cmake/build_page.cmake ${WEIR_UI_OUT}/sources.list
  COMMENT "Building the page" VERBATIM)
add_custom_target(weir_ui DEPENDS ${WEIR_UI_OUT}/built.stamp)

function(weir_embed_page)
  set_source_files_properties(${WEIR_UI_EMBEDDED} PROPERTIES GENERATED TRUE OBJECT_DEPENDS ${WEIR_UI_OUT}/built.stamp)
  target_sources(weir_page PRIVATE ${WEIR_UI_EMBEDDED})
  add_dependencies(weir_page weir_ui)
endfunction()
