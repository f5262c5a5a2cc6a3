#include "http/message.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/limits.h"
#include "format/json.h"

namespace weir::http {
namespace {

std::optional<std::string_view> first_of(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& field : fields)
    if (field.name == name) return field.value;
  return std::nullopt;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

enum class Plus { literal, space };

Result<std::string> decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return invalid(fmt::format("'%' at byte {} is not followed by two hex digits", i));
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

}  // namespace

std::optional<std::string_view> Request::query(std::string_view name) const {
  return first_of(query_fields, name);
}
std::optional<std::string_view> Request::header(std::string_view name) const {
  return first_of(headers, name);
}

std::string_view Request::parameter(std::string_view name) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](auto& p) { return p.name == name; });
  return found == parameters.end() ? std::string_view{} : std::string_view(found->value);
}

namespace {

Response error_with(int status, const Error& error, Duration retry_after) {
  std::string body = "{\"error\":{\"code\":";
  format::append_json_string(body, row_of(error.code).name);
  body += ",\"message\":";
  format::append_json_string(body, error.message);
  if (!error.field.empty()) {
    body += ",\"field\":";
    format::append_json_string(body, error.field);
  }
  body += "}}";
  Response response{.status = status, .body = std::move(body)};
  if (row_of(error.code).retry == Retry::yes) {
    const std::int64_t whole_seconds = std::max<std::int64_t>(1, (retry_after.micros + 999'999) / 1'000'000);
    response.headers.push_back({"retry-after", std::to_string(whole_seconds)});
  }
  return response;
}

}  // namespace

Response error_response(const Error& error, Duration retry_after) {
  return error_with(row_of(error.code).http_status, error, retry_after);
}

Response error_response(Refusal refusal, std::string message) {
  const ErrorRow& row = row_of(refusal);
  return error_with(row.status, {row.code, std::move(message)}, seconds(1));
}

Result<std::string> decode_percent(std::string_view text) { return decode(text, Plus::literal); }

std::string encode_percent(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

Result<std::vector<Field>> parse_query(std::string_view text) {
  std::vector<Field> fields;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (fields.size() == limits::query_fields_max)
      return Error{Errc::too_large,
                   fmt::format("the query has more than {} fields", limits::query_fields_max)};
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name = TRY(decode(pair.substr(0, equals), Plus::space));
    std::string value = TRY(decode(pair.substr(std::min(equals + 1, pair.size())), Plus::space));
    fields.push_back({std::move(name), std::move(value)});
  }
  return fields;
}

}  // namespace weir::http
