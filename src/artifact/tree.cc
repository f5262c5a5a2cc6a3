#include "artifact/tree.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "crypto/digest.h"

namespace weir::artifact {
namespace {

constexpr std::string_view header = "weir-tree-v1\n";

class Walk {
 public:
  explicit Walk(TreeSource& source) : source_(source) { hasher_.update(header); }

  Status directory(const Bytes& path, std::size_t depth) {
    if (depth > limits::tree_depth_max)
      return Error{Errc::too_large, fmt::format("'{}' lies deeper than {} directories", printable(path),
                                                limits::tree_depth_max)};
    const std::vector<Bytes> names = TRY(source_.names(path));
    for (const Bytes& name : names) TRY(entry(join_path(path, name), depth));
    return {};
  }

  Sha256 finish() { return hasher_.finish(); }

 private:
  Status entry(const Bytes& path, std::size_t depth) {
    if (++entries_ > limits::tree_entries_max)
      return Error{Errc::too_large,
                   fmt::format("the directory holds more than {} entries", limits::tree_entries_max)};
    const Entry entry = TRY(source_.look(path));
    switch (entry.kind) {
      case EntryKind::directory:
        write('d', entry.mode, path, {});
        return directory(path, depth + 1);
      case EntryKind::file: return file(path, entry);
      case EntryKind::link: return link(path);
    }
    return internal("unknown kind of entry");
  }

  Status file(const Bytes& path, const Entry& entry) {
    const Sha256 content = TRY(source_.content(path));
    Bytes tail;
    append_u64(tail, entry.size);
    tail += content.view();
    write('f', entry.mode, path, tail);
    return {};
  }

  Status link(const Bytes& path) {
    const Bytes target = TRY(source_.target(path));
    Bytes tail;
    append_u32(tail, static_cast<std::uint32_t>(target.size()));
    write('l', 0, path, tail + target);
    return {};
  }

  void write(char kind, std::uint16_t mode, BytesView path, BytesView tail) {
    Bytes record(1, kind);
    append_u16(record, mode);
    append_u32(record, static_cast<std::uint32_t>(path.size()));
    hasher_.update(record);
    hasher_.update(path);
    hasher_.update(tail);
  }

  TreeSource& source_;
  crypto::Hasher hasher_;
  std::size_t entries_ = 0;
};

}  // namespace

Result<Sha256> tree_digest(TreeSource& source) {
  Walk walk(source);
  TRY(walk.directory("", 0));
  return walk.finish();
}

Bytes join_path(BytesView directory, BytesView name) {
  Bytes joined(directory);
  if (!joined.empty()) joined += '/';
  return joined += name;
}

std::string printable(BytesView name) {
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\\') text += c;
    else fmt::format_to(std::back_inserter(text), "\\x{:02x}", byte);
  }
  return text;
}

}  // namespace weir::artifact
