// Findings of bills of materials with what is said about them, written for other tools: OpenVEX 0.2.0,
// CSAF 2.0 with the VEX profile, CycloneDX 1.6 with vulnerabilities and their analysis (VEX), SARIF 2.1.0,
// and the JSON of osv-scanner.
// Equal findings at an equal time give equal bytes. Pure. Which finding becomes which status:
// docs/formats/vex.md.
#pragma once
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "format/json.h"
#include "vuln/match.h"
#include "vuln/vex.h"

namespace weir::vuln {

// Somebody accepted the risk of a finding for a while. It stays what it is: affected.
struct RiskAccepted {
  std::string by, reason;
  std::optional<Instant> until;
};

struct ReportedFinding {
  Finding finding;
  std::optional<Statement> said = {};  // the statement that holds
  std::string why = {};                // of `said`, for people
  std::optional<RiskAccepted> accepted = {};

  bool is_suppressed() const {
    return said && (said->status == VexStatus::not_affected || said->status == VexStatus::fixed);
  }
};

struct ReportedBill {
  std::string file;
  evidence::Subject subject;  // what the bill is of, as far as it says
  std::size_t components = 0;
  std::vector<ReportedFinding> findings = {};
};

struct ReportHead {
  std::string author, tool_version;
  Instant at;
  std::string author_namespace = "urn:weir";  // URI of who publishes; CSAF asks for one
};

// Holds the statements against each finding of the bill. Those that cover one are added to `covering`, if given.
ReportedBill report_bill(std::string file, const evidence::Inventory& inventory, Scanned scanned,
                         const VexIndex& statements, std::set<const Statement*>* covering = nullptr);

// What a document says of a finding when it is written out.
struct Said {
  VexStatus status = VexStatus::affected;
  std::string justification, impact, action;
};
// The statement that holds says it; else a finding whose release nobody says is under investigation, any
// other affected. An accepted risk is affected, whatever else is said.
Said said_of(const ReportedFinding& finding);

format::Json to_openvex(std::span<const ReportedBill> bills, const ReportHead& head);
// Errors: invalid, when it is no absolute URI.
Result<std::string> checked_namespace(std::string_view uri);

format::Json to_csaf_vex(std::span<const ReportedBill> bills, const ReportHead& head);
format::Json to_cyclonedx_vex(std::span<const ReportedBill> bills, const ReportHead& head);
format::Json to_sarif(std::span<const ReportedBill> bills, const ReportHead& head);
format::Json to_osv_scanner(std::span<const ReportedBill> bills);

// A finding as `weir sbom scan` answers it.
format::Json finding_json(const ReportedFinding& finding);

}  // namespace weir::vuln
