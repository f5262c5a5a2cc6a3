// The handlers the route table names, one file per resource.
#pragma once
#include "api/routes.h"

namespace weir::api {

// batch.cc
Result<std::vector<BatchedWrite>> batch(const Call& call);

// server.cc
Result<http::Response> health(const ReadCall& call);
Result<http::Response> readiness(const ReadCall& call);
Result<http::Response> metrics(const ReadCall& call);
Result<http::Response> openapi(const ReadCall& call);
Result<http::Response> find_organization(const ReadCall& call);
Result<Write> name_organization(const Call& call);
Result<http::Response> who_am_i(const ReadCall& call);
Result<http::Response> search(const ReadCall& call);

// record.cc
Result<Write> declare_service(const Call& call);
Result<http::Response> list_services(const ReadCall& call);
Result<http::Response> find_service(const ReadCall& call);
Result<Write> declare_flow(const Call& call);
Result<http::Response> list_flows(const ReadCall& call);
Result<http::Response> find_flow(const ReadCall& call);
Result<Write> begin_trail(const Call& call);
Result<http::Response> list_trails(const ReadCall& call);
Result<http::Response> find_trail(const ReadCall& call);
Result<Write> record_artifact(const Call& call);
Result<http::Response> list_artifacts(const ReadCall& call);
Result<http::Response> find_artifact(const ReadCall& call);

// attestation.cc
bool has_content(const http::Request& request);  // or may have: that is written, or read with a schema
Result<Write> record_attestation(const Call& call);
Result<http::Response> list_attestations(const ReadCall& call);
Result<http::Response> attestation_content(const ReadCall& call);
Result<Write> declare_attestation_type(const Call& call);
Result<http::Response> list_attestation_types(const ReadCall& call);

// deploy.cc
Result<Write> approve(const Call& call);
Result<Write> revoke_approval(const Call& call);
Result<http::Response> list_approvals(const ReadCall& call);
Result<Write> declare_deployment(const Call& call);
Result<Write> end_deployment(const Call& call);
Result<http::Response> list_deployments(const ReadCall& call);

// gate.cc
Result<http::Response> gate(const ReadCall& call);
Result<std::optional<http::Response>> gate_at_once(const ReadCall& call);
Result<http::Response> list_decisions(const ReadCall& call);
Result<http::Response> find_decision(const ReadCall& call);

// policy.cc
Result<Write> create_policy(const Call& call);
Result<http::Response> list_policies(const ReadCall& call);
Result<http::Response> find_policy(const ReadCall& call);
Result<http::Response> list_policy_versions(const ReadCall& call);
Result<http::Response> find_policy_version(const ReadCall& call);
Result<Write> attach_policy(const Call& call);
Result<http::Response> simulate_policy(const ReadCall& call);  // simulate.cc
Result<Write> detach_policy(const Call& call);
// window.cc
Result<Write> declare_window(const Call& call);
Result<http::Response> list_windows(const ReadCall& call);
Result<Write> remove_window(const Call& call);
Result<http::Response> window_state(const ReadCall& call);
Result<Write> override_window(const Call& call);
Result<Write> declare_freeze(const Call& call);
Result<http::Response> list_freezes(const ReadCall& call);
Result<Write> thaw(const Call& call);
// request.cc
Result<Write> ask_for_approval(const Call& call);
Result<http::Response> list_approval_requests(const ReadCall& call);
Result<http::Response> find_approval_request(const ReadCall& call);
Result<http::Response> shown_by_link(const ReadCall& call);
Result<Write> vote_on_request(const Call& call);
Result<Write> withdraw_request(const Call& call);

// exception.cc
Result<Write> ask_for_exception(const Call& call);
Result<http::Response> list_exceptions(const ReadCall& call);
Result<http::Response> find_exception(const ReadCall& call);
Result<Write> grant_exception(const Call& call);
Result<Write> refuse_exception(const Call& call);
Result<Write> end_exception(const Call& call);

// break_glass.cc
Result<Write> break_glass(const Call& call);
Result<http::Response> list_break_glass(const ReadCall& call);
Result<Write> review_break_glass(const Call& call);

// environment.cc
Result<Write> declare_environment(const Call& call);
Result<http::Response> list_environments(const ReadCall& call);
Result<http::Response> find_environment(const ReadCall& call);
Result<http::Response> list_workloads(const ReadCall& call);
Result<http::Response> list_snapshots(const ReadCall& call);
Result<http::Response> difference(const ReadCall& call);
Result<Write> adopt(const Call& call);
Result<Write> declare_scope(const Call& call);
Result<http::Response> list_scopes(const ReadCall& call);
Result<Write> remove_scope(const Call& call);
Result<http::Response> list_run_counts(const ReadCall& call);
Result<http::Response> list_reporters(const ReadCall& call);
Result<Write> remove_reporter(const Call& call);
Result<Write> issue_join_token(const Call& call);
Result<http::Response> list_join_tokens(const ReadCall& call);
Result<Write> revoke_join_token(const Call& call);

// alert.cc
Result<http::Response> list_alerts(const ReadCall& call);
Result<http::Response> find_alert(const ReadCall& call);
Result<Write> acknowledge_alerts(const Call& call);
Result<http::Response> list_incidents(const ReadCall& call);
Result<http::Response> find_incident(const ReadCall& call);
Result<Write> acknowledge_incident(const Call& call);

// channel.cc
Result<Write> declare_channel(const Call& call);
Result<http::Response> list_channels(const ReadCall& call);
Result<Write> remove_channel(const Call& call);
Result<Write> test_channel(const Call& call);
Result<http::Response> list_deliveries(const ReadCall& call);
Result<Write> retry_delivery(const Call& call);

// account.cc
Result<Write> create_service_account(const Call& call);
Result<Write> create_person(const Call& call);
Result<http::Response> list_accounts(const ReadCall& call);
Result<Write> remove_account(const Call& call);
Result<Write> declare_group(const Call& call);
Result<http::Response> list_groups(const ReadCall& call);

// ledger.cc
Result<http::Response> checkpoint(const ReadCall& call);
Result<http::Response> verifier_key(const ReadCall& call);
Result<http::Response> list_entries(const ReadCall& call);
Result<http::Response> find_entry(const ReadCall& call);
Result<http::Response> entry_proof(const ReadCall& call);
Result<http::Response> tile(const ReadCall& call);

// overview.cc
Result<http::Response> overview(const ReadCall& call);

}  // namespace weir::api
