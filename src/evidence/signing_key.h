// A public key that an organization trusts to sign evidence: under a name, for an identity, in some flows or in all.
// Whoever holds its private half says, under that identity, what in-toto statements in DSSE envelopes say. A key that
// was removed vouches for nothing that comes later; what it signed before stays signed. Pure.
// Source: github.com/secure-systems-lab/dsse v1.0.2 (the signature is over the pre-authentication encoding).
#pragma once
#include <span>
#include <string>
#include <vector>

#include "evidence/attestation.h"
#include "format/members.h"

namespace weir::evidence {

inline constexpr std::size_t signing_keys_max = 256;  // in force, of an organization
inline constexpr std::size_t signing_key_flows_max = 64;
inline constexpr std::size_t signing_key_pem_bytes_max = 16 * 1024;
// `issuer` of whom a registered key signed as, where a policy asks who vouches for the signer.
inline constexpr std::string_view registered_keys_issuer = "weir:keys";

struct SigningKeyDeclared {
  std::string name, identity;
  std::string public_key;          // PEM, SubjectPublicKeyInfo
  std::string algorithm;           // ed25519, ecdsa-p256, rsa
  Sha256 key_id;                   // SHA-256 of its DER form
  std::vector<std::string> flows;  // none: all
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("identity", self.identity);
    visit("public_key", self.public_key);
    visit("algorithm", self.algorithm);
    visit("key_id", self.key_id);
    visit.maybe("flows", self.flows);
  }
};
struct SigningKeyRemoved {
  std::string name;
  static void members(auto& visit, auto& self) { visit("name", self.name); }
};

// A key in force, with the entry that registered it.
struct SigningKey {
  SigningKeyDeclared declared;
  std::int64_t entry = 0;
};

// Errc::invalid names the field. Reads the key: the given algorithm and id are replaced by what it is.
Result<SigningKeyDeclared> read_signing_key(SigningKeyDeclared asked);

struct Verified {
  Signature signature = Signature::none;
  std::optional<Signer> signer;  // the first whose signature holds
};
// Holds the envelope's signatures against the keys that count in this flow. `none`: the content is no in-toto
// statement. A signature that names a key (`keyid`: its name or its id) and is not of it is refused: Errc::invalid with
// the place. One that names no key of ours is tried with all of them; too_large when that would be too many tries.
Result<Verified> verify_statement(BytesView content, std::span<const SigningKey> keys, std::string_view flow);

}  // namespace weir::evidence
