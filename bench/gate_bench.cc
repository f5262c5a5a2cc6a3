// What a gate answers, over HTTP keep-alive to the real server on this machine's loopback:
//   gate_bench [--weir FILE] [--directory DIR] [--seconds N] [--rate N] [--connections N]
// The artifact has 50 attestations and an approval; a policy of 20 rules is enforced in its environment. Every request
// is authorised, finds the artifact by its digest and answers with the decision, rule by rule. Rows: at a rate (latency
// counted from the moment a request was due), as many as go, and the answer when a new attestation came just before,
// which is decided at once.
#include <chrono>

#include "crypto/digest.h"
#include "server_load.h"

namespace weir::bench {
namespace {

using format::Json;
using Steady = std::chrono::steady_clock;

struct Options {
  std::string weir = "build/weir";
  std::string directory = "build/bench-gate";
  int seconds = 10;
  double rate = 2000;
  std::size_t connections = 16;
};

constexpr int attestations = 50;

std::string policy() {
  std::string text = "apiVersion: weir/v1\nkind: Policy\nname: production\nrules:\n";
  for (int i = 0; i < 17; ++i)
    text += fmt::format(
        "  - {{id: rule-{}, require: {{attestation: {{type: generic, name: check-{}, max_age: 7d}}}}}}\n", i,
        i);
  return text + R"(  - {id: trail, require: {trail: {compliant: false}}}
  - {id: here, when: {environments: [prod*]}, require: {environment: {kinds: [host]}}}
  - {id: window, require: {window: open}}
)";
}

Json attestation(const std::string& artifact, int number) {
  return Json::object({{"flow", "api"},
                       {"trail", "t1"},
                       {"name", fmt::format("check-{}", number)},
                       {"type", "generic"},
                       {"artifact", artifact},
                       {"compliant", true}});
}

struct Bench {
  Options options;
  std::unique_ptr<Server> server;
  std::string token, artifact;

  LoadPlan plan(double rate) const {
    LoadPlan made{.port = server->port(),
                  .connections = options.connections,
                  .time = seconds(options.seconds),
                  .requests_per_second = rate};
    made.make_request = [this](std::size_t, std::uint64_t, std::string& out) {
      fmt::format_to(std::back_inserter(out),
                     "GET /v1/orgs/default/gate?environment=prod&artifact={} HTTP/1.1\r\nhost: localhost\r\n"
                     "authorization: Bearer {}\r\n\r\n",
                     artifact, token);
    };
    return made;
  }
};

Result<Bench> prepare(const Options& options) {
  Bench bench{.options = options, .server = {}, .token = {}, .artifact = to_string(crypto::sha256("api"))};
  bench.server = TRY(Server::start(options.weir, options.directory));
  const Server& server = *bench.server;
  TRY(server.ask("PUT", "flows/api", Json::object({})));
  TRY(server.ask("PUT", "flows/api/trails/t1", Json::object({})));
  TRY(server.ask("PUT", "environments/prod", Json::object({{"kind", "host"}})));
  TRY(server.ask("POST", "artifacts",
                 Json::object({{"flow", "api"},
                               {"trail", "t1"},
                               {"name", "api"},
                               {"kind", "file"},
                               {"digest", bench.artifact}})));
  for (int i = 0; i < attestations; ++i)
    TRY(server.ask("POST", "attestations", attestation(bench.artifact, i)));
  TRY(server.ask("POST", "approvals",
                 Json::object({{"artifact", bench.artifact}, {"environment", "prod"}, {"reason", "bench"}})));
  TRY(server.ask("PUT", "policies/production", Json::object({{"source", policy()}})));
  TRY(server.ask("PUT", "policies/production/attachments",
                 Json::object({{"environment", "prod"}, {"mode", "enforce"}, {"confirm", true}})));
  const Json reader =
      TRY(server.ask("POST", "service-accounts",
                     Json::object({{"name", "cd"}, {"roles", Json(Json::Array{Json("auditor")})}})));
  bench.token = std::string(reader.text("token"));
  if (bench.token.empty()) return Error{Errc::internal, "no token in " + dump(reader)};
  return bench;
}

// The first answer after an entry that bears on it: gathered, evaluated, recorded, committed.
Status measure_after_change(const Bench& bench) {
  std::vector<double> times;
  for (int i = 0; i < 200; ++i) {
    TRY(bench.server->ask("POST", "attestations", attestation(bench.artifact, attestations + i)));
    const auto begin = Steady::now();
    TRY(bench.server->ask("GET", "gate?environment=prod&artifact=" + bench.artifact, Json()));
    times.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begin).count());
  }
  print_single("after a new attestation", std::move(times));
  return {};
}

Status measure_all(const Options& options) {
  const Bench bench = TRY(prepare(options));
  const Json first =
      TRY(bench.server->ask("GET", "gate?environment=prod&artifact=" + bench.artifact, Json()));
  fmt::print("verdict {}, {} rules, an answer of {} bytes\n", first.text("verdict"),
             first.items("rules").size(), dump(first).size());
  const std::string at_rate = fmt::format("{:.0f}/s, {} connections", options.rate, options.connections);
  TRY(measure_load(*bench.server, at_rate, bench.plan(options.rate)));
  TRY(measure_load(*bench.server, "as many as go", bench.plan(0)));
  return measure_after_change(bench);
}

}  // namespace
}  // namespace weir::bench

int main(int count, char** words) {
  weir::bench::Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string word = words[i];
    if (word == "--weir") options.weir = words[i + 1];
    else if (word == "--directory") options.directory = words[i + 1];
    else if (word == "--seconds") options.seconds = std::stoi(words[i + 1]);
    else if (word == "--rate") options.rate = std::stod(words[i + 1]);
    else if (word == "--connections") options.connections = std::stoul(words[i + 1]);
  }
  const weir::Status status = weir::bench::measure_all(options);
  if (!status.ok()) fmt::print("{}\n", status.error().message);
  std::filesystem::remove_all(options.directory);
  return status.ok() ? 0 : 1;
}
