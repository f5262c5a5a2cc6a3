#include "evidence/inventory.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "evidence/document.h"
#include "evidence/inventory_read.h"
#include "evidence/statement.h"
#include "format/utf8.h"

namespace weir::evidence {
namespace {

Result<Inventory> bounded(Inventory inventory, std::size_t shared_bytes) {
  if (inventory.items.size() > limits::evidence_records_max)
    return Error{Errc::too_large, fmt::format("more than {} components", limits::evidence_records_max)};
  if (inventory.dependencies.size() > limits::evidence_values_max)
    return Error{Errc::too_large, fmt::format("more than {} dependencies", limits::evidence_values_max)};
  if (shared_bytes > inventory_shared_bytes_max)
    return Error{Errc::too_large, fmt::format("what is said of many components takes more than {} bytes",
                                              inventory_shared_bytes_max)};
  return inventory;
}

bool is_statement(const format::JsonView& root) {
  return root.at("dsseEnvelope").is_object() || !root.text("payloadType").empty() ||
         !root.text("_type").empty();
}

enum class Form { any, bill };  // bill: within a statement, which holds no other

Status read_form(Reading reading, BytesView text, Form form);

// A bill may be what a statement says of its subjects; some signers put it, or its text, into a member "Data".
Status read_stated(Reading reading, BytesView text) {
  const Statement statement = TRY(read_statement(text));
  const format::Json& data = statement.predicate.at("Data");
  const format::Json& said = data.is_null() ? statement.predicate : data;
  reading.room = 0;
  TRY(read_form(reading, said.string() != nullptr ? *said.string() : dump(said), Form::bill));
  auto& digests = reading.inventory.subject.digests;
  digests.insert(digests.end(), statement.subjects.begin(), statement.subjects.end());
  return {};
}

Status read_json_form(Reading reading, BytesView text, Form form) {
  const format::JsonDocument document =
      TRY(format::JsonDocument::parse(text, limits::evidence_values_max, reading.room));
  const format::JsonView root = document.root();
  if (form == Form::any && is_statement(root)) return read_stated(reading, text);
  if (root.text("bomFormat") == "CycloneDX") read_cyclonedx(reading, root);
  else if (root.text("spdxVersion").starts_with("SPDX-2.")) read_spdx_2(reading, root);
  else if (root.at("@graph").is_array()) read_spdx_3(reading, root);
  else return invalid("expected CycloneDX, or SPDX in JSON or tag-value");
  return {};
}

Status read_form(Reading reading, BytesView text, Form form) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (text.starts_with("SPDXVersion:")) {
    if (!format::is_utf8(text)) return invalid("expected UTF-8");
    return read_spdx_tags(reading, text);
  }
  if (first == text.npos || text[first] != '<') return read_json_form(reading, text, form);
  const format::XmlDocument document = TRY(format::XmlDocument::parse(text));
  if (format::local_name(document.root()) != "bom") return invalid("expected CycloneDX XML with a <bom>");
  read_cyclonedx(reading, document.root());
  return {};
}

}  // namespace

Result<Inventory> read_inventory(BytesView content, Detail detail, std::size_t room) {
  Inventory inventory;
  std::size_t shared_bytes = 0;
  const Reading reading{inventory, detail == Detail::whole, shared_bytes, room};
  TRY(read_form(reading, without_mark(content), Form::any));
  return bounded(std::move(inventory), shared_bytes);
}

}  // namespace weir::evidence
