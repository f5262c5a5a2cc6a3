#include "store/event.h"

#include <algorithm>

#include "base/limits.h"

namespace weir::store {
namespace {

template <std::size_t I>
using Row = std::tuple_element_t<I, EventTable>;

template <std::size_t I = 0>
Result<Event> decode_row(ledger::EntryType type, BytesView payload) {
  if constexpr (I == event_row_count) {
    return Error{Errc::corrupt, fmt::format("entry type {} is not known to this version", static_cast<int>(type))};
  } else {
    if (Row<I>::type != type) return decode_row<I + 1>(type, payload);
    auto record = format::decode_text<typename Row<I>::Record>(payload, format::Unknown::ignore);
    if (!record) return record.error();
    return Event(std::move(*record));
  }
}

template <std::size_t... I>
constexpr auto types_by_index(std::index_sequence<I...>) { return std::array{Row<I>::type...}; }

std::vector<Sha256> subjects(const auto&) { return {}; }
std::vector<Sha256> subjects(const artifact::ArtifactRecorded& record) { return {record.digest}; }
std::vector<Sha256> subjects(const evidence::AttestationRecorded& record) {
  return record.artifact ? std::vector{*record.artifact} : std::vector<Sha256>();
}
std::vector<Sha256> subjects(const deploy::ApprovalGiven& record) { return {record.artifact}; }
std::vector<Sha256> subjects(const deploy::ApprovalRequested& record) { return {record.artifact}; }
std::vector<Sha256> subjects(const deploy::BreakGlassOpened& record) { return {record.artifact}; }
std::vector<Sha256> subjects(const exceptions::ExceptionRequested& record) {
  return record.scope.artifact ? std::vector{*record.scope.artifact} : std::vector<Sha256>();
}
std::vector<Sha256> subjects(const deploy::DeploymentDeclared& record) { return {record.artifact}; }
std::vector<Sha256> subjects(const dbom::DbomIssued& record) { return {record.artifact, record.digest}; }
std::vector<Sha256> subjects(const runtime::HostInventoryTaken& record) {
  std::vector<Sha256> parts = record.claim.parts;
  parts.resize(std::min(parts.size(), limits::leaf_subjects_max));
  return parts;
}
std::vector<Sha256> subjects(const integration::CallerAnswered& record) { return record.artifacts; }
std::vector<Sha256> subjects(const policy::DecisionRecorded& record) {
  const auto artifact = parse_sha256(record.record.artifact);
  return artifact.ok() ? std::vector{*artifact} : std::vector<Sha256>();
}

}  // namespace

ledger::EntryType type_of(const Event& event) {
  static constexpr auto types = types_by_index(std::make_index_sequence<event_row_count>());
  return types[event.row()];
}

std::string encode_payload(const Event& event) {
  return event.visit([](const auto& record) { return format::encode(record); });
}

Result<Event> decode_payload(ledger::EntryType type, BytesView payload) { return decode_row(type, payload); }

std::vector<Sha256> subjects_of(const Event& event) {
  return event.visit([](const auto& record) { return subjects(record); });
}

}  // namespace weir::store
