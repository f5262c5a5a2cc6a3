// What a store of advisories reads. The first byte says what the others are: a whole file as it lies on the disk; the
// ten sections of a segment under sound digests, each with two bytes of length before it; a record, which must come
// back from a segment as it was given; a list of CVEs; a manifest. Any of them give an answer or an error.
#include <array>
#include <cstdint>

#include "base/check.h"
#include "vuln/store/cve_table.h"
#include "vuln/store/manifest.h"
#include "vuln/store/segment.h"

namespace {

using namespace weir;
using namespace weir::vuln;

void ask_for_all(const Segment& segment) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const auto head = segment.head(i);
    if (!head.ok()) continue;
    (void)segment.find(head->id).ok();
    for (const Mention mention : {Mention::alias, Mention::upstream, Mention::related})
      (void)segment.mentioning(mention, head->id).ok();
    const auto record = segment.record(i);
    if (!record.ok()) continue;
    for (const Affected& affected : record->advisory.affected) {
      const auto places = segment.about(affected.ecosystem, affected.name);
      for (std::size_t at = 0; places.ok() && at < places->size(); ++at)
        (void)segment.affected((*places)[at]).ok();
    }
  }
}

void read_sections(BytesView rest) {
  std::array<Bytes, 10> sections;
  for (Bytes& section : sections) {
    if (rest.size() < 2) break;
    const std::size_t size = static_cast<std::uint8_t>(rest[0]) | static_cast<std::uint8_t>(rest[1]) << 8;
    section = rest.substr(2, size);
    rest.remove_prefix(std::min(size + 2, rest.size()));
  }
  const auto segment = Segment::over(build_paged_file(PagedKind::advisories, sections), "fuzz");
  if (segment.ok()) ask_for_all(*segment);
}

void keep_record(std::string_view text) {
  const Result<Advisory> advisory = read_advisory(text);
  if (!advisory.ok()) return;
  SegmentWriter writer;
  CHECK(writer.add({.advisory = *advisory, .content = {}, .feed = 7}).ok());
  const auto segment = Segment::over(writer.finish(), "fuzz");
  CHECK(segment.ok() && segment->size() == 1);
  const auto kept = segment->record(0);
  CHECK(kept.ok() && kept->feed == 7 && kept->advisory.id == advisory->id);
  CHECK(kept->advisory.aliases == advisory->aliases && kept->advisory.upstream == advisory->upstream);
  CHECK(kept->advisory.affected.size() == advisory->affected.size());
  for (std::size_t i = 0; i < kept->advisory.affected.size(); ++i) {
    const Affected &a = kept->advisory.affected[i], &b = advisory->affected[i];
    CHECK(a.ecosystem == b.ecosystem && a.name == b.name && a.versions == b.versions);
    CHECK(a.ranges.size() == b.ranges.size());
  }
  ask_for_all(*segment);
}

void read_list(std::string_view text) {
  if (const auto list = read_exploited(text); list.ok()) {
    const auto file = PagedFile::over(encode_exploited(list->rows), "fuzz", PagedKind::exploited);
    CHECK(file.ok());
    for (const Exploited& row : list->rows) CHECK(find_exploited(**file, row.cve)->has_value());
  }
  if (const auto list = read_likelihood(text); list.ok()) {
    const auto file = PagedFile::over(encode_likelihood(list->rows), "fuzz", PagedKind::likelihood);
    CHECK(file.ok());
    for (const Likelihood& row : list->rows) CHECK(find_likelihood(**file, row.cve)->has_value());
  }
}

void read_file(BytesView content) {
  const auto segment = Segment::over(Bytes(content), "fuzz");
  if (segment.ok()) ask_for_all(*segment);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const BytesView rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 5 == 0) read_file(rest);
  if (data[0] % 5 == 1) read_sections(rest);
  if (data[0] % 5 == 2) keep_record(rest);
  if (data[0] % 5 == 3) read_list(rest);
  if (data[0] % 5 == 4) (void)decode_manifest(rest, "fuzz").ok();
  return 0;
}
