// The SHA-256 of open files, remembered where remembering is safe. A digest is kept under (device, inode, ctime, mtime,
// size) only when it was computed under a read lease (fcntl F_SETLEASE: the kernel refuses it while anybody has the
// file open or mapped for writing), the file did not change just before (file clocks tick in 10 ms), and the file
// system keeps leases honestly (not overlay, FUSE or the network). Everything else is read again each time.
// Leases on files of others need CAP_LEASE. Bounded. Safe from any thread.
#pragma once
#include <sys/stat.h>

#include <list>
#include <mutex>
#include <unordered_map>

#include "agent/processes/fd.h"
#include "base/bytes.h"
#include "base/time.h"

namespace weir::agent {

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

  // Errors: unavailable (cannot be read, or changed while it was read), naming why.
  Result<Sha256> digest_of(int file);

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
  std::optional<Sha256> find(const FileKey& key);
  void keep(const FileKey& key, const Sha256& digest);

  const std::size_t entries_max_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // latest use first
  std::unordered_map<FileKey, std::list<Entry>::iterator, KeyHash> index_;
  std::size_t hits_ = 0;
};

// Opens a regular file for reading; devices, pipes and directories are refused before they are touched.
Result<Fd> open_regular(int directory, const std::string& path);
Result<Fd> open_regular(const std::string& path);
// The same with `root` as the root of every link on the way; none when there is no such file.
Fd open_in_root(const std::string& root, const std::string& path);
// Where an open file lies now, as the kernel names it; empty when it can't be told.
std::string path_of_file(int file);
// What a script's first line names: "#!/usr/bin/perl -w" is that path and that argument. Empty when it names nothing.
struct Shebang {
  std::string path, argument;
};
Shebang shebang_of(int file);
// In hex; empty when it can't be read.
std::string md5_of(int file);

}  // namespace weir::agent
