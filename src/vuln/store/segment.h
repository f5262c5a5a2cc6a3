// Advisories in one immutable file, found by package, by id and by alias without reading the others. What is decoded
// is exactly what the writer was given. Every offset is checked on reading; nothing read can crash.
// Format: docs/formats/advisory-store.md. Safe to read from many threads.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vuln/advisory.h"
#include "vuln/store/paged_file.h"

namespace weir::vuln {

class Decoder;

// A record as it is kept: what its text said, the digest of that text, and the feed (by its number in the manifest)
// that brought it. A removed one has an id alone, and hides what older segments hold under it.
struct StoredRecord {
  Advisory advisory;
  Sha256 content;
  std::uint32_t feed = 0;
  bool removed = false;
};

// How a record names another one.
enum class Mention { alias, upstream, related };

class Segment {
 public:
  static Result<Segment> open(const std::string& path);
  static Result<Segment> over(Bytes content, std::string name);

  std::size_t size() const { return records_; }
  const Sha256& digest() const { return file_->digest(); }
  std::size_t file_bytes() const { return file_->file_bytes(); }

  struct Head {
    std::string_view id;
    Sha256 content;
    std::uint32_t feed = 0;
    bool withdrawn = false, removed = false;
  };
  Result<Head> head(std::size_t record) const;  // records are numbered in the order of their ids
  Result<StoredRecord> record(std::size_t record) const;
  Result<Advisory> without_affected(std::size_t record) const;

  Result<std::optional<std::size_t>> find(std::string_view id) const;
  // The records that name this one so.
  Result<std::vector<std::size_t>> mentioning(Mention mention, std::string_view name) const;

  // One affected package of one record.
  struct Place {
    std::size_t record = 0;
    std::string_view ecosystem, name,
        release;  // as the record has them; the release that its ecosystem names
    std::uint64_t package = 0;
  };
  // By ecosystem without suffix and name as an index holds it; withdrawn records say nothing. By record.
  Result<std::vector<Place>> about(std::string_view ecosystem, std::string_view index_name) const;
  Result<Affected> affected(const Place& place) const;

 private:
  explicit Segment(std::shared_ptr<const PagedFile> file) : file_(std::move(file)) {}
  static Result<Segment> from(std::shared_ptr<const PagedFile> file);
  Result<std::string_view> text(std::uint64_t reference) const;
  Status read_list(Decoder& from, std::vector<std::string>& out) const;
  Status read_severity(Decoder& from, std::vector<Severity>& out) const;
  Status read_ranges(Decoder& from, std::vector<Range>& out) const;
  Result<std::string> read_text(Decoder& from) const;
  Result<Advisory> read_head(Decoder& from) const;
  Result<Affected> read_package(std::uint64_t offset) const;
  Result<BytesView> body_of(std::size_t record) const;

  std::shared_ptr<const PagedFile> file_;
  std::size_t records_ = 0, names_ = 0, entries_ = 0, slots_ = 0;
  std::array<std::size_t, 3> mentions_{};
};

// Collects records and writes them out. A record added under an id that is there already takes its place.
class SegmentWriter {
 public:
  // Errors: too_large, when one segment cannot hold more.
  Status add(const StoredRecord& record);
  bool holds(std::string_view id) const { return numbers_.contains(std::string(id)); }
  std::size_t size() const { return numbers_.size(); }
  Bytes finish() const;

 private:
  struct Row {
    std::string id;
    std::uint32_t flags = 0, feed = 0;
    Sha256 content;
    std::string body;
    std::array<std::vector<std::uint32_t>, 3> mentions;
  };
  struct Entry {
    std::size_t record = 0;
    std::uint32_t release = 0, ecosystem = 0, name = 0;
    std::uint64_t package = 0;
  };
  struct Texts {
    std::unordered_map<std::string, std::uint64_t> known;
    Bytes bytes;
    std::uint64_t put(std::string_view text);
  };
  void put_list(Bytes& out, const std::vector<std::string>& list);
  void put_severity(Bytes& out, const std::vector<Severity>& list);
  std::uint64_t put_package(const Affected& affected);
  Bytes encode_head(const Advisory& advisory);
  std::string_view text_at(std::uint64_t reference) const;
  void write_mentions(Bytes& out, std::vector<std::pair<std::uint32_t, std::uint32_t>> mentions) const;
  void write_names(std::array<Bytes, 10>& out,
                   const std::vector<std::optional<std::uint32_t>>& numbered) const;

  Texts texts_, packages_;
  std::vector<Row> rows_;  // replaced ones too
  std::unordered_map<std::string, std::size_t> numbers_;
  // By the texts of ecosystem (upper half) and index name.
  std::unordered_map<std::uint64_t, std::vector<Entry>> entries_;
};

}  // namespace weir::vuln
