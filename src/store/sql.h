// The narrow port to a relational engine. SQL is written once, in the dialect both engines share, with $1, $2 … as
// parameters in order of first use. A Database is one connection and belongs to one thread.
// Errors: unavailable (disk full, locked, read-only, connection lost), corrupt (damaged file), internal (wrong SQL).
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "format/members.h"

namespace weir::store {

struct Blob {
  BytesView bytes;
};
using Value = std::variant<std::monostate, std::int64_t, std::string_view, Blob>;  // null, integer, text, bytes

// One row of an answer; columns count from 0. Text and bytes are valid until the callback returns.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual BytesView bytes(int column) const = 0;

  std::string string(int column) const { return std::string(text(column)); }
  Instant instant(int column) const { return {integer(column)}; }
  bool boolean(int column) const { return integer(column) != 0; }
  Sha256 digest(int column) const { return sha256_from_bytes(bytes(column)).value(); }
  std::optional<Instant> maybe_instant(int column) const {
    return is_null(column) ? std::nullopt : std::optional(instant(column));
  }
  std::optional<std::int64_t> maybe_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
  std::optional<Sha256> maybe_digest(int column) const {
    return is_null(column) ? std::nullopt : std::optional(digest(column));
  }
};

using RowCallback = std::function<void(const Row&)>;

class Database {
 public:
  virtual ~Database() = default;
  virtual Status run(std::string_view sql, std::span<const Value> values, const RowCallback* each_row) = 0;
  virtual Status script(std::string_view sql) = 0;  // several statements, no parameters
  virtual Status begin() = 0;                       // a write transaction
  virtual Status commit() = 0;
  virtual void rollback() = 0;
};

inline Value to_value(std::nullopt_t) { return {}; }
inline Value to_value(std::int64_t number) { return number; }
inline Value to_value(std::uint64_t number) { return static_cast<std::int64_t>(number); }
inline Value to_value(int number) { return std::int64_t{number}; }
inline Value to_value(bool flag) { return std::int64_t{flag}; }
inline Value to_value(std::string_view text) { return text; }
inline Value to_value(const std::string& text) { return std::string_view(text); }
inline Value to_value(const char* text) { return std::string_view(text); }
inline Value to_value(Blob blob) { return blob; }
inline Value to_value(const Sha256& digest) { return Blob{digest.view()}; }
inline Value to_value(Instant at) { return at.micros; }
inline Value to_value(Duration by) { return by.micros; }
template <format::NamedEnum E>
Value to_value(E value) { return format::name_of(value); }
template <class T>
Value to_value(const std::optional<T>& value) { return value ? to_value(*value) : Value{}; }

template <class... Args>
Status execute(Database& db, std::string_view sql, const Args&... args) {
  const std::array<Value, sizeof...(Args)> values{to_value(args)...};
  return db.run(sql, values, nullptr);
}

// All rows, each made into a T by `make(row)`.
template <class Make, class... Args>
auto query(Database& db, std::string_view sql, Make make, const Args&... args)
    -> Result<std::vector<std::invoke_result_t<Make, const Row&>>> {
  std::vector<std::invoke_result_t<Make, const Row&>> rows;
  const std::array<Value, sizeof...(Args)> values{to_value(args)...};
  const RowCallback each = [&](const Row& row) { rows.push_back(make(row)); };
  const Status status = db.run(sql, values, &each);
  if (!status) return status.error();
  return rows;
}

// The first row, if there is one.
template <class Make, class... Args>
auto query_one(Database& db, std::string_view sql, Make make, const Args&... args)
    -> Result<std::optional<std::invoke_result_t<Make, const Row&>>> {
  std::optional<std::invoke_result_t<Make, const Row&>> found;
  const std::array<Value, sizeof...(Args)> values{to_value(args)...};
  const RowCallback each = [&](const Row& row) { if (!found) found.emplace(make(row)); };
  const Status status = db.run(sql, values, &each);
  if (!status) return status.error();
  return found;
}

template <class... Args>
Result<std::int64_t> query_count(Database& db, std::string_view sql, const Args&... args) {
  const auto found = TRY(query_one(db, sql, [](const Row& row) { return row.integer(0); }, args...));
  return found.value_or(0);
}

}  // namespace weir::store
