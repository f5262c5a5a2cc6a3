// A disk that fails when the test says so: an SQLite VFS between the database and the operating system. It counts
// writes
// and syncs of database files and their logs, and lets the n-th of them fail. On `cut_power` what was written and not
// synced is lost, in part: each such write is kept, dropped or torn by chance, as after a real power failure.
#pragma once
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"

namespace weir::test {

enum class Fault { disk_full, write_fails, write_torn, sync_fails };

class FaultDisk {
 public:
  static std::string files() { return instance().vfs_.zName; }  // what open_sqlite takes
  static FaultDisk& instance() {
    static FaultDisk disk;
    return disk;
  }

  // The n-th operation from now fails, and (`stays`) all of its kind after it.
  void arm(Fault fault, int nth, bool stays = false) {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
    left_ = nth;
    stays_ = stays;
    fired_ = false;
  }
  void disarm() {
    const std::lock_guard lock(mutex_);
    left_ = 0;
  }
  bool fired() const { return fired_; }

  // Call with every connection closed or abandoned.
  void cut_power(std::uint64_t seed);
  void forget_unsynced() {
    const std::lock_guard lock(mutex_);
    unsynced_.clear();
  }

 private:
  struct Write {
    sqlite3_int64 at = 0;
    std::string before, after;  // `before` is shorter where the file ended
  };
  struct File {
    sqlite3_file base;
    const char* path;
    sqlite3_file* under;
  };
  FaultDisk();
  bool fails_now(bool is_sync);
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static sqlite3_file* under(sqlite3_file* file) { return of(file).under; }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* out, int flags, int* out_flags);
  static int write(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 at);
  static int sync(sqlite3_file* file, int flags);
  void remember(const File& file, const void* bytes, int amount, sqlite3_int64 at);

  sqlite3_vfs vfs_{};
  sqlite3_vfs* next_ = nullptr;
  sqlite3_io_methods methods_{};
  std::mutex mutex_;
  Fault fault_ = Fault::disk_full;
  int left_ = 0;
  bool stays_ = false, fired_ = false;
  std::map<std::string, std::vector<Write>> unsynced_;
};

inline bool FaultDisk::fails_now(bool is_sync) {
  const bool concerns = (fault_ == Fault::sync_fails) == is_sync;
  if (left_ <= 0 || !concerns || --left_ > 0) return false;
  fired_ = true;
  if (stays_) left_ = 1;
  return true;
}

inline void FaultDisk::remember(const File& file, const void* bytes, int amount, sqlite3_int64 at) {
  sqlite3_int64 size = 0;
  file.under->pMethods->xFileSize(file.under, &size);
  Write write{.at = at,
              .before = {},
              .after = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(amount))};
  write.before.resize(static_cast<std::size_t>(std::clamp<sqlite3_int64>(size - at, 0, amount)));
  if (!write.before.empty())
    file.under->pMethods->xRead(file.under, write.before.data(), static_cast<int>(write.before.size()), at);
  unsynced_[file.path].push_back(std::move(write));
}

inline int FaultDisk::write(sqlite3_file* self, const void* bytes, int amount, sqlite3_int64 at) {
  FaultDisk& disk = instance();
  const std::lock_guard lock(disk.mutex_);
  const bool fails = disk.fails_now(false);
  if (fails && disk.fault_ == Fault::disk_full) return SQLITE_FULL;
  if (fails && disk.fault_ == Fault::write_fails) return SQLITE_IOERR_WRITE;
  const int written = fails ? amount / 2 : amount;
  disk.remember(of(self), bytes, written, at);
  const int rc = under(self)->pMethods->xWrite(under(self), bytes, written, at);
  return fails ? SQLITE_IOERR_WRITE : rc;
}

inline int FaultDisk::sync(sqlite3_file* self, int flags) {
  FaultDisk& disk = instance();
  const std::lock_guard lock(disk.mutex_);
  if (disk.fails_now(true)) return SQLITE_IOERR_FSYNC;
  disk.unsynced_.erase(of(self).path);
  return under(self)->pMethods->xSync(under(self), flags);
}

inline int FaultDisk::open(sqlite3_vfs*, const char* path, sqlite3_file* out, int flags, int* out_flags) {
  FaultDisk& disk = instance();
  if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
    return disk.next_->xOpen(disk.next_, path, out, flags, out_flags);
  auto* const behind = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(out) + sizeof(File));
  out->pMethods = nullptr;
  if (const int rc = disk.next_->xOpen(disk.next_, path, behind, flags, out_flags); rc != SQLITE_OK)
    return rc;
  of(out) = {{&disk.methods_}, path, behind};
  return SQLITE_OK;
}

inline FaultDisk::FaultDisk() : next_(sqlite3_vfs_find(nullptr)) {
  vfs_ = *next_;  // the rest of it takes any vfs
  vfs_.pNext = nullptr;
  vfs_.zName = "weir-fault";
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + next_->szOsFile;
  vfs_.xOpen = &FaultDisk::open;
  methods_ = {
      3,
      [](sqlite3_file* f) { return under(f)->pMethods->xClose(under(f)); },
      [](sqlite3_file* f, void* out, int n, sqlite3_int64 at) {
        return under(f)->pMethods->xRead(under(f), out, n, at);
      },
      &FaultDisk::write,
      [](sqlite3_file* f, sqlite3_int64 size) { return under(f)->pMethods->xTruncate(under(f), size); },
      &FaultDisk::sync,
      [](sqlite3_file* f, sqlite3_int64* size) { return under(f)->pMethods->xFileSize(under(f), size); },
      [](sqlite3_file* f, int level) { return under(f)->pMethods->xLock(under(f), level); },
      [](sqlite3_file* f, int level) { return under(f)->pMethods->xUnlock(under(f), level); },
      [](sqlite3_file* f, int* out) { return under(f)->pMethods->xCheckReservedLock(under(f), out); },
      [](sqlite3_file* f, int code, void* argument) {
        return under(f)->pMethods->xFileControl(under(f), code, argument);
      },
      [](sqlite3_file* f) { return under(f)->pMethods->xSectorSize(under(f)); },
      [](sqlite3_file* f) { return under(f)->pMethods->xDeviceCharacteristics(under(f)); },
      [](sqlite3_file* f, int region, int size, int extend, void volatile** out) {
        return under(f)->pMethods->xShmMap(under(f), region, size, extend, out);
      },
      [](sqlite3_file* f, int offset, int n, int flags) {
        return under(f)->pMethods->xShmLock(under(f), offset, n, flags);
      },
      [](sqlite3_file* f) { under(f)->pMethods->xShmBarrier(under(f)); },
      [](sqlite3_file* f, int remove) { return under(f)->pMethods->xShmUnmap(under(f), remove); },
      [](sqlite3_file*, sqlite3_int64, int, void** out) {
        *out = nullptr;
        return SQLITE_OK;
      },
      [](sqlite3_file*, sqlite3_int64, void*) { return SQLITE_OK; }};
  CHECK(sqlite3_vfs_register(&vfs_, 0) == SQLITE_OK);
}

// Latest first, every unsynced write is taken back; then, in their order, each is done again, dropped, or half done.
inline void FaultDisk::cut_power(std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  std::mt19937_64 random(seed);
  for (auto& [path, writes] : unsynced_) {
    std::string content;
    {
      std::ifstream file(path, std::ios::binary);
      content.assign(std::istreambuf_iterator<char>(file), {});
    }
    for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
      const auto at = static_cast<std::size_t>(write->at);
      if (content.size() < at + write->before.size()) continue;  // cut off by a truncation since
      content.replace(at, write->before.size(), write->before);
      if (write->before.size() < write->after.size()) content.resize(at + write->before.size());
    }
    for (const Write& write : writes) {
      const std::size_t kept =
          std::array{std::size_t{0}, write.after.size() / 2, write.after.size()}[random() % 3];
      const auto at = static_cast<std::size_t>(write.at);
      if (kept == 0) continue;
      if (content.size() < at + kept) content.resize(at + kept, '\0');
      content.replace(at, kept, write.after, 0, kept);
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  unsynced_.clear();
}

}  // namespace weir::test
