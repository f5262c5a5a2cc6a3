#include "vuln/vex_attested.h"

#include <algorithm>
#include <set>

#include "evidence/document.h"
#include "evidence/statement.h"
#include "format/members.h"

namespace weir::vuln {
namespace {

using format::Json;

bool is_enveloped(BytesView content) {
  const auto members = evidence::outline(content);
  return members.contains("dsseEnvelope") || members.contains("payloadType") || members.contains("_type");
}

Json count_by_status(const std::vector<Statement>& statements) {
  Json counts = Json::object({});
  for (const VexStatus status :
       {VexStatus::not_affected, VexStatus::fixed, VexStatus::under_investigation, VexStatus::affected})
    counts.set(std::string(format::name_of(status)),
               static_cast<std::int64_t>(std::ranges::count(statements, status, &Statement::status)));
  return counts;
}

Json first_vulnerabilities(const std::vector<Statement>& statements) {
  std::set<std::string_view> seen;
  Json::Array first;
  for (const Statement& each : statements) {
    if (first.size() == evidence::fact_items_max) break;
    if (!each.vulnerabilities.empty() && seen.insert(each.vulnerabilities.front()).second)
      first.emplace_back(evidence::fact_text(each.vulnerabilities.front()));
  }
  return first;
}

}  // namespace

Result<AttestedVex> read_attested_vex(BytesView content) {
  AttestedVex read;
  if (!is_enveloped(content)) {
    read.statements = TRY(read_vex(content));
    return read;
  }
  evidence::Statement statement = TRY(evidence::read_statement(content));
  read.statements = TRY(read_vex(format::dump(statement.predicate)));
  read.subjects = std::move(statement.subjects);
  read.signatures = statement.signatures;
  return read;
}

Result<evidence::Summary> summarise_vex(BytesView content) {
  AttestedVex read = TRY(read_attested_vex(content));
  evidence::Summary summary{.type = "vex", .compliant = std::nullopt, .facts = Json::object({})};
  if (!read.statements.empty()) {
    const Statement& first = read.statements.front();
    summary.compliant = true;
    summary.facts = Json::object({{"format", format::name_of(first.format)},
                                  {"document", evidence::fact_text(first.document)},
                                  {"author", evidence::fact_text(first.author)}});
  }
  summary.facts.set("statements", static_cast<std::int64_t>(read.statements.size()));
  summary.facts.set("by_status", count_by_status(read.statements));
  summary.facts.set("vulnerabilities", first_vulnerabilities(read.statements));
  summary.facts.set("signatures", read.signatures);
  summary.subjects = std::move(read.subjects);
  return summary;
}

}  // namespace weir::vuln
