#include "artifact/kosli_tree.h"

#include <fmt/format.h>

#include "artifact/glob.h"
#include "base/limits.h"
#include "crypto/digest.h"

namespace weir::artifact {
namespace {

constexpr std::string_view ignore_file = ".kosli_ignore";

class Walk {
 public:
  Walk(TreeSource& source, std::set<Bytes> excluded) : source_(source), excluded_(std::move(excluded)) {}

  Status directory(const Bytes& path, std::size_t depth) {
    if (depth > limits::tree_depth_max)
      return Error{Errc::too_large, fmt::format("'{}' lies deeper than {} directories", printable(path),
                                                limits::tree_depth_max)};
    const std::vector<Bytes> names = TRY(source_.names(path));
    for (const Bytes& name : names) {
      const Bytes below = join_path(path, name);
      if (!excluded_.contains(below)) TRY(entry(below, name, depth));
    }
    return {};
  }

  Sha256 finish() { return hasher_.finish(); }

 private:
  Status entry(const Bytes& path, const Bytes& name, std::size_t depth) {
    const Entry entry = TRY(source_.look(path));
    const Entry meant = TRY(source_.look_through(path));
    write(crypto::sha256(name));
    if (meant.kind == EntryKind::file) {
      const Sha256 content = TRY(source_.content(path));
      write(content);
      return {};
    }
    if (entry.kind == EntryKind::directory) return directory(path, depth + 1);
    const Bytes target = TRY(source_.target(path));
    write(crypto::sha256(target));
    return {};
  }

  void write(const Sha256& digest) { hasher_.update(to_hex(digest)); }

  TreeSource& source_;
  std::set<Bytes> excluded_;
  crypto::Hasher hasher_;
};

std::string_view trim(std::string_view line) {
  constexpr std::string_view blanks = " \t\r\v\f";
  const std::size_t first = line.find_first_not_of(blanks);
  return first == line.npos ? std::string_view()
                            : line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

}  // namespace

std::vector<std::string> parse_kosli_ignore(std::string_view text) {
  std::vector<std::string> excludes;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::string_view exclude = trim(line.substr(0, line.find('#')));
    if (!exclude.empty()) excludes.emplace_back(exclude);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return excludes;
}

Result<Sha256> kosli_tree_digest(TreeSource& source, std::vector<std::string> excludes) {
  const auto ignored = source.bytes(ignore_file, limits::request_body_bytes_max);
  if (!ignored.ok() && ignored.error().code != Errc::not_found) return ignored.error();
  if (ignored.ok())
    for (std::string& exclude : parse_kosli_ignore(*ignored)) excludes.push_back(std::move(exclude));
  std::set<Bytes> excluded;
  for (const std::string& exclude : excludes) {
    std::set<Bytes> named = TRY(expand_glob(source, exclude));
    excluded.merge(named);
  }
  Walk walk(source, std::move(excluded));
  TRY(walk.directory("", 0));
  return walk.finish();
}

}  // namespace weir::artifact
