// An engine is a set of Rego v1 modules with their data, checked together and ready to be asked: the one evaluator of
// policies. A policy that loads answers as under OPA; what cannot be answered so is refused by `load`, with its name
// (docs/formats/rego.md lists it). Pure: no network, no file, no clock but `input.now`, which time.now_ns() reads as
// RFC 3339. Bounded: size, depth, chains of rules, time and memory. An error of a builtin makes it undefined, as OPA
// does by default.
// One thread at a time; give each worker a clone, which shares what is compiled.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "format/json.h"

struct weir_rego_handle;
struct weir_rego_input;
struct weir_rego_shape;

namespace weir::rego {

struct Module {
  std::string name;  // shown in errors: a path, or the name of a policy
  std::string text;
};

enum class BuiltinErrors {
  undefined,  // as OPA by default
  strict,     // end the evaluation
};

struct Limits {
  Duration time = limits::rego_time_max;  // of one query
  std::size_t policy_bytes = limits::rego_policy_bytes_max;
  BuiltinErrors builtin_errors = BuiltinErrors::undefined;
};

// A rule as it is written; one document may have several.
struct Rule {
  std::string file;
  std::int64_t line = 0;
  std::string package;  // "data.a.b"
  std::string name;
  bool function = false;
  bool reads_time = false;  // names `input.now` or time.now_ns, or the input in a way that may come to it
};

struct Coverage {
  std::string file;
  std::vector<std::int64_t> covered, not_covered;  // lines
};

// Which members of a document are asked for: reading the others is spared. As JSON: true is all, an object names
// members, "*" those it does not name; what a list holds has the shape of the list. Copies share it, threads may.
class Shape {
 public:
  Shape() = default;  // all
  static Shape read(std::string_view json);  // all, when it says nothing else
  Shape with(const Shape& other) const;      // what either asks for

 private:
  friend class Input;
  explicit Shape(weir_rego_shape* handle);
  std::shared_ptr<const weir_rego_shape> handle_;
};

// A document that queries are asked under, read once for any number of engines. Copies share it, threads may.
class Input {
 public:
  // Empty: none. What the shape does not ask for is as if it were not there. Errors: `invalid` for what is no JSON,
  // `too_large` beyond the bound on memory.
  static Result<Input> read(BytesView json, const Shape& shape = {});

 private:
  friend class Engine;
  explicit Input(std::shared_ptr<const weir_rego_input> handle) : handle_(std::move(handle)) {}
  std::shared_ptr<const weir_rego_input> handle_;
};

class Engine {
 public:
  // `invalid` names module, line and column, and what is wrong there; `too_large` names the bound.
  static Result<Engine> load(std::span<const Module> modules, const format::Json& data,
                             const Limits& limits = {});
  // The same with the data as JSON text; empty is none.
  static Result<Engine> load_text(std::span<const Module> modules, std::string_view data_json,
                                  const Limits& limits = {});

  // The value of a query, mostly a path such as "data.a.deny", under an input (empty: none); nullopt when undefined.
  // Errors: `invalid` for a query or input that cannot be read, `conflict` for rules that contradict each other,
  // `too_large` beyond a limit.
  Result<std::optional<format::Json>> query(std::string_view query, BytesView input_json);
  Result<std::optional<format::Json>> query(std::string_view query, const Input& input);
  // The values of several queries, one a line, within one bound on time; null for what is undefined.
  Result<std::vector<format::Json>> query_all(std::string_view queries, const Input& input);
  // One value as JSON text: keys sorted, sets as sorted arrays, as OPA prints them.
  Result<std::optional<std::string>> query_text(std::string_view query, BytesView input_json);
  Result<std::optional<std::string>> query_text(std::string_view query, const Input& input);
  // Every answer to a query with variables: a JSON array of objects.
  Result<std::string> bindings_text(std::string_view query, BytesView input_json);

  Result<std::vector<std::string>> prints();  // of the last query: "file:line: text"
  Result<std::vector<Rule>> rules();
  Status cover();  // from here on, note which lines are evaluated
  Result<std::vector<Coverage>> coverage();

  Engine clone() const;
  static std::string_view version();  // part of decision records: names what could answer differently

 private:
  struct Free {
    void operator()(weir_rego_handle* handle) const;
  };
  explicit Engine(weir_rego_handle* handle) : handle_(handle) {}
  Status set_input(const Input& input);

  std::unique_ptr<weir_rego_handle, Free> handle_;
};

}  // namespace weir::rego
