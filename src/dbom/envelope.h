// The document as it is handed out: predicate of an in-toto Statement v1 about the artifact's digest, in a DSSE
// envelope signed with the ledger's own Ed25519 key, all of it canonical JSON (RFC 8785), so that one document has one
// spelling. docs/formats/dbom.md. Values; safe to share between threads.
#pragma once
#include "dbom/document.h"
#include "ledger/note.h"

namespace weir::dbom {

inline constexpr std::string_view statement_type = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view predicate_type = "https://weir.dev/dbom/v1";
inline constexpr std::string_view payload_type = "application/vnd.in-toto+json";

struct SubjectDigest {
  std::string sha256;  // hex
  static void members(auto& visit, auto& self) { visit("sha256", self.sha256); }
};
struct StatementSubject {
  SubjectDigest digest;
  std::string name;
  static void members(auto& visit, auto& self) {
    visit("digest", self.digest);
    visit("name", self.name);
  }
};
struct DbomStatement {
  std::string type{statement_type};
  Dbom predicate;
  std::string predicate_type{dbom::predicate_type};
  std::vector<StatementSubject> subject;
  static void members(auto& visit, auto& self) {
    visit("_type", self.type);
    visit("predicate", self.predicate);
    visit("predicateType", self.predicate_type);
    visit("subject", self.subject);
  }
};

struct EnvelopeSignature {
  std::string keyid;  // of the ledger's key: "name+01234567", as its verifier key begins
  std::string sig;    // base64
  static void members(auto& visit, auto& self) {
    visit("keyid", self.keyid);
    visit("sig", self.sig);
  }
};
struct DbomEnvelope {
  std::string payload;  // base64 of the statement
  std::string payload_type{dbom::payload_type};
  std::vector<EnvelopeSignature> signatures;
  static void members(auto& visit, auto& self) {
    visit("payload", self.payload);
    visit("payloadType", self.payload_type);
    visit("signatures", self.signatures);
  }
};

std::string key_id(const ledger::VerifierKey& key);

// The payload of an envelope as the ledger of this key signs it. Errc::invalid names what is wrong: an unknown field, a
// spelling that is not canonical, another type, another key, a signature that does not fit.
Result<Bytes> open_signed(std::string_view file, std::string_view type, const ledger::VerifierKey& key);

DbomStatement statement_of(Dbom dbom);
DbomEnvelope sign(const DbomStatement& statement, std::string_view origin, const crypto::Signer& signer);

// The published JSON Schema (2020-12) of a document: `$id` is the predicate type.
format::Json schema();

}  // namespace weir::dbom
