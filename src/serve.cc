#include "serve.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "advisory_place.h"
#include "api/service.h"
#include "cli/run.h"
#include "cli/session.h"
#include "cli/working.h"
#include "http/server.h"
#include "http/tls.h"
#include "jobs/answer_callers.h"
#include "jobs/checkpointer.h"
#include "jobs/deliver.h"
#include "jobs/find_vulnerabilities.h"
#include "jobs/runner.h"
#include "jobs/scrub.h"
#include "organization.h"
#include "store/sqlite/scrub.h"

namespace weir {
namespace {

// SIGINT and SIGTERM are taken by sigwait on the main thread; every other thread is started with them blocked.
void block_stop_signals(sigset_t& signals) {
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

struct Listen {
  std::string address;
  std::uint16_t port = 0;
};
Result<Listen> parse_listen(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool digits =
      !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::atoi(port.c_str()) > 65535)
    return invalid(fmt::format("'{}' is not ADDRESS:PORT", text), "listen");
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return Listen{std::move(address), static_cast<std::uint16_t>(std::atoi(port.c_str()))};
}

Result<std::vector<jobs::Schedule>> schedules_for(const Organization& organization,
                                                  sequencer::Sequencer& sequencer) {
  const auto open_reader = [&organization] { return organization.open_reader(); };
  const jobs::Shared shared{sequencer, organization.server_actor()};
  std::vector<jobs::Schedule> schedules;
  const auto add = [&](std::string name, auto make, Duration interval,
                       std::optional<Duration> after_commit) -> Status {
    auto reader = TRY(open_reader());
    schedules.push_back({std::move(name), make(shared, std::move(reader)), interval, after_commit});
    return {};
  };
  TRY(add("judge", jobs::make_judge, seconds(1), milliseconds(0)));
  TRY(add("snapshots", jobs::make_snapshots, milliseconds(500), milliseconds(50)));
  TRY(add("deployments", jobs::make_deployment_watch, milliseconds(200), milliseconds(50)));
  TRY(add("periods", jobs::make_period_watch, milliseconds(500), std::nullopt));
  TRY(add("requests", jobs::make_request_watch, milliseconds(200), std::nullopt));
  TRY(add("exceptions", jobs::make_exception_watch, milliseconds(200), milliseconds(20)));
  TRY(add("silence", jobs::make_silence_watch, seconds(1), std::nullopt));
  schedules.push_back({"ledger", jobs::make_damage_watch(shared), milliseconds(500), std::nullopt});
  return schedules;
}

// On a thread of its own: a policy that counts for everything must not hold up a verdict.
Result<std::vector<jobs::Schedule>> decisions_of(const Organization& organization,
                                                 sequencer::Sequencer& sequencer,
                                                 const jobs::Exposure& exposure) {
  std::vector<jobs::Schedule> schedules;
  auto reader = TRY(organization.open_reader());
  auto second = TRY(organization.open_reader());
  schedules.push_back({"decide",
                       jobs::make_decide({sequencer, organization.server_actor(), &exposure}, std::move(reader),
                                         std::move(second)),
                       milliseconds(100), milliseconds(0)});
  return schedules;
}

// On a thread of its own: a feed of advisories must not hold up a verdict. What was known before the server stopped is
// known again before anybody is answered.
Result<std::vector<jobs::Schedule>> findings_of(const Organization& organization,
                                                sequencer::Sequencer& sequencer,
                                                const std::shared_ptr<jobs::Exposure>& exposure,
                                                const std::optional<std::string>& advisories,
                                                std::function<void(const Error&)> say) {
  std::vector<jobs::Schedule> schedules;
  const jobs::Shared shared{sequencer, organization.server_actor(), exposure.get()};
  auto reader = TRY(organization.open_reader());
  auto second = TRY(organization.open_reader());
  auto third = TRY(organization.open_reader());
  jobs::FindingPorts ports{.exposure = exposure,
                           .blobs = organization.blobs(),
                           .advisories = {},
                           .index_file = organization.components_file(),
                           .advisories_file = organization.advisories_file(),
                           .say = std::move(say)};
  if (advisories) ports.advisories = watch_place(*advisories);
  schedules.push_back({"vulnerabilities",
                       jobs::make_find_vulnerabilities(shared, std::move(ports), std::move(reader)),
                       milliseconds(200), milliseconds(0)});
  schedules.push_back({"exceptions for findings",
                       jobs::make_exposed_exceptions(shared, exposure, std::move(third)), milliseconds(500),
                       milliseconds(0)});
  schedules.push_back({"vulnerability notices",
                       jobs::make_vulnerability_notices(shared, exposure, std::move(second)),
                       milliseconds(500), milliseconds(10)});
  const SystemClock clock;
  for (;;) {
    const auto step = schedules.front().job->tick(clock.now());
    if (!step.ok() || *step == jobs::Step::idle) break;  // the runner says what is wrong
  }
  return schedules;
}

// On a thread of its own: reading everything again must not hold up a verdict.
Result<std::vector<jobs::Schedule>> scrub_of(const Organization& organization,
                                             sequencer::Sequencer& sequencer) {
  std::vector<jobs::Schedule> schedules;
  auto reader = TRY(organization.open_reader());
  schedules.push_back({"scrub",
                       jobs::make_scrub({sequencer, organization.server_actor()},
                                        {.path = organization.database_file(),
                                         .blobs = organization.blobs(),
                                         .key = organization.verifier_key()},
                                        std::move(reader)),
                       seconds(1), std::nullopt});
  return schedules;
}

std::shared_ptr<spdlog::logger> make_log() {
  auto log = spdlog::stderr_color_mt("weir");
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
  return log;
}

api::Ports ports_of(const Organization& organization, sequencer::Sequencer& sequencer,
                    std::shared_ptr<const Clock> clock, std::shared_ptr<const jobs::Exposure> exposure) {
  return {.sequencer = sequencer,
          .blobs = organization.blobs(),
          .clock = std::move(clock),
          .signer = organization.signer(),
          .server_actor = organization.server_actor(),
          .open_reader = [&organization] { return organization.open_reader(); },
          .exposure = std::move(exposure)};
}

// For links that leave the server: as said, else where it listens; every address of a host goes by its name.
std::string public_url(const cli::ServeOptions& options, const Listen& listen) {
  std::string url = options.public_url.value_or("");
  while (url.ends_with('/')) url.pop_back();
  if (!url.empty()) return url;
  std::string host = listen.address;
  if (std::array<char, 256> name{};
      (host == "0.0.0.0" || host == "::") && ::gethostname(name.data(), 255) == 0)
    host = name.data();
  if (host.find(':') != host.npos) host = "[" + host + "]";
  return fmt::format("{}://{}:{}", options.tls_cert ? "https" : "http", host, listen.port);
}

Result<http::Server> start_http(const Listen& listen, const cli::ServeOptions& options, api::Service& service) {
  const auto body_limit = [&service](const http::Request& head, std::optional<std::size_t> length) {
    return service.body_limit(head, length);
  };
  return http::Server::start({.address = listen.address,
                              .port = listen.port,
                              .tls_certificate_file = options.tls_cert.value_or(""),
                              .tls_key_file = options.tls_key.value_or(""),
                              .body_limit = body_limit},
                             [&service](http::Request request, http::Respond respond) {
                               service.handle(std::move(request), std::move(respond));
                             });
}

// `damage`: of the database's file, where its pages are not what was written; empty when they are.
cli::Exit tell_verification(cli::Session& session, const ledger::VerificationReport& report,
                            const std::string& damage) {
  const bool sound = report.sound() && damage.empty();
  format::Json machine = format::Json::object({{"sound", sound},
                                               {"entries", report.head.size.value},
                                               {"root", to_string(report.head.root)},
                                               {"payloads_present", report.payloads_present},
                                               {"payloads_erased", report.payloads_erased},
                                               {"faults", report.faults}});
  std::string people =
      fmt::format("{} entries, root {}\n{} payloads present, {} erased\n", report.head.size.value,
                  to_string(report.head.root), report.payloads_present, report.payloads_erased);
  if (!damage.empty()) {
    machine.set("damage", damage);
    people += damage + "\n";
  }
  format::Json::Array named;
  for (const auto& [first, last, what] : report.named) {
    named.push_back(format::Json::object({{"first", first.value}, {"last", last.value}, {"what", what}}));
    people += first == last ? fmt::format("entry {}: {}\n", first.value, what)
                            : fmt::format("entries {} to {}: {}\n", first.value, last.value, what);
  }
  machine.set("named", std::move(named));
  if (report.faults > 0) people += fmt::format("{} faults\n", report.faults);
  people += sound ? "the ledger is sound: leaves, payloads, tree and signed checkpoint agree\n"
                  : "the ledger is NOT sound; restore it from a copy, keep this one for who investigates\n";
  session.answer(machine, people);
  return sound ? cli::Exit::yes : cli::Exit::no;
}

}  // namespace

Result<cli::Exit> serve(cli::Session& session, const cli::ServeOptions& options) {
  sigset_t signals;
  block_stop_signals(signals);
  ::umask(S_IRWXG | S_IRWXO);  // what the server writes is nobody else's to read
  std::optional<cli::Working> working(std::in_place, session, "starting");
  const auto log = make_log();
  const Listen listen = TRY(parse_listen(options.listen));
  const auto clock = std::make_shared<const SystemClock>();
  const auto organization = TRY(Organization::open(options.data, options.organization, Access::serve));
  const auto sequencer = TRY(organization->start_sequencer(clock));
  api::Config config{.version = std::string(cli::version), .data_directory = options.data};
  if (options.tls_cert) config.tls_key = TRY(http::key_sha256_of_certificate(*options.tls_cert));
  const auto exposure = std::make_shared<jobs::Exposure>();
  const auto say = [log](const Error& error) { log->warn("vulnerabilities: {}", error.message); };
  auto findings = TRY(findings_of(*organization, *sequencer, exposure, options.advisories, say));
  const auto service = TRY(api::Service::open(config, ports_of(*organization, *sequencer, clock, exposure)));
  // What a job finds damaged is the ledger or its tables: advisories that are say so by another code.
  const auto report = [log, &sequencer](const std::string& job, const Error& error) {
    if (error.code == Errc::corrupt) sequencer->stop_writes(error.message);
    log->error("{}: {}", job, error.message);
  };
  auto schedules = TRY(schedules_for(*organization, *sequencer));
  jobs::Runner runner(std::move(schedules), clock, report);
  const auto open_reader = [&organization] { return organization->open_reader(); };
  const jobs::Shared shared{*sequencer, organization->server_actor(), exposure.get()};
  const auto deliverer =
      TRY(jobs::Deliverer::start(shared, open_reader, clock, report, public_url(options, listen)));
  const auto answerer = TRY(jobs::CallerAnswerer::start(shared, open_reader, clock, report));
  auto scrub = TRY(scrub_of(*organization, *sequencer));
  jobs::Runner scrubber(std::move(scrub), clock, report);
  const auto checkpointer = TRY(jobs::Checkpointer::start(
      {.path = organization->database_file(),
       .on_error = [report](const Error& error) { report("checkpointer", error); }}));
  auto decisions = TRY(decisions_of(*organization, *sequencer, *exposure));
  jobs::Runner decider(std::move(decisions), clock, report);
  jobs::Runner finder(std::move(findings), clock, report);
  sequencer->on_commit([&runner, &finder, &decider, &deliverer, &answerer, &checkpointer](std::int64_t) {
    runner.committed();
    decider.committed();
    finder.committed();
    deliverer->committed();
    answerer->committed();
    checkpointer->committed();
  });
  // Whatever way this function ends, nothing is committed and no listener called once the followers go.
  const std::unique_ptr<sequencer::Sequencer, void (*)(sequencer::Sequencer*)> last_commit(
      sequencer.get(), [](sequencer::Sequencer* at) { at->stop(); });
  auto server = TRY(start_http(listen, options, *service));
  working.reset();
  session.answer(format::Json::object({{"version", cli::version},
                                       {"organization", organization->name()},
                                       {"url", server.url()},
                                       {"token_file", organization->token_file()}}),
                 fmt::format("weir {} serves '{}' on {}\nthe admin token is in {}\n", cli::version,
                             organization->name(), server.url(), organization->token_file()));
  int signal = 0;
  sigwait(&signals, &signal);
  service->stop();
  server.stop();
  deliverer->stop();
  answerer->stop();
  runner.stop();
  decider.stop();
  finder.stop();
  scrubber.stop();
  sequencer->stop();
  return cli::Exit::yes;
}

Result<cli::Exit> verify_ledger(cli::Session& session, const cli::LedgerOptions& options) {
  cli::Working working(session, "verifying");
  const auto organization = TRY(Organization::open(options.data, options.organization, Access::inspect));
  constexpr std::int64_t unhurried = std::int64_t{1} << 40;  // bytes a second: as fast as the disk gives them
  const auto pages = store::scrub(organization->database_file(), {}, unhurried);
  if (!pages.ok() && pages.error().code != Errc::corrupt) return pages.error();
  auto db = TRY(organization->open_reader());
  const auto report = TRY(sequencer::verify_all(
      *db, *organization->blobs(), organization->verifier_key(), [&](std::int64_t done, std::int64_t size) {
        working.reached(fmt::format("{} of {} entries", done, size));
      }));
  return tell_verification(session, report, pages.ok() ? std::string() : pages.error().message);
}

Result<cli::Exit> rebuild_ledger(cli::Session& session, const cli::LedgerOptions& options) {
  std::optional<cli::Working> working(std::in_place, session, "computing the derived tables");
  const auto organization = TRY(Organization::open(options.data, options.organization, Access::serve));
  auto db = TRY(organization->open_writer());
  TRY(sequencer::rebuild(*db, *organization->blobs()));
  working.reset();
  session.answer(format::Json::object({{"rebuilt", true}}),
                 "the derived tables were computed again from the entries\n");
  return cli::Exit::yes;
}

}  // namespace weir
