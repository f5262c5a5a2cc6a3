// The OpenAPI 3.1 document: what the route table, the shapes it names, the query parameters it takes and the one table
// of errors say. Nothing is written here that the server does not do by the same rows.
#include <algorithm>

#include "api/answers.h"
#include "api/routes.h"

namespace weir::api {
namespace {

using format::Json;
using format::SchemaBook;

enum class Receipt { none, maybe, always };

Json schema_of_object(Json properties, Json::Array required) {
  return Json::object(
      {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}});
}

Json content(std::string_view media, Json schema) {
  return Json::object({{std::string(media), Json::object({{"schema", std::move(schema)}})}});
}

Json json_content(Json schema) { return content("application/json", std::move(schema)); }

Json with_receipt(SchemaBook& book, Json object, Receipt receipt) {
  if (receipt == Receipt::none) return object;
  Json properties = object.at("properties");
  properties.set("receipt", schema_out<ReceiptView>(book));
  object.set("properties", std::move(properties));
  if (receipt == Receipt::maybe) return object;
  Json::Array required = object.items("required");
  required.push_back("receipt");
  object.set("required", std::move(required));
  return object;
}

Json written_schema(SchemaBook& book, const Shape& shape, Receipt receipt) {
  Json record = shape.schema(book);
  if (shape.form == Form::written)
    return with_receipt(book,
                        schema_of_object(Json::object({{std::string(shape.name), std::move(record)}}),
                                         Json::Array{Json(shape.name)}),
                        receipt);
  Json members = book.named(record);
  if (shape.form == Form::once) members.set("required", Json::Array{});
  return with_receipt(book, std::move(members), receipt);
}

// Each as it would have been alone.
Json answers_schema(SchemaBook& book) {
  Json::Array each;
  for (const Route& route : routes()) {
    if (route.write == nullptr || route.retell != nullptr) continue;
    Json schema = written_schema(book, route.answer, Receipt::maybe);
    if (std::find(each.begin(), each.end(), schema) == each.end()) each.push_back(std::move(schema));
  }
  Json list = Json::object({{"type", "array"}, {"items", Json::object({{"anyOf", std::move(each)}})}});
  return schema_of_object(Json::object({{"answers", std::move(list)}}), Json::Array{"answers"});
}

Json list_schema(SchemaBook& book, const Shape& shape) {
  Json rows = Json::object({{"type", "array"}, {"items", shape.schema(book)}});
  Json next = Json::object({{"type", Json::Array{"string", "null"}}});
  return schema_of_object(
      Json::object({{std::string(shape.name), std::move(rows)}, {"next", std::move(next)}}),
      Json::Array{Json(shape.name), "next"});
}

Json content_of(SchemaBook& book, const Shape& shape, Receipt receipt) {
  const Json text = Json::object({{"type", "string"}});
  switch (shape.form) {
    case Form::none:
      break;
    case Form::one:
      return json_content(shape.schema(book));
    case Form::list:
      return json_content(list_schema(book, shape));
    case Form::written:
    case Form::beside:
    case Form::once:
      return json_content(written_schema(book, shape, receipt));
    case Form::answers:
      return json_content(answers_schema(book));
    case Form::text:
      return content("text/plain", text);
    case Form::events:
      return content("text/event-stream", text);
    case Form::bytes:
      return content("application/octet-stream", Json::object({}));
    case Form::file:
      return content("*/*", Json::object({}));
  }
  return Json::object({});
}

// "{org}" and "{path...}" of a pattern, as parameters of the operation.
void add_path_parameters(Json::Array& parameters, std::string_view pattern) {
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
       open = pattern.find('{', open + 1)) {
    std::string_view name = pattern.substr(open + 1, pattern.find('}', open) - open - 1);
    if (name.ends_with("...")) name.remove_suffix(3);
    parameters.push_back(Json::object({{"name", name},
                                       {"in", "path"},
                                       {"required", true},
                                       {"schema", Json::object({{"type", "string"}})}}));
  }
}

Json query_parameter(const Query& query) {
  return Json::object(
      {{"name", query.name}, {"in", "query"}, {"description", query.summary}, {"schema", schema_of(query)}});
}

Json header_parameter(std::string_view name, std::string_view description) {
  Json text = Json::object({{"type", "string"}, {"minLength", 1}, {"maxLength", 64}});
  return Json::object(
      {{"name", name}, {"in", "header"}, {"description", description}, {"schema", std::move(text)}});
}

Json parameters_of(const Route& route) {
  Json::Array parameters;
  add_path_parameters(parameters, route.pattern);
  for (const Query& query : route.query) parameters.push_back(query_parameter(query));
  if (route.door == Door::token && route.read != nullptr && route.answer.form != Form::events)
    parameters.push_back(query_parameter(min_index));
  if (route.write != nullptr)
    parameters.push_back(
        header_parameter("Idempotency-Key", "the same request again is answered as the first was"));
  return parameters;
}

// Met by what is on no route.
constexpr int method_status = http::row_of(http::Refusal::method).status;

bool can_meet(const Route& route, Errc code) {
  if (route.door == Door::integration) return code != Errc::forbidden && code != Errc::corrupt;
  if (code == Errc::unauthenticated) return route.door == Door::token || route.door == Door::signed_report;
  if (code == Errc::forbidden && route.door == Door::signed_link) return true;
  if (code == Errc::forbidden || code == Errc::too_many) return route.door == Door::token;
  if (code == Errc::conflict) return route.writes() || route.door == Door::signed_report;
  return route.door != Door::open || code == Errc::internal;
}

void add_errors(SchemaBook& book, const Route& route, Json& responses) {
  const Json error = json_content(schema_out<ErrorView>(book));
  for (const http::ErrorRow& row : http::error_table) {
    const std::string status = std::to_string(row.status);
    const bool can = row.status == weir::row_of(row.code).http_status ? can_meet(route, row.code)
                                                                      : row.status != method_status;
    if (can && responses.find(status) == nullptr)
      responses.set(status, Json::object({{"description", row.summary}, {"content", error}}));
  }
  responses.set(
      "default",
      Json::object({{"description", fmt::format("an error before the route was found; {}: {}", method_status,
                                                http::row_of(http::Refusal::method).summary)},
                    {"content", error}}));
}

Json responses_of(SchemaBook& book, const Route& route) {
  Json responses = Json::object({});
  const auto answer = [&](int status, std::string_view description, Json made) {
    responses.set(std::to_string(status),
                  Json::object({{"description", description}, {"content", std::move(made)}}));
  };
  if (route.writes()) {
    const bool previews = route.preview.form != Form::none;
    answer(201, "recorded", content_of(book, route.answer, Receipt::always));
    answer(200, previews ? "the preview" : "nothing new was to be recorded",
           content_of(book, previews ? route.preview : route.answer, Receipt::none));
  } else {
    answer(route.success, route.summary, content_of(book, route.answer, Receipt::maybe));
  }
  for (const int refusal : route.refusals) {
    if (refusal == 0) continue;
    Json answered = route.answer.form == Form::beside ? written_schema(book, route.answer, Receipt::maybe)
                                                      : route.answer.schema(book);
    const Json either =
        Json::object({{"anyOf", Json::Array{std::move(answered), schema_out<ErrorView>(book)}}});
    answer(refusal, "refused; what is expected instead, or why", json_content(either));
  }
  add_errors(book, route, responses);
  return responses;
}

Json security_of(const Route& route) {
  if (route.door == Door::token) return Json::Array{Json::object({{"token", Json::Array{}}})};
  if (route.door == Door::open || route.door == Door::signed_link) return Json::Array{};
  if (route.door == Door::integration) {
    Json::Array ways;
    for (const std::string_view way : {"github", "gitlab", "gitlab-signature", "standard-webhooks"})
      ways.push_back(Json::object({{std::string(way), Json::Array{}}}));
    return ways;
  }
  return Json::Array{Json::object({{"signature", Json::Array{}}, {"reporter", Json::Array{}}})};
}

Json operation_of(SchemaBook& book, const Route& route) {
  Json operation = Json::object({{"summary", route.summary}, {"parameters", parameters_of(route)}});
  if (route.body.form != Form::none)
    operation.set("requestBody",
                  Json::object({{"required", true}, {"content", content_of(book, route.body, Receipt::none)}}));
  operation.set("responses", responses_of(book, route));
  operation.set("security", security_of(route));
  if (route.door == Door::token) operation.set("x-weir-permission", format::name_of(route.permission));
  return operation;
}

std::string openapi_path(std::string_view pattern) {
  std::string path(pattern);
  if (const std::size_t dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

Json paths_of(SchemaBook& book) {
  Json paths = Json::object({});
  for (const Route& route : routes()) {
    if (route.retell != nullptr) continue;  // another product documents its interface
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(std::tolower(c));
    const std::string path = openapi_path(route.pattern);
    Json item = paths.at(path).is_null() ? Json::object({}) : paths.at(path);
    item.set(method, operation_of(book, route));
    paths.set(path, std::move(item));
  }
  return paths;
}

Json header_key(std::string_view name, std::string_view description) {
  return Json::object({{"type", "apiKey"}, {"in", "header"}, {"name", name}, {"description", description}});
}

}  // namespace

std::string openapi_document(std::string_view version) {
  SchemaBook book("#/components/schemas/");
  Json paths = paths_of(book);
  const Json security = Json::object(
      {{"token", Json::object({{"type", "http"}, {"scheme", "bearer"}})},
       {"signature", header_key("Weir-Signature", "base64 of the Ed25519 signature over the body")},
       {"reporter", header_key("Weir-Reporter", "the reporter's id; enrolment does without")},
       {"github", header_key("X-Hub-Signature-256", "sha256= and the HMAC of the body in hex")},
       {"gitlab", header_key("X-Gitlab-Token", "the secret of the webhook")},
       {"gitlab-signature", header_key("X-Gitlab-Signature", "the HMAC of the body in hex")},
       {"standard-webhooks", header_key("Webhook-Signature", "as Standard Webhooks says")}});
  const Json license = Json::object({{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}});
  return dump(Json::object(
      {{"openapi", "3.1.0"},
       {"info", Json::object({{"title", "Weir"}, {"version", version}, {"license", license}})},
       {"paths", std::move(paths)},
       {"components", Json::object({{"securitySchemes", security}, {"schemas", book.schemas()}})}}));
}

}  // namespace weir::api
