// Advisories that the organization writes itself, about packages of its own or malicious ones: OSV records under ids
// that begin with its name, kept in the ledger and matched like any feed's. Pure. Rules: docs/formats/advisories.md,
// "Of one's own".
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "format/members.h"

namespace weir::vuln {

struct AdvisoryPublished {
  std::string id;
  format::Json record;  // OSV, as it is matched
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("record", self.record);
  }
};

struct AdvisoryWithdrawn {
  std::string id;
  std::string reason;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("reason", self.reason);
  }
};

// "acme-shop" → "ACMESHOP-": what every id begins with. Of an organization that is called like a public feed:
// "cve" → "ORG-CVE-".
std::string own_prefix(std::string_view organization);

// The record as it is kept: `modified` is now, `published` too where it says none. One whose id is published already
// replaces it. Errors: invalid, naming the member.
Result<AdvisoryPublished> publish_advisory(format::Json record, std::string_view prefix, Instant now);

// A published one as it stands.
struct OwnAdvisory {
  format::Json record;
  std::optional<Instant> withdrawn_at;
};
// Errors: not_found where nothing is published, conflict where it is withdrawn already, invalid without a reason.
Result<AdvisoryWithdrawn> withdraw_advisory(std::string id, std::string reason,
                                            const std::optional<OwnAdvisory>& known);

// As advisories are read: a withdrawn one says so.
format::Json matched_record(const OwnAdvisory& advisory);

}  // namespace weir::vuln
