// The `make` of every command: declares its options, returns its action. Defined in the file of its family.
#pragma once
#include "cli/command.h"

namespace weir::cli {

// process.cc: long-running parts and the ledger on disk, done by hooks from main
Action serve(Options&);
Action agent(Options&);
Action ledger_verify(Options&);
Action ledger_rebuild(Options&);

// service.cc, flow.cc, trail.cc
Action service_create(Options&);
Action service_list(Options&);
Action service_show(Options&);
Action flow_create(Options&);
Action flow_list(Options&);
Action flow_show(Options&);
Action trail_begin(Options&);
Action trail_list(Options&);
Action trail_show(Options&);

// fingerprint.cc, attest.cc, record.cc, artifact.cc
Action fingerprint(Options&);
Action attest_artifact(Options&);
Action attest_junit(Options&);
Action attest_sarif(Options&);
Action attest_sbom(Options&);
Action attest_provenance(Options&);
Action attest_review(Options&);
Action attest_ticket(Options&);
Action attest_custom(Options&);
Action attest_generic(Options&);
Action attestation_type_create(Options&);
Action attestation_type_list(Options&);
Action record(Options&);
Action artifact_list(Options&);
Action artifact_show(Options&);

// approval.cc, approval_request.cc, deployment.cc
Action approve(Options&);
Action revoke(Options&);
Action approvals(Options&);
Action approval_request(Options&);
Action approval_show(Options&);
Action approval_consent(Options&);
Action approval_refuse(Options&);
Action approval_withdraw(Options&);
Action approval_requests(Options&);
Action deploy(Options&);
Action deployments(Options&);
Action deployment_end(Options&);

// gate.cc, decision.cc, policy.cc
Action gate(Options&);
Action decision_list(Options&);
Action decision_show(Options&);
Action decision_export(Options&);
Action decision_replay(Options&);
Action decision_verify(Options&);
Action policy_create(Options&);
Action policy_list(Options&);
Action policy_show(Options&);
Action policy_verify(Options&);
Action policy_attach(Options&);
Action policy_detach(Options&);
Action policy_simulate(Options&);
// window.cc, freeze.cc
Action window_create(Options&);
Action window_list(Options&);
Action window_remove(Options&);
Action window_check(Options&);
Action window_state(Options&);
Action window_override(Options&);
Action freeze(Options&);
Action thaw(Options&);
Action freezes(Options&);
// exception.cc, break_glass.cc
Action exception_request(Options&);
Action exception_grant(Options&);
Action exception_refuse(Options&);
Action exception_end(Options&);
Action exception_show(Options&);
Action exception_list(Options&);
Action break_glass(Options&);
Action break_glass_review(Options&);
Action break_glass_list(Options&);

// env.cc, scope.cc
Action env_create(Options&);
Action env_list(Options&);
Action env_show(Options&);
Action env_log(Options&);
Action env_runs(Options&);
Action env_diff(Options&);
Action env_adopt(Options&);
Action env_join_token(Options&);
Action env_join_token_list(Options&);
Action env_join_token_revoke(Options&);
Action env_scope_add(Options&);
Action env_scope_list(Options&);
Action env_scope_remove(Options&);

// reporter.cc
Action reporter_list(Options&);
Action reporter_remove(Options&);

// alerts.cc, incident.cc, channel.cc
Action alerts(Options&);
Action alert_ack(Options&);
Action incidents(Options&);
Action incident_show(Options&);
Action incident_ack(Options&);
Action channel_add(Options&);
Action channel_list(Options&);
Action channel_test(Options&);
Action channel_remove(Options&);
Action channel_rotate(Options&);
Action deliveries(Options&);
Action delivery_retry(Options&);

// policy_eval.cc, policy_tests.cc
Action policy_eval(Options&);
Action policy_test(Options&);

// organization.cc
Action org_show(Options&);
Action org_set(Options&);

// account.cc, ledger.cc, status.cc, self.cc, demo.cc
Action account_create(Options&);
Action account_list(Options&);
Action account_remove(Options&);
Action group_create(Options&);
Action group_list(Options&);
Action whoami(Options&);
Action ledger_entries(Options&);
Action ledger_proof(Options&);
Action ledger_vkey(Options&);
Action status(Options&);
Action search(Options&);
Action show_completion(Options&);
Action show_version(Options&);
Action openapi(Options&);
Action docs_cli(Options&);
Action demo(Options&);

}  // namespace weir::cli
