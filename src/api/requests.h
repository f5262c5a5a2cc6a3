// The bodies that only the API knows; others are the domain's own (deploy::ApprovalRequest). Their members are what
// /v1/openapi.json says of them, and what the server refuses.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alert/channel.h"
#include "artifact/record.h"
#include "deploy/request.h"
#include "evidence/attestation.h"
#include "exceptions/exception.h"
#include "integration/integration.h"
#include "policy/record.h"

namespace weir::api {

struct WriteRequest {
  std::string method, path, key;  // the path stands below /v1/orgs/{org}/
  format::Json body;
  static void members(auto& visit, auto& self) {
    visit("method", self.method);
    visit("path", self.path);
    visit.maybe("key", self.key);
    visit.maybe("body", self.body);
  }
};
struct BatchRequest {
  std::vector<WriteRequest> writes;
  static void members(auto& visit, auto& self) { visit("writes", self.writes); }
};

struct ReasonRequest {
  std::string reason;
  static void members(auto& visit, auto& self) { visit("reason", self.reason); }
};

struct ArtifactRequest {
  std::string flow, trail, name;
  artifact::ArtifactKind kind = artifact::ArtifactKind::fingerprint;
  Sha256 digest;
  std::string commit, build_url;
  std::vector<std::string> documents;  // base64 of an image's index, manifests and configs
  static void members(auto& visit, auto& self) {
    visit("flow", self.flow);
    visit("trail", self.trail);
    visit("name", self.name);
    visit.maybe("kind", self.kind);
    visit("digest", self.digest);
    visit.maybe("commit", self.commit);
    visit.maybe("build_url", self.build_url);
    visit.maybe("documents", self.documents);
  }
};

struct AttestationRequest {
  evidence::AttestationRecorded record;  // what the sender says of it
  std::optional<std::string> content;    // base64
  static void members(auto& visit, auto& self) {
    visit("flow", self.record.flow);
    visit("trail", self.record.trail);
    visit("name", self.record.name);
    visit("type", self.record.type);
    visit.maybe("artifact", self.record.artifact);
    visit.maybe("compliant", self.record.compliant);
    visit.maybe("content", self.content);
    visit.maybe("media_type", self.record.media_type);
    visit.maybe("description", self.record.description);
    visit.maybe("url", self.record.url);
    visit.maybe("predicate", self.record.predicate);
  }
};

struct PolicyRequest {
  std::string source, description;
  policy::Form form = policy::Form::yaml;
  bool confirm = false;  // also when it is enforced somewhere and would let nothing through
  static void members(auto& visit, auto& self) {
    visit("source", self.source);
    visit.maybe("form", self.form);
    visit.maybe("description", self.description);
    visit.maybe("confirm", self.confirm);
  }
};

struct SimulationRequest {
  std::string name, source, environment, flow;
  policy::Form form = policy::Form::yaml;
  policy::Mode mode = policy::Mode::enforce;
  std::optional<Instant> since;  // none: thirty days
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit.maybe("source", self.source);  // none: the newest version of that name
    visit.maybe("form", self.form);
    visit.maybe("environment", self.environment);
    visit.maybe("flow", self.flow);
    visit.maybe("mode", self.mode);
    visit.maybe("since", self.since);
  }
};

struct GateRequest {
  std::string artifact, environment, change_class;
  static void members(auto& visit, auto& self) {
    visit("artifact", self.artifact);
    visit("environment", self.environment);
    visit.maybe("class", self.change_class);
  }
};

struct AttachmentRequest {
  std::string environment, flow;  // one of the two
  policy::Mode mode = policy::Mode::shadow;
  bool confirm = false;  // to enforce what denies everything that is there
  static void members(auto& visit, auto& self) {
    visit.maybe("environment", self.environment);
    visit.maybe("flow", self.flow);
    visit.maybe("mode", self.mode);
    visit.maybe("confirm", self.confirm);
  }
};

struct AdoptRequest {
  std::string reason;
  static void members(auto& visit, auto& self) { visit("reason", self.reason); }
};

struct JoinTokenRequest {
  std::optional<Instant> expires_at;
  static void members(auto& visit, auto& self) { visit.maybe("expires_at", self.expires_at); }
};

struct AcknowledgeRequest {
  std::vector<std::int64_t> ids;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("ids", self.ids);
    visit.maybe("note", self.note);
  }
};
struct NoteRequest {
  std::string note;
  static void members(auto& visit, auto& self) { visit.maybe("note", self.note); }
};

struct VoteRequest {
  deploy::Vote vote = deploy::Vote::consent;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit("vote", self.vote);
    visit.maybe("note", self.note);
  }
};

struct EndRequest {
  exceptions::Ending because = exceptions::Ending::person;
  std::string note;
  static void members(auto& visit, auto& self) {
    visit.maybe("because", self.because);
    visit.maybe("note", self.note);
  }
};

struct ChannelRequest {
  std::string url, secret;
  alert::ChannelKind kind = alert::ChannelKind::webhook;
  std::optional<std::vector<std::string>> environments;  // none: as they are, at first all
  bool rotate = false;
  static void members(auto& visit, auto& self) {
    visit.maybe("url", self.url);
    visit.maybe("secret", self.secret);
    visit.maybe("kind", self.kind);
    visit.maybe("environments", self.environments);
    visit.maybe("rotate", self.rotate);
  }
};

struct IntegrationRequest {
  integration::Kind kind = integration::Kind::github;
  std::string base_url, app_id, private_key, token;
  std::vector<std::string> webhook_secrets;  // newest first; none: as they are, at first one is made
  std::map<std::string, std::string> environments;
  std::string environment, merge_environment;
  std::optional<policy::Mode> mode;     // of kubernetes; none: enforce
  std::optional<admission::Fail> fail;  // of kubernetes; none: closed
  std::optional<Duration> wait;
  bool rotate = false;  // of flagger and kubernetes: another secret in the address
  static void members(auto& visit, auto& self) {
    visit("kind", self.kind);
    visit.maybe("base_url", self.base_url);
    visit.maybe("app_id", self.app_id);
    visit.maybe("private_key", self.private_key);
    visit.maybe("token", self.token);
    visit.maybe("webhook_secrets", self.webhook_secrets);
    visit.maybe("environments", self.environments);
    visit.maybe("environment", self.environment);
    visit.maybe("merge_environment", self.merge_environment);
    visit.maybe("mode", self.mode);
    visit.maybe("fail", self.fail);
    visit.maybe("wait_us", self.wait);
    visit.maybe("rotate", self.rotate);
  }
};

// As Flagger posts it; what else it sends is passed over.
struct CanaryWebhook {
  std::string name, space;
  std::map<std::string, std::string> metadata;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("namespace", self.space);
    visit.maybe("metadata", self.metadata);
  }
};

}  // namespace weir::api
