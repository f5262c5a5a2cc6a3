// The spool is a bounded queue of reports on disk. Everything the agent says goes through it, so what a crash or a
// server
// that is away leaves unsaid is still there afterwards, in order. Beyond its bound the oldest deltas are dropped and
// counted; the oldest full report stays with all its parts. Damage costs the damaged reports, never the rest, and is
// counted too.
//
// Segments "<number>.spool" of about 1 MiB, removed when all their reports are taken. A record is
//   "WSPL" | u32 size | u32 CRC-32C of what follows | u8 kind | u8 waited | u64 events | report   (big-endian)
// A crash may bring back reports of one segment that were taken already; whoever takes them must bear that.
// All functions are safe from any thread. Source of CRC-32C: RFC 3720 appendix B.4.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::agent {

enum class SpoolKind : std::uint8_t {
  delta,
  full,
  part,      // goes on with the full report, or the part, before it
  document,  // no report: a document of an inventory that a later report names
};

struct SpoolRecord {
  SpoolKind kind = SpoolKind::delta;
  bool waited = false;      // the server was away when it was made
  std::int64_t events = 0;  // what is lost when this record is
  Bytes report;
  bool operator==(const SpoolRecord&) const = default;
};

// A record with the ticket by which it is taken away: it may have been dropped to make room meanwhile.
struct SpoolFront {
  std::uint64_t ticket = 0;
  SpoolRecord record;
};

struct SpoolLimits {
  std::size_t bytes_max = 64 << 20;
  std::size_t segment_bytes_max = 1 << 20;
};

class Spool {
 public:
  // Creates the directory (0700) when it isn't there; reads what is left from before. Errors name the file.
  static Result<std::unique_ptr<Spool>> open(const std::string& directory, SpoolLimits limits);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  Status append(const SpoolRecord& record);  // unavailable when the disk takes no more: the record isn't there
  std::optional<SpoolFront> front();         // the oldest readable one
  void pop(std::uint64_t ticket);            // takes it away, if it's still there
  Status sync();                             // what was appended survives a loss of power

  std::size_t count() const;
  std::size_t bytes() const;    // on disk
  std::int64_t take_lost();     // events in records dropped or damaged since the last call

 private:
  struct Segment {
    int file = -1;
    std::size_t bytes = 0;    // on disk
    std::size_t records = 0;  // of them in the queue
  };
  struct Entry {
    std::uint64_t ticket = 0, segment = 0;
    std::size_t offset = 0, size = 0;  // of the whole record
    SpoolKind kind = SpoolKind::delta;
    std::int64_t events = 0;
  };
  Spool(std::string directory, SpoolLimits limits);

  std::string path_of(std::uint64_t segment) const;
  Status read_back();
  Status read_segment(std::uint64_t number);
  Result<Segment*> writable_segment(std::size_t record_bytes);
  void make_room(std::size_t record_bytes);
  bool drop_oldest_segment_of_deltas(std::uint64_t number);
  Status rewrite(std::uint64_t number, const std::deque<SpoolRecord>& kept);
  std::optional<SpoolRecord> load(const Entry& entry);
  void pop_front();
  void release(std::uint64_t number);
  std::size_t total_bytes() const;

  const std::string directory_;
  const SpoolLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Segment> segments_;
  std::deque<Entry> queue_;
  std::uint64_t next_ticket_ = 1;
  std::int64_t lost_ = 0;
};

std::uint32_t crc32c(BytesView bytes);

}  // namespace weir::agent
