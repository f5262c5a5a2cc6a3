#include "ledger/note.h"

#include <algorithm>

#include "crypto/digest.h"

namespace weir::ledger {
namespace {

constexpr std::string_view signature_mark = "\xe2\x80\x94 ";  // em dash, space
constexpr char ed25519_type = 0x01;
constexpr char32_t broken = 0xffffffff;

// Takes one code point off the front of UTF-8 that must not be empty; `broken` when it is none.
char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = lead < 0x80         ? 1
                             : lead >> 5 == 0x6  ? 2
                             : lead >> 4 == 0xe  ? 3
                             : lead >> 3 == 0x1e ? 4
                                                 : 0;
  if (length == 0 || text.size() < length) return broken;
  if (length == 1) {
    text.remove_prefix(1);
    return lead;
  }
  char32_t point = lead & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte >> 6 != 2) return broken;
    point = point << 6 | (byte & 0x3f);
  }
  constexpr std::array<char32_t, 5> shortest{0, 0, 0x80, 0x800, 0x10000};
  if (point < shortest[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return broken;
  text.remove_prefix(length);
  return point;
}

bool is_space(char32_t point) {
  return (point >= 0x09 && point <= 0x0d) || point == ' ' || point == 0x85 || point == 0xa0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
         point == 0x202f || point == 0x205f || point == 0x3000;
}

bool is_control(char32_t point) { return point < 0x20 || point == 0x7f || (point >= 0x80 && point < 0xa0); }

bool valid_note_text(std::string_view text) {
  while (!text.empty()) {
    const char32_t point = take_code_point(text);
    if (point == broken || (point < 0x20 && point != '\n')) return false;
  }
  return true;
}

Bytes typed_key(const VerifierKey& key) { return ed25519_type + key.public_key; }

std::uint32_t load_u32(const char* at) {
  return static_cast<std::uint32_t>(load_u16(at)) << 16 | load_u16(at + 2);
}

Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(signature_mark))
    return invalid("a signature line of the note doesn't begin with a dash");
  line.remove_prefix(signature_mark.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return invalid("a signature line of the note has no signature");
  TRY(check_key_name(line.substr(0, space)));
  const Bytes bytes = TRY(decode_base64(line.substr(space + 1)));
  if (bytes.size() < 5) return invalid("a signature of the note is too short");
  return NoteSignature{std::string(line.substr(0, space)), load_u32(bytes.data()), bytes.substr(4)};
}

}  // namespace

Status check_key_name(std::string_view name) {
  if (name.empty()) return invalid("the name of a key is empty");
  while (!name.empty()) {
    const char32_t point = take_code_point(name);
    if (point == broken) return invalid("the name of a key is not UTF-8");
    if (is_space(point) || is_control(point) || point == '+')
      return invalid("the name of a key holds white space, a control character or '+'");
  }
  return {};
}

std::string encode(const Note& note) {
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    Bytes bytes;
    append_u32(bytes, signature.key_id);
    bytes += signature.signature;
    out += std::string(signature_mark) + signature.name + " " + encode_base64(bytes) + "\n";
  }
  return out;
}

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > note_bytes_max) return Error{Errc::too_large, "a note has at most 64 KiB"};
  if (!valid_note_text(bytes)) return invalid("the note is not UTF-8 text");
  const std::size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos || !bytes.ends_with('\n'))
    return invalid("the note has no empty line before its signatures");
  Note note{std::string(bytes.substr(0, split + 1)), {}};
  std::string_view lines = bytes.substr(split + 2);
  while (!lines.empty()) {
    if (note.signatures.size() == note_signatures_max)
      return Error{Errc::too_large, "a note has at most 64 signatures"};
    const std::size_t end = lines.find('\n');
    note.signatures.push_back(TRY(parse_signature(lines.substr(0, end))));
    lines.remove_prefix(end + 1);
  }
  if (note.signatures.empty()) return invalid("the note has no signature");
  return note;
}

std::uint32_t key_id_of(const VerifierKey& key) {
  return load_u32(crypto::sha256(key.name + "\n", typed_key(key)).view().data());
}

std::string encode_vkey(const VerifierKey& key) {
  Bytes id;
  append_u32(id, key_id_of(key));
  return key.name + "+" + encode_hex(id) + "+" + encode_base64(typed_key(key));
}

Result<VerifierKey> parse_vkey(std::string_view text) {
  const std::size_t name_end = text.find('+');
  const std::size_t id_end = name_end == std::string_view::npos ? name_end : text.find('+', name_end + 1);
  if (id_end == std::string_view::npos) return invalid("a verifier key reads name+id+key");
  TRY(check_key_name(text.substr(0, name_end)));
  const std::string_view id_text = text.substr(name_end + 1, id_end - name_end - 1);
  const Bytes id = TRY(decode_hex(id_text));
  const Bytes typed = TRY(decode_base64(text.substr(id_end + 1)));
  if (typed.size() != 1 + crypto::ed25519_public_key_bytes || typed[0] != ed25519_type)
    return invalid("the verifier key is not an Ed25519 key");
  VerifierKey key{std::string(text.substr(0, name_end)), typed.substr(1)};
  if (id.size() != 4 || load_u32(id.data()) != key_id_of(key))
    return invalid("the verifier key's id is not that of its name and key");
  return key;
}

NoteSignature sign_text(std::string_view text, std::string_view name, const crypto::Signer& signer) {
  CHECK(text.ends_with('\n') && valid_note_text(text));
  CHECK(check_key_name(name).ok());
  return {std::string(name), key_id_of({std::string(name), signer.public_key()}), signer.sign(text)};
}

std::string sign_note(std::string_view text, std::string_view name, const crypto::Signer& signer) {
  return encode(Note{std::string(text), {sign_text(text, name, signer)}});
}

Result<Note> open_note(std::string_view bytes, std::span<const VerifierKey> keys) {
  Note note = TRY(parse_note(bytes));
  bool signed_by_known = false;
  for (const NoteSignature& signature : note.signatures) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const VerifierKey& candidate) {
      return candidate.name == signature.name && key_id_of(candidate) == signature.key_id;
    });
    if (key == keys.end()) continue;
    if (!crypto::verify_ed25519(key->public_key, note.text, signature.signature))
      return Error{Errc::unauthenticated, "the note's signature by " + key->name + " is wrong"};
    signed_by_known = true;
  }
  if (!signed_by_known) return Error{Errc::unauthenticated, "no known key signed the note"};
  return note;
}

}  // namespace weir::ledger
