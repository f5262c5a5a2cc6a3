#include "vuln/store/advisory_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace weir::vuln {
namespace {

constexpr int opening_tries_max = 5;

// Entries with what they point at. A deque: what is in it stays where it is.
struct Answer {
  std::deque<Advisory> advisories;
  std::deque<Affected> affected;
  std::vector<AdvisorySet::Entry> entries;
};

Result<std::shared_ptr<const PagedFile>> open_table(const std::string& directory,
                                                    const std::optional<CveTable>& table, PagedKind kind) {
  if (!table) return std::shared_ptr<const PagedFile>();
  std::shared_ptr<const PagedFile> file = TRY(PagedFile::open(directory + "/" + table->file, kind));
  if (file->digest() != table->digest) return file->corrupt("it is not the file that the manifest names");
  return file;
}

}  // namespace

Result<std::shared_ptr<const AdvisoryStore>> AdvisoryStore::open_once(const std::string& directory) {
  const std::shared_ptr<AdvisoryStore> store(new AdvisoryStore());
  store->manifest_ = TRY(read_manifest(directory));
  for (auto row = store->manifest_.segments.rbegin(); row != store->manifest_.segments.rend(); ++row) {
    Segment segment = TRY(Segment::open(directory + "/" + row->file));
    if (segment.digest() != row->digest)
      return Error{Errc::corrupt,
                   fmt::format("{}/{} is not the file that the manifest names", directory, row->file)};
    store->segments_.push_back(std::move(segment));
  }
  store->exploited_ = TRY(open_table(directory, store->manifest_.exploited, PagedKind::exploited));
  store->likelihood_ = TRY(open_table(directory, store->manifest_.likelihood, PagedKind::likelihood));
  return std::shared_ptr<const AdvisoryStore>(store);
}

// An update may take files away between the reading of the manifest and the opening of what it names; then there is
// a newer manifest.
Result<std::shared_ptr<const AdvisoryStore>> AdvisoryStore::open(const std::string& directory) {
  for (int tried = 1;; ++tried) {
    const Result<Manifest> before = read_manifest(directory);
    if (!before.ok()) {
      if (before.error().code != Errc::not_found) return before.error();
      return not_found(
          fmt::format("{} is no store of advisories; `weir advisories update` makes one", directory));
    }
    Result<std::shared_ptr<const AdvisoryStore>> opened = open_once(directory);
    if (opened.ok() || opened.error().code != Errc::not_found) return opened;
    const Result<Manifest> after = read_manifest(directory);
    const bool moved_on = after.ok() && after->generation != before->generation;
    if (!moved_on || tried == opening_tries_max) return Error{Errc::corrupt, opened.error().message};
  }
}

std::shared_ptr<const AdvisoryStore> AdvisoryStore::over(std::vector<Segment> segments) {
  const std::shared_ptr<AdvisoryStore> store(new AdvisoryStore());
  store->segments_ = std::move(segments);
  return store;
}

std::size_t AdvisoryStore::file_bytes() const {
  std::size_t bytes = 0;
  for (const Segment& segment : segments_) bytes += segment.file_bytes();
  for (const auto* file : {&exploited_, &likelihood_})
    if (*file != nullptr) bytes += (*file)->file_bytes();
  return bytes;
}

Result<bool> AdvisoryStore::hidden(std::size_t segment, std::string_view id) const {
  for (std::size_t later = 0; later < segment; ++later)
    if (TRY(segments_[later].find(id))) return true;
  return false;
}

Result<AboutPackage> AdvisoryStore::about(std::string_view ecosystem, std::string_view name) const {
  const auto answer = std::make_shared<Answer>();
  const std::string indexed = index_name(ecosystem, name);
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    const std::vector<Segment::Place> places = TRY(segment.about(ecosystem, indexed));
    std::optional<std::size_t> before;
    bool skip = false;
    for (const Segment::Place& place : places) {
      if (place.record != before) {
        before = place.record;
        Advisory advisory = TRY(segment.without_affected(place.record));
        skip = TRY(hidden(i, advisory.id));
        if (!skip) answer->advisories.push_back(std::move(advisory));
      }
      if (skip) continue;
      Affected affected = TRY(segment.affected(place));
      answer->affected.push_back(std::move(affected));
      answer->entries.push_back(
          {&answer->advisories.back(), &answer->affected.back(), std::string(place.release)});
    }
  }
  if (segments_.size() > 1)
    std::ranges::stable_sort(answer->entries, {}, [](const AdvisorySet::Entry& entry) -> std::string_view {
      return entry.advisory->id;
    });
  return AboutPackage{.entries = answer->entries, .held = answer};
}

Result<std::optional<AdvisoryStore::At>> AdvisoryStore::find(std::string_view id) const {
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const std::optional<std::size_t> record = TRY(segments_[i].find(id));
    if (!record) continue;
    const Segment::Head head = TRY(segments_[i].head(*record));
    return head.removed ? std::optional<At>() : std::optional(At{i, *record});
  }
  return std::optional<At>();
}

Result<std::optional<StoredRecord>> AdvisoryStore::record(std::string_view id) const {
  const std::optional<At> at = TRY(find(id));
  if (!at) return std::optional<StoredRecord>();
  StoredRecord stored = TRY(segments_[at->segment].record(at->record));
  return std::optional(std::move(stored));
}

Result<std::optional<StoredRecord>> AdvisoryStore::head(std::string_view id) const {
  const std::optional<At> at = TRY(find(id));
  if (!at) return std::optional<StoredRecord>();
  const Segment::Head head = TRY(segments_[at->segment].head(at->record));
  StoredRecord stored{.content = head.content, .feed = head.feed};
  stored.advisory = TRY(segments_[at->segment].without_affected(at->record));
  return std::optional(std::move(stored));
}

Result<std::vector<std::string>> AdvisoryStore::mentioning(Mention mention, std::string_view name) const {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const std::vector<std::size_t> records = TRY(segments_[i].mentioning(mention, name));
    for (const std::size_t record : records) {
      const Segment::Head head = TRY(segments_[i].head(record));
      const bool hides = TRY(hidden(i, head.id));
      if (!hides) ids.emplace_back(head.id);
    }
  }
  std::ranges::sort(ids);
  return ids;
}

// All segments side by side: the lowest id is next, and of those with it the latest segment's.
Status AdvisoryStore::each(const TakeHead& take) const {
  std::vector<std::size_t> next(segments_.size());
  std::vector<std::optional<Segment::Head>> heads(segments_.size());
  const auto load = [&](std::size_t i) -> Status {
    heads[i].reset();
    if (next[i] == segments_[i].size()) return {};
    heads[i] = TRY(segments_[i].head(next[i]));
    return {};
  };
  for (std::size_t i = 0; i < segments_.size(); ++i) TRY(load(i));
  while (true) {
    std::optional<std::size_t> lowest;
    for (std::size_t i = 0; i < segments_.size(); ++i)
      if (heads[i] && (!lowest || heads[i]->id < heads[*lowest]->id)) lowest = i;
    if (!lowest) return {};
    const Segment::Head head = *heads[*lowest];
    if (!head.removed) TRY(take(segments_[*lowest], next[*lowest], head));
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if (!heads[i] || heads[i]->id != head.id) continue;
      ++next[i];
      TRY(load(i));
    }
  }
}

Result<std::optional<Exploited>> AdvisoryStore::exploited(std::string_view cve) const {
  const auto number = cve_number(cve);
  if (!number || exploited_ == nullptr) return std::optional<Exploited>();
  return find_exploited(*exploited_, *number);
}

Result<std::optional<Likelihood>> AdvisoryStore::likelihood(std::string_view cve) const {
  const auto number = cve_number(cve);
  if (!number || likelihood_ == nullptr) return std::optional<Likelihood>();
  return find_likelihood(*likelihood_, *number);
}

}  // namespace weir::vuln
