#include "store/sqlite/checksum_vfs.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/check.h"
#include "store/sqlite/page_checksum.h"
#include "store/sqlite/wal_frame.h"

namespace weir::store {
namespace {

constexpr int damage_control = 0x57656972;  // opcodes below 100 are SQLite's
constexpr std::size_t reserved_at =
    20;  // in the header: bytes at the end of each page that SQLite leaves alone

constexpr std::size_t gathered_bytes_max = 64 * 1024;  // SQLite writes less than 128 KiB at once

// Begins with what SQLite knows of a file; the file beneath lies right behind it in memory.
struct File {
  sqlite3_file base;
  sqlite3_file* under;
  File* database;  // of a write-ahead log: the file it belongs to; else itself
  std::string path;
  std::string damage;                         // of a database file: what was found wrong in it or in its log
  std::vector<char> sealed;                   // a page on its way to the file
  bool reserves = false;                      // its pages have room for checksums
  std::int64_t header_written_at = -1;        // of a log: where the last frame header went
  std::int64_t unsealed_from = wal_no_frame;  // of a log: from here on this transaction rewrote frames
  std::int64_t page_bytes = 0;                // of a log
  std::string gathered;                       // of a log: writes that follow each other, not handed on yet
  std::int64_t gathered_at = 0;               // where they belong
};

File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* under(sqlite3_file* file) { return of(file).under; }

bool is_page_size(int amount) { return amount >= 512 && std::has_single_bit(static_cast<unsigned>(amount)); }

bool is_page(int amount, sqlite3_int64 offset) { return is_page_size(amount) && offset % amount == 0; }

void look_for_reserve(File& file, const void* bytes, int amount, sqlite3_int64 offset) {
  if (offset == 0 && amount >= 100)
    file.reserves = static_cast<const char*>(bytes)[reserved_at] == checksum_bytes;
}

int damaged(File& file, std::string what) {
  file.database->damage = fmt::format("{}: {}", file.path, what);
  return SQLITE_IOERR_DATA;
}

int read_database(sqlite3_file* self, void* out, int amount, sqlite3_int64 offset) {
  File& file = of(self);
  const int rc = file.under->pMethods->xRead(file.under, out, amount, offset);
  if (rc == SQLITE_OK) look_for_reserve(file, out, amount, offset);
  if ((rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ) || !is_page(amount, offset)) return rc;
  const sqlite3_int64 page = offset / amount + 1;
  if (rc == SQLITE_IOERR_SHORT_READ) return damaged(file, fmt::format("page {} is cut off", page));
  if (page_is_sound({static_cast<const char*>(out), static_cast<std::size_t>(amount)},
                    static_cast<std::uint64_t>(page)))
    return rc;
  return damaged(
      file,
      fmt::format("page {} is not what was written (or the file was made without page checksums)", page));
}

int write_database(sqlite3_file* self, const void* bytes, int amount, sqlite3_int64 offset) {
  File& file = of(self);
  if (!is_page(amount, offset)) return file.under->pMethods->xWrite(file.under, bytes, amount, offset);
  look_for_reserve(file, bytes, amount, offset);
  if (!file.reserves) {
    damaged(file, "its pages have no room for checksums");
    return SQLITE_IOERR_WRITE;
  }
  file.sealed.assign(static_cast<const char*>(bytes), static_cast<const char*>(bytes) + amount);
  seal_page(file.sealed.data(), file.sealed.size(), static_cast<std::uint64_t>(offset / amount + 1));
  return file.under->pMethods->xWrite(file.under, file.sealed.data(), amount, offset);
}

// SQLite writes a frame in two pieces. They are gathered and go out together, before anything that could tell.
int hand_on(File& file) {
  if (file.gathered.empty()) return SQLITE_OK;
  const int rc = file.under->pMethods->xWrite(file.under, file.gathered.data(),
                                              static_cast<int>(file.gathered.size()), file.gathered_at);
  file.gathered.clear();
  return rc;
}

int gather(File& file, const void* bytes, int amount, sqlite3_int64 offset) {
  const bool follows = offset == file.gathered_at + static_cast<std::int64_t>(file.gathered.size());
  if (!follows || file.gathered.size() + static_cast<std::size_t>(amount) > gathered_bytes_max)
    if (const int rc = hand_on(file); rc != SQLITE_OK) return rc;
  if (file.gathered.empty()) file.gathered_at = offset;
  file.gathered.append(static_cast<const char*>(bytes), static_cast<std::size_t>(amount));
  return SQLITE_OK;
}

int read_log(sqlite3_file* self, void* out, int amount, sqlite3_int64 offset) {
  File& file = of(self);
  if (const int rc = hand_on(file); rc != SQLITE_OK) return rc;
  const int rc = file.under->pMethods->xRead(file.under, out, amount, offset);
  // Recovery reads whole frames, header and page at once; some of those begin where a page of that size would.
  if (rc != SQLITE_OK || !is_page_size(amount)) return rc;
  const std::int64_t frame = wal_frame_of_page(amount, offset);
  if (frame == wal_no_frame || (file.unsealed_from != wal_no_frame && frame >= file.unsealed_from)) return rc;
  const WalReader read = [&](char* to, int size, std::int64_t at) {
    return file.under->pMethods->xRead(file.under, to, size, at) == SQLITE_OK;
  };
  if (wal_page_is_sound({static_cast<const char*>(out), static_cast<std::size_t>(amount)}, frame, read))
    return rc;
  return damaged(file, fmt::format("frame {} of the write-ahead log is not what was written", frame + 1));
}

// A transaction that outgrows the cache writes some pages into frames it has written before; the checksums of those and
// of all behind them are made good when it commits, header by header from the first one rewritten. Nobody but itself
// reads them until then.
int write_log(sqlite3_file* self, const void* bytes, int amount, sqlite3_int64 offset) {
  File& file = of(self);
  if (amount == wal_frame_header_bytes) {
    file.header_written_at = offset;
    if (file.unsealed_from != wal_no_frame && offset <= wal_frame_offset(file.unsealed_from, file.page_bytes))
      file.unsealed_from = wal_no_frame;
  } else if (const std::int64_t frame = wal_frame_of_page(amount, offset);
             is_page_size(amount) && frame != wal_no_frame &&
             file.header_written_at + wal_frame_header_bytes != offset) {
    file.page_bytes = amount;
    file.unsealed_from = file.unsealed_from == wal_no_frame ? frame : std::min(file.unsealed_from, frame);
  } else {
    file.header_written_at = -1;  // its page is here; the next write of that page comes without a header
  }
  return gather(file, bytes, amount, offset);
}

// The rest is handed on.
int close_file(sqlite3_file* self) {
  const int written = hand_on(of(self));
  const int rc = under(self)->pMethods->xClose(under(self));
  of(self).~File();
  return written != SQLITE_OK ? written : rc;
}
int truncate(sqlite3_file* self, sqlite3_int64 size) {
  if (const int rc = hand_on(of(self)); rc != SQLITE_OK) return rc;
  return under(self)->pMethods->xTruncate(under(self), size);
}
int sync(sqlite3_file* self, int flags) {
  if (const int rc = hand_on(of(self)); rc != SQLITE_OK) return rc;
  return under(self)->pMethods->xSync(under(self), flags);
}
int file_size(sqlite3_file* self, sqlite3_int64* size) {
  if (const int rc = hand_on(of(self)); rc != SQLITE_OK) return rc;
  return under(self)->pMethods->xFileSize(under(self), size);
}
int lock(sqlite3_file* self, int level) { return under(self)->pMethods->xLock(under(self), level); }
int unlock(sqlite3_file* self, int level) { return under(self)->pMethods->xUnlock(under(self), level); }
int check_reserved(sqlite3_file* self, int* out) {
  return under(self)->pMethods->xCheckReservedLock(under(self), out);
}
int control(sqlite3_file* self, int code, void* argument) {
  if (code != damage_control) return under(self)->pMethods->xFileControl(under(self), code, argument);
  *static_cast<std::string*>(argument) = of(self).damage;
  return SQLITE_OK;
}
int sector_size(sqlite3_file* self) { return under(self)->pMethods->xSectorSize(under(self)); }
int characteristics(sqlite3_file* self) { return under(self)->pMethods->xDeviceCharacteristics(under(self)); }
int shm_map(sqlite3_file* self, int region, int size, int extend, void volatile** out) {
  return under(self)->pMethods->xShmMap(under(self), region, size, extend, out);
}
int shm_lock(sqlite3_file* self, int offset, int count, int flags) {
  return under(self)->pMethods->xShmLock(under(self), offset, count, flags);
}
void shm_barrier(sqlite3_file* self) { under(self)->pMethods->xShmBarrier(under(self)); }
int shm_unmap(sqlite3_file* self, int remove) {
  return under(self)->pMethods->xShmUnmap(under(self), remove);
}
// Mapped memory would be read past us.
int no_fetch(sqlite3_file*, sqlite3_int64, int, void** out) {
  *out = nullptr;
  return SQLITE_OK;
}
int no_unfetch(sqlite3_file*, sqlite3_int64, void*) { return SQLITE_OK; }

constexpr sqlite3_io_methods methods_with(decltype(&read_log) read, decltype(&write_log) write) {
  return {3,         close_file,     read,      write,       truncate,        sync,    file_size, lock,
          unlock,    check_reserved, control,   sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
          shm_unmap, no_fetch,       no_unfetch};
}
constexpr sqlite3_io_methods database_methods = methods_with(read_database, write_database);
constexpr sqlite3_io_methods log_methods = methods_with(read_log, write_log);

// sqlite3_vfs and what stays alive with it; never freed, as SQLite has no end of its own.
struct Layer {
  sqlite3_vfs vfs;
  sqlite3_vfs* beneath;
  std::string name;
};
sqlite3_vfs* beneath(sqlite3_vfs* vfs) { return static_cast<Layer*>(vfs->pAppData)->beneath; }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
  sqlite3_vfs* const next = beneath(vfs);
  const bool is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0, is_log = (flags & SQLITE_OPEN_WAL) != 0;
  if (!is_database && !is_log) return next->xOpen(next, name, out, flags, out_flags);
  auto* const behind = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(out) + sizeof(File));
  out->pMethods = nullptr;  // nothing to close when this fails
  if (const int rc = next->xOpen(next, name, behind, flags, out_flags); rc != SQLITE_OK) {
    if (behind->pMethods != nullptr) behind->pMethods->xClose(behind);
    return rc;
  }
  File* const file = new (out) File{};
  file->base.pMethods = is_database ? &database_methods : &log_methods;
  file->under = behind;
  file->path = name != nullptr ? name : "";
  file->database = is_database ? file : reinterpret_cast<File*>(sqlite3_database_file_object(name));
  return SQLITE_OK;
}

int remove_file(sqlite3_vfs* vfs, const char* name, int sync) {
  return beneath(vfs)->xDelete(beneath(vfs), name, sync);
}
int access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  return beneath(vfs)->xAccess(beneath(vfs), name, flags, out);
}
int full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  return beneath(vfs)->xFullPathname(beneath(vfs), name, size, out);
}
int randomness(sqlite3_vfs* vfs, int size, char* out) {
  return beneath(vfs)->xRandomness(beneath(vfs), size, out);
}
int sleep_micros(sqlite3_vfs* vfs, int micros) { return beneath(vfs)->xSleep(beneath(vfs), micros); }
int current_time(sqlite3_vfs* vfs, double* out) { return beneath(vfs)->xCurrentTime(beneath(vfs), out); }
int last_error(sqlite3_vfs* vfs, int size, char* out) {
  return beneath(vfs)->xGetLastError(beneath(vfs), size, out);
}
int current_millis(sqlite3_vfs* vfs, sqlite3_int64* out) {
  return beneath(vfs)->xCurrentTimeInt64(beneath(vfs), out);
}

std::unique_ptr<Layer> make_layer(std::string name, sqlite3_vfs* next) {
  auto layer = std::make_unique<Layer>(Layer{.vfs = {}, .beneath = next, .name = std::move(name)});
  sqlite3_vfs& vfs = layer->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + next->szOsFile;
  vfs.mxPathname = next->mxPathname;
  vfs.zName = layer->name.c_str();
  vfs.pAppData = layer.get();
  vfs.xOpen = open_file;
  vfs.xDelete = remove_file;
  vfs.xAccess = access;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = randomness;
  vfs.xSleep = sleep_micros;
  vfs.xCurrentTime = current_time;
  vfs.xGetLastError = last_error;
  vfs.xCurrentTimeInt64 = current_millis;
  return layer;
}

}  // namespace

std::string checksum_vfs_over(const std::string& beneath) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<Layer>> layers;
  const std::lock_guard lock(mutex);
  if (const auto found = layers.find(beneath); found != layers.end()) return found->second->name;
  sqlite3_vfs* const next = sqlite3_vfs_find(beneath.empty() ? nullptr : beneath.c_str());
  CHECK(next != nullptr);
  auto layer = make_layer("weir-checksum" + (beneath.empty() ? "" : "-" + beneath), next);
  CHECK(sqlite3_vfs_register(&layer->vfs, 0) == SQLITE_OK);
  return layers.emplace(beneath, std::move(layer)).first->second->name;
}

std::string damage_of(sqlite3* connection) {
  std::string damage;
  if (sqlite3_file_control(connection, "main", damage_control, &damage) != SQLITE_OK) return {};
  return damage;
}

}  // namespace weir::store
