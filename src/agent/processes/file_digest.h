// The SHA-256 of open files, remembered where remembering is safe. A digest is kept under (device, inode, ctime, mtime,
// size) only when it was computed under a read lease (fcntl F_SETLEASE: the kernel refuses it while anybody has the
// file open or mapped for writing), the file did not change just before (file clocks tick in 10 ms), and the file
// system keeps leases honestly (not overlay, FUSE or the network). Everything else is read again each time.
// Leases on files of others need CAP_LEASE. What is larger than `digest_bytes_max` is not read: its maker pays nothing
// for its size (holes take no room on a disk). Bounded. Safe from any thread.
#pragma once
#include <sys/stat.h>

#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>

#include "agent/processes/fd.h"
#include "base/bytes.h"
#include "base/time.h"

namespace weir::agent {

constexpr std::uint64_t digest_bytes_max = std::uint64_t{4} << 30;

// What a digest was computed of. Two equal keys at two times mean the same content, if the first was taken safely.
struct FileKey {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t changed_ns = 0, modified_ns = 0;
  auto operator<=>(const FileKey&) const = default;
};
FileKey key_of(const struct stat& status);

class DigestCache {
 public:
  explicit DigestCache(std::size_t entries_max = 4096) : entries_max_(entries_max) {}

  // `goes_on` is asked before each piece. Errors: too_large; unavailable (cannot be read, or need not be any more),
  // naming why.
  using GoesOn = std::function<bool()>;
  Result<Sha256> digest_of(int file, const GoesOn& goes_on = {});
  std::optional<Sha256> find(const FileKey& key);  // what is remembered

  std::size_t hits() const;
  std::size_t size() const;

 private:
  struct Entry {
    FileKey key;
    Sha256 digest;
  };
  struct KeyHash {
    std::size_t operator()(const FileKey& key) const { return key.inode * 0x9e3779b97f4a7c15U ^ key.device; }
  };
  void keep(const FileKey& key, const Sha256& digest);

  const std::size_t entries_max_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // latest use first
  std::unordered_map<FileKey, std::list<Entry>::iterator, KeyHash> index_;
  std::size_t hits_ = 0;
};

// Whether a file lies where reading it asks nobody but this host's own disks and memory (not FUSE or the network).
bool is_on_this_host(int file);
// Opens a regular file for reading; devices, pipes and directories are refused before they are touched.
Result<Fd> open_regular(int directory, const std::string& path);
Result<Fd> open_regular(const std::string& path);
// The same with `root` as the root of every link on the way; none when there is no such file.
Fd open_in_root(const std::string& root, const std::string& path);
Fd open_in_root(int root, const std::string& path);
// What stands at `path` below the folder `root`, to be looked at alone; no link is followed, on the way or at the end.
// Errors: not_found; conflict where what stands on the way is no folder, and so hides whatever else has that path.
Result<Fd> find_below(const std::string& root, const std::string& path);
// Where an open file lies now, as the kernel names it; empty when it can't be told.
std::string path_of_file(int file);
// What a script's first line names: "#!/usr/bin/perl -w" is that path and that argument. Empty when it names nothing.
struct Shebang {
  std::string path, argument;
};
Shebang shebang_of(int file);
// In hex; empty when it can't be read, or is larger than `digest_bytes_max`.
std::string md5_of(int file);

}  // namespace weir::agent
