#include "api/service.h"

#include <atomic>
#include <charconv>

#include "api/changes.h"
#include "api/deadlines.h"
#include "api/index_wait.h"
#include "api/pages.h"
#include "api/reports.h"
#include "api/routes.h"
#include "api/tokens.h"
#include "base/caught.h"

namespace weir::api {
namespace {

std::atomic<std::uint64_t> services_made = 0;

constexpr std::size_t worker_queue_max = 1024;
constexpr std::size_t small_body_bytes = 16 * 1024;  // larger ones are decoded on a worker
constexpr Duration index_wait_max = seconds(5);
constexpr Duration judgement_wait_max = seconds(1);

std::string answer_body(const Shape& shape, const sequencer::Outcome& outcome) {
  std::string body = "{";
  if (shape.form == Form::written) {
    body += fmt::format("\"{}\":{}", shape.name, outcome.answer.empty() ? "null" : outcome.answer);
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
http::Response answer_of(const Route& route, std::span<const Shape> shapes,
                         const Result<std::vector<sequencer::Outcome>>& outcomes) {
  if (!outcomes.ok()) return http::error_response(outcomes.error());
  bool recorded = false;
  std::string body = route.batch != nullptr ? "{\"answers\":[" : "";
  for (std::size_t i = 0; i < outcomes->size(); ++i) {
    if (i > 0) body += ',';
    body += answer_body(shapes[i], (*outcomes)[i]);
    recorded |= (*outcomes)[i].receipt.has_value();
  }
  if (route.batch != nullptr) body += "]}";
  return json_response(std::move(body), recorded ? 201 : 200);
}

// What the client shows for itself, in the form of the header Authorization.
std::string authorization_of(const Route& route, const http::Request& request) {
  if (const auto key = request.header("x-api-key"); key && route.door == Door::api_key)
    return fmt::format("Bearer {}", *key);
  return std::string(request.header("authorization").value_or(""));
}

// Answers in the words of the other product whose interface this is.
http::Respond retelling(const Route& route, http::Respond respond) {
  if (route.retell == nullptr) return respond;
  return [retell = route.retell, respond = std::move(respond)](http::Response response) mutable {
    if (response.complete)
      response.complete = [retell, complete = std::move(response.complete)](http::Response& made) {
        complete(made);
        retell(made);
      };
    else
      retell(response);
    respond(std::move(response));
  };
}

// The number of an entry, as a query or a header names it.
Result<std::optional<std::int64_t>> index_of(std::optional<std::string_view> text) {
  if (!text) return std::optional<std::int64_t>();
  std::int64_t index = 0;
  const auto [end, status] = std::from_chars(text->data(), text->data() + text->size(), index);
  if (status != std::errc{} || end != text->data() + text->size() || index < 0)
    return invalid(fmt::format("'{}' is no number of an entry", text->substr(0, 32)), "min_index");
  return std::optional(index);
}

Result<std::vector<BatchedWrite>> writes_of(const Route& route, const Call& call) {
  if (route.batch != nullptr) return route.batch(call);
  std::vector<BatchedWrite> alone(1);
  alone[0].route = static_cast<std::size_t>(&route - routes().data());
  const bool previews = route.preview.form != Form::none && flag_of(call.request, "preview");
  alone[0].answer = previews ? route.preview : route.answer;
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
      index_wait_(std::make_unique<IndexWait>()),
      deadlines_(std::make_unique<Deadlines>()),
      workers_(static_cast<std::size_t>(config_.workers), worker_queue_max) {
  ports_.sequencer.on_commit([this](std::int64_t size) {
    changes_->committed(size);
    index_wait_->committed(size);
  });
  index_wait_->committed(ports_.sequencer.size());
  ++services_made;
}

Service::~Service() { stop(); }

void Service::stop() {
  changes_->stop();
  index_wait_->stop();
  deadlines_->stop();
}

Result<http::BodyLimit> Service::body_limit(const http::Request& head, std::optional<std::size_t> length) {
  constexpr http::BodyLimit little{limits::stranger_body_bytes_max, http::Sender::stranger};
  http::Request probe{.method = head.method, .path = head.path};
  const auto match = router().match(probe);
  const auto* found = std::get_if<http::RouteFound>(&match);
  if (found == nullptr) return little;
  const Route& route = routes()[found->index];
  const bool is_little = length && *length <= limits::stranger_body_bytes_max;
  const http::BodyLimit claimed{route.body_bytes_max, http::Sender::stranger};
  if (is_little || route.body_bytes_max <= limits::stranger_body_bytes_max) return claimed;
  if (route.door == Door::open || route.door == Door::signed_link) return little;
  // A secret in the path is a proof that needs no body, and is one wrong guess when it is wrong. It is looked for as
  // in answer_at_once, on this thread.
  if (route.door == Door::integration && !probe.parameter("secret").empty()) {
    store::Database* const db = TRY(reader());
    const access::Actor nobody{};
    const ReadCall call{{probe, nobody, config_, ports_, ports_.clock->now()}, *db};
    const auto proven = TRY(caught([&] { return route.proof(call); }));
    TRY(tokens_->admit(proven, head.remote_address, call.now));
    return http::BodyLimit{route.body_bytes_max, http::Sender::known};
  }
  // Who names a reporter or an integration otherwise proves it by what he sends.
  if (route.door == Door::signed_report)
    return tokens_->is_reporter(head.header("weir-reporter").value_or("")) ? claimed : little;
  if (route.door == Door::integration)
    return tokens_->is_integration(probe.parameter("name"), head.remote_address, ports_.clock->now()) ? claimed
                                                                                                      : little;
  TRY(tokens_->recognise(authorization_of(route, head), head.remote_address, ports_.clock->now()));
  return http::BodyLimit{route.body_bytes_max, http::Sender::known};
}

void Service::handle(http::Request request, http::Respond respond) {
  const auto match = router().match(request);
  if (const auto* found = std::get_if<http::RouteFound>(&match))
    return dispatch(found->index, std::move(request), std::move(respond));
  const bool page = request.method == "GET" || request.method == "HEAD";
  const bool is_of_api = request.path.starts_with("/v1/") || request.path.starts_with("/api/");
  if (page && !is_of_api) return respond(page_response(request));
  respond(http::refusal_response(std::get<http::RouteRefused>(match)));
}

void Service::dispatch(std::size_t at, http::Request request, http::Respond respond) {
  const Route& route = routes()[at];
  respond = retelling(route, std::move(respond));
  const std::string_view org = request.parameter("org");
  if (!org.empty() && org != ports_.sequencer.identity().organization)
    return respond(http::error_response(not_found(fmt::format("there is no organization '{}'", org))));
  if (route.door == Door::open || route.door == Door::signed_link || route.door == Door::integration)
    return read(at, {}, std::move(request), std::move(respond));
  if (route.door == Door::signed_report)
    return on_worker(std::move(respond), [this, at, request = std::move(request)](store::Database& db) {
      auto response = receive(routes()[at].pattern, request, ports_, db, ports_.clock->now());
      if (response.status == 201) (void)tokens_->reload();  // a reporter was enrolled
      return response;
    });
  const auto holder =
      tokens_->recognise(authorization_of(route, request), request.remote_address, ports_.clock->now());
  if (!holder.ok()) return respond(http::error_response(holder.error()));
  if (!access::permits(holder->actor, route.permission)) return respond(http::error_response(refusal(route)));
  if (const Status fits = check_query(route.query, request); !fits.ok())
    return respond(http::error_response(fits.error()));
  if (route.pattern.ends_with("/events")) {
    const auto last = request.header("last-event-id");
    // A browser sends again what we gave it; anything else, and what is not here yet, means from now on.
    const auto told = index_of(last);
    const std::int64_t size = ports_.sequencer.size();
    const std::int64_t after = told.ok() && *told && **told < size ? **told + 1 : size;
    auto stream = changes_->listen(holder->token_digest, after, [this, digest = holder->token_digest] {
      return tokens_->is_known(digest, ports_.clock->now());
    });
    if (stream == nullptr)
      return respond(http::error_response(Error{Errc::unavailable, "too many listeners"}));
    return respond({.body = ": connected\n\n",
                    .content_type = "text/event-stream",
                    .headers = {{"cache-control", "no-store"}},
                    .stream = stream});
  }
  if (route.writes()) return write(at, *holder, std::move(request), std::move(respond));
  read_when_here(at, holder->actor, std::move(request), std::move(respond));
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

// Only who is known may wait, and nobody does it on a worker: there are few, and reports need them too.
void Service::read_when_here(std::size_t at, access::Actor actor, http::Request request,
                             http::Respond respond) {
  const auto wanted = index_of(request.query("min_index"));
  if (!wanted.ok()) return respond(http::error_response(wanted.error()));
  if (!*wanted) return read(at, std::move(actor), std::move(request), std::move(respond));
  index_wait_->until_beyond(
      **wanted, index_wait_max,
      [this, at, index = **wanted, actor = std::move(actor), request = std::move(request),
       respond = std::move(respond)](Arrival arrival) mutable {
        if (arrival == Arrival::here)
          return read(at, std::move(actor), std::move(request), std::move(respond));
        const std::string why = arrival == Arrival::late ? fmt::format("entry {} is not here yet", index)
                                                         : "too many requests wait for entries; try again";
        respond(http::error_response(Error{Errc::unavailable, why}));
      });
}

Result<store::Database*> Service::reader() {
  thread_local std::unique_ptr<store::Database> reader;
  thread_local const Service* reader_of = nullptr;
  thread_local std::uint64_t made_then = 0;
  const std::uint64_t made = services_made;  // another one may lie where this one's predecessor lay
  if (reader == nullptr || reader_of != this || made_then != made) {
    reader = TRY(ports_.open_reader());
    reader_of = this;
    made_then = made;
  }
  return reader.get();
}

void Service::on_worker(http::Respond respond, std::function<http::Response(store::Database&)> work) {
  auto shared = std::make_shared<http::Respond>(std::move(respond));
  const bool taken = workers_.submit([this, shared, work = std::move(work)](std::stop_token) {
    const auto db = reader();
    if (!db.ok()) return (*shared)(http::error_response(db.error()));
    auto response = caught([&] { return work(**db); });
    if (!response.ok()) (*db)->rollback();
    (*shared)(response.ok() ? std::move(*response) : http::error_response(response.error()));
  });
  if (!taken) (*shared)(http::error_response(Error{Errc::unavailable, "too many requests wait; try again"}));
}

// Behind the door of integrations nobody is recognised before; who he is stands in the tables.
Result<http::Response> Service::read_by(const Route& route, const ReadCall& call) {
  if (route.proof != nullptr) {
    const auto proven = TRY(route.proof(call));
    TRY(tokens_->admit(proven, call.request.remote_address, call.now));
  }
  return route.read(call);
}

// Nothing for what a worker must answer; trouble is met again there, and so is who does not prove who he is.
std::optional<http::Response> Service::answer_at_once(std::size_t at, const access::Actor& actor,
                                                      const http::Request& request) {
  const Route& route = routes()[at];
  if (route.at_once == nullptr) return std::nullopt;
  const auto db = reader();
  if (!db.ok()) return std::nullopt;
  auto answered = caught([&]() -> Result<std::optional<http::Response>> {
    const ReadCall call{{request, actor, config_, ports_, ports_.clock->now()}, **db};
    if (route.proof != nullptr) {
      const auto proven = TRY(route.proof(call));
      if (!proven || !tokens_->admit(proven, request.remote_address, call.now).ok())
        return std::optional<http::Response>();
    }
    return route.at_once(call);
  });
  return answered.ok() ? std::move(*answered) : std::nullopt;
}

void Service::read(std::size_t at, access::Actor actor, http::Request request, http::Respond respond) {
  if (auto answered = answer_at_once(at, actor, request)) return respond(std::move(*answered));
  if (routes()[at].late != nullptr)
    return read_in_time(at, std::move(actor), std::move(request), std::move(respond));
  on_worker(std::move(respond), [this, at, actor = std::move(actor), request = std::move(request)](
                                    store::Database& db) { return read_on(at, actor, request, db); });
}

http::Response Service::read_on(std::size_t at, const access::Actor& actor, const http::Request& request,
                                store::Database& db) {
  if (routes()[at].shows_verdicts) begin_settled(db);
  auto answered = read_by(routes()[at], {{request, actor, config_, ports_, ports_.clock->now()}, db});
  db.rollback();  // ends the reading transaction, where there is one
  if (!answered.ok() && answered.error().code == Errc::corrupt)
    ports_.sequencer.stop_writes(answered.error().message);
  return answered.ok() ? std::move(*answered) : http::error_response(answered.error());
}

// A worker answers, or somebody else when it has not by then: whoever comes first. Only the worker holds the request,
// so that what was answered takes no memory until its time is over.
void Service::read_in_time(std::size_t at, access::Actor actor, http::Request request,
                           http::Respond respond) {
  struct Asked {
    std::atomic<bool> answered = false;
    http::Request request;
    http::Respond respond;
  };
  const Duration within = routes()[at].within(request);
  auto asked = std::make_shared<Asked>();
  asked->request = std::move(request);
  asked->respond = std::move(respond);
  const auto late = [this, at](Asked& of, std::string_view why) {
    if (!of.answered.exchange(true)) of.respond(answer_late(at, of.request, why));
  };
  deadlines_->arm(within, [late, weak = std::weak_ptr(asked)] {
    if (const auto still = weak.lock()) late(*still, "it took longer than its caller waits");
  });
  const bool taken = workers_.submit([this, at, actor = std::move(actor), asked](std::stop_token) {
    if (asked->answered) return;
    const auto db = reader();
    auto response = db.ok() ? caught([&] { return read_on(at, actor, asked->request, **db); })
                            : Result<http::Response>(db.error());
    if (!response.ok() && db.ok()) (*db)->rollback();
    if (asked->answered.exchange(true)) return;
    asked->respond(response.ok() ? std::move(*response) : http::error_response(response.error()));
  });
  if (!taken) late(*asked, "too many requests wait");
}

// Who does not prove who he is gets no other answer than that it is late.
http::Response Service::answer_late(std::size_t at, const http::Request& request, std::string_view why) {
  auto answered = caught([&]() -> Result<http::Response> {
    store::Database* const db = TRY(reader());
    const access::Actor nobody{};
    const ReadCall call{{request, nobody, config_, ports_, ports_.clock->now()}, *db};
    if (!TRY(routes()[at].proof(call))) return Error{Errc::unavailable, std::string(why)};
    return routes()[at].late(call, why);
  });
  return answered.ok() ? std::move(*answered) : http::error_response(answered.error());
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
  auto writes =
      caught([&] { return writes_of(route, {request, holder.actor, config_, ports_, ports_.clock->now()}); });
  if (!writes.ok()) return respond(http::error_response(writes.error()));
  sequencer::Together together;
  std::vector<Shape> shapes;
  bool changes_accounts = false;
  for (BatchedWrite& each : *writes) {
    shapes.push_back(each.answer);
    changes_accounts |= routes()[each.route].changes_accounts;
    together.commands.push_back({.actor = holder.id,
                                 .idempotency = std::move(each.idempotency),
                                 .decide = std::move(each.write.decide),
                                 .done = {}});
  }
  auto shared = std::make_shared<http::Respond>(std::move(respond));
  together.done = [this, shared, &route, shapes = std::move(shapes),
                   changes_accounts](Result<std::vector<sequencer::Outcome>> outcomes) {
    if (changes_accounts && outcomes.ok()) (void)tokens_->reload();
    (*shared)({.complete = [&route, shapes, outcomes = std::move(outcomes)](http::Response& response) {
      response = answer_of(route, shapes, outcomes);
    }});
  };
  ports_.sequencer.submit(std::move(together));
}

}  // namespace weir::api
