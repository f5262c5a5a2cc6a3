// The parameters of a query. Each route names those it takes (routes_*.cc); before its handler runs, what it does not
// name, what comes twice and what does not fit is refused with the parameter's name. An empty value is an absent one.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "http/message.h"
#include "store/view_runtime.h"

namespace weir::api {

enum class QueryKind {
  text,
  limit,    // rows of a page
  cursor,   // what `next` said
  number,   // 0, 1, …
  flag,     // true, false
  instant,  // RFC 3339
  digest,
  artifact,  // a digest, or the reference of an image that ends in one
  moment,  // a time, or #number of a snapshot
  word,    // one of some
};

struct Query {
  std::string_view name;
  QueryKind kind = QueryKind::text;
  std::string_view summary = {};
  std::span<const std::string_view> words = {};
};

inline constexpr Query min_index{"min_index", QueryKind::number, "wait until this entry can be read"};

Status check_query(std::span<const Query> taken, const http::Request& request);
format::Json schema_of(const Query& query);

Result<std::int64_t> limit_of(const http::Request& request);   // ?limit=, else 100
Result<std::int64_t> cursor_of(const http::Request& request);  // ?cursor=, else the largest number
Result<std::optional<std::int64_t>> number_of(const http::Request& request, std::string_view name);
Result<std::optional<Instant>> instant_of(const http::Request& request, std::string_view name);
Result<std::optional<Sha256>> digest_of(const http::Request& request, std::string_view name);
bool flag_of(const http::Request& request, std::string_view name);
std::string text_of(const http::Request& request, std::string_view name);  // empty when absent

// "sha256:…", or "registry.example/app:1@sha256:…".
Result<Sha256> parse_artifact(std::string_view text);

Result<store::Moment> moment_of(const http::Request& request, std::string_view name);

}  // namespace weir::api
