// signing_key.cc; see handlers.h.
#pragma once
#include "api/handlers.h"
#include "store/view_signing_key.h"

namespace weir::api {

struct SigningKeyRequest {
  std::string identity, public_key;  // PEM
  std::vector<std::string> flows;    // none: all
  static void members(auto& visit, auto& self) {
    visit("identity", self.identity);
    visit("public_key", self.public_key);
    visit.maybe("flows", self.flows);
  }
};

Result<Write> declare_signing_key(const Call& call);
Result<http::Response> list_signing_keys(const ReadCall& call);
Result<Write> remove_signing_key(const Call& call);

}  // namespace weir::api
