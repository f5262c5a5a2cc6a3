// The route table: one row per method and path. Authorization, the OpenAPI document, the table of body limits and the
// test that walks every role over every route are all made from it.
#pragma once
#include <algorithm>
#include <array>
#include <span>

#include "api/query.h"
#include "api/service.h"
#include "api/shape.h"

namespace weir::api {

// Who may call. `open` needs nobody; `signed_report` checks the reporter's signature itself, `signed_link` the link's;
// `integration` is opened by the secret of the integration that the path names, which `proof` of its row looks for;
// `api_key` by a token that may stand in the header X-Api-Key too, as clients of other products send it.
enum class Door { open, token, signed_report, signed_link, integration, api_key };

using ReadHandler = Result<http::Response> (*)(const ReadCall&);
// An answer that a few rows give, tried on the connection's thread, since handing a request to a worker costs more than
// such a read; nothing when it takes more than that.
using AtOnceHandler = Result<std::optional<http::Response>> (*)(const ReadCall&);
// What is answered when the time of a request is over before `read` was, or when too many wait for a worker; `why` says
// which. Called on a thread that others wait for too.
using LateHandler = Result<http::Response> (*)(const ReadCall&, std::string_view why);
using WriteHandler = Result<Write> (*)(const Call&);

// Decodes many writes of one request; each is held against the permission of its own row.
struct BatchedWrite {
  std::size_t route = 0;
  Shape answer;
  std::optional<sequencer::Idempotency> idempotency;
  Write write;
};
// The digest of the secret by which a request proves who it is; none when none does.
using Proof = Result<std::optional<Sha256>> (*)(const ReadCall&);
using BatchHandler = Result<std::vector<BatchedWrite>> (*)(const Call&);

struct Route {
  std::string_view method;
  std::string_view pattern;
  Door door = Door::token;
  access::Permission permission = access::Permission::read;
  ReadHandler read = nullptr;       // one of read, write and batch
  AtOnceHandler at_once = nullptr;  // before `read`
  WriteHandler write = nullptr;
  BatchHandler batch = nullptr;
  std::string_view summary;
  Shape answer;
  Shape body = {};
  std::span<const Query> query = {};  // besides min_index, which every read takes
  Shape preview = {};                 // of a write that records nothing when it is asked with ?preview=true
  int success = 200;                  // of what is no write
  std::array<int, 2> refusals = {};   // statuses that carry the answer too; 0: none
  std::size_t body_bytes_max = limits::request_body_bytes_max;
  bool (*decoding_waits)(const http::Request&) =
      nullptr;                    // of a write: for a disk; then not where it arrives
  bool shows_verdicts = false;    // or what follows from them: read when all is judged
  bool changes_accounts = false;  // tokens are read again after it
  Proof proof = nullptr;          // of the door `integration`
  Duration (*within)(const http::Request&) =
      nullptr;  // how long a request may take, where `late` answers it then
  LateHandler late = nullptr;
  void (*retell)(http::Response&) = nullptr;  // of another product's interface: makes the answer as that one says it

  constexpr bool writes() const { return write != nullptr || batch != nullptr; }
};

std::span<const Route> routes();
const http::Router& router();  // of them, by their index
std::string openapi_document(std::string_view version);

// Members of a list answer, of one record, and of a text.
http::Response json_response(std::string body, int status = 200);
template <class T>
http::Response record_response(const T& record) {
  return json_response(format::encode(record));
}
template <class T>
http::Response list_response(std::string_view plural, const std::vector<T>& items,
                             std::string_view next = {}) {
  std::string body = "{\"" + std::string(plural) + "\":" + format::encode(items) + ",\"next\":";
  if (next.empty()) body += "null";
  else format::append_json_string(body, next);
  return json_response(body + "}");
}

// Of a list that is read whole: all of it, or the page that is asked for; its cursor counts rows.
template <class T>
Result<http::Response> whole_list_response(const http::Request& request, std::string_view plural,
                                           std::vector<T> items) {
  const auto row = TRY(number_of(request, "cursor"));
  const auto rows = TRY(number_of(request, "limit"));
  const std::size_t from = std::min(static_cast<std::size_t>(row.value_or(0)), items.size());
  const std::size_t limit = rows ? static_cast<std::size_t>(*rows) : items.size();
  items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(from));
  const bool more = items.size() > limit;
  if (more) items.resize(limit);
  return list_response(plural, items, more ? std::to_string(from + limit) : "");
}

Result<std::int64_t> id_of(const http::Request& request, std::string_view parameter);
template <class T>
Result<T> body_of(const http::Request& request) {
  return format::decode_text<T>(request.body.empty() ? "{}" : request.body);
}

// The key of the header, bound to this very request; none when there is none.
Result<std::optional<sequencer::Idempotency>> idempotency_of(const http::Request& request);

Error refusal(const Route& route);  // of somebody without its permission

std::string encode_receipt(const ledger::Receipt& receipt);

}  // namespace weir::api
