// Result<T>: a value or an Error. Status is a Result without a value. Both must be looked at.
// TRY(expr) hands the value on, or returns the Error from the function around it; it is used as a whole statement
// or a whole initializer, never inside braces and never in a coroutine (g++ 12 miscompiles those).
#pragma once
#include <optional>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace weir {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    CHECK(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

struct Unit {};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}
  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    CHECK(error_.has_value());
    return *error_;
  }
  Unit value() const {
    CHECK(ok());
    return {};
  }

 private:
  std::optional<Error> error_;
};

}  // namespace weir

#define WEIR_TRY_NAMED(name, ...)        \
  ({                                     \
    auto name = (__VA_ARGS__);           \
    if (!name.ok()) return name.error(); \
    std::move(name).value();             \
  })
#define WEIR_TRY_NUMBERED(number, ...) WEIR_TRY_NAMED(try_result_##number##_, __VA_ARGS__)
#define WEIR_TRY_AT(number, ...) WEIR_TRY_NUMBERED(number, __VA_ARGS__)
#define TRY(...) WEIR_TRY_AT(__COUNTER__, __VA_ARGS__)
