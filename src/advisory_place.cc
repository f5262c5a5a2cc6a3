#include "advisory_place.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "feed/read_feeds.h"
#include "vuln/limits.h"
#include "vuln/store/advisory_store.h"
#include "vuln/store/difference.h"
#include "vuln/store/durable_file.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

struct FileStamp {
  std::int64_t size = 0, inode = 0, seconds = 0, nanoseconds = 0;
  bool operator==(const FileStamp&) const = default;
};
using Appearance = std::map<std::string, FileStamp>;  // by path

void add_file(Appearance& seen, const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || (info.st_mode & S_IFMT) == S_IFDIR) return;
  seen[path] = {info.st_size, static_cast<std::int64_t>(info.st_ino), info.st_mtim.tv_sec,
                info.st_mtim.tv_nsec};
}

// What the place looks like without reading it.
Appearance appearance_of(const std::string& place) {
  Appearance seen;
  add_file(seen, place);
  std::error_code error;
  for (fs::recursive_directory_iterator at(place, error), end;
       !error && at != end && seen.size() <= vuln::advisories_max; at.increment(error))
    add_file(seen, at->path().native());
  return seen;
}

// A store that is written for the first time: its lock and its files, and no manifest yet.
bool is_store_to_be(const std::string& place, const Appearance& seen) {
  if (!seen.contains(fs::path(place) / "lock") || vuln::is_advisory_store(place)) return false;
  return std::ranges::all_of(seen, [](const auto& file) {
    const std::string name = fs::path(file.first).filename();
    return name == "lock" || name.find(".weir") != name.npos ||
           name.starts_with(std::string(vuln::manifest_name) + ".");
  });
}

// As an entry may keep it: without user, password or query.
std::string source_of(const std::string& place) {
  const std::string name = feed::public_name(place);
  return name.find("://") == name.npos ? name : name.substr(0, name.find('?'));
}

struct Watch {
  std::string place;
  std::optional<Appearance> seen;                         // nothing: it is to be read whole
  std::shared_ptr<const vuln::AdvisoryStore> store = {};  // as it was read last, where the place is one
  bool has_refused = false;  // then all is read at each change, so that each is named
};

// Every record, withdrawn ones too.
Result<jobs::ReadAdvisories> read_store(Watch& watch) {
  jobs::ReadAdvisories read{.set = {}, .refused = {}, .source = source_of(watch.place), .is_kept = true};
  const auto store = TRY(vuln::AdvisoryStore::open(watch.place));
  watch.store = store;
  read.cves = vuln::cve_facts_of(store);
  TRY(store->each([&](const vuln::Segment&, std::size_t, const vuln::Segment::Head& head) -> Status {
    auto record = TRY(store->record(head.id));
    if (record) read.set.add(std::move(record->advisory));
    return {};
  }));
  read.set.index();
  return read;
}

Result<jobs::ReadAdvisories> read_place(Watch& watch) {
  if (vuln::is_advisory_store(watch.place)) return read_store(watch);
  jobs::ReadAdvisories read{.set = {}, .refused = {}, .source = source_of(watch.place)};
  const auto cves = std::make_shared<vuln::ListedCves>();
  TRY(feed::read_records(watch.place, {}, [&](std::string_view name, std::string_view content) -> Status {
    if (vuln::is_exploited_list(content) || vuln::is_likelihood_list(content)) {
      const Status taken = cves->take(content);
      if (!taken.ok()) read.refused.push_back(fmt::format("{}: {}", name, taken.error().message));
      return {};
    }
    auto advisory = vuln::read_advisory(content);
    if (advisory.ok()) read.set.add(std::move(*advisory));
    else read.refused.push_back(fmt::format("{}: {}", name, advisory.error().message));
    return {};
  }));
  watch.has_refused = !read.refused.empty();
  read.set.index();
  read.cves = cves;
  return read;
}

// What an update of the store brought. Nothing when all of it must be read: records went, or lists of CVEs are others.
Result<std::optional<jobs::ReadAdvisories>> changes_of_store(Watch& watch) {
  if (watch.store == nullptr || !vuln::is_advisory_store(watch.place))
    return std::optional<jobs::ReadAdvisories>();
  const auto store = TRY(vuln::AdvisoryStore::open(watch.place));
  const auto difference = TRY(vuln::difference(*watch.store, *store));
  if (!difference.removed.empty() || difference.exploited || difference.likelihood)
    return std::optional<jobs::ReadAdvisories>();
  jobs::ReadAdvisories read{
      .set = {}, .only_changes = true, .refused = {}, .source = source_of(watch.place), .is_kept = true};
  for (const auto* ids : {&difference.added, &difference.changed, &difference.withdrawn})
    for (const std::string& id : *ids) {
      auto record = TRY(store->record(id));
      if (record) read.set.add(std::move(record->advisory));
    }
  watch.store = store;
  return std::optional(std::move(read));
}

// What is in the files of a directory that are new or were written again. Nothing when all of it must be read: a file
// went, or one is no single record.
Result<std::optional<jobs::ReadAdvisories>> changes_of_files(Watch& watch, const Appearance& now) {
  const auto whole = std::optional<jobs::ReadAdvisories>();
  if (watch.store != nullptr || !fs::is_directory(watch.place) || !watch.seen || watch.has_refused)
    return whole;
  for (const auto& [path, stamp] : *watch.seen)
    if (!now.contains(path)) return whole;
  jobs::ReadAdvisories read{.set = {}, .only_changes = true, .refused = {}, .source = source_of(watch.place)};
  for (const auto& [path, stamp] : now) {
    const auto before = watch.seen->find(path);
    if (before != watch.seen->end() && before->second == stamp) continue;
    if (!path.ends_with(".json")) return whole;
    auto advisory = vuln::read_advisory(TRY(vuln::read_whole(path, vuln::advisory_bytes_max)));
    if (!advisory.ok()) return whole;  // which says what is wrong with it
    read.set.add(std::move(*advisory));
  }
  return std::optional(std::move(read));
}

Result<std::optional<jobs::ReadAdvisories>> look(Watch& watch) {
  Appearance now = appearance_of(watch.place);
  if (watch.seen == now || is_store_to_be(watch.place, now)) return std::optional<jobs::ReadAdvisories>();
  auto changes = watch.seen ? changes_of_store(watch) : std::optional<jobs::ReadAdvisories>();
  if (changes.ok() && !*changes) changes = changes_of_files(watch, now);
  if (changes.ok() && *changes && appearance_of(watch.place) == now) {
    watch.seen = std::move(now);
    return changes;
  }
  auto read = read_place(watch);
  // What changes while it is read is read again at the next look.
  if (appearance_of(watch.place) == now) watch.seen = std::move(now);
  if (!read.ok()) return read.error();
  return std::optional(std::move(*read));
}

}  // namespace

jobs::AdvisorySource watch_place(const std::string& place) {
  const auto watch = std::make_shared<Watch>(Watch{.place = place, .seen = {}});
  return [watch] { return look(*watch); };
}

}  // namespace weir
