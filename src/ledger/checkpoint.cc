#include "ledger/checkpoint.h"

#include <optional>

#include "base/limits.h"
#include "ledger/decimal.h"

namespace weir::ledger {
namespace {

// The next line without its newline; nothing when no whole line is left.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

Status check_origin(std::string_view origin) {
  TRY(check_key_name(origin));
  if (origin.size() > limits::name_bytes_max)
    return Error{Errc::too_large, "an origin has at most 255 bytes"};
  if (origin.find("://") != std::string_view::npos) return invalid("an origin has no scheme");
  if (origin.ends_with('/')) return invalid("an origin doesn't end in a slash");
  return {};
}

std::string encode(const Checkpoint& checkpoint) {
  std::string text = checkpoint.origin + "\n" + std::to_string(checkpoint.size.value) + "\n" +
                     encode_base64(checkpoint.root.view()) + "\n";
  for (const std::string& extension : checkpoint.extensions) text += extension + "\n";
  return text;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto origin = take_line(text), size_line = take_line(text), root_line = take_line(text);
  if (!origin || !size_line || !root_line) return invalid("a checkpoint has lines for origin, size and root");
  if (origin->empty()) return invalid("line 1: the checkpoint's origin is empty");
  const auto size = parse_canonical_decimal(*size_line);
  if (!size || *size > tree_size_max)
    return invalid("line 2: the checkpoint's size is not a canonical number");
  const Bytes root = TRY(decode_base64(*root_line));
  if (root.size() != 32) return invalid("line 3: the checkpoint's root doesn't have 32 bytes");
  Checkpoint checkpoint{std::string(*origin), {*size}, {}};
  checkpoint.root = TRY(sha256_from_bytes(root));
  while (!text.empty()) {
    const auto extension = take_line(text);
    if (!extension || extension->empty()) return invalid("a checkpoint's extension lines are not empty");
    checkpoint.extensions.emplace_back(*extension);
  }
  return checkpoint;
}

std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::Signer& signer) {
  CHECK(check_origin(checkpoint.origin).ok());
  return sign_note(encode(checkpoint), checkpoint.origin, signer);
}

Result<Checkpoint> open_checkpoint(std::string_view signed_note, const VerifierKey& key) {
  const Note note = TRY(open_note(signed_note, {&key, 1}));
  Checkpoint checkpoint = TRY(parse_checkpoint(note.text));
  if (checkpoint.origin != key.name)
    return invalid("the checkpoint is of " + checkpoint.origin + ", the key is of " + key.name);
  return checkpoint;
}

}  // namespace weir::ledger
