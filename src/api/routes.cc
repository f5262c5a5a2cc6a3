#include "api/routes.h"

#include "api/route_table.h"
#include "crypto/digest.h"

namespace weir::api {

std::span<const Route> routes() {
  static const std::vector<Route> table = [] {
    std::vector<Route> made;
    for (const auto part : {server_routes(), record_routes(), gate_routes(), consent_routes(), policy_routes(),
                            watch_routes(), resolve_routes(), integration_routes(), vulnerability_routes(),
                            bill_routes(), campaign_routes(), dependency_track_routes()})
      made.insert(made.end(), part.begin(), part.end());
    return made;
  }();
  return table;
}

const http::Router& router() {
  static const std::vector<http::RouteRow> rows = [] {
    std::vector<http::RouteRow> made;
    const std::span<const Route> table = routes();
    for (std::size_t i = 0; i < table.size(); ++i)
      made.push_back({table[i].method, table[i].pattern, i});
    return made;
  }();
  static const http::Router made{rows};
  return made;
}

http::Response json_response(std::string body, int status) {
  return {.status = status,
          .body = std::move(body),
          .headers = {{"cache-control", "no-store"}, {"x-content-type-options", "nosniff"}}};
}

Result<std::int64_t> id_of(const http::Request& request, std::string_view parameter) {
  const std::string text(request.parameter(parameter));
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos)
    return invalid(fmt::format("'{}' is a number", parameter), std::string(parameter));
  return std::atoll(text.c_str());
}

Result<std::optional<sequencer::Idempotency>> idempotency_of(const http::Request& request) {
  const auto key = request.header("idempotency-key");
  if (!key) return std::optional<sequencer::Idempotency>();
  if (key->empty() || key->size() > 64)
    return invalid("Idempotency-Key has 1 to 64 characters", "Idempotency-Key");
  crypto::Hasher hasher;
  const auto add = [&](std::string_view part) {
    hasher.update(part);
    hasher.update(BytesView("\0", 1));
  };
  for (const std::string* part : {&request.method, &request.path, &request.body}) add(*part);
  for (const http::Field& field : request.query_fields) add(field.name), add(field.value);
  return std::optional(sequencer::Idempotency{std::string(*key), hasher.finish()});
}

Error refusal(const Route& route) {
  return {Errc::forbidden, fmt::format("{} {} needs permission to {}; this token's roles do not give it",
                                       route.method, route.pattern, format::name_of(route.permission))};
}

std::string encode_receipt(const ledger::Receipt& receipt) {
  std::string out =
      fmt::format("{{\"index\":{},\"leaf_hash\":\"{}\",\"entry\":\"{}\",\"proof\":[", receipt.index.value,
                  to_string(ledger::leaf_hash(receipt.leaf)), encode_base64(receipt.leaf));
  for (std::size_t i = 0; i < receipt.proof.size(); ++i)
    out += fmt::format("{}\"{}\"", i == 0 ? "" : ",", encode_base64(receipt.proof[i].view()));
  out += "],\"checkpoint\":";
  format::append_json_string(out, receipt.checkpoint);
  return out + "}";
}

}  // namespace weir::api
