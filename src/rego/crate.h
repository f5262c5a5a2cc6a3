// The C interface of the crate in rego/ (rego/src/lib.rs says what each call promises). Only engine.cc includes it.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {
struct weir_rego_handle;
struct weir_rego_input;
struct weir_rego_shape;

struct weir_rego_text {
  const char* data;
  std::size_t size;
};

struct weir_rego_limits {
  std::uint64_t time_micros;
  std::size_t policy_bytes;
  std::uint64_t memory_bytes;
  bool strict;
};

enum weir_rego_outcome : int {
  weir_rego_done = 0,
  weir_rego_undefined = 1,
  weir_rego_invalid = 2,
  weir_rego_failed = 3,
  weir_rego_exceeded = 4,
  weir_rego_internal = 5,
};

weir_rego_handle* weir_rego_new(weir_rego_limits limits);
void weir_rego_free(weir_rego_handle* handle);
weir_rego_handle* weir_rego_clone(const weir_rego_handle* handle);
weir_rego_outcome weir_rego_add_policy(weir_rego_handle* handle, weir_rego_text name, weir_rego_text text);
weir_rego_outcome weir_rego_add_data(weir_rego_handle* handle, weir_rego_text json);
weir_rego_outcome weir_rego_prepare(weir_rego_handle* handle);
weir_rego_shape* weir_rego_shape_read(weir_rego_text json);
weir_rego_shape* weir_rego_shape_merge(const weir_rego_shape* one, const weir_rego_shape* other);
void weir_rego_shape_free(weir_rego_shape* shape);
weir_rego_outcome weir_rego_input_read(weir_rego_text json, const weir_rego_shape* shape, weir_rego_input** read);
weir_rego_text weir_rego_input_output(const weir_rego_input* input);
void weir_rego_input_free(weir_rego_input* input);
weir_rego_outcome weir_rego_set_input(weir_rego_handle* handle, const weir_rego_input* input);
weir_rego_outcome weir_rego_eval(weir_rego_handle* handle, weir_rego_text query);
weir_rego_outcome weir_rego_eval_all(weir_rego_handle* handle, weir_rego_text queries);
weir_rego_outcome weir_rego_bindings(weir_rego_handle* handle, weir_rego_text query);
weir_rego_outcome weir_rego_rules(weir_rego_handle* handle);
weir_rego_outcome weir_rego_prints(weir_rego_handle* handle);
weir_rego_outcome weir_rego_cover(weir_rego_handle* handle);
weir_rego_outcome weir_rego_coverage(weir_rego_handle* handle);
weir_rego_text weir_rego_output(const weir_rego_handle* handle);
weir_rego_text weir_rego_version();
}
