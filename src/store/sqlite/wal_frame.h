// Frames of SQLite's write-ahead log, enough of them to check one page by itself: a frame is a header of 24 bytes and a
// page; the header ends in a checksum over this frame and all before it, so that one frame is checked with the checksum
// its predecessor states. Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log. Frames count from 0.
#pragma once
#include <cstdint>
#include <functional>

#include "base/bytes.h"

namespace weir::store {

inline constexpr std::int64_t wal_header_bytes = 32;
inline constexpr std::int64_t wal_frame_header_bytes = 24;
inline constexpr std::int64_t wal_no_frame = -1;

inline std::int64_t wal_frame_offset(std::int64_t frame, std::int64_t page_bytes) {
  return wal_header_bytes + frame * (wal_frame_header_bytes + page_bytes);
}
// The frame whose page lies exactly here; wal_no_frame when none does.
std::int64_t wal_frame_of_page(std::int64_t page_bytes, std::int64_t offset);

using WalReader = std::function<bool(char* to, int size, std::int64_t at)>;  // false: not all of it is there

// Whether the page is what was written into the frame, by the checksum in its header.
bool wal_page_is_sound(BytesView page, std::int64_t frame, const WalReader& read);

}  // namespace weir::store
