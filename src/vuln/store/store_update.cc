#include "vuln/store/store_update.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "crypto/digest.h"
#include "vuln/store/durable_file.h"

namespace weir::vuln {
namespace {

constexpr std::size_t said_first_max = 20;        // names kept in the manifest
constexpr std::size_t refused_max = 10'000;       // of one feed; beyond it the feed is not one of advisories
constexpr std::size_t segments_max = 8;           // beyond these all become one
constexpr std::size_t delta_records_min = 2'000;  // as long as no more lie in later segments, they stay
constexpr std::size_t delta_share = 8;            // or one in so many
constexpr std::size_t name_bytes_max = 512;

std::vector<std::string> first_of(const std::vector<std::string>& all) {
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), said_first_max))};
}

}  // namespace

std::string_view name_of(FeedResult::State state) {
  constexpr std::array<std::string_view, 3> names{"updated", "unchanged", "failed"};
  return names[static_cast<std::size_t>(state)];
}

StoreUpdate::StoreUpdate(std::string directory, artifact::OpenFile lock)
    : directory_(std::move(directory)), lock_(std::move(lock)) {}

Result<StoreUpdate> StoreUpdate::begin(const std::string& directory) {
  artifact::OpenFile lock = TRY(lock_directory(directory));
  StoreUpdate update(directory, std::move(lock));
  Result<std::shared_ptr<const AdvisoryStore>> opened = AdvisoryStore::open(directory);
  if (!opened.ok() && opened.error().code != Errc::not_found) return opened.error();
  update.store_ = opened.ok() ? *opened : AdvisoryStore::over({});
  update.manifest_ = update.store_->manifest();
  TRY(update.learn());
  return update;
}

Status StoreUpdate::learn() {
  return store_->each([&](const Segment&, std::size_t, const Segment::Head& head) {
    known_.emplace(head.content, head.id);
    return Status();
  });
}

void StoreUpdate::begin_feed(const std::string& source, Extent extent) {
  const auto found = std::ranges::find(manifest_.feeds, source, &FeedRow::source);
  feed_number_ = static_cast<std::uint32_t>(found - manifest_.feeds.begin());
  if (found == manifest_.feeds.end()) manifest_.feeds.push_back({.source = source});
  extent_ = extent;
  tables_ = false;
  seen_before_.merge(seen_);
  seen_.clear();
  result_.feeds.push_back({.source = source});
}

std::string StoreUpdate::version_before() const { return manifest_.feeds[feed_number_].version; }

Status StoreUpdate::take(std::string_view name, std::string_view content) {
  name = name.substr(0, name_bytes_max);
  if (feed().refused.size() >= refused_max)
    return Error{Errc::too_many, fmt::format("{}: more than {} records cannot be read", name, refused_max)};
  if (is_exploited_list(content)) return take_exploited(name, content), Status();
  if (is_likelihood_list(content)) return take_likelihood(name, content), Status();
  ++feed().read;
  const Sha256 digest = crypto::sha256(content);
  if (const auto known = known_.find(digest); known != known_.end()) {
    seen_.insert(known->second);
    return {};
  }
  const Result<Advisory> advisory = read_advisory(content);
  if (advisory.ok()) return take_record(name, digest, *advisory);
  feed().refused.push_back(fmt::format("{}: {}", name, advisory.error().message));
  return {};
}

Result<std::optional<StoreUpdate::Pending>> StoreUpdate::held(std::string_view id) const {
  if (const auto found = pending_.find(std::string(id)); found != pending_.end())
    return std::optional(found->second);
  if (removed_.contains(std::string(id))) return std::optional<Pending>();
  const std::optional<StoredRecord> stored = TRY(store_->head(id));
  if (!stored) return std::optional<Pending>();
  return std::optional(Pending{stored->advisory.modified, stored->feed, !stored->advisory.withdrawn.empty()});
}

// Of two records with one id the later one by `modified` counts. Where that does not decide, a feed may change what
// it said itself, but neither what another one says nor what it said a moment ago.
Status StoreUpdate::take_record(std::string_view name, const Sha256& digest, const Advisory& advisory) {
  const std::optional<Pending> before = TRY(held(advisory.id));
  const bool twice = !seen_.insert(advisory.id).second;
  if (before) {
    const bool later = is_older(before->modified, advisory.modified);
    const bool own = before->feed == feed_number_ && !twice;
    if (is_older(advisory.modified, before->modified) || (!later && !own)) {
      feed().older.push_back(advisory.id);
      return {};
    }
  }
  const bool withdrawn = !advisory.withdrawn.empty();
  const Status added = writer_.add({.advisory = advisory, .content = digest, .feed = feed_number_});
  if (!added.ok()) return Error{added.error().code, fmt::format("{}: {}", name, added.error().message)};
  pending_[advisory.id] = {advisory.modified, feed_number_, withdrawn};
  removed_.erase(advisory.id);
  known_.emplace(digest, advisory.id);
  if (!before) feed().added.push_back(advisory.id);
  else if (withdrawn && !before->withdrawn) feed().withdrawn.push_back(advisory.id);
  else feed().changed.push_back(advisory.id);
  return {};
}

void StoreUpdate::take_exploited(std::string_view name, std::string_view content) {
  Result<CveList<Exploited>> list = read_exploited(content);
  if (!list.ok()) return feed().refused.push_back(fmt::format("{}: {}", name, list.error().message));
  for (const std::string& each : list->refused) feed().refused.push_back(fmt::format("{}: {}", name, each));
  CveTable row{.source = feed().source, .released = list->released, .rows = list->rows.size()};
  take_table(manifest_.exploited, exploited_, std::move(row), encode_exploited(list->rows));
}

void StoreUpdate::take_likelihood(std::string_view name, std::string_view content) {
  Result<CveList<Likelihood>> list = read_likelihood(content);
  if (!list.ok()) return feed().refused.push_back(fmt::format("{}: {}", name, list.error().message));
  for (const std::string& each : list->refused) feed().refused.push_back(fmt::format("{}: {}", name, each));
  CveTable row{.source = feed().source, .released = list->released, .rows = list->rows.size()};
  take_table(manifest_.likelihood, likelihood_, std::move(row), encode_likelihood(list->rows));
}

// A list takes the place of the one before, unless it says itself that it is older. Dates alone are compared, as EPSS
// writes offsets that RFC 3339 does not know.
void StoreUpdate::take_table(std::optional<CveTable>& table, std::optional<Bytes>& to_write, CveTable row,
                             Bytes content) {
  feed().read += row.rows;
  row.digest = digest_of_paged_file(content);
  if (table && table->digest == row.digest) return;
  if (table && is_older(row.released.substr(0, 10), table->released.substr(0, 10)))
    return feed().older.push_back(fmt::format("the list of {}", row.released));
  tables_ = true;
  table = std::move(row);
  to_write = std::move(content);
}

Status StoreUpdate::find_missing(Missing missing) {
  TRY(store_->each([&](const Segment&, std::size_t, const Segment::Head& head) {
    std::string id(head.id);
    const auto moved = pending_.find(id);
    const std::uint32_t owner = moved == pending_.end() ? head.feed : moved->second.feed;
    if (owner != feed_number_ || seen_.contains(id) || seen_before_.contains(id)) return Status();
    if (missing == Missing::remove) known_.erase(head.content);
    feed().missing.push_back(std::move(id));
    return Status();
  }));
  if (missing == Missing::keep) return {};
  for (const std::string& id : feed().missing) {
    TRY(writer_.add({.advisory = {.id = id}, .content = {}, .feed = feed_number_, .removed = true}));
    pending_.erase(id);
    removed_.insert(id);
  }
  feed().removed = std::exchange(feed().missing, {});
  return {};
}

Status StoreUpdate::end_feed(Missing missing, std::string version, Instant now) {
  if (extent_ == Extent::whole) {
    if (feed().read == 0)
      return Error{Errc::invalid, fmt::format("{} holds no advisory any more", feed().source)};
    TRY(find_missing(missing));
  }
  FeedResult& ended = feed();
  row().updated = to_string(now);
  row().problem.clear();
  row().version = std::move(version);
  row().refused = ended.refused.size();
  row().refused_first = first_of(ended.refused);
  row().missing = ended.missing.size();
  row().missing_first = first_of(ended.missing);
  const bool same =
      ended.added.empty() && ended.changed.empty() && ended.withdrawn.empty() && ended.removed.empty();
  if (same && !tables_) ended.state = FeedResult::State::unchanged;
  return {};
}

void StoreUpdate::end_feed_unchanged(Instant now) {
  feed().state = FeedResult::State::unchanged;
  row().updated = to_string(now);
  row().problem.clear();
}

void StoreUpdate::end_feed_failed(const Error& error) {
  feed().state = FeedResult::State::failed;
  feed().problem = error.message;
  row().problem = error.message;
}

std::string StoreUpdate::file_name(std::string_view word) const {
  return fmt::format("{}-{:08}.weir", word, manifest_.generation);
}

Status StoreUpdate::write_tables(Instant now) {
  const auto write = [&](std::string_view word, std::optional<CveTable>& table,
                         const std::optional<Bytes>& content) -> Status {
    if (!content) return {};
    table->file = file_name(word);
    table->updated = to_string(now);
    return write_durably(directory_, table->file, *content);
  };
  TRY(write("exploited", manifest_.exploited, exploited_));
  return write("likelihood", manifest_.likelihood, likelihood_);
}

Status StoreUpdate::write_segments() {
  if (writer_.size() == 0) return {};
  SegmentRow written{.file = file_name("advisories"), .records = writer_.size()};
  TRY(write_durably(directory_, written.file, writer_.finish()));
  const Segment segment = TRY(Segment::open(directory_ + "/" + written.file));
  written.digest = segment.digest();
  manifest_.segments.push_back(std::move(written));
  std::uint64_t later = 0;
  for (std::size_t i = 1; i < manifest_.segments.size(); ++i) later += manifest_.segments[i].records;
  const std::uint64_t most =
      std::max<std::uint64_t>(delta_records_min, manifest_.segments[0].records / delta_share);
  if (manifest_.segments.size() > segments_max || later > most) return compact();
  return {};
}

// Those of the manifest to be, the latest one first. What the store had open already has its pages checked.
Result<std::vector<Segment>> StoreUpdate::open_segments() const {
  std::vector<Segment> segments;
  for (auto at = manifest_.segments.rbegin(); at != manifest_.segments.rend(); ++at) {
    const auto is_it = [&](const Segment& each) { return each.digest() == at->digest; };
    const auto open = std::ranges::find_if(store_->segments(), is_it);
    if (open != store_->segments().end()) {
      segments.push_back(*open);
      continue;
    }
    Segment segment = TRY(Segment::open(directory_ + "/" + at->file));
    segments.push_back(std::move(segment));
  }
  return segments;
}

// All segments as one, without what is hidden or removed.
Status StoreUpdate::compact() {
  std::vector<Segment> segments = TRY(open_segments());
  SegmentWriter writer;
  TRY(AdvisoryStore::over(std::move(segments))
          ->each([&](const Segment& segment, std::size_t number, const Segment::Head&) -> Status {
            const StoredRecord record = TRY(segment.record(number));
            return writer.add(record);
          }));
  SegmentRow whole{.file = file_name("compacted"), .records = writer.size()};
  TRY(write_durably(directory_, whole.file, writer.finish()));
  const Segment segment = TRY(Segment::open(directory_ + "/" + whole.file));
  whole.digest = segment.digest();
  manifest_.segments = {whole};
  return {};
}

// How many records there are, and the digest over all of them: for each, in the order of ids, id, line feed, digest
// of its content, feed.
Status StoreUpdate::count() {
  std::vector<Segment> segments = TRY(open_segments());
  crypto::Hasher hasher;
  manifest_.records = manifest_.withdrawn = 0;
  const std::shared_ptr<const AdvisoryStore> store = AdvisoryStore::over(std::move(segments));
  TRY(store->each([&](const Segment&, std::size_t, const Segment::Head& head) {
    ++manifest_.records;
    manifest_.withdrawn += head.withdrawn ? 1 : 0;
    hasher.update(head.id);
    hasher.update("\n");
    hasher.update(head.content.view());
    return Status();
  }));
  manifest_.digest = hasher.finish();
  for (const auto& [id, pending] : pending_)
    if (is_older(manifest_.newest, pending.modified) || manifest_.newest.empty())
      manifest_.newest = pending.modified;
  return {};
}

// Files of the store that the manifest no longer names, and those that an interrupted update left behind.
void StoreUpdate::sweep() const {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(directory_, error)) {
    const std::string name = file.path().filename();
    bool named = name == manifest_name || name == "lock" || name.find(".weir") == name.npos;
    for (const SegmentRow& segment : manifest_.segments) named |= segment.file == name;
    for (const auto* table : {&manifest_.exploited, &manifest_.likelihood})
      named |= *table && (*table)->file == name;
    const bool is_temporary = name.starts_with(std::string(manifest_name) + ".");
    if (!named || is_temporary) std::filesystem::remove(file.path(), error);
  }
}

Result<UpdateResult> StoreUpdate::commit(Instant now) {
  result_.changed = writer_.size() > 0 || exploited_ || likelihood_;
  if (result_.changed) ++manifest_.generation;
  manifest_.updated = to_string(now);
  TRY(write_segments());
  TRY(write_tables(now));
  if (result_.changed || manifest_.records == 0) TRY(count());
  const std::string manifest = encode_manifest(manifest_);
  if (manifest.size() > manifest_bytes_max)  // nobody could read it
    return Error{Errc::too_large,
                 fmt::format("{} would have {} feeds, and what is said of them takes more than {} bytes",
                             directory_, manifest_.feeds.size(), manifest_bytes_max)};
  TRY(write_durably(directory_, manifest_name, manifest));
  sweep();
  result_.generation = manifest_.generation;
  return std::move(result_);
}

}  // namespace weir::vuln
