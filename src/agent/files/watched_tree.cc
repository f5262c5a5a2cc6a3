#include "agent/files/watched_tree.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "agent/processes/file_digest.h"
#include "artifact/disk_tree.h"
#include "artifact/fingerprint.h"
#include "crypto/digest.h"
#include "runtime/environment.h"

namespace weir::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t entries_max = 1'000'000;

bool is_excluded(const WatchedPath& watched, std::string_view relative) {
  return std::any_of(watched.exclude.begin(), watched.exclude.end(),
                     [&](const std::string& glob) { return runtime::matches_glob(glob, relative); });
}

// A directory without its excluded parts.
class Rest final : public artifact::TreeSource {
 public:
  Rest(artifact::DiskTree& whole, const WatchedPath& watched) : whole_(whole), watched_(watched) {}
  Result<artifact::Entry> look(BytesView path) override { return whole_.look(path); }
  Result<artifact::Entry> look_through(BytesView path) override { return whole_.look_through(path); }
  Result<std::vector<Bytes>> names(BytesView path) override {
    std::vector<Bytes> all = TRY(whole_.names(path));
    std::erase_if(all,
                  [&](const Bytes& name) { return is_excluded(watched_, artifact::join_path(path, name)); });
    return all;
  }
  Result<Sha256> content(BytesView path) override { return whole_.content(path); }
  Result<Bytes> target(BytesView path) override { return whole_.target(path); }
  Result<Bytes> bytes(BytesView path, std::size_t bytes_max) override {
    return whole_.bytes(path, bytes_max);
  }

 private:
  artifact::DiskTree& whole_;
  const WatchedPath& watched_;
};

Error too_large(std::string_view what, std::uint64_t bytes_max) {
  return {Errc::too_large, fmt::format("{} is larger than {} GiB and is not read", what, bytes_max >> 30)};
}

std::int64_t nanos(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

class Stamper {
 public:
  explicit Stamper(PathStamp& into) : into_(into) {}
  Status add(const std::string& path, std::string_view name) {
    struct stat found{};
    if (lstat(path.c_str(), &found) != 0)
      return Error{errno == ENOENT ? Errc::not_found : Errc::unavailable, path + ": " + strerror(errno)};
    if (++entries_ > entries_max)
      return Error{Errc::too_large, fmt::format("{} holds more than {} entries", path, entries_max)};
    add_size(path, found);
    hasher_.update(fmt::format("{}:{}\n{} {} {} {} {} {}\n", name.size(), name, found.st_mode, found.st_size,
                               found.st_ino, found.st_dev, nanos(found.st_mtim), nanos(found.st_ctim)));
    newest_ = std::max(newest_, Instant{nanos(found.st_ctim) / 1000});
    return {};
  }
  // What reading it will take goes by what a link given as the path leads to; in a directory none is followed.
  void add_size(const std::string& path, struct stat found) {
    if (entries_ == 1 && S_ISLNK(found.st_mode) && stat(path.c_str(), &found) != 0) return;
    if (!S_ISREG(found.st_mode)) return;
    const auto bytes = static_cast<std::uint64_t>(found.st_size);
    into_.bytes += bytes;
    ++into_.files;
    if (bytes < into_.largest_bytes) return;
    into_.largest_bytes = bytes;
    into_.largest = path;
  }
  void finish() {
    into_.stamp = hasher_.finish();
    into_.changed_at = newest_;
  }

 private:
  PathStamp& into_;
  crypto::Hasher hasher_;
  Instant newest_;
  std::size_t entries_ = 0;
};

// In byte order, as the digest goes; links are not followed.
Status walk(const WatchedPath& watched, const std::string& relative, Stamper& stamper, PathStamp& into) {
  const std::string path = relative.empty() ? watched.path : watched.path + "/" + relative;
  into.directories.push_back(path);
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error))
    entries.push_back(*at);
  if (error) return Error{Errc::unavailable, path + ": " + error.message()};
  std::sort(entries.begin(), entries.end());
  for (const fs::directory_entry& entry : entries) {
    const std::string name = artifact::join_path(relative, entry.path().filename().string());
    if (is_excluded(watched, name)) continue;
    const Status added = stamper.add(entry.path(), name);
    if (!added && added.error().code == Errc::not_found) continue;  // gone meanwhile
    TRY(added);
    if (entry.symlink_status(error).type() == fs::file_type::directory)
      TRY(walk(watched, name, stamper, into));
  }
  return {};
}

}  // namespace

Result<PathStamp> stamp_of(const WatchedPath& watched) {
  PathStamp found;
  Stamper stamper(found);
  TRY(stamper.add(watched.path, ""));
  std::error_code error;
  if (fs::is_directory(watched.path, error)) TRY(walk(watched, "", stamper, found));
  else found.directories.push_back(fs::path(watched.path).parent_path());
  stamper.finish();
  return found;
}

Status check_readable(const PathStamp& stamp) {
  if (stamp.largest_bytes > digest_bytes_max) return too_large(stamp.largest, digest_bytes_max);
  if (stamp.bytes > watched_bytes_max) return too_large("what it holds", watched_bytes_max);
  return {};
}

Result<Sha256> digest_of(const WatchedPath& watched, const GoesOn& goes_on) {
  std::uint64_t bytes = 0;
  const artifact::OnPiece meter = [&](std::uint64_t of_file, std::size_t piece) -> Status {
    if (goes_on && !goes_on()) return Error{Errc::unavailable, "its reading was given up"};
    bytes += piece;
    if (of_file > digest_bytes_max) return too_large("a file", digest_bytes_max);
    if (bytes > watched_bytes_max) return too_large("what it holds", watched_bytes_max);
    return {};
  };
  std::error_code error;
  if (!fs::is_directory(watched.path, error)) return artifact::fingerprint_file(watched.path, meter);
  artifact::DiskTree whole = TRY(artifact::DiskTree::open(watched.path, meter));
  Rest rest(whole, watched);
  const Sha256 digest = TRY(artifact::tree_digest(rest));
  TRY(whole.check_unchanged());
  return digest;
}

}  // namespace weir::agent
