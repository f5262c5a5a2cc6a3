#include <gtest/gtest.h>

#include "cli/session_test_support.h"
#include "format/json.h"
#include "policy/catalogue.h"
#include "support/scratch_directory.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr const char* own = R"(apiVersion: weir/v1
kind: Policy
rules:
  - {id: tested, require: {attestation: {type: test}}}
  - {id: asked, require: {ticket: {}}}
tests:
  - {name: nothing is no pass, results: {tested: no-evidence}}
  - {name: a test passes, input: {attestations: {test: [{}]}}, results: {tested: satisfied}}
)";

}  // namespace

TEST(PolicyCatalogue, lists_rules_of_a_stage_as_a_table_and_for_machines) {
  Finished done = CommandLine().run({"policy", "catalogue", "--stage", "runtime", "--bundle", "starter"});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_NE(done.out.find("exceptions-end"), std::string::npos) << done.out;
  EXPECT_EQ(done.out.find("tests-pass"), std::string::npos);
  done = CommandLine().run({"policy", "catalogue", "-o", "json"});
  const Json rules = format::parse_json(done.out).value();
  EXPECT_GE(rules.array()->size(), 60u);
}

TEST(PolicyCatalogue, shows_a_bundle_as_it_is) {
  const Finished done = CommandLine().run({"policy", "bundle", "starter", "--show"});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_EQ(done.out, policy::bundles()[0].source);
  EXPECT_EQ(CommandLine().run({"policy", "bundle", "strict", "--show"}).exit, 1);
  EXPECT_EQ(CommandLine().run({"policy", "bundle", "starter"}).exit, 2);
}

TEST(PolicyCatalogue, a_bundle_that_would_decide_names_the_command_that_proposes_it_and_does_nothing) {
  CannedServer server;
  server.on("GET policy-roles", 200, R"({"roles":["security","risk"]})");
  CommandLine line;
  line.variables = {{"WEIR_URL", server.url()}, {"WEIR_TOKEN", "t"}};
  const Finished done =
      line.run({"policy", "bundle", "regulated", "--environment", "prod", "--mode", "enforce"});
  EXPECT_EQ(done.exit, 1);
  EXPECT_NE(done.err.find("needs the consent of security, risk"), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("weir policy bundle regulated --environment prod --mode enforce --propose"),
            std::string::npos)
      << done.err;
  for (const http::Request& request : server.asked()) EXPECT_EQ(request.method, "GET");
}

TEST(PolicyTests, run_what_a_yaml_policy_brings_along_and_name_what_they_do_not_cover) {
  const test::ScratchDirectory folder;
  const std::string file = folder.write("own.yaml", own);
  Finished done = CommandLine().run({"policy", "test", file, "--coverage"});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_NE(done.out.find("PASS nothing is no pass"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("not covered: asked"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("1 of 2 rules seen met and not met"), std::string::npos) << done.out;
  folder.write("wrong.yaml", std::string(own) + "  - {name: wrong, verdict: allow}\n");
  done = CommandLine().run({"policy", "test", folder.path()});
  EXPECT_EQ(done.exit, 1);
  EXPECT_NE(done.out.find("FAIL wrong"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("wanted allow, got undecided"), std::string::npos) << done.out;
}

TEST(PolicyTests, of_a_file_that_is_no_policy_name_it) {
  const test::ScratchDirectory folder;
  const std::string file = folder.write("bad.yaml", "apiVersion: weir/v1\nkind: Policy\nrules: [{id: X}]\n");
  const Finished done = CommandLine().run({"policy", "test", file});
  EXPECT_EQ(done.exit, 2);
  EXPECT_NE(done.err.find("bad.yaml"), std::string::npos) << done.err;
}

TEST(PolicyExplain, traces_a_decision_made_here) {
  const test::ScratchDirectory folder;
  const std::string file = folder.write("own.yaml", own);
  const std::string input = folder.write("input.yaml", "attestations: {test: [{name: unit, compliant: false}]}\n");
  Finished done = CommandLine().run({"policy", "explain", "--policy", file, "--input", input});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_NE(done.out.find("own/tested: violated"), std::string::npos) << done.out;
  EXPECT_NE(done.out.find("NOT compliant: true; seen false"), std::string::npos) << done.out;
  done = CommandLine().run({"policy", "explain", "--policy", file, "--rule", "asked", "-o", "json"});
  const Json answer = format::parse_json(done.out).value();
  EXPECT_EQ(answer.items("rules").at(0).text("result"), "no-evidence");
  EXPECT_EQ(CommandLine().run({"policy", "explain"}).exit, 2);
}

}  // namespace weir::cli
