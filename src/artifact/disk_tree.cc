#include "artifact/disk_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>


namespace weir::artifact {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

Error cannot(std::string_view act, const std::string& where, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  return {missing ? Errc::not_found : Errc::invalid,
          fmt::format("cannot {} '{}': {}", act, where, std::generic_category().message(error))};
}
Error changed(const std::string& where) {
  return {Errc::conflict, fmt::format("'{}' changed while it was read", where)};
}

FileStamp stamp_of(const struct stat& stat) {
  const auto nanoseconds = [](const timespec& at) {
    return std::int64_t{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
  };
  return {.inode = stat.st_ino,
          .device = stat.st_dev,
          .mode = stat.st_mode,
          .size = stat.st_size,
          .modified_ns = nanoseconds(stat.st_mtim),
          .changed_ns = nanoseconds(stat.st_ctim)};
}

std::string_view kind_name(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFSOCK: return "a socket";
    case S_IFIFO: return "a pipe";
    case S_IFBLK: return "a block device";
    case S_IFCHR: return "a character device";
    default: return "of an unknown kind";
  }
}

Result<Entry> entry_of(const FileStamp& stamp, const std::string& where) {
  Entry entry{.mode = static_cast<std::uint16_t>(stamp.mode & 07777),
              .size = static_cast<std::uint64_t>(stamp.size)};
  if (S_ISREG(stamp.mode)) entry.kind = EntryKind::file;
  else if (S_ISDIR(stamp.mode)) entry.kind = EntryKind::directory;
  else if (S_ISLNK(stamp.mode)) entry.kind = EntryKind::link;
  else return invalid(fmt::format("'{}' is {}; only files, directories and links have a digest", where,
                                  kind_name(stamp.mode)));
  return entry;
}

// From the descriptor's place to the end, with the same look before and after.
Status read_open_file(int file, const std::string& where, const std::function<Status(BytesView)>& on_piece) {
  struct stat before{}, after{};
  if (fstat(file, &before) != 0) return cannot("read", where, errno);
  if (!S_ISREG(before.st_mode)) return invalid(fmt::format("'{}' is no regular file", where));
  Bytes piece(piece_bytes, '\0');
  off_t total = 0;
  while (true) {
    const ssize_t got = ::read(file, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("read", where, errno);
    if (got == 0) break;
    total += got;
    TRY(on_piece(BytesView(piece).substr(0, static_cast<std::size_t>(got))));
  }
  if (fstat(file, &after) != 0) return cannot("read", where, errno);
  if (total != before.st_size || stamp_of(before) != stamp_of(after)) return changed(where);
  return {};
}

}  // namespace

OpenFile::~OpenFile() {
  if (number_ >= 0) close(number_);
}

Result<DiskTree> DiskTree::open(const std::string& root, OnPiece on_piece) {
  OpenFile directory(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number() < 0) return cannot("open directory", printable(root), errno);
  return DiskTree(std::move(directory), printable(root), std::move(on_piece));
}

std::string DiskTree::where(BytesView path) const {
  return path.empty() ? name_ : fmt::format("{}/{}", name_, printable(path));
}

Result<FileStamp> DiskTree::stamp(BytesView path, int flags) const {
  const Bytes relative = path.empty() ? Bytes(".") : Bytes(path);
  struct stat now{};
  if (fstatat(root_.number(), relative.c_str(), &now, flags) != 0)
    return cannot("look at", where(path), errno);
  return stamp_of(now);
}

Result<Entry> DiskTree::look_with(BytesView path, int flags) {
  const FileStamp now = TRY(stamp(path, flags));
  seen_.push_back(Seen{.path = Bytes(path), .flags = flags, .stamp = now});
  return entry_of(now, where(path));
}

Result<Entry> DiskTree::look(BytesView path) { return look_with(path, AT_SYMLINK_NOFOLLOW); }
Result<Entry> DiskTree::look_through(BytesView path) { return look_with(path, 0); }

Result<std::vector<Bytes>> DiskTree::names(BytesView path) {
  TRY(look(path));
  const Bytes relative = path.empty() ? Bytes(".") : Bytes(path);
  const int number =
      openat(root_.number(), relative.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (number < 0) return cannot("open directory", where(path), errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(fdopendir(number), closedir);
  if (!directory) return close(number), cannot("open directory", where(path), ENOMEM);
  std::vector<Bytes> names;
  errno = 0;
  while (const dirent* found = readdir(directory.get()))
    if (const Bytes name = found->d_name; name != "." && name != "..") names.push_back(name);
  if (errno != 0) return cannot("list", where(path), errno);
  std::sort(names.begin(), names.end());
  return names;
}

Result<Sha256> DiskTree::content(BytesView path) {
  const FileStamp before = TRY(stamp(path, AT_SYMLINK_NOFOLLOW));
  const int follow = S_ISLNK(before.mode) ? 0 : O_NOFOLLOW;
  const OpenFile file(
      openat(root_.number(), Bytes(path).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | follow));
  if (file.number() < 0) return cannot("read", where(path), errno);
  MeteredHash hash(on_piece_);
  TRY(read_open_file(file.number(), where(path), [&](BytesView piece) { return hash.add(piece); }));
  return hash.finish();
}

Result<Bytes> DiskTree::target(BytesView path) {
  Bytes target(4096, '\0');
  const ssize_t length = readlinkat(root_.number(), Bytes(path).c_str(), target.data(), target.size());
  if (length < 0) return cannot("read link", where(path), errno);
  target.resize(static_cast<std::size_t>(length));
  return target;
}

Result<Bytes> DiskTree::bytes(BytesView path, std::size_t bytes_max) {
  TRY(look(path));
  const OpenFile file(openat(root_.number(), Bytes(path).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.number() < 0) return cannot("read", where(path), errno);
  Bytes all;
  TRY(read_open_file(file.number(), where(path), [&](BytesView piece) -> Status {
    if (all.size() + piece.size() > bytes_max)
      return Error{Errc::too_large, fmt::format("'{}' is larger than {} bytes", where(path), bytes_max)};
    all += piece;
    return {};
  }));
  return all;
}

Status DiskTree::check_unchanged() const {
  for (const Seen& seen : seen_) {
    const auto now = stamp(seen.path, seen.flags);
    if (!now.ok() || *now != seen.stamp) return changed(where(seen.path));
  }
  return {};
}

Status MeteredHash::add(BytesView piece) {
  bytes_ += piece.size();
  if (on_piece_) TRY(on_piece_(bytes_, piece.size()));
  hasher_.update(piece);
  return {};
}

Status read_file(const std::string& path, const std::function<Status(BytesView)>& on_piece) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (file.number() < 0) return cannot("read", printable(path), errno);
  return read_open_file(file.number(), printable(path), on_piece);
}

}  // namespace weir::artifact
