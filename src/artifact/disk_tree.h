// A directory of this machine as a TreeSource, and files read whole or not at all: every file and directory
// is looked at before and after, so what changes meanwhile is Errc::conflict (within the grain of the file
// system's clock). Entries are opened relative to the root, never through a link as last part, unless the
// link itself is asked to be followed. Keeps one descriptor for the root; belongs to one thread.
#pragma once
#include <sys/types.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "artifact/tree.h"
#include "crypto/digest.h"

namespace weir::artifact {

class OpenFile {
 public:
  explicit OpenFile(int number) : number_(number) {}
  OpenFile(OpenFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept { return std::swap(number_, other.number_), *this; }
  ~OpenFile();
  int number() const { return number_; }

 private:
  int number_;
};

// What of an entry changes when its content or its mode does.
struct FileStamp {
  ino_t inode = 0;
  dev_t device = 0;
  mode_t mode = 0;
  off_t size = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

// Asked for leave before a piece of a file's content counts: how many bytes of the file there are with it, and how many
// the piece has.
using OnPiece = std::function<Status(std::uint64_t file_bytes, std::size_t piece_bytes)>;

class DiskTree final : public TreeSource {
 public:
  // A link given as root is followed. `on_piece` is asked where `content` reads.
  static Result<DiskTree> open(const std::string& root, OnPiece on_piece = {});

  Result<Entry> look(BytesView path) override;
  Result<Entry> look_through(BytesView path) override;
  Result<std::vector<Bytes>> names(BytesView path) override;
  Result<Sha256> content(BytesView path) override;
  Result<Bytes> target(BytesView path) override;
  Result<Bytes> bytes(BytesView path, std::size_t bytes_max) override;

  // Everything looked at so far is still as it was then.
  Status check_unchanged() const;

 private:
  struct Seen {
    Bytes path;
    int flags = 0;  // of fstatat
    FileStamp stamp;
  };
  DiskTree(OpenFile root, std::string name, OnPiece on_piece)
      : root_(std::move(root)), name_(std::move(name)), on_piece_(std::move(on_piece)) {}
  std::string where(BytesView path) const;
  Result<FileStamp> stamp(BytesView path, int flags) const;
  Result<Entry> look_with(BytesView path, int flags);

  OpenFile root_;
  std::string name_;
  OnPiece on_piece_;
  std::vector<Seen> seen_;
};

// What `on_piece` lets through, hashed. Belongs to one file.
class MeteredHash {
 public:
  explicit MeteredHash(const OnPiece& on_piece) : on_piece_(on_piece) {}
  Status add(BytesView piece);
  Sha256 finish() { return hasher_.finish(); }

 private:
  const OnPiece& on_piece_;
  std::uint64_t bytes_ = 0;
  crypto::Hasher hasher_;
};

// Hands the file's bytes on piece by piece. Errc::conflict when it changed meanwhile.
Status read_file(const std::string& path, const std::function<Status(BytesView)>& on_piece);

}  // namespace weir::artifact
