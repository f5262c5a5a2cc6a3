#include "rego/engine.h"

#include "rego/crate.h"

namespace weir::rego {
namespace {

weir_rego_text text_of(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view_of(weir_rego_text text) { return {text.data, text.size}; }

std::string output_of(const weir_rego_handle* handle) { return std::string(view_of(weir_rego_output(handle))); }

Errc code_of(weir_rego_outcome outcome) {
  switch (outcome) {
    case weir_rego_invalid: return Errc::invalid;
    case weir_rego_failed: return Errc::conflict;
    case weir_rego_exceeded: return Errc::too_large;
    default: return Errc::internal;
  }
}

// What a call left behind: a text, nothing when undefined, or the error.
Result<std::optional<std::string>> answer(const weir_rego_handle* handle, weir_rego_outcome outcome) {
  if (outcome == weir_rego_undefined) return std::optional<std::string>();
  if (outcome != weir_rego_done) return Error{code_of(outcome), output_of(handle)};
  return std::optional(output_of(handle));
}

Status done(const weir_rego_handle* handle, weir_rego_outcome outcome) {
  if (outcome == weir_rego_done) return {};
  return Error{code_of(outcome), output_of(handle)};
}

Result<format::Json> document(const weir_rego_handle* handle, weir_rego_outcome outcome) {
  const std::optional<std::string> text = TRY(answer(handle, outcome));
  return format::parse_json(text.value_or("null"));
}

std::vector<std::int64_t> numbers(const format::Json::Array& items) {
  std::vector<std::int64_t> out;
  for (const format::Json& item : items)
    if (const std::int64_t* number = item.integer()) out.push_back(*number);
  return out;
}

}  // namespace

void Engine::Free::operator()(weir_rego_handle* handle) const { weir_rego_free(handle); }

std::string_view Engine::version() { return view_of(weir_rego_version()); }

Result<Engine> Engine::load(std::span<const Module> modules, const format::Json& data, const Limits& limits) {
  return load_text(modules, data.is_null() ? std::string() : format::dump(data), limits);
}

Result<Engine> Engine::load_text(std::span<const Module> modules, std::string_view data_json,
                                 const Limits& limits) {
  Engine engine(weir_rego_new({.time_micros = static_cast<std::uint64_t>(limits.time.micros),
                               .policy_bytes = limits.policy_bytes,
                               .memory_bytes = limits::rego_memory_bytes_max,
                               .strict = limits.builtin_errors == BuiltinErrors::strict}));
  weir_rego_handle* handle = engine.handle_.get();
  if (handle == nullptr) return internal("the Rego engine could not be made");
  for (const Module& module : modules)
    TRY(done(handle, weir_rego_add_policy(handle, text_of(module.name), text_of(module.text))));
  if (!data_json.empty()) TRY(done(handle, weir_rego_add_data(handle, text_of(data_json))));
  TRY(done(handle, weir_rego_prepare(handle)));
  return engine;
}

Engine Engine::clone() const {
  Engine copy(weir_rego_clone(handle_.get()));
  CHECK(copy.handle_ != nullptr);
  return copy;
}

Shape::Shape(weir_rego_shape* handle)
    : handle_(handle, [](const weir_rego_shape* made) { weir_rego_shape_free(const_cast<weir_rego_shape*>(made)); }) {}

Shape Shape::read(std::string_view json) { return Shape(weir_rego_shape_read(text_of(json))); }

Shape Shape::with(const Shape& other) const {
  if (handle_ == nullptr || other.handle_ == nullptr) return {};
  return Shape(weir_rego_shape_merge(handle_.get(), other.handle_.get()));
}

Result<Input> Input::read(BytesView json, const Shape& shape) {
  weir_rego_input* handle = nullptr;
  const weir_rego_outcome outcome = weir_rego_input_read(text_of(json), shape.handle_.get(), &handle);
  Input input(std::shared_ptr<const weir_rego_input>(
      handle, [](const weir_rego_input* made) { weir_rego_input_free(const_cast<weir_rego_input*>(made)); }));
  if (outcome != weir_rego_done)
    return Error{code_of(outcome), std::string(view_of(weir_rego_input_output(handle)))};
  return input;
}

Status Engine::set_input(const Input& input) {
  return done(handle_.get(), weir_rego_set_input(handle_.get(), input.handle_.get()));
}

Result<std::optional<std::string>> Engine::query_text(std::string_view query, const Input& input) {
  TRY(set_input(input));
  return answer(handle_.get(), weir_rego_eval(handle_.get(), text_of(query)));
}

Result<std::optional<std::string>> Engine::query_text(std::string_view query, BytesView input_json) {
  const Input input = TRY(Input::read(input_json));
  return query_text(query, input);
}

Result<std::optional<format::Json>> Engine::query(std::string_view query, const Input& input) {
  const std::optional<std::string> text = TRY(query_text(query, input));
  if (!text) return std::optional<format::Json>();
  format::Json value = TRY(format::parse_json(*text));
  return std::optional(std::move(value));
}

Result<std::optional<format::Json>> Engine::query(std::string_view query_text, BytesView input_json) {
  const Input input = TRY(Input::read(input_json));
  return query(query_text, input);
}

Result<std::vector<format::Json>> Engine::query_all(std::string_view queries, const Input& input) {
  TRY(set_input(input));
  format::Json values = TRY(document(handle_.get(), weir_rego_eval_all(handle_.get(), text_of(queries))));
  CHECK(values.array() != nullptr);
  return std::move(*values.array());
}

Result<std::string> Engine::bindings_text(std::string_view query, BytesView input_json) {
  const Input input = TRY(Input::read(input_json));
  TRY(set_input(input));
  const std::optional<std::string> text =
      TRY(answer(handle_.get(), weir_rego_bindings(handle_.get(), text_of(query))));
  return text.value_or("[]");
}

Result<std::vector<std::string>> Engine::prints() {
  const format::Json lines = TRY(document(handle_.get(), weir_rego_prints(handle_.get())));
  std::vector<std::string> out;
  if (lines.array() != nullptr)
    for (const format::Json& line : *lines.array())
      if (line.string() != nullptr) out.push_back(*line.string());
  return out;
}

Result<std::vector<Rule>> Engine::rules() {
  const format::Json rows = TRY(document(handle_.get(), weir_rego_rules(handle_.get())));
  std::vector<Rule> out;
  if (rows.array() == nullptr) return out;
  for (const format::Json& row : *rows.array()) {
    const std::int64_t* line = row.at("line").integer();
    out.push_back({.file = std::string(row.text("file")),
                   .line = line == nullptr ? 0 : *line,
                   .package = std::string(row.text("package")),
                   .name = std::string(row.text("name")),
                   .function = row.at("function") == format::Json(true),
                   .reads_time = row.at("reads_time") == format::Json(true)});
  }
  return out;
}

Status Engine::cover() { return done(handle_.get(), weir_rego_cover(handle_.get())); }

Result<std::vector<Coverage>> Engine::coverage() {
  const format::Json rows = TRY(document(handle_.get(), weir_rego_coverage(handle_.get())));
  std::vector<Coverage> out;
  if (rows.array() == nullptr) return out;
  for (const format::Json& row : *rows.array())
    out.push_back({.file = std::string(row.text("file")),
                   .covered = numbers(row.items("covered")),
                   .not_covered = numbers(row.items("not_covered"))});
  return out;
}

}  // namespace weir::rego
