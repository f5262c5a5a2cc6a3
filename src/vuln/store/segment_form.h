// What stands in a segment, for its reader and its writer alone. Format: docs/formats/advisory-store.md.
#pragma once
#include <cstdint>
#include <string_view>

namespace weir::vuln::segment_form {

enum Section : std::size_t {
  texts,
  records,
  bodies,
  packages,
  names,
  entries,
  slots,
  aliases,
  upstreams,
  relateds
};
inline constexpr std::size_t sections = 10;

// A record: text of its id, flags, offset of its body, bytes of it, feed, SHA-256 of the content.
inline constexpr std::size_t record_bytes = 4 + 4 + 8 + 4 + 4 + 32;
// A name: texts of ecosystem and index name, first entry, number of entries.
inline constexpr std::size_t name_bytes = 16;
// An entry: record, texts of release, ecosystem and name, offset of the package.
inline constexpr std::size_t entry_bytes = 24;
inline constexpr std::size_t slot_bytes = 4;     // number of a name plus 1; 0 for none
inline constexpr std::size_t mention_bytes = 8;  // text, record; of aliases, upstreams and relateds

inline constexpr std::uint32_t flag_withdrawn = 1, flag_removed = 2;
inline constexpr std::uint64_t texts_bytes_max = 0xffff'ffff;

// FNV-1a, of the ecosystem, a line feed and the name.
constexpr std::uint64_t hash_of(std::string_view ecosystem, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&hash](char c) { hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3; };
  for (const char c : ecosystem) mix(c);
  mix('\n');
  for (const char c : name) mix(c);
  return hash ^ (hash >> 32);
}

}  // namespace weir::vuln::segment_form
