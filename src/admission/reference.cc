#include "admission/reference.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::admission {
namespace {

constexpr std::string_view scheme = "sha256:";
constexpr std::string_view ellipsis = "…";

bool is_name(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127 && c != '@'; });
}

bool is_digest(std::string_view text) {
  return text.size() == scheme.size() + 64 && text.starts_with(scheme) &&
         text.find_first_not_of("0123456789abcdef", scheme.size()) == text.npos;
}

bool is_control(char c) { return (c >= 0 && c < ' ') || c == 127; }

}  // namespace

Result<Sha256> digest_of(std::string_view reference) {
  const std::size_t at = reference.find('@');
  const std::string_view name = reference.substr(0, at);
  if (reference.size() > reference_bytes_max || !is_name(name))
    return invalid("this is no reference of an image");
  if (at == reference.npos)
    return invalid(
        fmt::format("it names no digest, and a tag says nothing of what will run: write {}@sha256:… with the "
                    "digest that was built",
                    name));
  const std::string_view digest = reference.substr(at + 1);
  if (!is_digest(digest))
    return invalid(fmt::format(
        "what follows '@' is no SHA-256: write {}@sha256: and 64 hex digits in small letters", name));
  return parse_sha256(digest);
}

std::string short_name(std::string_view reference) {
  const std::size_t at = std::min(reference.find('@'), reference.size());
  std::string_view name = reference.substr(0, at), digest = reference.substr(at);
  name.remove_prefix(std::min(name.rfind('/') + 1, name.size()));
  if (digest.starts_with("@sha256:")) digest.remove_prefix(8);
  return digest.empty() ? std::string(name) : fmt::format("{}@{}", name, digest.substr(0, 8));
}

std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(line.begin(), line.end(), is_control, ' ');
  return line;
}

std::string cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max - ellipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  text += ellipsis;
  return text;
}

}  // namespace weir::admission
