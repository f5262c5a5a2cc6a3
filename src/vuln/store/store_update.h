// An update of a store of advisories: feeds are read one after the other, and `commit` makes all of it visible at
// once, or nothing. Readers keep what they have opened. What a feed no longer says is said, and stays: a feed that
// shrinks, goes back in time or vanishes closes nothing by itself.
// Rules: docs/formats/advisory-store.md, "Updates". Belongs to one thread; one update of a directory at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "artifact/disk_tree.h"
#include "base/time.h"
#include "vuln/store/advisory_store.h"

namespace weir::vuln {

// What became of one feed. The lists hold ids, but for `refused`: "name: why".
struct FeedResult {
  enum class State { updated, unchanged, failed };
  std::string source;
  State state = State::updated;
  std::string problem = {};  // of a failed one
  std::size_t read = 0;      // records, also those that are as they were
  std::vector<std::string> added = {}, changed = {}, withdrawn = {};
  std::vector<std::string> older = {};    // the store holds a later record of this id, and keeps it
  std::vector<std::string> missing = {};  // brought by this feed before, and no longer in it; kept
  std::vector<std::string> removed = {};  // missing ones that were taken out because that was asked for
  std::vector<std::string> refused = {};
};
std::string_view name_of(FeedResult::State state);

struct UpdateResult {
  std::vector<FeedResult> feeds;
  std::uint64_t generation = 0;
  bool changed = false;  // whether the store's advisories or tables did
};

class StoreUpdate {
 public:
  // A feed that is `whole` holds all that its source says: what is missing from it is missing.
  enum class Extent { whole, partial };
  enum class Missing { keep, remove };

  // Makes the directory and the store where there is none. Errors: unavailable while another update is under way;
  // corrupt.
  static Result<StoreUpdate> begin(const std::string& directory);

  // Between these: `take` for each record. What the feed's server called it the last time is `version_before`.
  void begin_feed(const std::string& source, Extent extent);
  std::string version_before() const;
  // A record, or one of the two lists of CVEs, known by their beginning. What cannot be read is listed as refused.
  Status take(std::string_view name, std::string_view content);
  Status end_feed(Missing missing, std::string version, Instant now);
  void end_feed_unchanged(Instant now);
  // Whatever was taken of it counts; nothing is missing.
  void end_feed_failed(const Error& error);

  // Errors: unavailable when the disk does not take it; then the store is as it was.
  Result<UpdateResult> commit(Instant now);

 private:
  struct Pending {
    std::string modified;
    std::uint32_t feed = 0;
    bool withdrawn = false;
  };
  StoreUpdate(std::string directory, artifact::OpenFile lock);
  Status learn();
  FeedResult& feed() { return result_.feeds.back(); }
  FeedRow& row() { return manifest_.feeds[feed_number_]; }
  Status take_record(std::string_view name, const Sha256& digest, const Advisory& advisory);
  Result<std::optional<Pending>> held(std::string_view id) const;
  void take_exploited(std::string_view name, std::string_view content);
  void take_likelihood(std::string_view name, std::string_view content);
  void take_table(std::optional<CveTable>& table, std::optional<Bytes>& to_write, CveTable row,
                  Bytes content);
  Status find_missing(Missing missing);
  Status write_tables(Instant now);
  Status write_segments();
  Result<std::vector<Segment>> open_segments() const;
  Status compact();
  Status count();
  void sweep() const;
  std::string file_name(std::string_view word) const;

  std::string directory_;
  artifact::OpenFile lock_;
  std::shared_ptr<const AdvisoryStore> store_;  // before; over no segment where there was none
  Manifest manifest_;                           // to be
  UpdateResult result_;

  std::unordered_map<Sha256, std::string, Sha256Hash>
      known_;  // content to id, of the store and what was taken
  SegmentWriter writer_;
  std::unordered_map<std::string, Pending> pending_;  // by id, what the writer holds
  std::unordered_set<std::string> removed_;           // ids that the writer hides

  std::uint32_t feed_number_ = 0;
  Extent extent_ = Extent::partial;
  bool tables_ = false;                          // whether this feed brought a list of CVEs that is new
  std::unordered_set<std::string> seen_;         // ids of this feed
  std::unordered_set<std::string> seen_before_;  // and of those before it in this update

  std::optional<Bytes> exploited_, likelihood_;  // files to write
};

}  // namespace weir::vuln
