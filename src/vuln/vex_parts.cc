#include "vuln/vex_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "vuln/limits.h"
#include "vuln/version_key.h"

namespace weir::vuln {
namespace {

using format::Json;

constexpr std::array<std::string_view, 5> justifications{
    "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"};
const Json::Array nothing;

std::string path_of(std::string_view at, std::string_view name) {
  return at.empty() ? std::string(name) : fmt::format("{}.{}", at, name);
}

}  // namespace

Result<std::string> vex_text(const Json& owner, std::string_view name, std::string_view at) {
  const Json* found = owner.find(name);
  if (found == nullptr || found->is_null()) return std::string();
  const std::string path = path_of(at, name);
  if (found->string() == nullptr) return invalid(fmt::format("'{}' must be text", path), path);
  if (found->string()->size() > vex_text_bytes_max)
    return Error{Errc::too_large, fmt::format("'{}' is longer than {} bytes", path, vex_text_bytes_max),
                 path};
  return *found->string();
}

Result<std::string> vex_text_required(const Json& owner, std::string_view name, std::string_view at) {
  std::string text = TRY(vex_text(owner, name, at));
  const std::string path = path_of(at, name);
  if (text.empty()) return invalid(fmt::format("'{}' must be there", path), path);
  return text;
}

Result<const Json::Array*> vex_list(const Json& owner, std::string_view name, std::string_view at) {
  const Json* found = owner.find(name);
  if (found == nullptr || found->is_null()) return &nothing;
  const std::string path = path_of(at, name);
  if (found->array() == nullptr) return invalid(fmt::format("'{}' must be a list", path), path);
  if (found->array()->size() > vex_items_max)
    return Error{Errc::too_large, fmt::format("'{}' holds more than {}", path, vex_items_max), path};
  return found->array();
}

Result<std::vector<std::string>> vex_texts(const Json& owner, std::string_view name, std::string_view at) {
  std::vector<std::string> texts;
  const Json::Array* list = TRY(vex_list(owner, name, at));
  for (const Json& item : *list) {
    const std::string path = fmt::format("{}[{}]", path_of(at, name), texts.size());
    if (item.string() == nullptr || item.string()->empty() || item.string()->size() > vex_text_bytes_max)
      return invalid(fmt::format("'{}' must be text", path), path);
    texts.push_back(*item.string());
  }
  return texts;
}

Result<Instant> vex_time(std::string_view text, std::string_view at) {
  auto moment = parse_instant(text);
  if (!moment.ok()) return invalid(fmt::format("'{}': {}", at, moment.error().message), std::string(at));
  return *moment;
}

Result<Named> named_by(std::string_view identifier, std::string_view at) {
  Named named;
  if (!identifier.starts_with("pkg:")) {
    if (const auto digest = parse_sha256(identifier); digest.ok()) named.digest = *digest;
    else named.name = identifier;
    return named;
  }
  auto purl = format::parse_purl(identifier, format::PurlReading::tolerant);
  if (!purl.ok()) return invalid(fmt::format("'{}': {}", at, purl.error().message), std::string(at));
  if (purl->version.starts_with("sha256:"))
    if (const auto digest = parse_sha256(purl->version); digest.ok()) named.digest = *digest;
  named.purl = std::move(*purl);
  return named;
}

Status add_hash(Named& named, std::string_view algorithm, std::string_view value, std::string_view at) {
  const std::string name = lower_ascii(algorithm);
  if (name != "sha256" && name != "sha-256") return {};  // others name nothing that is known here
  const auto digest = parse_sha256(value);
  if (!digest.ok()) return invalid(fmt::format("'{}': {}", at, digest.error().message), std::string(at));
  named.digest = *digest;
  return {};
}

Status VexRoom::take(std::size_t bytes) {
  taken_ += std::min(bytes, vex_statements_bytes_max + 1);
  if (taken_ <= vex_statements_bytes_max) return {};
  return Error{Errc::too_large, fmt::format("the statements of a VEX document take more than {} bytes",
                                            vex_statements_bytes_max)};
}

std::size_t bytes_of(const Named& named) {
  std::size_t bytes = sizeof named + named.name.size() + named.versions.size();
  if (!named.purl) return bytes;
  const format::Purl& purl = *named.purl;
  for (const auto& [name, value] : purl.qualifiers) bytes += 2 * sizeof name + name.size() + value.size();
  return bytes + purl.type.size() + purl.ns.size() + purl.name.size() + purl.version.size() +
         purl.subpath.size();
}

std::size_t bytes_of(const VexProduct& product) {
  std::size_t bytes = sizeof product - sizeof product.product + bytes_of(product.product);
  for (const Named& each : product.within) bytes += bytes_of(each);
  return bytes;
}

std::size_t bytes_of(const Statement& statement) {
  std::size_t bytes = sizeof statement;
  for (const std::string& id : statement.vulnerabilities) bytes += sizeof id + id.size();
  for (const std::string* text :
       {&statement.justification, &statement.status_said, &statement.justification_said, &statement.impact,
        &statement.action, &statement.author, &statement.document})
    bytes += text->size();
  return bytes;
}

bool is_justification(std::string_view text) {
  return std::ranges::find(justifications, text) != justifications.end();
}

}  // namespace weir::vuln
