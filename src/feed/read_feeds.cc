#include "feed/read_feeds.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "crypto/random.h"
#include "feed/download.h"
#include "feed/repository.h"
#include "http/message.h"
#include "vuln/store/durable_file.h"

namespace weir::feed {
namespace {

namespace fs = std::filesystem;
using vuln::StoreUpdate;

constexpr std::size_t ecosystems_max = 1000;
constexpr std::size_t ecosystem_list_bytes_max = 256 * 1024;

// A file of ours that is gone with it.
class Incoming {
 public:
  explicit Incoming(const std::string& directory)
      : path_(fmt::format("{}/incoming-{}.weir", directory, crypto::random_hex(8))) {}
  ~Incoming() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// One thing to read: a place on this machine, a file behind a URL, a repository.
struct One {
  PlaceKind kind = PlaceKind::file;
  std::string source;    // its name as a feed
  std::string url = {};  // from where it is fetched; empty: `source` lies here
};

// The lines of `ecosystems.txt`, which says what a bucket has.
Result<std::vector<std::string>> listed_ecosystems(const std::string& base, const std::string& directory) {
  const Incoming file(directory);
  const std::string url = base + "/ecosystems.txt";
  TRY(download(url, file.path(), ""));
  std::string text = TRY(vuln::read_whole(file.path(), ecosystem_list_bytes_max));
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.pop_back();
    // A release has the same records as its ecosystem: "Debian:12" lies in "Debian" too.
    if (!line.empty() && line.size() < 200 && line.find(':') == line.npos) names.push_back(std::move(line));
  }
  if (names.empty() || names.size() > ecosystems_max)
    return invalid(fmt::format("{} lists no ecosystems, or more than {}", url, ecosystems_max));
  return names;
}

Result<std::vector<One>> ones_of(const Place& place, const std::vector<std::string>& ecosystems,
                                 const std::string& directory) {
  if (place.kind == PlaceKind::url)
    return std::vector{One{.kind = PlaceKind::url, .source = place.text, .url = place.text}};
  if (place.kind == PlaceKind::repository)
    return std::vector{One{.kind = place.kind, .source = public_name(place.text), .url = place.text}};
  if (place.kind != PlaceKind::bucket) return std::vector{One{.kind = place.kind, .source = place.text}};
  std::string base = place.text;
  while (base.ends_with('/')) base.pop_back();
  const std::vector<std::string> names =
      ecosystems.empty() ? TRY(listed_ecosystems(base, directory)) : ecosystems;
  std::vector<One> ones;
  for (const std::string& name : names)
    ones.push_back({.kind = PlaceKind::bucket,
                    .source = base + "/" + name,
                    .url = fmt::format("{}/{}/all.zip", base, http::encode_percent(name))});
  return ones;
}

// What a file behind a URL is, by its name.
PlaceKind kind_of_file(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  for (const std::string_view ending :
       {".json", ".yaml", ".yml", ".csv", ".csv.gz", ".csv.xz", ".csv.bz2", ".csv.zst"})
    if (url.ends_with(ending)) return PlaceKind::file;
  return PlaceKind::archive;
}

struct ReadOne {
  bool unchanged = false;
  std::string version;
};

Result<ReadOne> read_one(const One& one, const std::string& directory, const std::string& version_before,
                         const TakeRecord& take) {
  if (one.url.empty()) {
    TRY(read_local(one.kind, one.source, one.source, take));
    return ReadOne();
  }
  const Incoming file(directory);
  if (one.kind == PlaceKind::repository) {
    const Fetched fetched = TRY(fetch_repository(one.url, directory, file.path(), version_before));
    if (!fetched.unchanged) TRY(read_local(PlaceKind::archive, file.path(), one.source, take));
    return ReadOne{fetched.unchanged, fetched.commit};
  }
  const Downloaded downloaded = TRY(download(one.url, file.path(), version_before));
  const std::string_view name = std::string_view(one.url).substr(0, one.url.find_first_of("?#"));
  if (!downloaded.unchanged) TRY(read_local(kind_of_file(name), file.path(), std::string(name), take));
  return ReadOne{downloaded.unchanged, downloaded.version};
}

void update_one(StoreUpdate& update, const One& one, const std::string& directory, const FeedWish& wish,
                Instant now) {
  const bool whole =
      one.kind == PlaceKind::url ? kind_of_file(one.url) == PlaceKind::archive : is_whole(one.kind);
  update.begin_feed(one.source, whole ? StoreUpdate::Extent::whole : StoreUpdate::Extent::partial);
  const Result<ReadOne> read =
      read_one(one, directory, update.version_before(),
               [&](std::string_view name, std::string_view content) { return update.take(name, content); });
  if (!read.ok()) return update.end_feed_failed(read.error());
  if (read->unchanged) return update.end_feed_unchanged(now);
  const Status ended = update.end_feed(wish.missing, read->version, now);
  if (!ended.ok()) update.end_feed_failed(ended.error());
}

// A directory in the system's place for such, gone with it.
class Passing {
 public:
  Passing() {
    std::error_code error;
    path_ = fs::temp_directory_path(error) / ("weir-feed-" + crypto::random_hex(16));
    fs::create_directories(path_, error);
    fs::permissions(path_, fs::perms::owner_all, error);
  }
  ~Passing() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;
  std::string path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

Result<vuln::UpdateResult> update_store(const std::string& directory, const FeedWish& wish,
                                        const Clock& clock) {
  StoreUpdate update = TRY(StoreUpdate::begin(directory));
  for (const std::string& text : wish.places) {
    const auto failed = [&](const Error& error) {
      update.begin_feed(public_name(text), StoreUpdate::Extent::partial);
      update.end_feed_failed(error);
    };
    const Result<Place> place = parse_place(text);
    if (!place.ok()) {
      failed(place.error());
      continue;
    }
    const Result<std::vector<One>> ones = ones_of(*place, wish.ecosystems, directory);
    if (!ones.ok()) failed(ones.error());
    else
      for (const One& one : *ones) update_one(update, one, directory, wish, clock.now());
  }
  return update.commit(clock.now());
}

Status read_records(const std::string& text, const std::vector<std::string>& ecosystems,
                    const TakeRecord& take) {
  const Place place = TRY(parse_place(text));
  if (place.kind == PlaceKind::directory || place.kind == PlaceKind::archive || place.kind == PlaceKind::file)
    return read_local(place.kind, text, text, take);
  const Passing passing;
  const std::vector<One> ones = TRY(ones_of(place, ecosystems, passing.path()));
  std::size_t read = 0;
  std::string last;
  for (const One& one : ones) {
    const Result<ReadOne> done = read_one(one, passing.path(), "", take);
    if (!done.ok() && (done.error().code != Errc::not_found || place.kind != PlaceKind::bucket))
      return done.error();
    if (done.ok()) ++read;
    else last = done.error().message;
  }
  if (read == 0) return not_found(fmt::format("{} serves none of these ecosystems: {}", text, last));
  return {};
}

}  // namespace weir::feed
