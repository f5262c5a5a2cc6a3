#include "vuln/advisory.h"

#include <fmt/format.h>

#include <array>

#include "base/time.h"
#include "format/utf8.h"
#include "format/yaml.h"
#include "vuln/csaf_advisory.h"
#include "vuln/limits.h"

namespace weir::vuln {
namespace {

using format::Json;

Error too_many(const std::string& path, std::size_t most) {
  return Error{Errc::too_large, fmt::format("'{}' holds more than {}", path, most), path};
}

Status read_text(const Json& owner, std::string_view name, const std::string& at, std::string& out) {
  const Json* found = owner.find(name);
  if (found == nullptr || found->is_null()) return {};
  const std::string path = at.empty() ? std::string(name) : fmt::format("{}.{}", at, name);
  if (found->string() == nullptr) return invalid(fmt::format("'{}' must be text", path), path);
  if (name != "summary" && found->string()->size() > advisory_text_bytes_max)
    return Error{Errc::too_large, fmt::format("'{}' is longer than {} bytes", path, advisory_text_bytes_max),
                 path};
  out = format::utf8_prefix(*found->string(), advisory_text_bytes_max);
  return {};
}

// nullptr when there is none.
Result<const Json::Array*> read_list(const Json& owner, std::string_view name, const std::string& at,
                                     std::size_t most) {
  const Json* found = owner.find(name);
  const std::string path = at.empty() ? std::string(name) : fmt::format("{}.{}", at, name);
  if (found == nullptr || found->is_null()) return static_cast<const Json::Array*>(nullptr);
  if (found->array() == nullptr) return invalid(fmt::format("'{}' must be a list", path), path);
  if (found->array()->size() > most) return too_many(path, most);
  return found->array();
}

Status read_texts(const Json& owner, std::string_view name, const std::string& at,
                  std::vector<std::string>& out) {
  const std::size_t most = name == "versions" ? advisory_versions_max : advisory_aliases_max;
  const Json::Array* list = TRY(read_list(owner, name, at, most));
  if (list == nullptr) return {};
  out.reserve(list->size());
  for (const Json& item : *list) {
    const std::string path = at.empty() ? std::string(name) : fmt::format("{}.{}", at, name);
    if (item.string() == nullptr || item.string()->size() > advisory_text_bytes_max)
      return invalid(fmt::format("'{}[{}]' must be text", path, out.size()), path);
    out.push_back(*item.string());
  }
  return {};
}

Status read_severity(const Json& owner, const std::string& at, std::vector<Severity>& out) {
  const Json::Array* list = TRY(read_list(owner, "severity", at, advisory_aliases_max));
  if (list == nullptr) return {};
  for (const Json& item : *list) {
    Severity severity;
    TRY(read_text(item, "type", at + "severity", severity.type));
    TRY(read_text(item, "score", at + "severity", severity.score));
    out.push_back(std::move(severity));
  }
  return {};
}

struct KindRow {
  std::string_view name;
  Event::Kind kind;
};
constexpr std::array kinds{
    KindRow{"introduced", Event::Kind::introduced}, KindRow{"fixed", Event::Kind::fixed},
    KindRow{"last_affected", Event::Kind::last_affected}, KindRow{"limit", Event::Kind::limit}};

Result<Event> read_event(const Json& json, const std::string& at) {
  if (json.object() == nullptr || json.object()->size() != 1)
    return invalid(fmt::format("'{}' must be an object of one member", at), at);
  const auto& [name, value] = json.object()->front();
  for (const KindRow& row : kinds) {
    if (row.name != name) continue;
    Event event{.kind = row.kind};
    TRY(read_text(json, name, at, event.version));
    if (event.version.empty()) return invalid(fmt::format("'{}.{}' must be a version", at, name), at);
    return event;
  }
  return invalid(fmt::format("'{}' must be introduced, fixed, last_affected or limit", at), at);
}

Result<Range> read_range(const Json& json, const std::string& at) {
  Range range;
  const std::string_view type = json.text("type");
  if (type == "SEMVER") range.type = Range::Type::semver;
  else if (type == "GIT") range.type = Range::Type::git;
  else if (type != "ECOSYSTEM")
    return invalid(fmt::format("'{}.type' must be SEMVER, ECOSYSTEM or GIT", at), at + ".type");
  const Json::Array* events = TRY(read_list(json, "events", at, advisory_events_max));
  bool introduced = false, fixed = false, last = false;
  for (std::size_t i = 0; events != nullptr && i < events->size(); ++i) {
    Event event = TRY(read_event((*events)[i], fmt::format("{}.events[{}]", at, i)));
    const Event::Kind kind = event.kind;
    range.events.push_back(std::move(event));
    introduced |= kind == Event::Kind::introduced;
    fixed |= kind == Event::Kind::fixed;
    last |= kind == Event::Kind::last_affected;
  }
  if (!introduced) return invalid(fmt::format("'{}' says nowhere what introduced it", at), at);
  if (fixed && last) return invalid(fmt::format("'{}' must not have both fixed and last_affected", at), at);
  return range;
}

// "https://github.com/Owner/Repo.git" → Owner/Repo; "" for repositories elsewhere.
std::string_view repository_at_github(std::string_view url) {
  constexpr std::string_view host = "://github.com/";
  const std::size_t at = url.find(host);
  if (at == url.npos) return {};
  std::string_view path = url.substr(at + host.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  const std::size_t slash = path.find('/');
  const bool is_one = slash != path.npos && slash > 0 && slash + 1 < path.size() && path.rfind('/') == slash;
  return is_one ? path : std::string_view();
}

// A record about a repository alone is about what a package URL of type github calls it; its versions are tags.
void name_repository(Affected& affected, const Json& ranges) {
  if (!affected.name.empty() || affected.versions.empty() || ranges.array() == nullptr) return;
  for (const Json& range : *ranges.array()) {
    const std::string_view repository = repository_at_github(range.text("repo"));
    if (repository.empty()) continue;
    affected.ecosystem = "GitHub Actions";
    affected.name = repository;
    return;
  }
}

Result<Affected> read_affected(const Json& json, const std::string& at) {
  if (json.object() == nullptr) return invalid(fmt::format("'{}' must be an object", at), at);
  Affected affected;
  const Json& package = json.at("package");
  TRY(read_text(package, "ecosystem", at + ".package", affected.ecosystem));
  TRY(read_text(package, "name", at + ".package", affected.name));
  if (affected.ecosystem.empty() != affected.name.empty())
    return invalid(fmt::format("'{}.package' must have an ecosystem and a name", at), at + ".package");
  const Json::Array* ranges = TRY(read_list(json, "ranges", at, advisory_ranges_max));
  for (std::size_t i = 0; ranges != nullptr && i < ranges->size(); ++i) {
    Range range = TRY(read_range((*ranges)[i], fmt::format("{}.ranges[{}]", at, i)));
    affected.ranges.push_back(std::move(range));
  }
  TRY(read_texts(json, "versions", at, affected.versions));
  TRY(read_severity(json, at + ".", affected.severity));
  name_repository(affected, json.at("ranges"));
  return affected;
}

}  // namespace

Result<Advisory> decode_advisory(const Json& json) {
  if (json.object() == nullptr) return invalid("an advisory must be an object");
  Advisory advisory;
  TRY(read_text(json, "id", "", advisory.id));
  if (advisory.id.empty()) return invalid("an advisory must have an 'id'", "id");
  TRY(read_text(json, "summary", "", advisory.summary));
  TRY(read_text(json, "modified", "", advisory.modified));
  TRY(read_text(json, "withdrawn", "", advisory.withdrawn));
  TRY(read_texts(json, "aliases", "", advisory.aliases));
  TRY(read_texts(json, "upstream", "", advisory.upstream));
  TRY(read_texts(json, "related", "", advisory.related));
  TRY(read_severity(json, "", advisory.severity));
  const Json::Array* affected = TRY(read_list(json, "affected", "", advisory_affected_max));
  for (std::size_t i = 0; affected != nullptr && i < affected->size(); ++i) {
    Affected each = TRY(read_affected((*affected)[i], fmt::format("affected[{}]", i)));
    advisory.affected.push_back(std::move(each));
  }
  return advisory;
}

bool is_older(std::string_view modified, std::string_view than) {
  if (modified == than) return false;
  const Result<Instant> a = parse_instant(modified), b = parse_instant(than);
  return a.ok() && b.ok() && *a < *b;
}

Result<Advisory> read_advisory(std::string_view text) {
  if (text.size() > advisory_bytes_max)
    return Error{Errc::too_large, fmt::format("an advisory has at most {} bytes", advisory_bytes_max)};
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool braces = first != text.npos && text[first] == '{';
  const Json json = TRY(braces ? format::parse_json(text) : format::parse_yaml(text));
  return is_csaf(json) ? decode_csaf_advisory(json) : decode_advisory(json);
}

}  // namespace weir::vuln
