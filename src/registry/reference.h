// How people name an image in a registry: HOST[:PORT]/NAME[:TAG][@sha256:…]. The digest decides where there
// is one; without tag and digest the tag is "latest". The host must be said, but for the short names of
// Docker's own hub with "docker.io".
// Source: distribution-spec 1.1 and the reference grammar of the distribution project. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace weir::registry {

struct ImageReference {
  std::string host;        // with port, as written; the key of credentials
  std::string repository;  // "library/debian"
  std::string tag;         // empty when there is a digest
  std::optional<Sha256> digest;

  std::string name() const { return host + "/" + repository; }
  std::string wanted() const { return digest ? to_string(*digest) : tag; }  // what is asked of the registry
  std::string address() const;  // the host that answers for it
};

Result<ImageReference> parse_reference(std::string_view text);

// Whether the first part of a name is a host: it has a dot or a port, or is "localhost".
bool names_host(std::string_view text);
bool is_loopback(std::string_view host_and_port);

}  // namespace weir::registry
