#include "evidence/signing_key.h"

#include <algorithm>

#include "base/name.h"
#include "crypto/public_key.h"
#include "evidence/document.h"
#include "evidence/statement.h"
#include "format/dsse.h"

namespace weir::evidence {
namespace {

constexpr std::size_t tries_max = 1024;  // some 100 ms of the slowest algorithm, on a short message;
constexpr std::size_t tried_bytes_max =
    std::size_t{1024} * 1024 * 1024;  // each hashes the whole of it: some 3 s
constexpr std::string_view payload_type = "application/vnd.in-toto+json";

struct Candidate {
  const SigningKey* of;
  crypto::PublicKey key;
};

bool counts_in(const SigningKeyDeclared& declared, std::string_view flow) {
  const auto& flows = declared.flows;
  return flows.empty() || std::find(flows.begin(), flows.end(), flow) != flows.end();
}

// "sha256:<hex>", the bare digits that most tools write, or the name.
bool is_named(const SigningKeyDeclared& declared, std::string_view key_id) {
  return key_id == declared.name || key_id == to_string(declared.key_id) || key_id == to_hex(declared.key_id);
}

// The candidate whose signature this is; null when it is nobody's.
Result<const Candidate*> signer_of(std::span<const Candidate> candidates,
                                   const format::DsseSignature& signature, BytesView message,
                                   std::size_t place) {
  for (const Candidate& each : candidates) {
    if (signature.key_id.empty() || !is_named(each.of->declared, signature.key_id)) continue;
    if (each.key.verify(message, signature.signature)) return &each;
    return invalid(
        fmt::format("signatures[{}] names key '{}', which did not make it", place, each.of->declared.name),
        fmt::format("signatures[{}].sig", place));
  }
  for (const Candidate& each : candidates)
    if (each.key.verify(message, signature.signature)) return &each;
  return static_cast<const Candidate*>(nullptr);
}

// A signature that names a key of ours is held against that one, any other against all.
Status check_tries(std::span<const Candidate> candidates, const format::DsseEnvelope& envelope,
                   std::size_t message_bytes) {
  std::size_t tries = 0;
  for (const format::DsseSignature& each : envelope.signatures) {
    const bool names_one =
        !each.key_id.empty() && std::ranges::any_of(candidates, [&](const Candidate& candidate) {
          return is_named(candidate.of->declared, each.key_id);
        });
    tries += names_one ? 1 : candidates.size();
  }
  if (tries <= tries_max && tries <= tried_bytes_max / std::max<std::size_t>(message_bytes, 1)) return {};
  return Error{
      Errc::too_large,
      fmt::format("{} signatures over {} bytes are too many to be held against {} keys; name the key in "
                  "'keyid'",
                  envelope.signatures.size(), message_bytes, candidates.size()),
      "signatures"};
}

Result<Verified> verify_envelope(const format::DsseEnvelope& envelope, std::span<const SigningKey> keys,
                                 std::string_view flow) {
  std::vector<Candidate> candidates;
  for (const SigningKey& each : keys) {
    if (!counts_in(each.declared, flow)) continue;
    auto key = TRY(crypto::PublicKey::from_pem(each.declared.public_key));
    candidates.push_back({&each, std::move(key)});
  }
  const Bytes message = format::dsse_signed_bytes(envelope.payload_type, envelope.payload);
  TRY(check_tries(candidates, envelope, message.size()));
  Verified found{.signature = Signature::unknown_key};
  for (std::size_t i = 0; i < envelope.signatures.size(); ++i) {
    const Candidate* const by = TRY(signer_of(candidates, envelope.signatures[i], message, i));
    if (by == nullptr || found.signer) continue;
    found.signature = Signature::verified;
    found.signer = Signer{by->of->declared.name, by->of->declared.identity, by->of->entry};
  }
  return found;
}

}  // namespace

Result<SigningKeyDeclared> read_signing_key(SigningKeyDeclared asked) {
  TRY(check_name(asked.name, "name"));
  TRY(check_title(asked.identity, "identity"));
  if (asked.public_key.size() > signing_key_pem_bytes_max)
    return Error{Errc::too_large, "'public_key' has more than 16 KiB", "public_key"};
  const auto key = crypto::PublicKey::from_pem(asked.public_key);
  if (!key.ok()) return invalid(fmt::format("'public_key': {}", key.error().message), "public_key");
  if (asked.flows.size() > signing_key_flows_max)
    return Error{Errc::too_large, fmt::format("'flows' has more than {} names", signing_key_flows_max),
                 "flows"};
  for (const std::string& flow : asked.flows) TRY(check_name(flow, "flows"));
  std::sort(asked.flows.begin(), asked.flows.end());
  asked.flows.erase(std::unique(asked.flows.begin(), asked.flows.end()), asked.flows.end());
  asked.public_key = key->pem();
  asked.algorithm = key->algorithm();
  asked.key_id = key->id();
  return asked;
}

Result<Verified> verify_statement(BytesView content, std::span<const SigningKey> keys,
                                  std::string_view flow) {
  if (!read_statement(content).ok()) return Verified{};
  const format::Json json = TRY(read_json(content));
  const format::Json* envelope = json.find("dsseEnvelope");  // of a Sigstore bundle
  if (envelope == nullptr) envelope = &json;
  if (!format::is_dsse(*envelope)) return Verified{.signature = Signature::unsigned_};
  const format::DsseEnvelope read = TRY(format::read_dsse(*envelope));
  if (read.payload_type != payload_type) return Verified{};
  return verify_envelope(read, keys, flow);
}

}  // namespace weir::evidence
