// A directory as content: names, depth, kinds, permission bits, link targets, and the bytes of files.
// `tree_digest` is one SHA-256 over all of it, so that two directories have the same digest only if a build
// could not tell them apart by these. Not bound: the root's own name and mode, owner, times, extended
// attributes, hard links. Links are never followed. Sockets, devices and pipes are refused. Names are bytes,
// not text.
// Format document: docs/formats/tree.md. Pure: what is in the directory is asked through a TreeSource.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weir::artifact {

enum class EntryKind { directory, file, link };

struct Entry {
  EntryKind kind = EntryKind::file;
  std::uint16_t mode = 0;  // the twelve permission bits (07777)
  std::uint64_t size = 0;  // of a file
};

// What a directory holds. Paths are relative to the root, joined by '/', and "" is the root. Reading
// something that changed since it was first looked at is Errc::conflict; what is not there is not_found.
class TreeSource {
 public:
  virtual ~TreeSource() = default;
  virtual Result<Entry> look(BytesView path) = 0;                // the entry itself, a link as a link
  virtual Result<Entry> look_through(BytesView path) = 0;        // what a link leads to
  virtual Result<std::vector<Bytes>> names(BytesView path) = 0;  // of a directory, in byte order
  virtual Result<Sha256> content(BytesView path) = 0;            // of a file, or of the file a link leads to
  virtual Result<Bytes> target(BytesView path) = 0;              // of a link
  virtual Result<Bytes> bytes(BytesView path, std::size_t bytes_max) = 0;  // of a small file
};

Result<Sha256> tree_digest(TreeSource& source);

Bytes join_path(BytesView directory, BytesView name);  // "" and "a" make "a"
std::string printable(BytesView name);  // for messages: bytes that are no plain ASCII become \xNN

}  // namespace weir::artifact
