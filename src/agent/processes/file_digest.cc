#include "agent/processes/file_digest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>
#include <vector>

#include "crypto/digest.h"

namespace weir::agent {
namespace {

constexpr std::size_t read_bytes = 128 * 1024;
constexpr std::int64_t settled_ns = 20'000'000;  // two ticks of the coarsest file clock
constexpr std::uint64_t xfs_magic = 0x58465342;  // not in linux/magic.h

constexpr std::array<std::uint64_t, 5> file_systems_with_honest_leases{
    EXT4_SUPER_MAGIC, TMPFS_MAGIC, BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, xfs_magic};

bool has_honest_leases(const struct statfs& system) {
  return std::ranges::count(file_systems_with_honest_leases, static_cast<std::uint64_t>(system.f_type)) > 0;
}

Error unreadable(std::string_view doing) {
  return {Errc::unavailable, fmt::format("{}: {}", doing, strerror(errno))};
}

std::int64_t nanoseconds(const timespec& at) { return at.tv_sec * 1'000'000'000LL + at.tv_nsec; }

// Holds a read lease while it lives, if the kernel grants one. A breaker signals SIGURG, which nobody minds.
class ReadLease {
 public:
  explicit ReadLease(int file) : file_(file) {
    struct statfs system{};
    if (fstatfs(file, &system) != 0 || !has_honest_leases(system)) return;
    held_ = fcntl(file, F_SETSIG, SIGURG) == 0 && fcntl(file, F_SETLEASE, F_RDLCK) == 0;
  }
  ReadLease(const ReadLease&) = delete;
  ~ReadLease() { let_go(); }
  bool is_unbroken() const { return held_ && fcntl(file_, F_GETLEASE) == F_RDLCK; }
  // Whoever wants to write waits for that, and a large file takes a while.
  void let_go_if_broken() {
    if (held_ && !is_unbroken()) let_go();
  }

 private:
  void let_go() {
    if (std::exchange(held_, false)) fcntl(file_, F_SETLEASE, F_UNLCK);
  }
  int file_;
  bool held_ = false;
};

Error too_large() {
  return {Errc::too_large, fmt::format("it is larger than {} GiB and is not read", digest_bytes_max >> 30)};
}

// Asks before each piece, and follows a file that grows no further than the bound.
Result<Sha256> read_digest(int file, const DigestCache::GoesOn& goes_on) {
  thread_local std::vector<char> buffer(read_bytes);
  thread_local crypto::Hasher hasher;
  const auto refuse = [](Error error) {
    hasher.finish();
    return error;
  };
  for (off_t offset = 0;;) {
    if (goes_on && !goes_on()) return refuse({Errc::unavailable, "its reading was given up"});
    const ssize_t bytes = pread(file, buffer.data(), buffer.size(), offset);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return refuse(unreadable("read"));
    if (bytes == 0) return hasher.finish();
    hasher.update({buffer.data(), static_cast<std::size_t>(bytes)});
    offset += bytes;
    if (static_cast<std::uint64_t>(offset) > digest_bytes_max) return refuse(too_large());
  }
}

bool is_settled(const FileKey& key) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return nanoseconds(now) - key.changed_ns > settled_ns;
}

}  // namespace

FileKey key_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .changed_ns = nanoseconds(status.st_ctim),
          .modified_ns = nanoseconds(status.st_mtim)};
}

Result<Sha256> DigestCache::digest_of(int file, const GoesOn& goes_on) {
  struct stat before{}, after{};
  if (fstat(file, &before) != 0) return unreadable("stat");
  if (!S_ISREG(before.st_mode)) return Error{Errc::unavailable, "not a regular file"};
  const FileKey key = key_of(before);
  if (const auto known = find(key)) return *known;
  if (key.size > digest_bytes_max) return too_large();
  const bool settled = is_settled(key);
  ReadLease lease(file);
  const auto next = [&] {
    lease.let_go_if_broken();
    return !goes_on || goes_on();
  };
  const Sha256 digest = TRY(read_digest(file, next));
  if (fstat(file, &after) != 0) return unreadable("stat");
  if (key_of(after) == key && settled && lease.is_unbroken()) keep(key, digest);
  return digest;
}

std::optional<Sha256> DigestCache::find(const FileKey& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  ++hits_;
  return found->second->digest;
}

void DigestCache::keep(const FileKey& key, const Sha256& digest) {
  const std::scoped_lock lock(mutex_);
  if (index_.contains(key)) return;
  entries_.push_front({key, digest});
  index_.emplace(key, entries_.begin());
  if (entries_.size() <= entries_max_) return;
  index_.erase(entries_.back().key);
  entries_.pop_back();
}

std::size_t DigestCache::hits() const {
  const std::scoped_lock lock(mutex_);
  return hits_;
}

std::size_t DigestCache::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

std::string md5_of(int file) {
  std::vector<char> buffer(read_bytes);
  crypto::Md5 md5;
  for (off_t offset = 0;;) {
    const ssize_t bytes = pread(file, buffer.data(), buffer.size(), offset);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0 || static_cast<std::uint64_t>(offset) > digest_bytes_max) return {};
    if (bytes == 0) return md5.finish_hex();
    md5.update({buffer.data(), static_cast<std::size_t>(bytes)});
    offset += bytes;
  }
}

Result<Fd> open_regular(int directory, const std::string& path) {
  const Fd place(openat(directory, path.c_str(), O_PATH | O_CLOEXEC));
  if (!place) return unreadable(path);
  struct stat status{};
  if (fstat(place.number(), &status) != 0) return unreadable(path);
  if (!S_ISREG(status.st_mode)) return Error{Errc::unavailable, path + ": not a regular file"};
  const std::string self = fmt::format("/proc/self/fd/{}", place.number());
  Fd file(open(self.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) return unreadable(path);
  return file;
}

Result<Fd> open_regular(const std::string& path) { return open_regular(AT_FDCWD, path); }

bool is_on_this_host(int file) {
  struct statfs system{};
  if (fstatfs(file, &system) != 0) return false;
  return has_honest_leases(system) || system.f_type == OVERLAYFS_SUPER_MAGIC ||
         system.f_type == SQUASHFS_MAGIC;
}

namespace {

// What stands at `path` below the folder `root`, which is the root of what is followed on the way.
Fd place_in(int root, const std::string& path, std::uint64_t flags, std::uint64_t resolve) {
  open_how how{};
  how.flags = flags;
  how.resolve = resolve;
  return Fd(static_cast<int>(syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

}  // namespace

Fd open_in_root(const std::string& root, const std::string& path) {
  const Fd folder(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  return folder ? open_in_root(folder.number(), path) : Fd();
}

Fd open_in_root(int root, const std::string& path) {
  const Fd place = place_in(root, path, O_PATH | O_CLOEXEC, RESOLVE_IN_ROOT);
  if (!place) return {};
  auto file = open_regular(fmt::format("/proc/self/fd/{}", place.number()));
  return file ? std::move(*file) : Fd();
}

Result<Fd> find_below(const std::string& root, const std::string& path) {
  const Fd folder(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return unreadable(root);
  Fd place =
      place_in(folder.number(), path, O_PATH | O_NOFOLLOW | O_CLOEXEC, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
  if (place) return place;
  return Error{errno == ENOENT ? Errc::not_found : Errc::conflict, path + ": " + strerror(errno)};
}

std::string path_of_file(int file) {
  constexpr std::string_view deleted = " (deleted)";
  std::array<char, PATH_MAX + 1> target;
  const ssize_t bytes = readlink(fmt::format("/proc/self/fd/{}", file).c_str(), target.data(), target.size());
  std::string path(target.data(), bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
  if (path.ends_with(deleted)) path.resize(path.size() - deleted.size());
  return path;
}

Shebang shebang_of(int file) {
  constexpr std::string_view blanks = " \t";
  std::array<char, 256> head{};
  const ssize_t bytes = pread(file, head.data(), head.size(), 0);
  std::string_view line(head.data(), bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
  line = line.substr(0, line.find('\n'));
  if (!line.starts_with("#!")) return {};
  line.remove_prefix(std::min(line.find_first_not_of(blanks, 2), line.size()));
  Shebang found{.path = std::string(line.substr(0, line.find_first_of(blanks))), .argument = {}};
  line.remove_prefix(found.path.size());
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  if (const auto end = line.find_last_not_of(blanks); end != line.npos) found.argument = line.substr(0, end + 1);
  return found;
}

}  // namespace weir::agent
