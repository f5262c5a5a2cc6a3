// Makes the document of one deployment from what the ledger holds of it: which entries concern it and how, what was
// seen running, and the entries themselves with their proofs. Pure: the same facts make the same bytes.
#pragma once
#include <memory>
#include <vector>

#include "dbom/line_table.h"
#include "evidence/flow.h"
#include "ledger/proof.h"

namespace weir::dbom {

inline constexpr std::size_t lines_max = 200;                   // of one role: attestations, approvals, …
inline constexpr std::size_t payload_bytes_max = 32 * 1024;     // of one entry; larger ones are not shown
inline constexpr std::size_t payloads_bytes_max = 1024 * 1024;  // of all entries of one document

struct Concern {
  Role role;
  std::vector<std::int64_t> entries;  // as line_table.h orders them
};

// What was seen running of the artifact: a workload with its instances, by the tables.
struct Sighting {
  std::string name, kind, host, user, unit, container, verdict;
  std::optional<Sha256> digest;
  Instant started_at;
  std::optional<Instant> ended_at;  // none while one of its instances runs
  std::int64_t running = 0;
  std::string settings;  // in words; empty: nothing was reported, or nothing is open
  std::int64_t entry = 0;                  // the report in which it was first seen
  std::optional<std::int64_t> gone_entry;  // the snapshot in which it was gone
};

struct SourceEntry {
  std::int64_t index = 0;
  Bytes leaf;
  std::optional<Bytes> payload;  // none when erased
  ledger::Salt salt;
  ledger::Proof proof;
};

using ComponentList = std::shared_ptr<const std::vector<evidence::Component>>;
struct Bill {
  std::int64_t entry = 0;
  Sha256 content;
  ComponentList components;
};

// The artifact that was deployed here before.
struct Predecessor {
  Sha256 digest;
  std::string name;
  ComponentList components;                  // none when it came without a bill of materials
  std::vector<evidence::Attested> evidence;  // the newest of each name
};

struct Facts {
  DeployedArtifact artifact;
  std::string environment, ledger;
  Instant at;
  std::string checkpoint;
  std::vector<Concern> concerns;
  std::vector<Sighting> sightings;
  std::vector<OmittedLines> omitted;
  std::optional<Bill> bill;
  std::optional<Predecessor> before;
  std::string no_rollback;  // why there is nothing to go back to; empty when there is
  std::vector<evidence::Attested> evidence;  // the newest of each name
};

// Every entry that the facts name, ascending: those the document needs.
std::vector<std::int64_t> entries_of(const Facts& facts);

// `sources` hold at least the entries of the facts, ascending. corrupt when an entry is not what its role wants.
Result<Dbom> compose(const Facts& facts, std::span<const SourceEntry> sources);

}  // namespace weir::dbom
