#include "registry/reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"

namespace weir::registry {
namespace {

constexpr std::string_view hub = "docker.io";
constexpr std::string_view hub_address = "registry-1.docker.io";

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_word(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_repository(std::string_view text) {
  if (text.empty() || text.size() > limits::name_bytes_max) return false;
  char before = '/';
  for (const char c : text) {
    const bool separates = c == '.' || c == '_' || c == '-' || c == '/';
    if (!is_lower_or_digit(c) && !separates) return false;
    const bool at_edge = before == '/' || c == '/';
    const bool before_separates = !is_lower_or_digit(before);
    if (at_edge && separates && before_separates) return false;
    before = c;
  }
  return is_lower_or_digit(before);
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= 128 && is_word(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= limits::name_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_word(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
         });
}

}  // namespace

std::string ImageReference::address() const { return host == hub ? std::string(hub_address) : host; }

bool names_host(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return false;
  const std::string_view first = text.substr(0, slash);
  return first == "localhost" || first.find_first_of(".:") != first.npos;
}

bool is_loopback(std::string_view host_and_port) {
  if (host_and_port.starts_with("[::1]")) return true;
  const std::string_view host = host_and_port.substr(0, host_and_port.find(':'));
  const bool numeric = host.find_first_not_of("0123456789.") == host.npos;
  return host == "localhost" ||
         (numeric && host.starts_with("127.") && std::count(host.begin(), host.end(), '.') == 3);
}

Result<ImageReference> parse_reference(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return invalid(fmt::format("'{}' names no image: {}", text, why));
  };
  if (!names_host(text)) return wrong("say the registry first, as in HOST/NAME:TAG");
  ImageReference reference;
  const std::size_t slash = text.find('/');
  reference.host = text.substr(0, slash);
  std::string_view rest = text.substr(slash + 1);
  if (const std::size_t at = rest.find('@'); at != rest.npos) {
    const std::string_view said = rest.substr(at + 1);
    if (!said.starts_with("sha256:")) return wrong("only sha256 digests are known");
    reference.digest = TRY(parse_sha256(said));
    rest = rest.substr(0, at);
  }
  const std::size_t colon = rest.find(':');
  reference.repository = rest.substr(0, colon);
  reference.tag = colon == rest.npos ? "latest" : std::string(rest.substr(colon + 1));
  if (!is_host(reference.host)) return wrong("the host is not well-formed");
  if (!is_repository(reference.repository))
    return wrong("the name may hold lower-case letters, digits, '.', '_', '-', '/'");
  if (!is_tag(reference.tag)) return wrong("the tag is not well-formed");
  if (reference.digest) reference.tag.clear();
  if (reference.host == hub && reference.repository.find('/') == std::string::npos)
    reference.repository.insert(0, "library/");
  return reference;
}

}  // namespace weir::registry
