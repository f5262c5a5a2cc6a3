#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "vuln/package.h"
#include "vuln/store/coding.h"
#include "vuln/store/segment.h"
#include "vuln/store/segment_form.h"
#include "vuln/version_order.h"

namespace weir::vuln {
namespace {

namespace form = segment_form;

std::uint32_t narrow(std::uint64_t number) { return static_cast<std::uint32_t>(number); }

}  // namespace

// The text with its length before it, once; where it stands.
std::uint64_t SegmentWriter::Texts::put(std::string_view text) {
  const auto [found, is_new] = known.try_emplace(std::string(text), bytes.size());
  if (is_new) {
    append_varint(bytes, text.size());
    bytes += text;
  }
  return found->second;
}

void SegmentWriter::put_list(Bytes& out, const std::vector<std::string>& list) {
  append_varint(out, list.size());
  for (const std::string& each : list) append_varint(out, texts_.put(each));
}

void SegmentWriter::put_severity(Bytes& out, const std::vector<Severity>& list) {
  append_varint(out, list.size());
  for (const Severity& each : list) {
    append_varint(out, texts_.put(each.type));
    append_varint(out, texts_.put(each.score));
  }
}

// Packages of one advisory are often affected alike: what is said of them is kept once.
std::uint64_t SegmentWriter::put_package(const Affected& affected) {
  Bytes body;
  put_severity(body, affected.severity);
  append_varint(body, affected.ranges.size());
  for (const Range& range : affected.ranges) {
    append_varint(body, static_cast<std::uint64_t>(range.type));
    append_varint(body, range.events.size());
    for (const Event& event : range.events) {
      append_varint(body, static_cast<std::uint64_t>(event.kind));
      append_varint(body, texts_.put(event.version));
    }
  }
  put_list(body, affected.versions);
  return packages_.put(body);
}

Bytes SegmentWriter::encode_head(const Advisory& advisory) {
  Bytes body;
  for (const std::string* each : {&advisory.modified, &advisory.withdrawn, &advisory.summary})
    append_varint(body, texts_.put(*each));
  for (const auto* each : {&advisory.aliases, &advisory.upstream, &advisory.related}) put_list(body, *each);
  put_severity(body, advisory.severity);
  return body;
}

Status SegmentWriter::add(const StoredRecord& record) {
  const Advisory& advisory = record.advisory;
  if (texts_.bytes.size() + packages_.bytes.size() > form::texts_bytes_max / 2)
    return Error{Errc::too_large, "one segment of an advisory store holds at most 2 GiB of texts"};
  Row row{.id = advisory.id, .feed = record.feed, .content = record.content};
  row.flags =
      (advisory.withdrawn.empty() ? 0 : form::flag_withdrawn) | (record.removed ? form::flag_removed : 0);
  const std::size_t number = rows_.size();
  if (!record.removed) {
    row.body = encode_head(advisory);
    append_varint(row.body, advisory.affected.size());
    for (const Affected& affected : advisory.affected) {
      Entry entry{.record = number, .package = put_package(affected)};
      entry.ecosystem = narrow(texts_.put(affected.ecosystem));
      entry.name = narrow(texts_.put(affected.name));
      append_varint(row.body, entry.ecosystem);
      append_varint(row.body, entry.name);
      append_varint(row.body, entry.package);
      if (affected.name.empty() || !advisory.withdrawn.empty()) continue;
      const std::string ecosystem(without_suffix(affected.ecosystem));
      entry.release = narrow(texts_.put(release_of_ecosystem(affected.ecosystem)));
      const std::uint64_t key =
          (texts_.put(ecosystem) << 32) | texts_.put(index_name(ecosystem, affected.name));
      entries_[key].push_back(entry);
    }
    const std::array lists{&advisory.aliases, &advisory.upstream, &advisory.related};
    for (std::size_t i = 0; i < lists.size(); ++i)
      for (const std::string& each : *lists[i]) row.mentions[i].push_back(narrow(texts_.put(each)));
  }
  texts_.put(row.id);
  numbers_[row.id] = number;
  rows_.push_back(std::move(row));
  return {};
}

Bytes SegmentWriter::finish() const {
  std::array<Bytes, form::sections> out;
  out[form::texts] = texts_.bytes;
  out[form::packages] = packages_.bytes;
  std::vector<std::size_t> order;
  for (const auto& [id, number] : numbers_) order.push_back(number);
  std::ranges::sort(order, {}, [&](std::size_t number) -> const std::string& { return rows_[number].id; });
  std::vector<std::optional<std::uint32_t>> numbered(rows_.size());  // replaced rows get none
  std::array<std::vector<std::pair<std::uint32_t, std::uint32_t>>, 3> mentions;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Row& row = rows_[order[i]];
    numbered[order[i]] = narrow(i);
    append_fixed<std::uint32_t>(out[form::records], narrow(texts_.known.at(row.id)));
    append_fixed<std::uint32_t>(out[form::records], row.flags);
    append_fixed<std::uint64_t>(out[form::records], out[form::bodies].size());
    append_fixed<std::uint32_t>(out[form::records], narrow(row.body.size()));
    append_fixed<std::uint32_t>(out[form::records], row.feed);
    out[form::records] += row.content.view();
    out[form::bodies] += row.body;
    for (std::size_t kind = 0; kind < mentions.size(); ++kind)
      for (const std::uint32_t text : row.mentions[kind]) mentions[kind].emplace_back(text, narrow(i));
  }
  for (std::size_t kind = 0; kind < mentions.size(); ++kind)
    write_mentions(out[form::aliases + kind], std::move(mentions[kind]));
  write_names(out, numbered);
  return build_paged_file(PagedKind::advisories, out);
}

// Sorted by text, then by record.
void SegmentWriter::write_mentions(Bytes& out,
                                   std::vector<std::pair<std::uint32_t, std::uint32_t>> mentions) const {
  std::ranges::sort(mentions, [&](const auto& a, const auto& b) {
    if (a.first == b.first) return a.second < b.second;
    return text_at(a.first) < text_at(b.first);
  });
  const auto [first, last] = std::ranges::unique(mentions);
  mentions.erase(first, last);
  for (const auto& [text, record] : mentions) {
    append_fixed<std::uint32_t>(out, text);
    append_fixed<std::uint32_t>(out, record);
  }
}

void SegmentWriter::write_names(std::array<Bytes, form::sections>& out,
                                const std::vector<std::optional<std::uint32_t>>& numbered) const {
  std::vector<std::uint64_t> keys;
  for (const auto& [key, entries] : entries_) keys.push_back(key);
  std::ranges::sort(keys, {},
                    [&](std::uint64_t key) { return std::pair(text_at(key >> 32), text_at(narrow(key))); });
  std::vector<std::uint32_t> slots(std::bit_ceil(keys.size() * 2 + 1));
  std::uint32_t named = 0, first = 0;
  for (const std::uint64_t key : keys) {
    std::vector<Entry> live;
    for (const Entry& entry : entries_.at(key))
      if (numbered[entry.record]) live.push_back(entry);
    if (live.empty()) continue;
    std::ranges::stable_sort(live, {}, [&](const Entry& entry) { return *numbered[entry.record]; });
    for (const Entry& entry : live) {
      for (const std::uint32_t word : {*numbered[entry.record], entry.release, entry.ecosystem, entry.name})
        append_fixed(out[form::entries], word);
      append_fixed(out[form::entries], entry.package);
    }
    append_fixed(out[form::names], narrow(key >> 32));
    append_fixed(out[form::names], narrow(key));
    append_fixed(out[form::names], first);
    append_fixed(out[form::names], narrow(live.size()));
    first += narrow(live.size());
    std::size_t slot = form::hash_of(text_at(key >> 32), text_at(narrow(key))) & (slots.size() - 1);
    while (slots[slot] != 0) slot = (slot + 1) & (slots.size() - 1);
    slots[slot] = ++named;
  }
  for (const std::uint32_t slot : slots) append_fixed(out[form::slots], slot);
}

std::string_view SegmentWriter::text_at(std::uint64_t reference) const {
  Decoder length(BytesView(texts_.bytes).substr(reference, 10));
  const std::uint64_t size = length.varint();
  return BytesView(texts_.bytes).substr(reference + length.position(), size);
}

}  // namespace weir::vuln
