#include "api/service.h"

#include "api/changes.h"
#include "api/pages.h"
#include "api/reports.h"
#include "api/routes.h"
#include "api/tokens.h"

namespace weir::api {
namespace {

constexpr std::size_t worker_queue_max = 1024;
constexpr std::size_t small_body_bytes = 16 * 1024;  // larger ones are decoded on a worker
constexpr Duration index_wait_max = seconds(5);
constexpr Duration judgement_wait_max = seconds(1);

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

// Of one write its answer, of a batch the list of them.
http::Response answer_of(const Route& route, std::span<const std::string_view> resources,
                         const Result<std::vector<sequencer::Outcome>>& outcomes) {
  if (!outcomes.ok()) return http::error_response(outcomes.error());
  bool recorded = false;
  std::string body = route.batch != nullptr ? "{\"answers\":[" : "";
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    if (i > 0) body += ',';
    body += answer_body(resources[i], (*outcomes)[i]);
    recorded |= (*outcomes)[i].receipt.has_value();
  }
  if (route.batch != nullptr) body += "]}";
  return json_response(std::move(body), recorded ? 201 : 200);
}

Result<std::vector<BatchedWrite>> writes_of(const Route& route, const Call& call) {
  if (route.batch != nullptr) return route.batch(call);
  std::vector<BatchedWrite> alone(1);
  alone[0].route = static_cast<std::size_t>(&route - routes().data());
  alone[0].idempotency = TRY(idempotency_of(call.request));
  alone[0].write = TRY(route.write(call));
  return alone;
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
  const auto match = router().match(probe);
  const auto* found = std::get_if<http::RouteFound>(&match);
  return found == nullptr ? limits::request_body_bytes_max : routes()[found->index].body_bytes_max;
}

void Service::handle(http::Request request, http::Respond respond) {
  const auto match = router().match(request);
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
  if (!access::permits(holder->actor, route.permission)) return respond(http::error_response(refusal(route)));
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
  if (route.writes()) return write(at, *holder, std::move(request), std::move(respond));
  read(at, holder->actor, std::move(request), std::move(respond));
}

// What was just reported gets its verdict a moment later; a reader of verdicts waits for that, not for ever, and then
// reads in the same transaction in which nothing waited. The caller ends the transaction.
void Service::begin_settled(store::Database& db) {
  const Instant until = ports_.clock->now() + judgement_wait_max;
  for (;;) {
    if (!db.run("BEGIN", {}, nullptr).ok()) return;
    const auto waiting = query_count(db, "SELECT count(*) FROM (SELECT 1 FROM unjudged LIMIT 1)");
    if (!waiting.ok() || *waiting == 0 || ports_.clock->now() >= until || !ports_.sequencer.accepts_writes())
      return;
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
              if (routes()[at].shows_verdicts) begin_settled(db);
              const ReadCall call{{request, actor, config_, ports_, ports_.clock->now()}, db};
              auto answered = routes()[at].read(call);
              db.rollback();  // ends the reading transaction, where there is one
              if (!answered.ok() && answered.error().code == Errc::corrupt)
                ports_.sequencer.stop_writes(answered.error().message);
              return answered.ok() ? std::move(*answered) : http::error_response(answered.error());
            });
}

void Service::write(std::size_t at, const store::TokenHolder& holder, http::Request request,
                    http::Respond respond) {
  const Route& route = routes()[at];
  const bool waits = route.decoding_waits != nullptr && route.decoding_waits(request);
  if (!waits && request.body.size() <= small_body_bytes)
    return submit(route, holder, request, std::move(respond));
  auto shared = std::make_shared<http::Respond>(std::move(respond));
  const bool taken =
      workers_.submit([this, &route, holder, request = std::move(request), shared](std::stop_token) {
        submit(route, holder, request, std::move(*shared));
      });
  if (!taken) (*shared)(http::error_response(Error{Errc::unavailable, "too many requests wait; try again"}));
}

void Service::submit(const Route& route, const store::TokenHolder& holder, const http::Request& request,
                     http::Respond respond) {
  auto writes = writes_of(route, {request, holder.actor, config_, ports_, ports_.clock->now()});
  if (!writes.ok()) return respond(http::error_response(writes.error()));
  sequencer::Together together;
  std::vector<std::string_view> resources;
  bool changes_accounts = false;
  for (BatchedWrite& each : *writes) {
    resources.push_back(each.write.resource);
    changes_accounts |= routes()[each.route].changes_accounts;
    together.commands.push_back({.actor = holder.id,
                                 .idempotency = std::move(each.idempotency),
                                 .decide = std::move(each.write.decide),
                                 .done = {}});
  }
  auto shared = std::make_shared<http::Respond>(std::move(respond));
  together.done = [this, shared, &route, resources = std::move(resources),
                   changes_accounts](Result<std::vector<sequencer::Outcome>> outcomes) {
    if (changes_accounts && outcomes.ok()) (void)tokens_->reload();
    (*shared)({.complete = [&route, resources, outcomes = std::move(outcomes)](http::Response& response) {
      response = answer_of(route, resources, outcomes);
    }});
  };
  ports_.sequencer.submit(std::move(together));
}

}  // namespace weir::api
