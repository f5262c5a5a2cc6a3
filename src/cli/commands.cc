// The table of commands, in the order in which help and documents list them.
#include <algorithm>
#include <array>

#include "cli/families.h"
#include "cli/families_alert.h"
#include "cli/families_bill.h"
#include "cli/families_dbom.h"
#include "cli/families_integration.h"
#include "cli/families_key.h"
#include "cli/families_policy.h"
#include "cli/families_proposal.h"
#include "cli/families_vuln.h"

namespace weir::cli {
namespace {

using enum Group;
using enum Reach;

constexpr std::array table{
    Command{"serve", start, local, "Runs the server: API, page, ledger, follow-up jobs", serve},
    Command{"agent", start, local, "Watches this host and reports what runs on it", agent},
    Command{"demo", start, server, "Plays a small real pipeline, then goes around it, and measures the alarm",
            demo},
    Command{"status", start, server, "Says in a sentence how things stand, and what needs a person", status},

    Command{"fingerprint", record, local, "Prints the digest that identifies a file, directory or image",
            fingerprint},
    Command{"record", record, server, "Records an artifact and its evidence in one step of a pipeline",
            cli::record},
    Command{"attest artifact", record, server, "Records what a trail has built", attest_artifact},
    Command{"attest junit", record, server, "Records test results (JUnit XML)", attest_junit},
    Command{"attest sarif", record, server, "Records a scan (SARIF)", attest_sarif},
    Command{"attest sbom", record, server, "Records a bill of materials (CycloneDX or SPDX)", attest_sbom},
    Command{"attest vex", record, server,
            "Records what is said about flaws (OpenVEX, CSAF VEX, CycloneDX VEX)", attest_vex},
    Command{"attest provenance", record, server, "Records how something was built (SLSA provenance)",
            attest_provenance},
    Command{"attest review", record, server, "Records a review of the change", attest_review},
    Command{"attest ticket", record, server, "Records the ticket that asked for the change", attest_ticket},
    Command{"attest custom", record, server, "Records evidence of a type of your own", attest_custom},
    Command{"attest generic", record, server, "Records any file as evidence", attest_generic},
    Command{"attestation-type create", record, server, "Declares a type of evidence with its JSON Schema",
            attestation_type_create},
    Command{"attestation-type list", record, server, "Lists the types of evidence of your own",
            attestation_type_list},
    Command{"artifact list", record, server, "Lists recorded artifacts", artifact_list},
    Command{"artifact show", record, server, "Shows an artifact: evidence, approvals, where it runs",
            artifact_show},
    Command{"service create", record, server, "Names what a team owns, or changes it", service_create},
    Command{"service list", record, server, "Lists services", service_list},
    Command{"service show", record, server, "Shows a service", service_show},
    Command{"flow create", record, server,
            "Declares a delivery process and the evidence it requires, or changes it", flow_create},
    Command{"flow list", record, server, "Lists flows", flow_list},
    Command{"flow show", record, server, "Shows a flow, its template and latest trail", flow_show},
    Command{"trail begin", record, server, "Begins a run of a flow, or adds to what is known of it",
            trail_begin},
    Command{"trail list", record, server, "Lists the trails of a flow", trail_list},
    Command{"trail show", record, server, "Shows a trail: what is met, failed and missing", trail_show},

    Command{"approve", gate, server, "Allows an artifact to run in an environment", approve},
    Command{"revoke", gate, server, "Ends an approval", revoke},
    Command{"approvals", gate, server, "Lists approvals", approvals},
    Command{"approval request", gate, server, "Asks people to approve an artifact, and shows what differs",
            approval_request},
    Command{"approval requests", gate, server, "Lists approval requests", approval_requests},
    Command{"approval show", gate, server, "Shows a request, and how it differs from what runs",
            approval_show},
    Command{"approval consent", gate, server, "Consents to an approval request, under your name",
            approval_consent},
    Command{"approval refuse", gate, server, "Refuses an approval request", approval_refuse},
    Command{"approval withdraw", gate, server, "Takes back your own approval request", approval_withdraw},
    Command{"exception request", gate, server, "Asks to live with a missed rule, a finding or a workload",
            exception_request},
    Command{"exception grant", gate, server, "Grants an exception, by the scope that was shown",
            exception_grant},
    Command{"exception refuse", gate, server, "Refuses an exception", exception_refuse},
    Command{"exception end", gate, server, "Ends an exception before its time", exception_end},
    Command{"exception list", gate, server, "Lists exceptions", exception_list},
    Command{"exception show", gate, server, "Shows an exception and exactly what it covers", exception_show},
    Command{"break-glass", gate, server, "Approves an artifact for hours, with an alarm until it is reviewed",
            break_glass},
    Command{"break-glass review", gate, server, "Says that you looked at a break-glass", break_glass_review},
    Command{"break-glass list", gate, server, "Lists break-glass, and who reviewed it", break_glass_list},
    Command{"deploy", gate, server, "Declares that an artifact is about to run in an environment", deploy},
    Command{"deployments", gate, server, "Lists declared deployments and whether they were seen",
            deployments},
    Command{"deployment end", gate, server, "Ends a declared deployment that won't come, or was taken away",
            deployment_end},

    Command{"gate", gate, server, "Asks whether an artifact may run in an environment, and why not",
            cli::gate},
    Command{"decision list", gate, server, "Lists what was decided", decision_list},
    Command{"decision show", gate, server, "Shows a decision, rule by rule", decision_show},
    Command{"decision export", gate, server, "Prints a decision with all that is needed to replay it",
            decision_export},
    Command{"decision replay", gate, server, "Decides again from what a decision rested on, and compares",
            decision_replay},
    Command{"decision verify", gate, local,
            "Checks a signed verification summary of a decision, without a server", decision_verify},
    Command{"key add", gate, server, "Registers a public key whose signatures under evidence count", key_add},
    Command{"key list", gate, server, "Lists keys that sign evidence, those in force first", key_list},
    Command{"key remove", gate, server, "Ends a key: it vouches for nothing that comes later", key_remove},
    Command{"policy create", gate, server, "Creates a policy, or its next version", policy_create},
    Command{"policy list", gate, server, "Lists policies and where they are attached", policy_list},
    Command{"policy show", gate, server, "Shows a policy, its source and where it is attached", policy_show},
    Command{"policy verify", gate, local, "Checks a signed policy, without a server", policy_verify},
    Command{"policy attach", gate, server,
            "Lets a policy count in an environment or for a flow, or changes its mode there", policy_attach},
    Command{"policy simulate", gate, server, "Shows which verdicts would flip if a policy were in force",
            policy_simulate},
    Command{"policy detach", gate, server, "Ends such an attachment", policy_detach},
    Command{"policy propose", gate, server, "Proposes a policy, or a change of one, to who must consent",
            policy_propose},
    Command{"policy proposals", gate, server, "Lists proposals and whose consent they miss",
            policy_proposals},
    Command{"policy proposal", gate, server,
            "Shows a proposal: its difference, what would flip, what was said, what is open",
            policy_proposal},
    Command{"policy consent", gate, server, "Consents to a proposal, under your name", policy_consent},
    Command{"policy refuse", gate, server, "Refuses a proposal, which ends it", policy_refuse},
    Command{"policy comment", gate, server, "Says something on a proposal", policy_comment},
    Command{"policy withdraw", gate, server, "Takes back your own proposal", policy_withdraw},
    Command{"policy roles", gate, server,
            "Names the groups whose consent a change of a policy needs, or shows them", policy_roles},
    Command{"policy eval", gate, local, "Asks Rego files a question and prints the answer as JSON",
            policy_eval},
    Command{"policy test", gate, local, "Runs the tests that policies bring along", policy_test},
    Command{"policy bundle", gate, server,
            "Lists the shipped bundles of rules, or takes one for an environment", policy_bundle},
    Command{"policy catalogue", gate, local, "Lists the shipped rules with the controls they serve",
            policy_catalogue},
    Command{"policy explain", gate, server,
            "Shows how a decision came about: what each rule looked at, and what was false", policy_explain},
    Command{"policy schema", gate, local, "Prints the JSON Schema of policies", policy_schema},
    Command{"window create", gate, server,
            "Declares when something may be deployed, or may not, or changes it", window_create},
    Command{"window list", gate, server, "Lists windows and what they are now", window_list},
    Command{"window remove", gate, server, "Removes a window", window_remove},
    Command{"window check", gate, local, "Says when a schedule is open; with --batch, for many at once",
            window_check},
    Command{"window state", gate, server, "Says whether an environment is open to deployments, or when",
            window_state},
    Command{"window override", gate, server, "Lifts a window in an environment for a while, under your name",
            window_override},
    Command{"freeze", gate, server, "Shuts an environment for a while, whatever else is open", freeze},
    Command{"thaw", gate, server, "Ends freezes", thaw},
    Command{"freezes", gate, server, "Lists freezes", freezes},
    Command{"integration create", gate, server,
            "Lets GitHub, GitLab, Flagger or Kubernetes ask the gate in its own words, or changes how",
            integration_create},
    Command{"integration list", gate, server, "Lists integrations and how many of their requests wait",
            integration_list},
    Command{"integration remove", gate, server, "Removes an integration and its secrets", integration_remove},
    Command{"integration test", gate, server, "Sees whether the system knows us by the secrets that are kept",
            integration_test},
    Command{"integration requests", gate, server, "Lists what an integration asked and what it was told",
            integration_requests},
    Command{"integration retry", gate, server, "Answers a request again that is dead or waits",
            integration_retry},

    Command{"env create", watch, server, "Declares an environment, or changes it", env_create},
    Command{"env list", watch, server, "Lists environments", env_list},
    Command{"env show", watch, server, "Shows what runs in an environment, now or at a past moment",
            env_show},
    Command{"env log", watch, server, "Lists the snapshots of an environment", env_log},
    Command{"env runs", watch, server, "Lists short runs that a package explains, counted by the hour",
            env_runs},
    Command{"env diff", watch, server, "Shows what differs between two moments, or two environments",
            env_diff},
    Command{"env adopt", watch, server, "Approves, under your name, what was seen running", env_adopt},
    Command{"env scope add", watch, server, "Narrows or widens what is watched", env_scope_add},
    Command{"env scope list", watch, server, "Lists the scope rules of an environment", env_scope_list},
    Command{"env scope remove", watch, server, "Ends a scope rule", env_scope_remove},
    Command{"env join-token", watch, server, "Makes a token with which agents join an environment",
            env_join_token},
    Command{"env join-token list", watch, server, "Lists the join tokens of an environment",
            env_join_token_list},
    Command{"env join-token revoke", watch, server, "Ends a join token", env_join_token_revoke},
    Command{"reporter list", watch, server, "Lists who reports what runs, and how each of them is",
            reporter_list},
    Command{"reporter remove", watch, server,
            "Removes a reporter: its key is taken no more, what it watched is in sight no more",
            reporter_remove},

    Command{"alerts", resolve, server, "Lists alerts, or follows them", alerts},
    Command{"alert show", resolve, server,
            "Shows an alert: what, where, who, why, and what would make it right", alert_show},
    Command{"alert ack", resolve, server, "Acknowledges alerts, under your name", alert_ack},
    Command{"incidents", resolve, server, "Lists incidents: alerts of one origin", incidents},
    Command{"incident show", resolve, server, "Shows an incident with its alerts", incident_show},
    Command{"incident ack", resolve, server, "Acknowledges all alerts of an incident", incident_ack},
    Command{"channel add", resolve, server, "Sends alerts to a webhook", channel_add},
    Command{"channel list", resolve, server, "Lists channels and their last delivery", channel_list},
    Command{"channel test", resolve, server, "Sends a test message through a channel", channel_test},
    Command{"channel rotate", resolve, server, "Adds a second signing secret to a channel", channel_rotate},
    Command{"channel remove", resolve, server, "Removes a channel", channel_remove},
    Command{"deliveries", resolve, server, "Lists messages to channels: pending, delivered, dead",
            deliveries},
    Command{"delivery retry", resolve, server, "Tries to deliver a message again", delivery_retry},
    Command{"vuln where", resolve, server,
            "Says where a flaw or a component runs, since when, and who owns it", vuln_where},
    Command{"vuln list", resolve, server, "Lists findings, the most urgent first", vuln_list},
    Command{"vuln show", resolve, server, "Shows a finding and what it has been through", vuln_show},
    Command{"vuln vex", resolve, server,
            "Writes what is known of an artifact's flaws for other tools (VEX, SARIF)", vuln_vex},
    Command{"vuln backlog", resolve, server, "Shows what is open, overdue and remedied, by severity",
            vuln_backlog},
    Command{"vuln sla", resolve, server, "Shows in what time findings are to be mended, or says it",
            vuln_sla},
    Command{"component search", resolve, server, "Finds components in bills of materials", component_search},
    Command{"campaign open", resolve, server, "Opens a campaign that mends one flaw wherever it runs",
            campaign_open},
    Command{"campaign list", resolve, server, "Lists campaigns and how far they are", campaign_list},
    Command{"campaign show", resolve, server,
            "Shows a campaign: what each owner has come to, and what still runs", campaign_show},
    Command{"campaign export", resolve, server, "Prints a row for each owner of a campaign, for tickets",
            campaign_export},
    Command{"campaign except", resolve, server, "Asks for the exceptions of some owners of a campaign",
            campaign_except},
    Command{"campaign vex", resolve, server,
            "States something (VEX) of the artifacts of some owners of a campaign", campaign_vex},
    Command{"campaign close", resolve, server, "Closes a campaign", campaign_close},
    Command{"host list", resolve, server, "Lists hosts whose installed packages are known", host_list},
    Command{"host news", resolve, server,
            "Lists packages that came, changed or went since a host was first seen", host_news},
    Command{"host inventory", resolve, server, "Shows what is installed on a host, and what is wrong with it",
            host_inventory},
    Command{"sbom scan", resolve, local, "Finds the packages of bills of materials that advisories affect",
            sbom_scan},
    Command{"sbom tree", resolve, server,
            "Shows what is in an artifact as a tree, and how a component came in", sbom_tree},
    Command{"sbom diff", resolve, local, "Shows what differs between two bills of materials", sbom_diff},
    Command{"scan where", resolve, server, "Says where a result of a scan runs, and since which release",
            scan_where},
    Command{"openapi where", resolve, server,
            "Says which running releases break callers of an API, or are broken", openapi_where},
    Command{"openapi diff", resolve, local, "Shows how two OpenAPI documents differ for who calls the API",
            openapi_diff},
    Command{"advisories update", resolve, local, "Reads feeds of advisories into a store on this machine",
            advisories_update},
    Command{"advisories status", resolve, local, "Says what a store of advisories holds, and how old it is",
            advisories_status},
    Command{"advisories add", resolve, server,
            "Publishes an advisory of your own (OSV), or publishes it anew", advisories_add},
    Command{"advisories withdraw", resolve, server, "Withdraws an advisory of your own", advisories_withdraw},
    Command{"advisories list", resolve, server, "Lists advisories of your own", advisories_list},
    Command{"advisories explain", resolve, local,
            "Says what is known of a flaw, and why it affects a package or not", advisories_explain},
    Command{"vuln compare", resolve, local, "Says which of two versions an ecosystem takes for the later one",
            vuln_compare},
    Command{"vuln cvss", resolve, local, "Scores CVSS vectors", vuln_cvss},
    Command{"purl", resolve, local, "Reads package URLs and writes them in canonical form", cli::purl},

    Command{"dbom", prove, server,
            "Shows the whole story of a deployment: what, how, where, when, who, each line with its proof",
            cli::dbom},
    Command{"dbom verify", prove, local,
            "Checks a signed bill of materials, offline, with the public key alone", dbom_verify},
    Command{"dbom schema", prove, local, "Prints the JSON Schema of a deployment's bill of materials",
            dbom_schema},
    Command{"ledger entries", prove, server, "Lists entries of the ledger", ledger_entries},
    Command{"ledger proof", prove, server,
            "Prints the proof that an entry is in the ledger (C2SP tlog-proof)", ledger_proof},
    Command{"ledger vkey", prove, server, "Prints the key that verifies checkpoints", ledger_vkey},
    Command{"ledger verify", prove, local, "Proves the whole ledger of a data directory", ledger_verify},
    Command{"ledger rebuild", prove, local, "Computes all derived tables again from the ledger",
            ledger_rebuild},

    Command{"org show", organize, server, "Shows the organization and the key of its ledger", org_show},
    Command{"org set", organize, server, "Says what the organization is called and whom to turn to", org_set},
    Command{"account create", organize, server,
            "Makes an account for a person or a service and prints its token", account_create},
    Command{"account list", organize, server, "Lists accounts", account_list},
    Command{"account remove", organize, server, "Ends an account and its token", account_remove},
    Command{"group create", organize, server, "Makes a group of people, or changes it", group_create},
    Command{"group list", organize, server, "Lists groups of people", group_list},
    Command{"whoami", organize, server, "Says who your token is and what it may do", whoami},
    Command{"search", organize, server, "Finds artifacts, environments, trails, alerts by any word or digest",
            search},

    Command{"openapi", self, server, "Prints the OpenAPI document of the server", openapi},
    Command{"completion", self, local, "Prints a completion script for a shell", show_completion},
    Command{"version", self, local, "Prints the version", show_version},
    Command{"docs-cli", self, local, "Prints docs/cli.md", docs_cli, Listed::no},
};

constexpr std::array<std::string_view, 2> output_forms{"table", "json"};
constexpr std::array<std::string_view, 3> color_choices{"auto", "always", "never"};

bool begins_with(std::span<const std::string> words, std::string_view path) {
  for (const std::string& word : words) {
    if (path.substr(0, path.find(' ')) != word) return false;
    if (path.size() == word.size()) return true;
    path.remove_prefix(word.size() + 1);
  }
  return false;
}

}  // namespace

std::span<const Command> commands() { return table; }

std::size_t words_in(std::string_view path) {
  return static_cast<std::size_t>(std::count(path.begin(), path.end(), ' ')) + 1;
}

const Command* find_command(std::span<const std::string> words) {
  const Command* found = nullptr;
  for (const Command& command : table)
    if (begins_with(words, command.path) &&
        (found == nullptr || words_in(command.path) > words_in(found->path)))
      found = &command;
  return found;
}

void declare_globals(Options& options, Globals& globals, Reach reach) {
  if (reach == Reach::server) {
    options.global({.name = "url", .value = "URL", .help = "address of the server"}, &globals.url);
    options.global({.name = "token",
                    .value = "TOKEN",
                    .help = "who you are; better in WEIR_TOKEN than in a command line"},
                   &globals.token);
    options.global({.name = "token-file", .value = "FILE", .help = "file whose first line is the token"},
                   &globals.token_file);
    options.global({.name = "org", .value = "ORG", .help = "organization", .fallback = "default"},
                   &globals.organization);
    options.global({.name = "ca", .value = "FILE", .help = "certificates to trust (PEM) beside the system's"},
                   &globals.ca_file);
  }
  options.global({.name = "output",
                  .value = "FORM",
                  .help = "for people or for programs",
                  .fallback = "table",
                  .choices = output_forms,
                  .letter = 'o'},
                 &globals.output);
  options.global({.name = "config", .value = "FILE", .help = "file with options (YAML)"},
                 &globals.config_file);
  options.global({.name = "color",
                  .value = "WHEN",
                  .help = "colours in tables",
                  .fallback = "auto",
                  .choices = color_choices},
                 &globals.color);
  options.global({.name = "quiet", .help = "no hints and no progress", .letter = 'q'}, &globals.quiet);
  options.global({.name = "help", .help = "explains this command", .letter = 'h'}, &globals.help);
}

}  // namespace weir::cli
