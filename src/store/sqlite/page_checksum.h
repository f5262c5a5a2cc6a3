// What ties a page to its place: 64 bits over its content and its number, kept in the last 8 bytes of the page, which
// SQLite leaves free for it (the "reserved space" of its file format). A change within any one aligned 8 bytes is found
// with certainty, since every step of a lane can be undone; others are missed about once in 2^64. It guards against
// disks and stray writes, not against people: those meet the Merkle tree. Pure.
#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace weir::store {

inline constexpr int checksum_bytes = 8;

// `page`: the whole page; its last 8 bytes are not looked at. A multiple of 32 bytes.
std::uint64_t page_checksum(BytesView page, std::uint64_t number);

bool page_is_sound(BytesView page, std::uint64_t number);
void seal_page(char* page, std::size_t size, std::uint64_t number);  // writes the checksum into the last 8 bytes

}  // namespace weir::store
