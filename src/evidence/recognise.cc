#include "evidence/recognise.h"

#include <fmt/format.h>

#include <algorithm>

#include "evidence/document.h"
#include "evidence/junit.h"
#include "evidence/predicates.h"
#include "evidence/sarif.h"
#include "evidence/sbom.h"
#include "evidence/statement.h"

namespace weir::evidence {
namespace {

constexpr std::string_view blanks = " \t\r\n";

struct PredicateRow {
  std::string_view predicate_type;  // its beginning
  EvidenceFormat format;
};
constexpr std::array predicate_types{
    PredicateRow{"https://slsa.dev/provenance/", EvidenceFormat::provenance},
    PredicateRow{"https://cyclonedx.org/bom", EvidenceFormat::cyclonedx},
    PredicateRow{"https://cyclonedx.org/vex", EvidenceFormat::vex},
    PredicateRow{"https://openvex.dev/ns", EvidenceFormat::vex},
    PredicateRow{"https://docs.oasis-open.org/csaf/", EvidenceFormat::vex},
    PredicateRow{"https://spdx.dev/Document", EvidenceFormat::spdx},
};

EvidenceFormat format_of_predicate(std::string_view type, EvidenceFormat otherwise) {
  for (const PredicateRow& row : predicate_types)
    if (type.starts_with(row.predicate_type)) return row.format;
  return otherwise;
}

// The first tag that opens an element, with its attributes; declarations and comments before it are skipped.
std::string_view first_tag(std::string_view xml) {
  while (true) {
    const std::size_t open = xml.find('<');
    if (open == xml.npos) return "";
    xml.remove_prefix(open);
    if (!xml.starts_with("<?") && !xml.starts_with("<!")) return xml.substr(0, xml.find('>')).substr(0, 4096);
    const std::string_view close = xml.starts_with("<!--") ? "-->" : ">";
    const std::size_t end = xml.find(close);
    if (end == xml.npos) return "";
    xml.remove_prefix(end);
  }
}

EvidenceFormat recognise_xml(std::string_view xml) {
  const std::string_view tag = first_tag(xml);
  std::string_view name = tag.substr(std::min<std::size_t>(1, tag.size()));
  name = name.substr(0, name.find_first_of(" \t\r\n/>"));
  if (const std::size_t colon = name.find(':'); colon != name.npos) name.remove_prefix(colon + 1);
  if (name == "testsuites" || name == "testsuite") return EvidenceFormat::junit;
  if (name == "bom" && tag.find("http://cyclonedx.org/schema/bom") != tag.npos)
    return EvidenceFormat::cyclonedx;
  return EvidenceFormat::unknown;
}

EvidenceFormat recognise_json(BytesView content) {
  const auto members = outline(content);
  const auto value = [&](std::string_view key) {
    const auto found = members.find(key);
    return found == members.end() ? std::string_view() : found->second;
  };
  const auto has = [&](std::string_view key) { return members.contains(key); };
  if (value("bomFormat") == "CycloneDX")
    return has("vulnerabilities") && !has("components") ? EvidenceFormat::vex : EvidenceFormat::cyclonedx;
  if (value("@context").starts_with("https://openvex.dev/ns")) return EvidenceFormat::vex;
  if (has("vulnerabilities") && value("document").find("csaf") != std::string_view::npos)
    return EvidenceFormat::vex;
  if (value("spdxVersion").starts_with("SPDX-")) return EvidenceFormat::spdx;
  if (value("@context").find("spdx.org/rdf/3") != std::string_view::npos) return EvidenceFormat::spdx;
  if (has("runs") &&
      (value("version").starts_with("2.1") || value("$schema").find("sarif") != std::string_view::npos))
    return EvidenceFormat::sarif;
  if (value("_type").starts_with("https://in-toto.io/Statement/"))
    return format_of_predicate(value("predicateType"), EvidenceFormat::unknown);
  if (!has("dsseEnvelope") && !(has("payloadType") && has("payload") && has("signatures")))
    return EvidenceFormat::unknown;
  const auto statement = read_statement(content);
  return statement.ok() ? format_of_predicate(statement->predicate_type, EvidenceFormat::dsse)
                        : EvidenceFormat::dsse;
}

// A bill of materials may come as the predicate of a statement; it then speaks of the statement's subjects.
struct Bill {
  EvidenceFormat format = EvidenceFormat::unknown;
  std::string inner;  // of a predicate
  std::optional<Statement> statement;
};
Result<Bill> bill_of(BytesView content) {
  const auto members = outline(content);
  const bool enveloped =
      members.contains("dsseEnvelope") || members.contains("payloadType") || members.contains("_type");
  const auto is_bill = [](EvidenceFormat format) {
    return format == EvidenceFormat::cyclonedx || format == EvidenceFormat::spdx;
  };
  if (!enveloped) {
    Bill bill{.format = recognise(content)};
    if (bill.format == EvidenceFormat::vex && members.contains("bomFormat"))
      bill.format = EvidenceFormat::cyclonedx;  // a bill that lists nothing
    if (!is_bill(bill.format)) return invalid("expected a CycloneDX or SPDX document");
    return bill;
  }
  Statement statement = TRY(read_statement(content));
  Bill bill{.format = format_of_predicate(statement.predicate_type, EvidenceFormat::unknown)};
  if (!is_bill(bill.format))
    return invalid(fmt::format("expected a bill of materials, got predicate type '{}'",
                               fact_text(statement.predicate_type)), "predicateType");
  bill.inner = format::dump(statement.predicate);
  bill.statement = std::move(statement);
  return bill;
}

Result<Summary> summarise_sbom(BytesView content) {
  Bill bill = TRY(bill_of(content));
  const BytesView text = bill.statement ? BytesView(bill.inner) : content;
  Summary summary =
      TRY(bill.format == EvidenceFormat::spdx ? summarise_spdx(text) : summarise_cyclonedx(text));
  if (!bill.statement) return summary;
  summary.subjects = std::move(bill.statement->subjects);
  summary.facts.set("signatures", bill.statement->signatures);
  return summary;
}

struct SummariserRow {
  std::string_view type;
  Result<Summary> (*summarise)(BytesView content);
};
constexpr std::array summarisers{
    SummariserRow{"test", summarise_junit},           SummariserRow{"scan", summarise_sarif},
    SummariserRow{"sbom", summarise_sbom},            SummariserRow{"provenance", summarise_provenance},
    SummariserRow{"review", summarise_review},        SummariserRow{"ticket", summarise_ticket},
};

struct TypeRow {
  EvidenceFormat format;
  std::string_view type;
};
constexpr std::array types{
    TypeRow{EvidenceFormat::junit, "test"},
    TypeRow{EvidenceFormat::sarif, "scan"},
    TypeRow{EvidenceFormat::cyclonedx, "sbom"},
    TypeRow{EvidenceFormat::spdx, "sbom"},
    TypeRow{EvidenceFormat::provenance, "provenance"},
    TypeRow{EvidenceFormat::vex, "vex"},
};

bool is_wide_xml(BytesView content) {
  return content.starts_with("\xFF\xFE") || content.starts_with("\xFE\xFF") ||
         content.starts_with(BytesView("<\0", 2)) || content.starts_with(BytesView("\0<", 2));
}

// Enough of a UTF-16 text for its first tag: every character that fits into one byte.
std::string narrowed(BytesView content) {
  std::string narrow;
  for (const char c : content.substr(0, 8192))
    if (c != '\0' && static_cast<unsigned char>(c) < 0x80) narrow += c;
  return narrow;
}

}  // namespace

EvidenceFormat recognise(BytesView content) {
  if (is_wide_xml(content)) return recognise_xml(narrowed(content));
  content = without_mark(content);
  const std::size_t first = content.find_first_not_of(blanks);
  if (first == content.npos) return EvidenceFormat::unknown;
  if (content.substr(first).starts_with("SPDXVersion: SPDX-")) return EvidenceFormat::spdx;
  if (content[first] == '<') return recognise_xml(content);
  if (content[first] == '{') return recognise_json(content);
  return EvidenceFormat::unknown;
}

std::string_view attestation_type_of(EvidenceFormat format) {
  const auto* found =
      std::find_if(types.begin(), types.end(), [&](const TypeRow& row) { return row.format == format; });
  return found == types.end() ? "generic" : found->type;
}

Result<Summary> summarise(std::string_view type, BytesView content) {
  for (const SummariserRow& row : summarisers)
    if (row.type == type) return row.summarise(content);
  return Summary{.type = std::string(type), .compliant = std::nullopt, .facts = format::Json::object({})};
}

Result<std::vector<Component>> components_of(BytesView content) {
  const Bill bill = TRY(bill_of(content));
  const BytesView text = bill.statement ? BytesView(bill.inner) : content;
  return bill.format == EvidenceFormat::spdx ? components_of_spdx(text) : components_of_cyclonedx(text);
}

}  // namespace weir::evidence
