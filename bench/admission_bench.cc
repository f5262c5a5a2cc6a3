// What a cluster waits for at admission, over HTTP keep-alive to the real server on this machine's loopback:
//   admission_bench [--weir FILE] [--directory DIR] [--seconds N] [--rate N] [--connections N]
// A Pod of 5 images that pass, in an AdmissionReview of 14 KB; a policy of 20 rules is enforced. Rows: at a rate
// (latency counted from the moment a request was due), as many as go, and a Pod of one image that nobody asked about
// before, which is decided and recorded first.
#include <chrono>

#include "crypto/digest.h"
#include "server_load.h"

namespace weir::bench {
namespace {

using format::Json;
using Steady = std::chrono::steady_clock;

struct Options {
  std::string weir = "build/weir";
  std::string directory = "build/bench-admission";
  int seconds = 10;
  double rate = 2000;
  std::size_t connections = 16;
};

constexpr int images = 5;
constexpr std::size_t review_bytes = 13 * 1024;

std::string policy() {
  std::string text = "apiVersion: weir/v1\nkind: Policy\nname: production\nrules:\n";
  for (int i = 0; i < 19; ++i)
    text += fmt::format(
        "  - {{id: rule-{}, when: {{environments: [prod*]}}, require: {{environment: {{kinds: [host]}}}}}}\n",
        i);
  return text + "  - {id: window, require: {window: open}}\n";
}

std::string image(std::string_view content) {
  return fmt::format("registry.example/acme/{}@{}", content, to_string(crypto::sha256(content)));
}

std::string review(const std::vector<std::string>& of, std::size_t bytes) {
  Json::Array containers;
  for (const std::string& each : of)
    containers.push_back(Json::object({{"name", fmt::format("c{}", containers.size())},
                                       {"image", each},
                                       {"resources", Json(Json::Object{})},
                                       {"imagePullPolicy", "IfNotPresent"}}));
  Json::Object fields;  // as managedFields are
  for (std::size_t i = 0; i < bytes / 25; ++i)
    fields.emplace_back(fmt::format("f:member-{:04}", i), Json::object({{".", Json(Json::Object{})}}));
  const Json pod = Json::object(
      {{"apiVersion", "v1"},
       {"kind", "Pod"},
       {"metadata", Json::object({{"name", "shop"}, {"managedFields", Json(std::move(fields))}})},
       {"spec", Json::object({{"containers", Json(std::move(containers))}})}});
  return dump(Json::object(
      {{"apiVersion", "admission.k8s.io/v1"},
       {"kind", "AdmissionReview"},
       {"request", Json::object({{"uid", "705ab4f5-6393-11e8-b7cc-42010a800002"},
                                 {"kind", Json::object({{"group", ""}, {"version", "v1"}, {"kind", "Pod"}})},
                                 {"namespace", "shop"},
                                 {"operation", "CREATE"},
                                 {"object", pod}})}}));
}

struct Bench {
  Options options;
  std::unique_ptr<Server> server;
  std::string path, body;

  LoadPlan plan(double rate) const {
    LoadPlan made{.port = server->port(),
                  .connections = options.connections,
                  .time = seconds(options.seconds),
                  .requests_per_second = rate};
    made.make_request = [this](std::size_t, std::uint64_t, std::string& out) {
      append_post(out, path + "?timeout=5s", body, "content-type: application/json\r\n");
    };
    return made;
  }
};

Result<Bench> prepare(const Options& options) {
  Bench bench{.options = options, .server = {}, .path = {}, .body = {}};
  bench.server = TRY(Server::start(options.weir, options.directory));
  const Server& server = *bench.server;
  TRY(server.ask("PUT", "environments/prod", Json::object({{"kind", "host"}})));
  TRY(server.ask("PUT", "policies/production", Json::object({{"source", policy()}})));
  TRY(server.ask("PUT", "policies/production/attachments",
                 Json::object({{"environment", "prod"}, {"mode", "enforce"}, {"confirm", true}})));
  const Json made = TRY(server.ask("PUT", "integrations/cluster",
                                   Json::object({{"kind", "kubernetes"}, {"environment", "prod"}})));
  bench.path = std::string(made.text("path"));
  std::vector<std::string> all;
  for (int i = 0; i < images; ++i) all.push_back(image(fmt::format("web{}", i)));
  bench.body = review(all, review_bytes);
  return bench;
}

Result<Json> ask(const Bench& bench, const std::string& body) {
  constexpr std::string_view below = "/v1/orgs/default/";
  return bench.server->ask("POST", bench.path.substr(below.size()), TRY(format::parse_json(body)));
}

Status measure_new(const Bench& bench) {
  std::vector<double> times;
  for (int i = 0; i < 200; ++i) {
    const std::string body = review({image(fmt::format("new{}", i))}, 1024);
    const auto begin = Steady::now();
    TRY(ask(bench, body));
    times.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begin).count());
  }
  print_single("a digest never asked about", std::move(times));
  return {};
}

Status measure_all(const Options& options) {
  const Bench bench = TRY(prepare(options));
  const Json first = TRY(ask(bench, bench.body));
  fmt::print("allowed {}, {} images, a review of {} bytes\n", dump(first.at("response").at("allowed")),
             images, bench.body.size());
  const std::string at_rate = fmt::format("{:.0f}/s, {} connections", options.rate, options.connections);
  TRY(measure_load(*bench.server, at_rate, bench.plan(options.rate)));
  TRY(measure_load(*bench.server, "as many as go", bench.plan(0)));
  return measure_new(bench);
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
