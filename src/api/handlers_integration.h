// Integrations, what they sent, and the answers that only the API knows of them; see handlers.h.
#pragma once
#include "api/routes.h"
#include "store/view_integration.h"

namespace weir::api {

struct NewIntegration {
  store::IntegrationView integration;
  std::string path;    // where its deliveries go
  std::string secret;  // shown once, where it was made; flagger's and kubernetes' stands in the path
  static void members(auto& visit, auto& self) {
    visit("integration", self.integration);
    visit("path", self.path);
    visit.maybe("secret", self.secret);
  }
};

// What came of a delivery.
struct HeardView {
  std::vector<std::int64_t> requests;  // those it made, or that were there of the same question
  bool replayed = false;               // it made none
  std::string ignored;                 // why it asks nothing
  static void members(auto& visit, auto& self) {
    visit("requests", self.requests);
    visit("replayed", self.replayed);
    visit.maybe("ignored", self.ignored);
  }
};

// integration.cc
Result<Write> declare_integration(const Call& call);
Result<http::Response> list_integrations(const ReadCall& call);
Result<Write> remove_integration(const Call& call);
Result<Write> test_integration(const Call& call);
Result<http::Response> list_caller_requests(const ReadCall& call);
Result<Write> retry_caller_request(const Call& call);

// integration_events.cc
Result<std::optional<Sha256>> integration_proof(const ReadCall& call);
Result<std::optional<Sha256>> proof_by_address(const ReadCall& call, integration::Kind kind);
Result<std::optional<Sha256>> canary_proof(const ReadCall& call);
Result<http::Response> hear_event(const ReadCall& call);
Result<http::Response> gate_of_canary(const ReadCall& call);

// admission.cc
Result<std::optional<Sha256>> cluster_proof(const ReadCall& call);
Duration admission_time(const http::Request& request);
Result<http::Response> admit(const ReadCall& call);
Result<std::optional<http::Response>> admit_at_once(const ReadCall& call);
Result<http::Response> admit_late(const ReadCall& call, std::string_view why);

}  // namespace weir::api
