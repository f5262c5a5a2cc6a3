#include "cli/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "crypto/random.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr int tries_max = 3;
constexpr Duration first_pause = milliseconds(300);
constexpr Duration pause_max = seconds(30);
constexpr std::size_t page_rows = 1000;

Duration pause_before_retry(const http::ClientResponse* response, int tries_done) {
  const auto asked = response == nullptr ? std::nullopt : response->header("retry-after");
  std::int64_t wanted = 0;
  if (asked && std::from_chars(asked->data(), asked->data() + asked->size(), wanted).ec == std::errc())
    return std::min(seconds(std::max<std::int64_t>(wanted, 0)), pause_max);
  return {first_pause.micros << (2 * (tries_done - 1))};
}

Errc code_of_status(int status) {
  if (const http::ErrorRow* row = http::row_of_status(status)) return row->code;
  if (status == 502 || status == 504) return Errc::unavailable;
  return status >= 400 && status < 500 ? Errc::invalid : Errc::internal;
}

bool worth_another_try(const Result<http::ClientResponse>& answer) {
  if (!answer) return row_of(answer.error().code).retry == Retry::yes;
  return row_of(code_of_status(answer->status)).retry == Retry::yes;
}

// "id: 7" → "7": one space after the colon belongs to the form, not to the value.
std::string_view value_of_field(std::string_view rest) {
  return rest.starts_with(' ') ? rest.substr(1) : rest;
}

// The member of that name, "_" or "-" between its words.
const Json::Array& rows_of(const Json& page, std::string_view plural) {
  std::string other(plural);
  std::replace(other.begin(), other.end(), '-', '_');
  return page.find(plural) != nullptr ? page.items(plural) : page.items(other);
}

}  // namespace

std::string path_of(std::initializer_list<std::string_view> segments) {
  std::string path;
  for (const std::string_view segment : segments) {
    if (!path.empty()) path += '/';
    path += http::encode_percent(segment);
  }
  return path;
}

std::string query_of(const Query& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    text += fmt::format("{}{}={}", text.empty() ? '?' : '&', name, http::encode_percent(value));
  }
  return text;
}

Error error_from(const http::ClientResponse& response) {
  Error error{code_of_status(response.status),
              fmt::format("the server answered with status {}", response.status)};
  const Result<Json> body = format::parse_json(response.body);
  if (!body) return error;
  const Json& said = body->at("error");
  for (const ErrcRow& row : errc_table)
    if (row.name == said.text("code")) error.code = row.code;
  if (!said.text("message").empty()) error.message = said.text("message");
  error.field = said.text("field");
  return error;
}

Api::Api(ApiConfig config, std::function<void(Duration)> wait, Busy busy)
    : config_(std::move(config)), wait_(std::move(wait)), busy_(std::move(busy)), client_(client_config()) {}

http::ClientConfig Api::client_config() const { return {.origin = config_.url, .ca_file = config_.ca_file}; }

std::string Api::target_of(std::string_view path, const Query& query) const {
  const std::string root =
      path.starts_with("//")
          ? std::string(path.substr(1))
          : fmt::format("/v1/orgs/{}/{}", http::encode_percent(config_.organization), path);
  return root + query_of(query);
}

http::ClientRequest Api::request_for(std::string method, std::string_view path, const Query& query) const {
  http::ClientRequest request{.method = std::move(method), .target = target_of(path, query)};
  if (!config_.token.empty()) request.headers.push_back({"authorization", "Bearer " + config_.token});
  return request;
}

Result<http::ClientResponse> Api::send(http::ClientRequest request) {
  const std::shared_ptr<void> busy = busy_ ? busy_() : nullptr;
  for (int tries = 1;; ++tries) {
    auto answer = client_.send(request);
    if (tries < tries_max && worth_another_try(answer)) {
      wait_(pause_before_retry(answer ? &*answer : nullptr, tries));
      continue;
    }
    if (!answer) return answer;
    if (answer->status < 200 || answer->status > 299) return error_from(*answer);
    return answer;
  }
}

Result<Json> Api::read(std::string_view path, const Query& query) {
  const http::ClientResponse answer = TRY(send(request_for("GET", path, query)));
  return format::parse_json(answer.body);
}

Result<std::string> Api::text(std::string_view path, const Query& query) {
  http::ClientResponse answer = TRY(send(request_for("GET", path, query)));
  return std::move(answer.body);
}

namespace {
std::string key_of(const Write& write) { return write.key.empty() ? crypto::random_hex(16) : write.key; }
}  // namespace

Result<Json::Array> Api::write_together(std::span<const Write> requests) {
  std::string body = "{\"writes\":[";
  for (const Write& each : requests) {
    if (body.back() != '[') body += ',';
    body += dump(Json::object(
        {{"method", each.method}, {"path", each.path}, {"key", key_of(each)}, {"body", each.body}}));
  }
  http::ClientRequest request = request_for("POST", "writes", {});
  request.body = body + "]}";
  const http::ClientResponse answer = TRY(send(std::move(request)));
  Json answers = TRY(format::parse_json(answer.body));
  return answers.items("answers");
}

Result<Json> Api::write(const Write& write) {
  http::ClientRequest request = request_for(write.method, write.path, {});
  request.headers.push_back({"idempotency-key", key_of(write)});
  if (!write.body.is_null()) request.body = dump(write.body);
  const http::ClientResponse answer = TRY(send(std::move(request)));
  if (answer.body.empty()) return Json();
  return format::parse_json(answer.body);
}

Result<Json::Array> Api::list(std::string_view path, std::string_view plural, Query query,
                              std::size_t limit) {
  Json::Array rows;
  const std::size_t wanted = limit == 0 ? page_rows : std::min(limit, page_rows);
  query.emplace_back("limit", std::to_string(wanted));
  query.emplace_back("cursor", "");
  while (true) {
    const Json page = TRY(read(path, query));
    const Json::Array& found = rows_of(page, plural);
    rows.insert(rows.end(), found.begin(), found.end());
    query.back().second = page.text("next");
    if (limit != 0 && rows.size() >= limit) rows.resize(limit);
    if (query.back().second.empty() || found.empty() || rows.size() == limit) return rows;
  }
}

Status Api::follow(std::string_view path, const std::function<Follow(const Json&)>& on_event) {
  http::ClientRequest request = request_for("GET", path, {});
  request.headers.push_back({"accept", "text/event-stream"});
  if (!last_event_.empty()) request.headers.push_back({"last-event-id", last_event_});
  std::string data;
  const auto on_line = [&](std::string_view line) {
    if (line.starts_with("id:")) last_event_ = value_of_field(line.substr(3));
    if (line.starts_with("data:")) data += value_of_field(line.substr(5));
    const bool comment = line.starts_with(':');
    if (!comment && (!line.empty() || data.empty())) return http::Continue::yes;
    const Result<Json> event = comment ? Json() : format::parse_json(std::exchange(data, ""));
    if (!event) return http::Continue::yes;
    return on_event(*event) == Follow::more ? http::Continue::yes : http::Continue::no;
  };
  http::Client client(client_config());
  const http::ClientResponse answer = TRY(client.stream_lines(request, on_line));
  if (answer.status < 200 || answer.status > 299) return error_from(answer);
  return {};
}

}  // namespace weir::cli
