// What the commands that decide print, kept in test/golden/cli like those of golden_test.cc; the answers there are real
// ones of a server, written down.
#include <gtest/gtest.h>

#include "cli/golden_test_support.h"
#include "format/json.h"

namespace weir::cli {
namespace {

const std::string folder = "test/golden/cli/";

struct Deciding : Shown {
  void exits(int exit, const std::string& name, const std::vector<std::string>& words) {
    const Finished done = line.run(words);
    EXPECT_EQ(done.exit, exit) << done.err;
    expect_golden(name, done.out);
  }
};

}  // namespace

TEST(GoldenDecide, the_gate_says_what_is_missing_and_what_to_go_back_to) {
  Deciding shown;
  const weir::format::Json answer = weir::format::parse_json(golden_content("answer-gate.json")).value();
  const std::string artifact(answer.text("artifact"));
  shown.server.on("GET gate?artifact=" + artifact + "&environment=prod&rollback=true", 200,
                  golden_content("answer-gate.json"));
  const std::vector<std::string> words{"gate", "app@" + artifact, "--environment", "prod"};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all = words;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  shown.exits(1, "gate.json", with({"-o", "json"}));
  shown.exits(1, "gate-explain.txt", with({"--explain"}));
}

TEST(GoldenDecide, policies_are_listed_shown_and_tried) {
  Deciding shown;
  shown.server.on("GET policies?limit=100", 200, golden_content("answer-policies.json"));
  shown.server.on("GET policies/tested", 200, golden_content("answer-policy.json"));
  shown.server.on("POST policies/simulate", 200, golden_content("answer-simulation.json"));
  shown.golden("policy-list.json", {"policy", "list", "-o", "json"});
  shown.golden("policy-list.txt", {"policy", "list"});
  shown.golden("policy-show.json", {"policy", "show", "tested", "-o", "json"});
  shown.golden("policy-show.txt", {"policy", "show", "tested"});
  shown.golden("policy-simulate.json", {"policy", "simulate", "tested", "-o", "json"});
  shown.golden("policy-simulate.txt", {"policy", "simulate", "tested"});
}

TEST(GoldenDecide, a_query_has_its_value_as_opa_prints_it) {
  Deciding shown;
  shown.golden("policy-eval.json", {"policy", "eval", folder + "eval.rego", "--input",
                                    folder + "eval-input.json", "--query", "data.shop.summary"});
}

TEST(GoldenDecide, windows_say_when_they_are_open) {
  Deciding shown;
  shown.server.on("GET windows?limit=1000", 200, golden_content("answer-windows.json"));
  shown.golden("window-list.json", {"window", "list", "-o", "json"});
  shown.golden("window-list.txt", {"window", "list"});
  shown.golden("window-check.json", {"window", "check", "--rrule", "FREQ=WEEKLY;BYDAY=MO", "--start",
                                     "2026-01-05T09:00:00", "--duration", "2h", "--timezone", "Europe/Berlin",
                                     "--at", "2026-03-29T12:00:00Z", "-o", "json"});
}

TEST(GoldenDecide, decisions_are_listed_shown_and_decided_again) {
  Deciding shown;
  shown.server.on("GET decisions?limit=100", 200, golden_content("answer-decisions.json"));
  const weir::format::Json bundle = weir::format::parse_json(golden_content("decision-bundle.json")).value();
  const std::string entry = dump(bundle.at("decision").at("entry"));
  shown.server.on("GET decisions/" + entry, 200, dump(bundle.at("decision")));
  shown.golden("decision-list.json", {"decision", "list", "-o", "json"});
  shown.golden("decision-list.txt", {"decision", "list"});
  shown.golden("decision-show.json", {"decision", "show", entry, "-o", "json"});
  shown.golden("decision-show.txt", {"decision", "show", entry});
  shown.golden("decision-replay.json", {"decision", "replay", folder + "decision-bundle.json", "-o", "json"});
  shown.golden("decision-replay.txt", {"decision", "replay", folder + "decision-bundle.json"});
}

TEST(GoldenDecide, signed_documents_are_genuine_or_refused) {
  Deciding shown;
  const std::string vkey = folder + "decide-vkey";
  shown.golden("decision-verify.json",
               {"decision", "verify", folder + "decision-vsa.json", "--vkey", vkey, "-o", "json"});
  shown.golden("decision-verify.txt", {"decision", "verify", folder + "decision-vsa.json", "--vkey", vkey});
  shown.exits(1, "decision-refused.json",
              {"decision", "verify", folder + "decision-vsa.json", "--vkey", "test/golden/dbom/v1/vkey", "-o",
               "json"});
  shown.golden("policy-verify.json",
               {"policy", "verify", folder + "policy-signed.json", "--vkey", vkey, "-o", "json"});
  shown.golden("dbom-verify.json", {"dbom", "verify", "test/golden/dbom/v1/dbom.json", "--vkey",
                                    "test/golden/dbom/v1/vkey", "-o", "json"});
}

}  // namespace weir::cli
