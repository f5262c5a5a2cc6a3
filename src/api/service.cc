#include "api/service.h"

#include <algorithm>
#include <array>

#include "api/changes.h"
#include "api/pages.h"
#include "api/reports.h"
#include "api/routes.h"
#include "api/tokens.h"
#include "crypto/digest.h"

namespace weir::api {
namespace {

constexpr std::size_t worker_queue_max = 1024;
constexpr std::size_t small_body_bytes = 16 * 1024;  // larger ones are decoded on a worker
constexpr Duration index_wait_max = seconds(5);
constexpr Duration judgement_wait_max = seconds(1);

// Reads that show verdicts or what follows from them.
bool shows_verdicts(const Route& route) {
  constexpr std::array<std::string_view, 5> endings{"/workloads", "/alerts", "/incidents",
                                                    "/environments/{env}", "/artifacts/{digest}"};
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return route.pattern.ends_with(ending); });
}

const http::Router& shared_router() {
  static const std::vector<http::RouteRow> rows = [] {
    std::vector<http::RouteRow> made;
    for (std::size_t i = 0; i < routes().size(); ++i)
      made.push_back({routes()[i].method, routes()[i].pattern, i});
    return made;
  }();
  static const http::Router router{rows};
  return router;
}

Result<std::optional<sequencer::Idempotency>> idempotency_of(const http::Request& request) {
  const auto key = request.header("idempotency-key");
  if (!key) return std::optional<sequencer::Idempotency>();
  if (key->empty() || key->size() > 64)
    return invalid("Idempotency-Key has 1 to 64 characters", "Idempotency-Key");
  crypto::Hasher hasher;
  for (const std::string* part : {&request.method, &request.path, &request.body}) {
    hasher.update(*part);
    hasher.update(BytesView("\0", 1));
  }
  return std::optional(sequencer::Idempotency{std::string(*key), hasher.finish()});
}

std::string answer_body(std::string_view resource, const sequencer::Outcome& outcome) {
  std::string body = "{";
  if (!resource.empty()) {
    body += fmt::format("\"{}\":{}", resource, outcome.answer.empty() ? "null" : outcome.answer);
  } else if (outcome.answer.size() > 2) {
    body += outcome.answer.substr(1, outcome.answer.size() - 2);
  }
  if (outcome.receipt) {
    if (body.size() > 1) body += ',';
    body += "\"receipt\":" + encode_receipt(*outcome.receipt);
  }
  return body + "}";
}

http::Response answer_of(std::string_view resource, const Result<sequencer::Outcome>& outcome) {
  if (!outcome.ok()) return http::error_response(outcome.error());
  return json_response(answer_body(resource, *outcome), outcome->receipt ? 201 : 200);
}

}  // namespace

Result<std::unique_ptr<Service>> Service::open(Config config, Ports ports) {
  auto tokens = std::make_unique<Tokens>(TRY(ports.open_reader()));
  TRY(tokens->reload());
  auto changes = std::make_unique<Changes>(TRY(ports.open_reader()));
  changes->committed(ports.sequencer.size());
  return std::unique_ptr<Service>(
      new Service(std::move(config), std::move(ports), std::move(tokens), std::move(changes)));
}

Service::Service(Config config, Ports ports, std::unique_ptr<Tokens> tokens, std::unique_ptr<Changes> changes)
    : config_(std::move(config)),
      ports_(std::move(ports)),
      tokens_(std::move(tokens)),
      changes_(std::move(changes)),
      workers_(static_cast<std::size_t>(config_.workers), worker_queue_max) {
  ports_.sequencer.on_commit([this](std::int64_t size) { changes_->committed(size); });
}

Service::~Service() { stop(); }

void Service::stop() { changes_->stop(); }

std::size_t Service::body_limit(std::string_view method, std::string_view path) {
  http::Request probe{.method = std::string(method), .path = std::string(path.substr(0, path.find('?')))};
  const auto match = shared_router().match(probe);
  const auto* found = std::get_if<http::RouteFound>(&match);
  return found == nullptr ? limits::request_body_bytes_max : routes()[found->index].body_bytes_max;
}

void Service::handle(http::Request request, http::Respond respond) {
  const auto match = shared_router().match(request);
  if (const auto* found = std::get_if<http::RouteFound>(&match))
    return dispatch(found->index, std::move(request), std::move(respond));
  const bool page = request.method == "GET" || request.method == "HEAD";
  if (page && !request.path.starts_with("/v1/")) return respond(page_response(request));
  respond(http::refusal_response(std::get<http::RouteRefused>(match)));
}

void Service::dispatch(std::size_t at, http::Request request, http::Respond respond) {
  const Route& route = routes()[at];
  const std::string_view org = request.parameter("org");
  if (!org.empty() && org != ports_.sequencer.identity().organization)
    return respond(http::error_response(not_found(fmt::format("there is no organization '{}'", org))));
  if (route.door == Door::open) return read(at, {}, std::move(request), std::move(respond));
  if (route.door == Door::signed_report)
    return on_worker(std::move(respond), [this, at, request = std::move(request)](store::Database& db) {
      return receive(routes()[at].pattern, request, ports_, db, ports_.clock->now());
    });
  const auto holder = tokens_->recognise(request.header("authorization").value_or(""), request.remote_address,
                                         ports_.clock->now());
  if (!holder.ok()) return respond(http::error_response(holder.error()));
  if (!access::permits(holder->actor, route.permission))
    return respond(http::error_response(
        Error{Errc::forbidden, fmt::format("{} {} needs permission to {}; this token's roles do not give it",
                                           route.method, route.pattern, format::name_of(route.permission))}));
  if (route.pattern.ends_with("/events")) {
    const auto last = request.header("last-event-id");
    const std::int64_t after = last ? std::atoll(std::string(*last).c_str()) + 1 : ports_.sequencer.size();
    auto stream = changes_->listen(after);
    if (stream == nullptr)
      return respond(http::error_response(Error{Errc::unavailable, "too many listeners"}));
    return respond({.body = ": connected\n\n",
                    .content_type = "text/event-stream",
                    .headers = {{"cache-control", "no-store"}},
                    .stream = stream});
  }
  if (route.write != nullptr)
    return write(at, holder->actor, holder->id, std::move(request), std::move(respond));
  read(at, holder->actor, std::move(request), std::move(respond));
}

// What was just reported gets its verdict a moment later; a reader of verdicts waits for that, not for ever, and then
// reads in the same transaction in which nothing waited. The caller ends the transaction.
void Service::begin_settled(store::Database& db) {
  const Instant until = ports_.clock->now() + judgement_wait_max;
  for (;;) {
    if (!db.run("BEGIN", {}, nullptr).ok()) return;
    const auto waiting = query_count(db, "SELECT count(*) FROM (SELECT 1 FROM unjudged LIMIT 1)");
    if (!waiting.ok() || *waiting == 0 || ports_.clock->now() >= until || !ports_.sequencer.accepts_writes()) return;
    db.rollback();
    (void)changes_->wait_for_commit(milliseconds(20));
  }
}

Status Service::wait_for_index(const http::Request& request) {
  const auto wanted = request.query("min_index");
  if (!wanted) return {};
  const std::int64_t index = std::atoll(std::string(*wanted).c_str());
  if (ports_.sequencer.size() > index || changes_->wait_beyond(index, index_wait_max)) return {};
  return Error{Errc::unavailable, fmt::format("entry {} is not here yet", index)};
}

void Service::on_worker(http::Respond respond, std::function<http::Response(store::Database&)> work) {
  auto shared = std::make_shared<http::Respond>(std::move(respond));
  const bool taken = workers_.submit([this, shared, work = std::move(work)](std::stop_token) {
    thread_local std::unique_ptr<store::Database> reader;
    thread_local const Service* reader_of = nullptr;
    if (reader == nullptr || reader_of != this) {
      auto opened = ports_.open_reader();
      if (!opened.ok()) return (*shared)(http::error_response(opened.error()));
      reader = std::move(*opened);
      reader_of = this;
    }
    (*shared)(work(*reader));
  });
  if (!taken) (*shared)(http::error_response(Error{Errc::unavailable, "too many requests wait; try again"}));
}

void Service::read(std::size_t at, access::Actor actor, http::Request request, http::Respond respond) {
  on_worker(std::move(respond),
            [this, at, actor = std::move(actor), request = std::move(request)](store::Database& db) {
              if (const Status waited = wait_for_index(request); !waited.ok())
                return http::error_response(waited.error());
              if (shows_verdicts(routes()[at])) begin_settled(db);
              const ReadCall call{{request, actor, config_, ports_, ports_.clock->now()}, db};
              auto answered = routes()[at].read(call);
              db.rollback();  // ends the reading transaction, where there is one
              if (!answered.ok() && answered.error().code == Errc::corrupt)
                ports_.sequencer.stop_writes(answered.error().message);
              return answered.ok() ? std::move(*answered) : http::error_response(answered.error());
            });
}

void Service::write(std::size_t at, const access::Actor& actor, const ledger::ActorId& id,
                    http::Request request, http::Respond respond) {
  if (request.body.size() <= small_body_bytes) return submit(at, actor, id, request, std::move(respond));
  auto shared = std::make_shared<http::Respond>(std::move(respond));
  const bool taken =
      workers_.submit([this, at, actor, id, request = std::move(request), shared](std::stop_token) {
        submit(at, actor, id, request, std::move(*shared));
      });
  if (!taken) (*shared)(http::error_response(Error{Errc::unavailable, "too many requests wait; try again"}));
}

void Service::submit(std::size_t at, const access::Actor& actor, const ledger::ActorId& id,
                     const http::Request& request, http::Respond respond) {
  const auto idempotency = idempotency_of(request);
  if (!idempotency.ok()) return respond(http::error_response(idempotency.error()));
  auto write = routes()[at].write({request, actor, config_, ports_, ports_.clock->now()});
  if (!write.ok()) return respond(http::error_response(write.error()));
  const bool changes_accounts = routes()[at].pattern.find("/accounts") != std::string_view::npos ||
                                routes()[at].pattern.ends_with("/service-accounts") ||
                                routes()[at].pattern.ends_with("/people");
  auto shared = std::make_shared<http::Respond>(std::move(respond));
  ports_.sequencer.submit({.actor = id,
                           .idempotency = *idempotency,
                           .decide = std::move(write->decide),
                           .done = [this, shared, resource = write->resource,
                                    changes_accounts](Result<sequencer::Outcome> outcome) {
                             if (changes_accounts && outcome.ok()) (void)tokens_->reload().ok();
                             (*shared)(answer_of(resource, outcome));
                           }});
}

}  // namespace weir::api
