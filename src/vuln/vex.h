// What somebody says about a flaw in a product (VEX): OpenVEX 0.0.x and 0.2.0, CSAF 2.0 with the VEX profile,
// and the analyses of CycloneDX 1.4 to 1.7, read strictly into one model, and held against findings. A
// document is refused whole when one statement breaks its specification: read halfway it would silence what
// it must not, or leave an older silence standing. The document itself is kept by whoever reads it; what the
// forms say differently stays here as it was said (`*_said`). Rules of order and scope: docs/formats/vex.md.
// Pure; safe from any thread.
#pragma once
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "format/purl.h"
#include "vuln/vex_words.h"

namespace weir::vuln {

enum class VexFormat { openvex, csaf, cyclonedx };
constexpr auto names_of(VexFormat) { return std::array<std::string_view, 3>{"openvex", "csaf", "cyclonedx"}; }

// One thing a statement names. What is empty is not asked for; a thing of which all is empty is nothing.
struct Named {
  std::optional<format::Purl> purl;  // without version: every version; qualifiers it has must be had
  std::optional<Sha256> digest;
  std::string name;      // or an identifier of another kind, compared as it stands
  std::string versions;  // "vers:npm/>=1|<2", or one version
};

struct VexProduct {
  Named product;
  std::vector<Named> within;  // the statement is about these components of it alone; none: about it whole
};

struct Statement {
  std::vector<std::string> vulnerabilities;  // ids and aliases
  std::vector<VexProduct> products;          // none: it covers nothing by itself
  VexStatus status = VexStatus::under_investigation;
  std::string justification;                    // one of OpenVEX's five, or empty
  std::string status_said, justification_said;  // as CycloneDX says it, where that says more
  std::string impact, action;                   // free text
  std::string author;
  Authority authority = Authority::unknown;
  Instant at;
  // The artifact that the document was attested to: it is about no other, and outranks what is said in general. None:
  // it is said in general.
  std::optional<Sha256> attested;
  VexFormat format = VexFormat::openvex;
  std::string document;      // its id
  std::int64_t entry = 0;    // of the ledger, 0 where it did not come through one
  std::size_t position = 0;  // in the document
};

// Authors by name, compared without case: what a document says of its author is its own word, so who uses
// this vouches for where the document came from.
struct Trust {
  std::vector<std::string> organization, suppliers;
};
Authority authority_of(std::string_view author, const Trust& trust);

// Errors: invalid, naming the member; too_large, naming the bound (src/vuln/limits.h).
Result<std::vector<Statement>> read_vex(BytesView content, const Trust& trust = {});

// What a finding is about, as far as it is known.
struct FindingSubject {
  std::vector<std::string> vulnerabilities;  // of its whole alias cluster
  std::string purl, name, version;           // of the component
  // The artifact, and what it is called.
  std::vector<Sha256> artifacts = {};
  std::vector<format::Purl> artifact_purls = {};
  std::vector<std::string> artifact_names = {};
};

struct Applied {
  const Statement* holds = nullptr;              // none: nobody says anything
  std::vector<const Statement*> outranked = {};  // that cover the finding too, strongest first
  bool suppresses() const {
    return holds != nullptr &&
           (holds->status == VexStatus::not_affected || holds->status == VexStatus::fixed);
  }
};

// What bills and statements of one package share, whatever the version: "pkg:oci/shop"; no qualifiers, no subpath.
std::string package_text(const format::Purl& purl);

bool covers(const Statement& statement, const FindingSubject& finding);
// Stronger first: authority, then whether it was attested to the artifact, then time, then the worse status, then
// place in the document.
bool outranks(const Statement& a, const Statement& b);
std::string why(const Applied& applied);  // one line, for people

// Many statements, asked about many findings: by vulnerability. Built once, read by many threads; the
// statements must outlive it and stay where they are.
class VexIndex {
 public:
  VexIndex() = default;
  explicit VexIndex(std::span<const Statement> statements);
  void add(const Statement& statement);
  // Those that name one of the vulnerabilities, each once, whatever they are about.
  std::vector<const Statement*> about(std::span<const std::string> vulnerabilities) const;
  Applied apply(const FindingSubject& finding) const;

 private:
  std::multimap<std::string, const Statement*, std::less<>> by_vulnerability_;  // ids in upper case
};
Applied apply_statements(std::span<const Statement> statements, const FindingSubject& finding);

}  // namespace weir::vuln
