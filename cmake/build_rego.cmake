# Run as a script by weir_rego: builds CRATE with cargo in TARGET and copies the static library to OUT. Several build
# folders may share TARGET: a lock lets one of them build and copy at a time.
cmake_minimum_required(VERSION 3.25)
file(MAKE_DIRECTORY ${TARGET})
file(LOCK ${TARGET}/.weir.lock GUARD PROCESS TIMEOUT 1800)
unset(ENV{RUSTFLAGS})
set(ENV{CC} cc)
execute_process(
  COMMAND ${CARGO} build --quiet --release --locked --manifest-path ${CRATE}/Cargo.toml --target-dir ${TARGET}
  RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed)
  message(FATAL_ERROR "The Rego engine could not be built (rego/ needs cargo 1.85 or newer):\n${said}")
endif()
configure_file(${TARGET}/release/libweir_rego.a ${OUT} COPYONLY)
file(TOUCH ${OUT})
