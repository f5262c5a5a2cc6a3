// Keys that sign evidence, as the API shows them and as evidence is held against them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "evidence/signing_key.h"
#include "store/sql.h"

namespace weir::store {

struct SigningKeyView {
  evidence::SigningKeyDeclared declared;
  std::string actor;
  Instant declared_at;
  std::optional<Instant> removed_at;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    visit("name", self.declared.name);
    visit("identity", self.declared.identity);
    visit("algorithm", self.declared.algorithm);
    visit("key_id", self.declared.key_id);
    visit("public_key", self.declared.public_key);
    visit("flows", self.declared.flows);
    visit("actor", self.actor);
    visit("declared_at", self.declared_at);
    visit("removed_at", self.removed_at);
    visit("entry", self.entry);
  }
};
// Those in force, then those that were removed; each by name.
Result<std::vector<SigningKeyView>> list_signing_keys(Database& db);

Result<std::vector<evidence::SigningKey>> signing_keys_in_force(Database& db);
Result<bool> is_key_in_force(Database& db, std::int64_t entry);

}  // namespace weir::store
