#include "store/sqlite/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <unordered_map>

#include "store/sqlite/checksum_vfs.h"
#include "store/sqlite/page_checksum.h"

namespace weir::store {
namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;
using StatementCache = std::unordered_map<std::string, StatementHandle, TextHash, std::equal_to<>>;

Errc code_of(int rc) {
  if (rc == SQLITE_IOERR_DATA || rc == SQLITE_IOERR_CORRUPTFS || rc == SQLITE_IOERR_SHORT_READ)
    return Errc::corrupt;
  switch (rc & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return Errc::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::corrupt;
    case SQLITE_CONSTRAINT:
      return Errc::conflict;
    default:
      return Errc::internal;
  }
}

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : at_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(at_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(at_, column); }
  std::string_view text(int column) const override {
    const auto* start = reinterpret_cast<const char*>(sqlite3_column_text(at_, column));
    return {start != nullptr ? start : "", static_cast<std::size_t>(sqlite3_column_bytes(at_, column))};
  }
  BytesView bytes(int column) const override {
    const auto* start = static_cast<const char*>(sqlite3_column_blob(at_, column));
    return {start != nullptr ? start : "", static_cast<std::size_t>(sqlite3_column_bytes(at_, column))};
  }

 private:
  sqlite3_stmt* at_;
};

int bind(sqlite3_stmt* at, int index, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(at, index, *number);
  if (const auto* text = std::get_if<std::string_view>(&value))
    return sqlite3_bind_text(at, index, text->data() != nullptr ? text->data() : "",
                             static_cast<int>(text->size()), SQLITE_STATIC);
  if (const auto* blob = std::get_if<Blob>(&value))
    return sqlite3_bind_blob(at, index, blob->bytes.data() != nullptr ? blob->bytes.data() : "",
                             static_cast<int>(blob->bytes.size()), SQLITE_STATIC);
  return sqlite3_bind_null(at, index);
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(sqlite3* handle, std::string path)
      : handle_(handle, &sqlite3_close), path_(std::move(path)) {}
  ~SqliteDatabase() override { statements_.clear(); }

  Status run(std::string_view sql, std::span<const Value> values, const RowCallback* each_row) override {
    sqlite3_stmt* const at = TRY(prepared(sql));
    for (std::size_t i = 0; i < values.size(); ++i)
      if (const int rc = bind(at, static_cast<int>(i + 1), values[i]); rc != SQLITE_OK)
        return failed(rc, sql);
    const SqliteRow row(at);
    int rc = SQLITE_OK;
    while ((rc = sqlite3_step(at)) == SQLITE_ROW)
      if (each_row != nullptr) (*each_row)(row);
    const Status status = rc == SQLITE_DONE ? Status() : failed(rc, sql);
    sqlite3_reset(at);
    return status;
  }

  Status script(std::string_view sql) override {
    const int rc = sqlite3_exec(handle_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
    return rc == SQLITE_OK ? Status() : failed(rc, sql);
  }

  Status begin() override { return run("BEGIN IMMEDIATE", {}, nullptr); }
  Status commit() override { return run("COMMIT", {}, nullptr); }
  void rollback() override {
    if (sqlite3_get_autocommit(handle_.get()) == 0) (void)run("ROLLBACK", {}, nullptr).ok();
  }

 private:
  Result<sqlite3_stmt*> prepared(std::string_view sql) {
    if (const auto found = statements_.find(sql); found != statements_.end()) return found->second.get();
    sqlite3_stmt* at = nullptr;
    const int rc = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &at, nullptr);
    if (rc != SQLITE_OK) return failed(rc, sql).error();
    statements_.emplace(std::string(sql), StatementHandle(at, &sqlite3_finalize));
    return at;
  }

  Status failed(int rc, std::string_view sql) const {
    const int primary = rc & 0xff;
    const Errc code = code_of(rc);
    const std::string damage = code == Errc::corrupt ? damage_of(handle_.get()) : std::string();
    if (!damage.empty()) return Error{code, damage + std::string(advice(primary, code))};
    return Error{code, fmt::format("{}: {}{}{}", path_, sqlite3_errmsg(handle_.get()), advice(primary, code),
                                   code == Errc::internal && primary != SQLITE_IOERR
                                       ? fmt::format(" in {}", sql.substr(0, 120))
                                       : "")};
  }

  static std::string_view advice(int primary, Errc code) {
    if (code == Errc::corrupt) return "; the data is damaged: stop, run `weir ledger verify`, restore";
    if (primary == SQLITE_FULL) return "; the disk is full, nothing was recorded; make room, then try again";
    if (primary == SQLITE_IOERR) return "; the disk failed";
    return "";
  }

  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> handle_;
  StatementCache statements_;
  std::string path_;
};

constexpr std::string_view writer_settings =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=ON;"
    "PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;";
constexpr std::string_view reader_settings =
    "PRAGMA query_only=ON; PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;";

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, OpenMode mode,
                                              const std::string& files) {
  // How much memory it uses it would count under a lock that all connections share, at every allocation.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (mode == OpenMode::read_write ? SQLITE_OPEN_CREATE : 0);
  const int rc = sqlite3_open_v2(path.c_str(), &handle, flags, checksum_vfs_over(files).c_str());
  auto db = std::make_unique<SqliteDatabase>(handle, path);
  if (rc != SQLITE_OK)
    return Error{Errc::unavailable, fmt::format("cannot open {}: {}", path, sqlite3_errstr(rc))};
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 5000);
  int reserved = checksum_bytes;  // of a database that is made now; one that is there keeps what it has
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  TRY(db->script(mode == OpenMode::read_write ? writer_settings : reader_settings));
  return std::unique_ptr<Database>(std::move(db));
}

Result<WalState> checkpoint_wal(Database& db, WalCheckpoint how) {
  constexpr std::array<std::string_view, 3> statements{
      "PRAGMA wal_checkpoint(PASSIVE)", "PRAGMA wal_checkpoint(RESTART)", "PRAGMA wal_checkpoint(TRUNCATE)"};
  const auto state = TRY(query_one(db, statements[static_cast<std::size_t>(how)],
                                   [](const Row& row) { return WalState{row.integer(1), row.integer(2)}; }));
  return state.value_or(WalState{});
}

}  // namespace weir::store
