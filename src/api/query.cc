#include "api/query.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "base/limits.h"

namespace weir::api {
namespace {

using format::Json;

constexpr std::int64_t rows_max = static_cast<std::int64_t>(limits::page_rows_max);
constexpr std::size_t digits_max = 18;

// Digits of a number that fits; none of anything else.
std::optional<std::int64_t> natural(std::string_view text) {
  if (text.empty() || text.size() > digits_max || text.find_first_not_of("0123456789") != text.npos)
    return std::nullopt;
  return std::atoll(std::string(text).c_str());
}

Status check_value(const Query& query, const http::Request& request) {
  const std::string text = text_of(request, query.name);
  if (text.empty()) return {};
  switch (query.kind) {
    case QueryKind::text:
      return {};
    case QueryKind::limit:
      TRY(limit_of(request));
      return {};
    case QueryKind::cursor:
      TRY(cursor_of(request));
      return {};
    case QueryKind::number:
      TRY(number_of(request, query.name));
      return {};
    case QueryKind::instant:
      TRY(instant_of(request, query.name));
      return {};
    case QueryKind::digest:
      TRY(digest_of(request, query.name));
      return {};
    case QueryKind::artifact:
      TRY(parse_artifact(text));
      return {};
    case QueryKind::moment:
      TRY(moment_of(request, query.name));
      return {};
    case QueryKind::flag:
      if (text == "true" || text == "false") return {};
      return invalid(fmt::format("'{}' must be true or false", query.name), std::string(query.name));
    case QueryKind::word:
      if (std::find(query.words.begin(), query.words.end(), text) != query.words.end()) return {};
      return invalid(fmt::format("'{}' must be one of {}", query.name, fmt::join(query.words, ", ")),
                     std::string(query.name));
  }
  return {};
}

}  // namespace

Status check_query(std::span<const Query> taken, const http::Request& request) {
  for (auto field = request.query_fields.begin(); field != request.query_fields.end(); ++field) {
    const std::string& name = field->name;
    const auto same = [&](const auto& other) { return other.name == name; };
    if (std::any_of(request.query_fields.begin(), field, same))
      return invalid(fmt::format("'{}' is given twice", name.substr(0, 128)), name);
    const auto query = std::find_if(taken.begin(), taken.end(), same);
    const bool waits = name == min_index.name && request.method == "GET";
    if (query == taken.end() && !waits)
      return invalid(fmt::format("'{}' is no parameter of this address", name.substr(0, 128)), name);
    TRY(check_value(query == taken.end() ? min_index : *query, request));
  }
  return {};
}

Json schema_of(const Query& query) {
  const auto string = [](std::string_view format) {
    return Json::object({{"type", "string"}, {"format", format}});
  };
  const auto integer = [](std::int64_t minimum) {
    return Json::object({{"type", "integer"}, {"format", "int64"}, {"minimum", minimum}});
  };
  switch (query.kind) {
    case QueryKind::limit: {
      Json limit = integer(1);
      limit.set("maximum", rows_max);
      return limit;
    }
    case QueryKind::number:
      return integer(0);
    case QueryKind::cursor:
      return Json::object({{"type", "string"}, {"pattern", "^[0-9]{1,18}$"}});
    case QueryKind::flag:
      return Json::object({{"type", "boolean"}});
    case QueryKind::instant:
      return string("date-time");
    case QueryKind::digest:
      return Json::object({{"type", "string"}, {"pattern", "^(sha256:)?[0-9a-fA-F]{64}$"}});
    case QueryKind::artifact:
      return Json::object({{"type", "string"}, {"pattern", "^([^@\\s]+@sha256:|(sha256:)?)[0-9a-fA-F]{64}$"}});
    case QueryKind::word: {
      Json::Array words;
      for (const std::string_view word : query.words) words.push_back(word);
      return Json::object({{"type", "string"}, {"enum", std::move(words)}});
    }
    case QueryKind::text:
    case QueryKind::moment:
      break;
  }
  return Json::object({{"type", "string"}});
}

Result<std::int64_t> limit_of(const http::Request& request) {
  const std::string text = text_of(request, "limit");
  if (text.empty()) return 100;
  const auto limit = natural(text);
  if (!limit || *limit < 1 || *limit > rows_max) return invalid("'limit' is 1 to 1000", "limit");
  return *limit;
}

Result<std::int64_t> cursor_of(const http::Request& request) {
  const std::string text = text_of(request, "cursor");
  if (text.empty()) return std::numeric_limits<std::int64_t>::max();
  const auto cursor = natural(text);
  if (!cursor) return invalid("'cursor' is what 'next' said before", "cursor");
  return *cursor;
}

Result<std::optional<std::int64_t>> number_of(const http::Request& request, std::string_view name) {
  const std::string text = text_of(request, name);
  if (text.empty()) return std::optional<std::int64_t>();
  const auto number = natural(text);
  if (!number) return invalid(fmt::format("'{}' is a number", name), std::string(name));
  return number;
}

Result<std::optional<Instant>> instant_of(const http::Request& request, std::string_view name) {
  const std::string text = text_of(request, name);
  if (text.empty()) return std::optional<Instant>();
  const auto at = parse_instant(text);
  if (!at.ok()) return invalid(at.error().message, std::string(name));
  return std::optional(*at);
}

Result<std::optional<Sha256>> digest_of(const http::Request& request, std::string_view name) {
  const std::string text = text_of(request, name);
  if (text.empty()) return std::optional<Sha256>();
  const auto digest = parse_sha256(text);
  if (!digest.ok()) return invalid(digest.error().message, std::string(name));
  return std::optional(*digest);
}

Result<Sha256> parse_artifact(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == text.npos) {
    const auto digest = parse_sha256(text);
    return digest.ok() ? digest : Result<Sha256>(invalid(digest.error().message, "artifact"));
  }
  const std::string_view image = text.substr(0, at), digest = text.substr(at + 1);
  const bool one_word = !image.empty() && image.find_first_of(" \t\r\n@") == image.npos;
  const auto parsed = parse_sha256(digest);
  if (one_word && digest.starts_with("sha256:") && parsed.ok()) return parsed;
  return invalid("'artifact' must be a digest, or an image named with one: HOST/NAME@sha256:…", "artifact");
}

bool flag_of(const http::Request& request, std::string_view name) { return text_of(request, name) == "true"; }

std::string text_of(const http::Request& request, std::string_view name) {
  return std::string(request.query(name).value_or(""));
}

Result<store::Moment> moment_of(const http::Request& request, std::string_view name) {
  const std::string text = text_of(request, name);
  if (text.empty()) return store::Moment{};
  const auto number = natural(std::string_view(text).substr(text.starts_with('#') ? 1 : 0));
  if (number && *number > 0) return store::Moment{.snapshot = number};
  const auto at = parse_instant(text);
  if (at.ok()) return store::Moment{.at = *at};
  return invalid(fmt::format("'{}' must be a time or a snapshot number such as #12", name),
                 std::string(name));
}

}  // namespace weir::api
