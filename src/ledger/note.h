// Signed notes: a text, an empty line, and signature lines. Format: C2SP signed-note v1, Ed25519 keys (type 0x01).
// A verifier ignores signatures of keys it doesn't know, and refuses the note when a known key's signature is wrong.
// Values; safe to share between threads.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/signature.h"

namespace weir::ledger {

inline constexpr std::size_t note_bytes_max = 64 * 1024;
inline constexpr std::size_t note_signatures_max = 64;

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;
  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // ends in a newline
  std::vector<NoteSignature> signatures;
  bool operator==(const Note&) const = default;
};

std::string encode(const Note& note);
Result<Note> parse_note(std::string_view bytes);

// Not empty, no white space of Unicode, no control characters, no '+', valid UTF-8.
Status check_key_name(std::string_view name);

// What a reader of notes trusts. Text form: "name+01234567+base64(type ‖ key)".
struct VerifierKey {
  std::string name;
  Bytes public_key;  // 32 bytes, Ed25519
  bool operator==(const VerifierKey&) const = default;
};
std::uint32_t key_id_of(const VerifierKey& key);
std::string encode_vkey(const VerifierKey& key);
Result<VerifierKey> parse_vkey(std::string_view text);

// The signature line's content for a text that ends in a newline.
NoteSignature sign_text(std::string_view text, std::string_view name, const crypto::Signer& signer);
std::string sign_note(std::string_view text, std::string_view name, const crypto::Signer& signer);

// The note, if at least one of the keys signed it and none of them signed something else; else unauthenticated.
Result<Note> open_note(std::string_view bytes, std::span<const VerifierKey> keys);

}  // namespace weir::ledger
