#include "vuln/vex.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "evidence/document.h"
#include "format/members.h"
#include "vuln/limits.h"
#include "vuln/vers_range.h"
#include "vuln/version_key.h"
#include "vuln/vex_parts.h"

namespace weir::vuln {
namespace {

using format::Json;
using format::Purl;

std::string upper_ascii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper)
    if (is_lower(c)) c = static_cast<char>(c - 0x20);
  return upper;
}

// Everything the pattern says is so of the other; a pattern without version stands for all of them.
bool is_of(const Purl& pattern, const Purl& purl) {
  if (std::tie(pattern.type, pattern.ns, pattern.name) != std::tie(purl.type, purl.ns, purl.name))
    return false;
  if (!pattern.version.empty() && pattern.version != purl.version) return false;
  if (!pattern.subpath.empty() && pattern.subpath != purl.subpath) return false;
  return std::ranges::all_of(pattern.qualifiers,
                             [&](const auto& each) { return purl.qualifier(each.first) == each.second; });
}

// An unreadable range covers nothing.
bool is_in(std::string_view versions, std::string_view version) {
  if (versions.empty()) return true;
  if (!versions.starts_with("vers:")) return versions == version;
  const auto contains = vers_contains(versions, version);
  return !version.empty() && contains.ok() && *contains;
}

struct Part {
  std::optional<Purl> purl;
  std::string_view name, version;
};

bool names_component(const Named& named, const Part& part) {
  if (named.purl) {
    const std::string_view version =
        part.purl && !part.purl->version.empty() ? part.purl->version : part.version;
    return part.purl && is_of(*named.purl, *part.purl) && is_in(named.versions, version);
  }
  if (named.digest && named.name.empty()) return false;  // of a file; components are not known by digest
  return !named.name.empty() && named.name == part.name && is_in(named.versions, part.version);
}

// A digest decides alone where one is named: a purl beside it says what it is of.
bool names_artifact(const Named& named, const FindingSubject& finding) {
  if (named.digest) return std::ranges::find(finding.artifacts, *named.digest) != finding.artifacts.end();
  if (named.purl)
    return std::ranges::any_of(finding.artifact_purls, [&](const Purl& purl) {
      return is_of(*named.purl, purl) && is_in(named.versions, purl.version);
    });
  return !named.name.empty() && named.versions.empty() &&
         std::ranges::find(finding.artifact_names, named.name) != finding.artifact_names.end();
}

// The product is the artifact, with this component in it; or it is the component itself, wherever that is.
bool covers_product(const VexProduct& product, const FindingSubject& finding, const Part& part) {
  if (product.within.empty())
    return names_artifact(product.product, finding) || names_component(product.product, part);
  const bool is_within =
      std::ranges::any_of(product.within, [&](const Named& each) { return names_component(each, part); });
  return is_within && names_artifact(product.product, finding);
}

Part part_of(const FindingSubject& finding) {
  Part part{.name = finding.name, .version = finding.version};
  auto purl = format::parse_purl(finding.purl, format::PurlReading::tolerant);
  if (purl.ok()) part.purl = std::move(*purl);
  return part;
}

bool is_of_artifact(const Statement& statement, const FindingSubject& finding) {
  return !statement.attested ||
         std::ranges::find(finding.artifacts, *statement.attested) != finding.artifacts.end();
}

bool covers_part(const Statement& statement, const FindingSubject& finding, const Part& part) {
  return is_of_artifact(statement, finding) &&
         std::ranges::any_of(statement.products, [&](const VexProduct& product) {
           return covers_product(product, finding, part);
         });
}

bool same_text(std::string_view a, std::string_view b) { return lower_ascii(a) == lower_ascii(b); }

}  // namespace

Authority authority_of(std::string_view author, const Trust& trust) {
  const auto among = [&](const std::vector<std::string>& names) {
    return std::ranges::any_of(names, [&](const std::string& name) { return same_text(name, author); });
  };
  if (among(trust.organization)) return Authority::organization;
  return among(trust.suppliers) ? Authority::supplier : Authority::unknown;
}

Result<std::vector<Statement>> read_vex(BytesView content, const Trust& trust) {
  if (content.size() > vex_bytes_max)
    return Error{Errc::too_large, fmt::format("a VEX document has more than {} bytes", vex_bytes_max)};
  const Json json = TRY(evidence::read_json(content));
  std::vector<Statement> statements;
  if (json.text("@context").starts_with("https://openvex.dev/ns")) statements = TRY(read_openvex(json));
  else if (json.text("bomFormat") == "CycloneDX") statements = TRY(read_cyclonedx_vex(json));
  else if (json.at("document").object() != nullptr) statements = TRY(read_csaf_vex(json));
  else return invalid("expected OpenVEX, CSAF VEX or CycloneDX");
  for (Statement& statement : statements) statement.authority = authority_of(statement.author, trust);
  return statements;
}

std::string package_text(const Purl& purl) {
  return fmt::format("pkg:{}/{}{}{}", purl.type, purl.ns, purl.ns.empty() ? "" : "/", purl.name);
}

bool covers(const Statement& statement, const FindingSubject& finding) {
  const bool about = std::ranges::any_of(statement.vulnerabilities, [&](const std::string& id) {
    return std::ranges::any_of(finding.vulnerabilities,
                               [&](const std::string& other) { return same_text(id, other); });
  });
  return about && covers_part(statement, finding, part_of(finding));
}

bool outranks(const Statement& a, const Statement& b) {
  const bool own_a = a.attested.has_value(), own_b = b.attested.has_value();
  return std::tie(b.authority, own_b, b.at, b.status, b.entry, b.position) <
         std::tie(a.authority, own_a, a.at, a.status, a.entry, a.position);
}

std::string why(const Applied& applied) {
  if (applied.holds == nullptr) return "no statement";
  const Statement& said = *applied.holds;
  std::string text = fmt::format("{} says {}", said.author.empty() ? "somebody unnamed" : said.author,
                                 format::name_of(said.status));
  const std::string& reason = !said.justification.empty() ? said.justification
                              : !said.impact.empty()      ? said.impact
                                                          : said.action;
  if (!reason.empty()) text += fmt::format(" ({})", reason);
  if (said.at.micros > 0) text += fmt::format(" at {}", to_string(said.at));
  if (!said.document.empty()) text += fmt::format(" in {}", said.document);
  if (!applied.outranked.empty()) text += fmt::format("; outranks {} more", applied.outranked.size());
  return text;
}

VexIndex::VexIndex(std::span<const Statement> statements) {
  for (const Statement& statement : statements) add(statement);
}

void VexIndex::add(const Statement& statement) {
  for (const std::string& id : statement.vulnerabilities)
    by_vulnerability_.emplace(upper_ascii(id), &statement);
}

std::vector<const Statement*> VexIndex::about(std::span<const std::string> vulnerabilities) const {
  std::set<const Statement*> found;
  for (const std::string& id : vulnerabilities) {
    const auto [first, last] = by_vulnerability_.equal_range(upper_ascii(id));
    for (auto each = first; each != last; ++each) found.insert(each->second);
  }
  return {found.begin(), found.end()};
}

Applied VexIndex::apply(const FindingSubject& finding) const {
  const std::vector<const Statement*> about = this->about(finding.vulnerabilities);
  if (about.empty()) return {};
  const Part part = part_of(finding);
  std::vector<const Statement*> covering;
  for (const Statement* statement : about)
    if (covers_part(*statement, finding, part)) covering.push_back(statement);
  std::ranges::sort(covering, [](const Statement* a, const Statement* b) {
    if (outranks(*a, *b) || outranks(*b, *a)) return outranks(*a, *b);
    return std::tie(a->document, a->author) < std::tie(b->document, b->author);
  });
  if (covering.empty()) return {};
  return {covering.front(), {covering.begin() + 1, covering.end()}};
}

Applied apply_statements(std::span<const Statement> statements, const FindingSubject& finding) {
  return VexIndex(statements).apply(finding);
}

}  // namespace weir::vuln
