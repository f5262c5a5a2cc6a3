// Checks a signed bill of materials offline, with the ledger's public key alone: the envelope's signature, that every
// byte is spelled the one canonical way, and, line by line, that the entries it rests on stand in the ledger and say
// what the line says. What is wrong is named by its place, also where the signature has already told that something is.
// Pure.
#pragma once
#include <optional>

#include "dbom/envelope.h"

namespace weir::dbom {

struct Fault {
  std::string place;  // "how[3]", "entries[7].leaf", "signatures"
  std::string what;   // "the test 'unit': 'value' is not what entry 42 says"
  static void members(auto& visit, auto& self) {
    visit("place", self.place);
    visit("what", self.what);
  }
};

struct Checked {
  std::vector<Fault> faults;  // none: it is genuine
  std::optional<Dbom> dbom;   // where it could be read
  bool genuine() const { return faults.empty() && dbom.has_value(); }
};

Checked check(std::string_view file, const ledger::VerifierKey& key);

// What the signed document says of its own components, held against the evidence file itself.
std::optional<Fault> check_components(const Dbom& dbom, BytesView bill);

}  // namespace weir::dbom
