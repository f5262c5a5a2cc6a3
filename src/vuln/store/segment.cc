#include "vuln/store/segment.h"

#include <fmt/format.h>

#include <algorithm>

#include "vuln/store/coding.h"
#include "vuln/store/segment_form.h"

namespace weir::vuln {
namespace {

namespace form = segment_form;

constexpr std::uint64_t text_head_bytes_max = 10;  // of the length before a text

std::uint32_t word(BytesView row, std::size_t at) { return load_fixed<std::uint32_t>(row.data() + at); }

}  // namespace

Result<Segment> Segment::open(const std::string& path) {
  return from(TRY(PagedFile::open(path, PagedKind::advisories)));
}

Result<Segment> Segment::over(Bytes content, std::string name) {
  return from(TRY(PagedFile::over(std::move(content), std::move(name), PagedKind::advisories)));
}

Result<Segment> Segment::from(std::shared_ptr<const PagedFile> file) {
  Segment segment(std::move(file));
  struct Row {
    form::Section section;
    std::size_t bytes;
    std::size_t& count;
  };
  for (const Row& row : {Row{form::records, form::record_bytes, segment.records_},
                         Row{form::names, form::name_bytes, segment.names_},
                         Row{form::entries, form::entry_bytes, segment.entries_},
                         Row{form::slots, form::slot_bytes, segment.slots_},
                         Row{form::aliases, form::mention_bytes, segment.mentions_[0]},
                         Row{form::upstreams, form::mention_bytes, segment.mentions_[1]},
                         Row{form::relateds, form::mention_bytes, segment.mentions_[2]}}) {
    const std::size_t bytes = segment.file_->section_bytes(row.section);
    if (bytes % row.bytes != 0) return segment.file_->corrupt("a table ends within a row");
    row.count = bytes / row.bytes;
  }
  if (segment.slots_ <= segment.names_ || !std::has_single_bit(segment.slots_))
    return segment.file_->corrupt("its table of slots has no size that one can have");
  return segment;
}

Result<std::string_view> Segment::text(std::uint64_t reference) const {
  const std::uint64_t all = file_->section_bytes(form::texts);
  if (reference >= all) return file_->corrupt("a text lies beyond all texts");
  const BytesView head =
      TRY(file_->bytes(form::texts, reference, std::min(text_head_bytes_max, all - reference)));
  Decoder decoder(head);
  const std::uint64_t size = decoder.varint();
  if (!decoder.sound()) return file_->corrupt("a text has no length");
  return TRY(file_->bytes(form::texts, reference + decoder.position(), size));
}

Result<Segment::Head> Segment::head(std::size_t record) const {
  const BytesView row = TRY(file_->bytes(form::records, record * form::record_bytes, form::record_bytes));
  const std::uint32_t flags = word(row, 4);
  Head head{.feed = word(row, 20),
            .withdrawn = (flags & form::flag_withdrawn) != 0,
            .removed = (flags & form::flag_removed) != 0};
  head.id = TRY(text(word(row, 0)));
  head.content = TRY(sha256_from_bytes(row.substr(24, 32)));
  return head;
}

Result<BytesView> Segment::body_of(std::size_t record) const {
  const BytesView row = TRY(file_->bytes(form::records, record * form::record_bytes, form::record_bytes));
  return file_->bytes(form::bodies, load_fixed<std::uint64_t>(row.data() + 8), word(row, 16));
}

Result<std::string> Segment::read_text(Decoder& from) const {
  const std::string_view found = TRY(text(from.varint()));
  if (!from.sound()) return file_->corrupt("a record ends too early");
  return std::string(found);
}

Status Segment::read_list(Decoder& from, std::vector<std::string>& out) const {
  const std::size_t count = from.count();
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::string each = TRY(read_text(from));
    out.push_back(std::move(each));
  }
  return {};
}

Status Segment::read_severity(Decoder& from, std::vector<Severity>& out) const {
  const std::size_t count = from.count();
  for (std::size_t i = 0; i < count; ++i) {
    Severity severity;
    severity.type = TRY(read_text(from));
    severity.score = TRY(read_text(from));
    out.push_back(std::move(severity));
  }
  return {};
}

Status Segment::read_ranges(Decoder& from, std::vector<Range>& out) const {
  const std::size_t count = from.count();
  for (std::size_t i = 0; i < count; ++i) {
    Range range;
    const std::uint64_t type = from.varint();
    if (type > static_cast<std::uint64_t>(Range::Type::git)) return file_->corrupt("a range has no type");
    range.type = static_cast<Range::Type>(type);
    const std::size_t events = from.count();
    if (events == 0) return file_->corrupt("a range has no events");
    for (std::size_t event = 0; event < events; ++event) {
      const std::uint64_t kind = from.varint();
      if (kind > static_cast<std::uint64_t>(Event::Kind::limit))
        return file_->corrupt("an event has no kind");
      std::string version = TRY(read_text(from));
      range.events.push_back({static_cast<Event::Kind>(kind), std::move(version)});
    }
    out.push_back(std::move(range));
  }
  return {};
}

Result<Affected> Segment::read_package(std::uint64_t offset) const {
  const std::uint64_t all = file_->section_bytes(form::packages);
  if (offset >= all) return file_->corrupt("a package lies beyond all packages");
  const BytesView head =
      TRY(file_->bytes(form::packages, offset, std::min(text_head_bytes_max, all - offset)));
  Decoder length(head);
  const std::uint64_t size = length.varint();
  if (!length.sound()) return file_->corrupt("a package has no length");
  Decoder decoder(TRY(file_->bytes(form::packages, offset + length.position(), size)));
  Affected affected;
  TRY(read_severity(decoder, affected.severity));
  TRY(read_ranges(decoder, affected.ranges));
  TRY(read_list(decoder, affected.versions));
  if (!decoder.finished()) return file_->corrupt("a package does not end where it should");
  return affected;
}

Result<Advisory> Segment::read_head(Decoder& from) const {
  Advisory advisory;
  advisory.modified = TRY(read_text(from));
  advisory.withdrawn = TRY(read_text(from));
  advisory.summary = TRY(read_text(from));
  TRY(read_list(from, advisory.aliases));
  TRY(read_list(from, advisory.upstream));
  TRY(read_list(from, advisory.related));
  TRY(read_severity(from, advisory.severity));
  return advisory;
}

Result<Advisory> Segment::without_affected(std::size_t record) const {
  const Head about = TRY(head(record));
  if (about.removed) return Advisory{.id = std::string(about.id)};
  Decoder decoder(TRY(body_of(record)));
  Advisory advisory = TRY(read_head(decoder));
  advisory.id = about.id;
  return advisory;
}

Result<StoredRecord> Segment::record(std::size_t record) const {
  TRY(file_->check_whole());
  const Head about = TRY(head(record));
  StoredRecord stored{.content = about.content, .feed = about.feed, .removed = about.removed};
  stored.advisory.id = about.id;
  if (about.removed) return stored;
  Decoder decoder(TRY(body_of(record)));
  stored.advisory = TRY(read_head(decoder));
  stored.advisory.id = about.id;
  const std::size_t count = decoder.count();
  for (std::size_t i = 0; i < count; ++i) {
    std::string ecosystem = TRY(read_text(decoder));
    std::string name = TRY(read_text(decoder));
    Affected affected = TRY(read_package(decoder.varint()));
    affected.ecosystem = std::move(ecosystem);
    affected.name = std::move(name);
    stored.advisory.affected.push_back(std::move(affected));
  }
  if (!decoder.finished()) return file_->corrupt("a record does not end where it should");
  return stored;
}

Result<std::optional<std::size_t>> Segment::find(std::string_view id) const {
  TRY(file_->check_whole());
  std::size_t low = 0, high = records_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const BytesView row = TRY(file_->bytes(form::records, middle * form::record_bytes, form::record_bytes));
    const std::string_view at = TRY(text(word(row, 0)));
    if (at == id) return std::optional(middle);
    if (at < id) low = middle + 1;
    else high = middle;
  }
  return std::optional<std::size_t>();
}

Result<std::vector<std::size_t>> Segment::mentioning(Mention mention, std::string_view name) const {
  TRY(file_->check_whole());
  const std::size_t section = form::aliases + static_cast<std::size_t>(mention);
  const std::size_t rows = mentions_[static_cast<std::size_t>(mention)];
  std::size_t low = 0, high = rows;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const BytesView row = TRY(file_->bytes(section, middle * form::mention_bytes, form::mention_bytes));
    const std::string_view at = TRY(text(word(row, 0)));
    if (at < name) low = middle + 1;
    else high = middle;
  }
  std::vector<std::size_t> found;
  for (; low < rows; ++low) {
    const BytesView row = TRY(file_->bytes(section, low * form::mention_bytes, form::mention_bytes));
    const std::string_view at = TRY(text(word(row, 0)));
    if (at != name) break;
    if (word(row, 4) >= records_) return file_->corrupt("a record is mentioned by none");
    found.push_back(word(row, 4));
  }
  return found;
}

Result<std::vector<Segment::Place>> Segment::about(std::string_view ecosystem,
                                                   std::string_view index_name) const {
  TRY(file_->check_whole());
  std::vector<Place> places;
  std::size_t slot = form::hash_of(ecosystem, index_name) & (slots_ - 1);
  for (std::size_t tried = 0; tried < slots_; ++tried, slot = (slot + 1) & (slots_ - 1)) {
    const BytesView filled = TRY(file_->bytes(form::slots, slot * form::slot_bytes, form::slot_bytes));
    const std::uint32_t number = word(filled, 0);
    if (number == 0) return places;
    const BytesView name = TRY(file_->bytes(form::names, (number - 1) * form::name_bytes, form::name_bytes));
    const std::string_view found_ecosystem = TRY(text(word(name, 0)));
    const std::string_view found_name = TRY(text(word(name, 4)));
    if (found_ecosystem != ecosystem || found_name != index_name) continue;
    const std::uint64_t first = word(name, 8), count = word(name, 12);
    const BytesView rows =
        TRY(file_->bytes(form::entries, first * form::entry_bytes, count * form::entry_bytes));
    for (std::size_t at = 0; at < rows.size(); at += form::entry_bytes) {
      Place place{.record = word(rows, at), .package = load_fixed<std::uint64_t>(rows.data() + at + 16)};
      if (place.record >= records_) return file_->corrupt("an entry is of no record");
      place.release = TRY(text(word(rows, at + 4)));
      place.ecosystem = TRY(text(word(rows, at + 8)));
      place.name = TRY(text(word(rows, at + 12)));
      places.push_back(place);
    }
    return places;
  }
  return file_->corrupt("its table of slots is full");
}

Result<Affected> Segment::affected(const Place& place) const {
  Affected affected = TRY(read_package(place.package));
  affected.ecosystem = place.ecosystem;
  affected.name = place.name;
  return affected;
}

}  // namespace weir::vuln
