#include "agent/inventory/zip_file.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "agent/inventory/bounds.h"

namespace weir::agent {
namespace {

constexpr std::uint32_t end_mark = 0x06054b50, end64_mark = 0x06064b50, locator64_mark = 0x07064b50;
constexpr std::uint32_t entry_mark = 0x02014b50, local_mark = 0x04034b50;
constexpr std::size_t end_bytes = 22, end64_bytes = 56, locator64_bytes = 20, entry_bytes = 46,
                      local_bytes = 30;
constexpr std::size_t comment_bytes_max = 65535, name_bytes_max = 4096;
constexpr std::size_t piece_bytes = 64 * 1024;
constexpr std::uint16_t stored_method = 0, deflated_method = 8, encrypted_flag = 1;
constexpr std::uint32_t in_zip64 = 0xffffffff;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return value;
}

Result<std::string> read_at(const FileWindow& window, std::uint64_t at, std::size_t size) {
  if (at > window.size || size > window.size - at) return invalid("it points outside itself");
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        pread(window.file, bytes.data() + done, size - done, static_cast<off_t>(window.offset + at + done));
    if (got <= 0) return invalid("it cannot be read whole");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

// Sizes and place as the zip64 field has them, in this order, where the entry's own fields are full.
void take_zip64(std::string_view extra, ZipEntry& entry) {
  while (extra.size() >= 4) {
    const auto id = number_at(extra, 0, 2), size = number_at(extra, 2, 2);
    if (size > extra.size() - 4) return;
    std::string_view field = extra.substr(4, size);
    for (std::uint64_t* value : {&entry.size, &entry.packed, &entry.header}) {
      if (id != 1 || *value != in_zip64 || field.size() < 8) continue;
      *value = number_at(field, 0, 8);
      field.remove_prefix(8);
    }
    extra.remove_prefix(4 + size);
  }
}

}  // namespace

Result<ZipFile> ZipFile::open(FileWindow window) {
  ZipFile zip(window);
  TRY(zip.find_directory());
  return zip;
}

Status ZipFile::find_directory() {
  const std::uint64_t tail = std::min<std::uint64_t>(window_.size, end_bytes + comment_bytes_max);
  const std::uint64_t tail_at = window_.size - tail;
  const std::string bytes = TRY(read_at(window_, tail_at, tail));
  if (bytes.size() < end_bytes) return invalid("it is no zip archive");
  for (std::size_t at = bytes.size() - end_bytes + 1; at-- > 0;) {
    if (number_at(bytes, at, 4) != end_mark) continue;
    if (number_at(bytes, at + 4, 2) != 0) return invalid("it goes over several disks");
    entries_ = number_at(bytes, at + 10, 2);
    directory_size_ = number_at(bytes, at + 12, 4);
    directory_ = number_at(bytes, at + 16, 4);
    const bool in_64 = entries_ == 0xffff || directory_ == in_zip64 || directory_size_ == in_zip64;
    std::uint64_t end_at = tail_at + at;
    if (in_64) end_at = TRY(read_zip64(end_at));
    return place_directory(end_at);
  }
  return invalid("it is no zip archive");
}

// What stands before the archive (a shell script that starts it) shifts every place in it.
Status ZipFile::place_directory(std::uint64_t end_at) {
  if (directory_size_ > end_at || directory_ > end_at - directory_size_)
    return invalid("its directory points outside itself");
  const std::uint64_t shift = end_at - directory_size_ - directory_;
  window_.offset += shift;
  window_.size -= shift;
  return {};
}

// Where its record begins, which is where the directory ends.
Result<std::uint64_t> ZipFile::read_zip64(std::uint64_t end_at) {
  if (end_at < locator64_bytes) return end_at;
  const std::string locator = TRY(read_at(window_, end_at - locator64_bytes, locator64_bytes));
  if (number_at(locator, 0, 4) != locator64_mark) return end_at;
  const std::uint64_t at = number_at(locator, 8, 8);
  const std::string end = TRY(read_at(window_, at, end64_bytes));
  if (number_at(end, 0, 4) != end64_mark) return invalid("its zip64 directory is not where it says");
  entries_ = number_at(end, 32, 8);
  directory_size_ = number_at(end, 40, 8);
  directory_ = number_at(end, 48, 8);
  return at;
}

Status ZipFile::each(const std::function<void(const ZipEntry&)>& tell) const {
  if (entries_ > inventory::zip_entries_max || directory_size_ > inventory::zip_directory_bytes_max)
    return Error{Errc::too_large, "it has too many entries"};
  const std::string directory = TRY(read_at(window_, directory_, directory_size_));
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < entries_; ++i) {
    if (directory.size() - at < entry_bytes || number_at(directory, at, 4) != entry_mark)
      return invalid("its directory is damaged");
    const std::string_view head = std::string_view(directory).substr(at);
    const std::size_t name = number_at(head, 28, 2), extra = number_at(head, 30, 2),
                      comment = number_at(head, 32, 2);
    if (head.size() - entry_bytes < name + extra + comment) return invalid("its directory is damaged");
    ZipEntry entry{.name = std::string(head.substr(entry_bytes, name)),
                   .header = number_at(head, 42, 4),
                   .packed = number_at(head, 20, 4),
                   .size = number_at(head, 24, 4),
                   .method = static_cast<std::uint16_t>(number_at(head, 10, 2))};
    take_zip64(head.substr(entry_bytes + name, extra), entry);
    const bool readable = (number_at(head, 8, 2) & encrypted_flag) == 0 && name <= name_bytes_max;
    if (readable) tell(entry);
    at += entry_bytes + name + extra + comment;
  }
  return {};
}

// The local header has a name and extra fields of its own; only their lengths matter.
Result<FileWindow> ZipFile::content_of(const ZipEntry& entry) const {
  const std::string head = TRY(read_at(window_, entry.header, local_bytes));
  if (number_at(head, 0, 4) != local_mark) return invalid("an entry is not where its directory says");
  const std::uint64_t at = entry.header + local_bytes + number_at(head, 26, 2) + number_at(head, 28, 2);
  if (at > window_.size || entry.packed > window_.size - at)
    return invalid("an entry points outside its archive");
  return FileWindow{window_.file, window_.offset + at, entry.packed};
}

Result<std::optional<FileWindow>> ZipFile::stored(const ZipEntry& entry) const {
  if (entry.method != stored_method) return std::optional<FileWindow>();
  return std::optional(TRY(content_of(entry)));
}

Status ZipFile::stream(const ZipEntry& entry, std::size_t bytes_max, WorkLeft& left, const Take& take) const {
  const FileWindow content = TRY(content_of(entry));
  const bool deflated = entry.method == deflated_method;
  if (!deflated && entry.method != stored_method)
    return invalid("an entry is packed by a method nobody knows here");
  z_stream inflating{};
  if (deflated && inflateInit2(&inflating, -MAX_WBITS) != Z_OK) return invalid("an entry cannot be unpacked");
  struct Ending {
    z_stream* stream;
    ~Ending() {
      if (stream != nullptr) inflateEnd(stream);
    }
  } ending{deflated ? &inflating : nullptr};
  std::vector<char> out(piece_bytes);
  std::uint64_t told = 0;
  const auto tell = [&](std::string_view bytes) -> Status {
    told += bytes.size();
    if (told > bytes_max || !left.take(bytes.size())) return Error{Errc::too_large, "an entry is too large"};
    return take(bytes);
  };
  for (std::uint64_t at = 0; at < content.size;) {
    std::string in = TRY(read_at(content, at, std::min<std::uint64_t>(piece_bytes, content.size - at)));
    at += in.size();
    if (!deflated) {
      TRY(tell(in));
      continue;
    }
    inflating.next_in = reinterpret_cast<Bytef*>(in.data());
    inflating.avail_in = static_cast<uInt>(in.size());
    for (int state = Z_OK; state == Z_OK && (inflating.avail_in > 0 || inflating.avail_out == 0);) {
      inflating.next_out = reinterpret_cast<Bytef*>(out.data());
      inflating.avail_out = static_cast<uInt>(out.size());
      state = inflate(&inflating, Z_NO_FLUSH);
      if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
        return invalid("an entry is damaged");
      TRY(tell({out.data(), out.size() - inflating.avail_out}));
      if (state == Z_STREAM_END) return {};
    }
  }
  return deflated ? Status(invalid("an entry ends too early")) : Status();
}

Result<std::string> ZipFile::read(const ZipEntry& entry, std::size_t bytes_max, WorkLeft& left) const {
  std::string all;
  TRY(stream(entry, bytes_max, left, [&](std::string_view bytes) {
    all += bytes;
    return Status();
  }));
  return all;
}

Result<std::uint64_t> ZipFile::unpack(const ZipEntry& entry, int file, std::size_t bytes_max,
                                      WorkLeft& left) const {
  std::uint64_t written = 0;
  TRY(stream(entry, bytes_max, left, [&](std::string_view bytes) -> Status {
    while (!bytes.empty()) {
      const ssize_t count = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(written));
      if (count <= 0) return Error{Errc::unavailable, "there is no room to unpack an archive within another"};
      written += static_cast<std::uint64_t>(count);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }));
  return written;
}

}  // namespace weir::agent
