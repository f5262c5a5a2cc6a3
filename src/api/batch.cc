// Writes that are accepted all or not at all, as a step of a pipeline sends them: each is a route of the table with its
// own body and, if it has one, its own idempotency key, so that a batch sent again with more in it records only what
// is new.
#include <unordered_map>

#include "api/handlers.h"
#include "api/requests.h"
#include "crypto/digest.h"

namespace weir::api {
namespace {

std::string place(std::size_t number) { return fmt::format("writes[{}]", number); }

Error at_write(std::size_t number, Error error) {
  error.message = fmt::format("{}: {}", place(number), error.message);
  if (!error.field.empty()) error.field = fmt::format("{}.body.{}", place(number), error.field);
  return error;
}

// The request that this write would have been alone.
Result<std::size_t> route_of(const Call& call, http::Request& alone) {
  const auto match = router().match(alone);
  const auto* found = std::get_if<http::RouteFound>(&match);
  if (found == nullptr) {
    const auto& refused = std::get<http::RouteRefused>(match);
    if (refused.error.code == Errc::invalid && refused.allow.empty()) return refused.error;
    return not_found(fmt::format("there is no {} {}", alone.method, alone.path));
  }
  const Route& route = routes()[found->index];
  if (route.write == nullptr)
    return invalid(fmt::format("{} {} is no single write", alone.method, alone.path));
  if (!access::permits(call.actor, route.permission)) return refusal(route);
  return found->index;
}

Result<BatchedWrite> batched(const Call& call, const WriteRequest& write) {
  http::Request alone{.method = write.method,
                      .path = fmt::format("/v1/orgs/{}/{}", call.request.parameter("org"), write.path),
                      .body = write.body.is_null() ? std::string() : dump(write.body),
                      .remote_address = call.request.remote_address};
  BatchedWrite made;
  made.route = TRY(route_of(call, alone));
  if (!write.key.empty()) alone.headers.push_back({"idempotency-key", write.key});
  made.answer = routes()[made.route].answer;
  made.idempotency = TRY(idempotency_of(alone));
  made.write = TRY(routes()[made.route].write({alone, call.actor, call.config, call.ports, call.now}));
  return made;
}

}  // namespace

Result<std::vector<BatchedWrite>> batch(const Call& call) {
  if (call.request.header("idempotency-key"))
    return invalid("of a batch each write has its own 'key'; the header is for a single one",
                   "Idempotency-Key");
  const auto request = TRY(body_of<BatchRequest>(call.request));
  if (request.writes.empty()) return invalid("'writes' is empty", "writes");
  if (request.writes.size() > limits::batch_writes_max)
    return Error{Errc::too_large, fmt::format("'writes' has more than {}", limits::batch_writes_max),
                 "writes"};
  std::vector<BatchedWrite> writes;
  std::unordered_map<std::string_view, std::size_t> keys;
  for (std::size_t i = 0; i < request.writes.size(); ++i) {
    const WriteRequest& write = request.writes[i];
    if (const auto [at, is_new] = keys.emplace(write.key, i); !is_new && !write.key.empty())
      return invalid(fmt::format("{} has the key of {}", place(i), place(at->second)), place(i) + ".key");
    auto made = batched(call, write);
    if (!made.ok()) return at_write(i, made.error());
    made->write.decide = [i, decide = std::move(made->write.decide)](store::Database& tables, Instant now) {
      auto decided = decide(tables, now);
      return decided.ok() ? std::move(decided) : Result<sequencer::Decision>(at_write(i, decided.error()));
    };
    writes.push_back(std::move(*made));
  }
  return writes;
}

}  // namespace weir::api
