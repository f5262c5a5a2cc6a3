// What a store of advisories consists of now, and what is known of the feeds that fill it. It is one small file,
// replaced whole, so that a reader sees either the store before an update or the one after it.
// Format: docs/formats/advisory-store.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::vuln {

inline constexpr const char* manifest_name = "manifest.json";
inline constexpr std::size_t manifest_bytes_max = 64 * 1024 * 1024;

struct SegmentRow {
  std::string file;
  Sha256 digest;
  std::uint64_t records = 0;
  static void members(auto& visit, auto& self) {
    visit("file", self.file);
    visit("digest", self.digest);
    visit("records", self.records);
  }
  bool operator==(const SegmentRow&) const = default;
};

// A feed as it was read last. `version` is what its server calls what it served: an entity tag, a commit.
struct FeedRow {
  std::string source;
  std::string updated = {};  // when it was last read, RFC 3339; empty before
  std::string version = {};
  std::string problem = {};  // why it could not be read the last time it was tried; empty when it could
  std::uint64_t refused = 0, missing = 0;
  std::vector<std::string> refused_first = {}, missing_first = {};
  static void members(auto& visit, auto& self) {
    visit("source", self.source);
    visit.maybe("updated", self.updated);
    visit.maybe("version", self.version);
    visit.maybe("problem", self.problem);
    visit.maybe("refused", self.refused);
    visit.maybe("missing", self.missing);
    visit.maybe("refused_first", self.refused_first);
    visit.maybe("missing_first", self.missing_first);
  }
  bool operator==(const FeedRow&) const = default;
};

// What is known of CVEs besides their advisories: who exploits them, how likely that is.
struct CveTable {
  std::string file;
  Sha256 digest;
  std::string source, released, updated;  // released: what the list itself says, as it writes it
  std::uint64_t rows = 0;
  static void members(auto& visit, auto& self) {
    visit("file", self.file);
    visit("digest", self.digest);
    visit("source", self.source);
    visit("released", self.released);
    visit("updated", self.updated);
    visit("rows", self.rows);
  }
  bool operator==(const CveTable&) const = default;
};

struct Manifest {
  std::string format = "weir-advisory-store/1";
  std::uint64_t generation = 0;  // rises with every update that changed anything
  std::string updated = {};
  std::vector<SegmentRow> segments = {};  // a later one hides what earlier ones hold under the same id
  std::vector<FeedRow> feeds = {};        // records name them by their place; rows are never taken out
  std::uint64_t records = 0, withdrawn = 0;
  std::string newest = {};  // the highest `modified`
  Sha256 digest = {};  // of all advisories: equal records, equal digest, however they are cut into segments
  std::optional<CveTable> exploited = {}, likelihood = {};
  static void members(auto& visit, auto& self) {
    visit("format", self.format);
    visit("generation", self.generation);
    visit.maybe("updated", self.updated);
    visit("segments", self.segments);
    visit("feeds", self.feeds);
    visit("records", self.records);
    visit("withdrawn", self.withdrawn);
    visit.maybe("newest", self.newest);
    visit("digest", self.digest);
    visit.maybe("exploited", self.exploited);
    visit.maybe("likelihood", self.likelihood);
  }
  bool operator==(const Manifest&) const = default;
};

// A line of JSON and a line with its digest.
std::string encode_manifest(const Manifest& manifest);
// Errors: corrupt, naming `name`.
Result<Manifest> decode_manifest(std::string_view text, const std::string& name);

// Errors: not_found when `directory` holds no store.
Result<Manifest> read_manifest(const std::string& directory);
bool is_advisory_store(const std::string& directory);

}  // namespace weir::vuln
