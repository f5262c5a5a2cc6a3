#include "vuln/own_advisory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/name.h"
#include "vuln/advisory.h"

namespace weir::vuln {
namespace {

constexpr std::size_t id_bytes_max = 128;

// What ids of public feeds begin with: an organization of such a name takes none of them.
constexpr auto prefixes_of_others = std::to_array<std::string_view>(
    {"ALBA-",  "ALEA-",     "ALINUX-", "ALPINE-", "ALSA-", "ANDROID-", "ASB-",    "AZL-",   "BELL-",    "BIT-",
     "BRSA-",  "CGA-",      "CLSA-",   "CURL-",   "CVE-",  "DEBIAN-",  "DHSA-",   "DLA-",   "DRUPAL-",  "DSA-",
     "DTSA-",  "ECHO-",     "EEF-",    "ELA-",    "ELSA-", "GHSA-",    "GO-",     "GSD-",   "HSEC-",    "JLSEC-",
     "KUBE-",  "LBSEC-",    "LSN-",    "MAL-",    "MGASA-", "MINI-",   "OESA-",   "OPENSUSE-", "OSEC-", "OSV-",
     "PHSA-",  "PSF-",      "PUB-",    "PYSEC-",  "RHBA-", "RHEA-",    "RHSA-",   "RLBA-",  "RLEA-",    "RLSA-",
     "ROOT-",  "RSEC-",     "RUSTSEC-", "RXSA-",  "SUSE-", "SUSESU-",  "UBUNTU-", "USN-",   "UVI-",     "V8-"});
static_assert(std::ranges::is_sorted(prefixes_of_others));

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

Status check_id(std::string_view id, std::string_view prefix) {
  if (!id.starts_with(prefix) || id.size() == prefix.size())
    return invalid(fmt::format("an advisory of your own has an id that begins with '{}'", prefix), "id");
  const std::string_view rest = id.substr(prefix.size());
  for (const char c : rest)
    if (!is_letter_or_digit(c) && c != '-' && c != '.' && c != '_')
      return invalid("an id has letters, digits, '-', '.' and '_'", "id");
  if (id.size() > id_bytes_max) return invalid(fmt::format("an id has at most {} bytes", id_bytes_max), "id");
  return {};
}

}  // namespace

std::string own_prefix(std::string_view organization) {
  std::string prefix;
  for (const char c : organization)
    if (is_letter_or_digit(c)) prefix += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  prefix += '-';
  return std::ranges::binary_search(prefixes_of_others, prefix) ? "ORG-" + prefix : prefix;
}

Result<AdvisoryPublished> publish_advisory(format::Json record, std::string_view prefix, Instant now) {
  if (record.object() == nullptr) return invalid("expected an OSV record: an object");
  TRY(check_id(record.text("id"), prefix));
  if (record.find("withdrawn") != nullptr)
    return invalid("an advisory is withdrawn after it was published, not with it", "withdrawn");
  if (record.text("schema_version").empty()) record.set("schema_version", "1.7.0");
  record.set("modified", to_string(now));
  if (record.text("published").empty()) record.set("published", to_string(now));
  const Advisory advisory = TRY(decode_advisory(record));
  if (advisory.affected.empty())
    return invalid("an advisory names at least one package that is affected", "affected");
  if (advisory.aliases.size() > 1)
    return invalid(
        "an advisory of your own has one alias at most: with two it would make one flaw of two, and what is "
        "accepted of one would silence the other",
        "aliases");
  for (const Affected& each : advisory.affected) {
    if (each.ecosystem.empty() || each.name.empty())
      return invalid("'package' must have an ecosystem and a name", "affected");
    if (each.ranges.empty() && each.versions.empty())
      return invalid(
          fmt::format("of '{}' neither versions nor ranges are named: nothing would be affected", each.name),
          "affected");
  }
  return AdvisoryPublished{.id = advisory.id, .record = std::move(record)};
}

Result<AdvisoryWithdrawn> withdraw_advisory(std::string id, std::string reason,
                                            const std::optional<OwnAdvisory>& known) {
  if (reason.empty()) return invalid("'reason' must be given", "reason");
  TRY(check_text(reason, "reason"));
  if (!known) return not_found(fmt::format("no advisory of your own is called '{}'", id));
  if (known->withdrawn_at) return Error{Errc::conflict, fmt::format("{} is withdrawn already", id)};
  return AdvisoryWithdrawn{std::move(id), std::move(reason)};
}

format::Json matched_record(const OwnAdvisory& advisory) {
  format::Json record = advisory.record;
  if (!advisory.withdrawn_at) return record;
  record.set("withdrawn", to_string(*advisory.withdrawn_at));
  record.set("modified", to_string(*advisory.withdrawn_at));
  return record;
}

}  // namespace weir::vuln
