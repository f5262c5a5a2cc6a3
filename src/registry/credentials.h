// The credentials docker and podman users already have: config.json with `auths`, `credHelpers` and
// `credsStore`. A helper is the program docker-credential-NAME, asked with `get`. Secrets stay in values:
// they are never part of an error.
// Source: docker/cli configuration files and credential-helpers protocol.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "format/json.h"

namespace weir::registry {

struct Credential {
  std::string user, secret;
  std::string identity_token;  // instead of both: to be exchanged for a token
  bool empty() const { return user.empty() && secret.empty() && identity_token.empty(); }
};

// Pure: what the configuration says for a host. A helper's name, or the credential itself, or neither.
struct Found {
  Credential credential;
  std::string helper;
};
Result<Found> find_credential(const format::Json& config, std::string_view host);

// Reads DIRECTORY/config.json and asks the helper where there is one. No file, no entry: an empty credential.
Result<Credential> credential_for(const std::string& directory, std::string_view host);

}  // namespace weir::registry
