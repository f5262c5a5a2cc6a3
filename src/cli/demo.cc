// `weir demo`: a small pipeline, real in every step, on the running server; then a second program started
// around it, and the time from its exec to the alarm. What it started keeps running, so that the page shows
// it; it says how to end it.
#include <fmt/format.h>

#include <filesystem>

#include "artifact/fingerprint.h"
#include "cli/demo_deploy.h"
#include "cli/demo_workshop.h"
#include "cli/exchange.h"
#include "cli/families.h"
#include "cli/working.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr Duration seen_within = seconds(30);
constexpr Duration alarmed_within = seconds(10);
constexpr std::string_view flow = "weir-demo";
constexpr int steps = 8;

// What the steps hand on to each other.
struct Demo {
  Session& session;
  Api& api;
  std::string environment;
  Json before;            // the environment as it was
  Workshop shop = {};
  std::string trail = {};
  std::string deployed = {};  // digest of what is deployed: the program's, or its image's
  std::string junit = {}, bill = {};
  std::string end_deployed = {}, end_around = {};
  std::string clear = {};  // the command that removes what stays when both have ended
  int step = 0;
  Json result = {};

  // Nothing is said meanwhile: the line of progress is where it would stand.
  auto at_work(std::string what, auto work) {
    const Working working(session, std::move(what));
    return work();
  }
  void say(const std::string& text) {
    if (session.form() == OutputForm::json) return;
    session.line(fmt::format("{}/{}  {}", ++step, steps, text));
    session.flush();
  }
};

Result<std::string> digest_of(const std::string& path) {
  const Sha256 digest = TRY(artifact::fingerprint_file(path));
  return to_string(digest);
}

Result<Json> watched_environment(Api& api, const std::string& environment) {
  Json found = TRY(api.read(path_of({"environments", environment})));
  for (const Json& reporter : found.items("reporters"))
    if (reporter.text("state") == "live") return found;
  return Error{Errc::conflict, fmt::format("no agent reports on {}; start one: weir agent --environment {}",
                                           environment, environment)};
}

Status record_artifact(Demo& demo, const std::string& name, std::string_view kind,
                       const std::string& digest) {
  TRY(demo.api.write({.path = "artifacts",
                      .body = Json::object({{"flow", flow},
                                            {"trail", demo.trail},
                                            {"name", name},
                                            {"kind", kind},
                                            {"digest", digest},
                                            {"commit", demo.shop.commit}})}));
  return {};
}

Result<Json> attest(Demo& demo, std::string_view name, std::string_view type, const std::string& digest,
                    std::string_view media_type, const std::string& content) {
  const Json answer = TRY(demo.api.write({.path = "attestations",
                                          .body = Json::object({{"flow", flow},
                                                                {"trail", demo.trail},
                                                                {"name", name},
                                                                {"type", type},
                                                                {"artifact", digest},
                                                                {"content", encode_base64(content)},
                                                                {"media_type", media_type}})}));
  return answer.at("attestation");
}

Result<Json> approve(Demo& demo, const std::string& digest, std::string_view reason, Duration period) {
  return demo.api.write(
      {.path = "approvals",
       .body = Json::object({{"artifact", digest}, {"environment", demo.environment}, {"reason", reason},
                             {"until", to_string(demo.session.now() + period)}})});
}

Status declare_flow(Demo& demo) {
  const auto required = [](std::string_view name, std::string_view type) {
    return Json::object({{"name", name}, {"type", type}});
  };
  const Json evidence = Json::Array{required("unit-tests", "test"), required("bill-of-materials", "sbom")};
  const Json greeter = Json::object({{"name", "greeter"}, {"attestations", evidence}});
  TRY(demo.api.write(
      {.method = "PUT",
       .path = path_of({"flows", flow}),
       .body = Json::object({{"description", "the demo: greets, tested, with a bill of materials"},
                             {"template", Json::object({{"artifacts", Json::Array{greeter}}})}})}));
  TRY(demo.api.write({.method = "PUT", .path = path_of({"flows", flow, "trails", demo.trail}),
                      .body = Json::object({{"commit", demo.shop.commit}, {"branch", "main"}})}));
  return {};
}

Status build(Demo& demo) {
  demo.shop = TRY(demo.at_work(
      "compiling a program", [] { return build_workshop(std::filesystem::temp_directory_path().string()); }));
  demo.trail = demo.shop.commit.substr(0, 12) + "-" + demo.shop.word;
  demo.say(fmt::format("made a git repository in {}, commit {}", demo.shop.directory,
                       demo.shop.commit.substr(0, 12)));
  demo.say("compiled a program and its tests from it");
  return declare_flow(demo);
}

// The tests are a program too, on a host that is watched: they are approved first, for an hour.
Status test(Demo& demo) {
  const std::string digest = TRY(digest_of(demo.shop.tests));
  TRY(record_artifact(demo, "greeting_test", "file", digest));
  TRY(approve(demo, digest, "tests of the demo", hours(1)));
  demo.junit = TRY(demo.at_work("running its tests", [&] { return run_tests(demo.shop); }));
  const std::string program = TRY(digest_of(demo.shop.program));
  TRY(record_artifact(demo, "greeter", "file", program));
  const Json tests = TRY(attest(demo, "unit-tests", "test", program, "application/xml", demo.junit));
  const Json& counts = tests.at("summary");
  demo.say(fmt::format("ran its tests and recorded them: {} of {} passed", dump(counts.at("passed")),
                       dump(counts.at("total"))));
  demo.bill = TRY(bill_of_materials(demo.shop));
  TRY(attest(demo, "bill-of-materials", "sbom", program, "application/vnd.cyclonedx+json", demo.bill));
  demo.say("recorded its bill of materials");
  demo.deployed = program;
  return {};
}

Result<std::optional<Container>> approve_program(Demo& demo) {
  TRY(approve(demo, demo.deployed, "released by the demo", days(1)));
  const Ask ask{.environment = [&demo] { return demo.api.read(path_of({"environments", demo.environment})); },
                .wait = demo.session.environment().wait,
                .clock = &demo.session.environment().clock};
  std::optional<Container> container =
      demo.at_work("making an image of it", [&] { return import_image(demo.before, demo.shop, ask); });
  if (container) {
    // The image holds the tested program and nothing else: what was found about it is said of what is deployed.
    TRY(record_artifact(demo, "greeter-image", "fingerprint", container->id));
    TRY(attest(demo, "unit-tests", "test", container->id, "application/xml", demo.junit));
    TRY(attest(demo, "bill-of-materials", "sbom", container->id, "application/vnd.cyclonedx+json", demo.bill));
    TRY(approve(demo, container->id, "released by the demo", days(1)));
    demo.deployed = container->id;
  }
  demo.say(fmt::format("approved {} for {}, until tomorrow", demo.deployed, demo.environment));
  return container;
}

// Asks again until the answer holds; unavailable, naming `what`, when it does not in time.
template <class Condition>
Status await(Demo& demo, Duration within, std::string_view what, Condition holds) {
  const Instant end = demo.session.now() + within;
  const Working working(demo.session, fmt::format("waiting until {}", what));
  for (;;) {
    const bool reached = TRY(holds());
    if (reached) return {};
    if (demo.session.now() > end)
      return Error{Errc::unavailable, fmt::format("not within {} s: {}", within.micros / 1'000'000, what)};
    demo.session.environment().wait(milliseconds(10));
  }
}

Result<bool> is_observed(Demo& demo) {
  const Json found =
      TRY(demo.api.read("deployments", {{"environment", demo.environment}, {"limit", "1000"}}));
  for (const Json& row : found.items("deployments"))
    if (row.text("artifact") == demo.deployed && row.text("state") == "observed") return true;
  return false;
}

Status deploy_program(Demo& demo, const std::optional<Container>& container) {
  TRY(demo.api.write({.path = "deployments",
                      .body = Json::object({{"artifact", demo.deployed}, {"environment", demo.environment},
                                            {"within_us", seen_within.micros}, {"alongside", true}})}));
  const Instant started = demo.session.now();
  Result<std::string> end =
      container ? start_container(*container, demo.shop) : start_process(demo.shop.program, demo.shop);
  demo.end_deployed = TRY(std::move(end));
  demo.clear = (container ? fmt::format("{} rmi {}; ", container->runtime, container->image) : "") +
               fmt::format("rm -r {}", demo.shop.directory);
  demo.say(fmt::format("declared its deployment and started it as a {}",
                       container ? container->runtime + " container" : "process"));
  TRY(await(demo, seen_within, "the deployment is observed", [&] { return is_observed(demo); }));
  const std::int64_t took = (demo.session.now() - started).micros / 1000;
  demo.say(fmt::format("Weir saw it run, as declared and approved, after {} ms", took));
  return {};
}

Result<Json> alert_about(Demo& demo, const std::string& digest) {
  const Json found =
      TRY(demo.api.read("alerts", {{"environment", demo.environment}, {"state", "open"}, {"limit", "1000"}}));
  for (const Json& alert : found.items("alerts"))
    for (const Json& one : alert.at("workload").items("digests"))
      if (one.string() != nullptr && *one.string() == digest) return alert;
  return Json{};
}

Status go_around(Demo& demo) {
  const std::string path =
      TRY(demo.at_work("compiling another", [&] { return build_unreviewed(demo.shop); }));
  const std::string digest = TRY(digest_of(path));
  const Instant started = demo.session.now();
  demo.end_around = TRY(start_process(path, demo.shop));
  Json alert;
  const auto alarmed = [&]() -> Result<bool> {
    alert = TRY(alert_about(demo, digest));
    return !alert.is_null();
  };
  TRY(await(demo, alarmed_within, "the alarm is raised", alarmed));
  const Duration heard = demo.session.now() - started;
  const Instant ran = TRY(parse_instant(alert.text("started_at")));
  const Instant raised = TRY(parse_instant(alert.text("opened_at")));
  const Duration opened = raised - ran;
  demo.say(fmt::format("started {} around the pipeline: {} ({})", path, cleaned(alert.text("title")),
                       alert.text("cause")));
  demo.result = Json::object({{"environment", demo.environment}, {"directory", demo.shop.directory},
                              {"commit", demo.shop.commit}, {"flow", flow}, {"trail", demo.trail},
                              {"deployed", demo.deployed}, {"alert", alert},
                              {"exec_to_alert_us", opened.micros}, {"exec_to_heard_us", heard.micros}});
  return {};
}

std::string closing(const Demo& demo, const Json& result) {
  const auto milliseconds_of = [&](std::string_view name) {
    return static_cast<double>(*result.at(name).integer()) / 1000.0;
  };
  return fmt::format(
      "\nFrom exec to alert: {:.1f} ms. This command heard of it {:.1f} ms after it started the program.\n"
      "Both programs run for ten minutes, so that the page shows them. To end them: {}; {}\n"
      "To remove what they leave on this machine: {}\n"
      "Look closer: weir alerts; weir trail show {} --flow {}; weir env show {}\n",
      milliseconds_of("exec_to_alert_us"), milliseconds_of("exec_to_heard_us"), demo.end_deployed,
      demo.end_around, demo.clear, demo.trail, flow, demo.environment);
}

Result<Exit> play(Session& session, const std::string& environment) {
  TRY(check_tools());
  Api* api = TRY(session.api());
  Json before = TRY(watched_environment(*api, environment));
  Demo demo{.session = session, .api = *api, .environment = environment, .before = std::move(before)};
  TRY(build(demo));
  TRY(test(demo));
  const std::optional<Container> container = TRY(approve_program(demo));
  TRY(deploy_program(demo, container));
  TRY(go_around(demo));
  session.answer(demo.result, closing(demo, demo.result));
  return Exit::yes;
}

}  // namespace

Action demo(Options& options) {
  const auto environment = std::make_shared<std::string>();
  options.option({.name = "environment",
                  .value = "ENV",
                  .help = "a watched environment of this host",
                  .fallback = "host"},
                 environment.get());
  return [environment](Session& session) { return play(session, *environment); };
}

}  // namespace weir::cli
