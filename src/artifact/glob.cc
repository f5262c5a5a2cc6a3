#include "artifact/glob.h"

#include <fmt/format.h>

#include <optional>

#include "base/limits.h"

namespace weir::artifact {
namespace {

constexpr std::string_view meta = "*?[\\";

// The character at the front of `text` and its bytes; what is no UTF-8 counts as one byte each, outside
// Unicode.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};
Character front_character(BytesView text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80    ? 1
                             : byte(0) >= 0xF0 ? 4
                             : byte(0) >= 0xE0 ? 3
                             : byte(0) >= 0xC2 ? 2
                                               : 0;
  if (length == 1) return {byte(0), 1};
  if (length == 0 || length > text.size()) return {0x110000u + byte(0), 1};
  std::uint32_t code = byte(0) & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {0x110000u + byte(0), 1};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  return {code, length};
}

// One step of a pattern: what a single character must be.
struct Step {
  enum class Kind { star, any, one_of } kind = Kind::one_of;
  bool negated = false;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
  bool admits(std::uint32_t code) const {
    if (kind == Kind::any) return true;
    for (const auto& [low, high] : ranges)
      if (low <= code && code <= high) return !negated;
    return negated;
  }
};

class PatternReader {
 public:
  explicit PatternReader(std::string_view pattern) : rest_(pattern) {}

  std::optional<std::vector<Step>> read() {
    std::vector<Step> steps;
    while (!rest_.empty()) {
      std::optional<Step> step = next();
      if (!step) return std::nullopt;
      steps.push_back(std::move(*step));
    }
    return steps;
  }

 private:
  std::optional<Step> next() {
    if (take('*')) return Step{.kind = Step::Kind::star};
    if (take('?')) return Step{.kind = Step::Kind::any};
    if (take('[')) return one_of();
    if (take('\\') && rest_.empty()) return std::nullopt;
    const std::uint32_t code = character();
    return Step{.ranges = {{code, code}}};
  }

  std::optional<Step> one_of() {
    Step step{.negated = take('^')};
    do {
      const auto low = bound();
      if (!low) return std::nullopt;
      const auto high = take('-') ? bound() : low;
      if (!high) return std::nullopt;
      step.ranges.emplace_back(*low, *high);
      if (rest_.empty()) return std::nullopt;
    } while (!take(']'));
    return step;
  }

  std::optional<std::uint32_t> bound() {
    if (rest_.empty() || rest_[0] == '-' || rest_[0] == ']') return std::nullopt;
    if (take('\\') && rest_.empty()) return std::nullopt;
    return character();
  }

  bool take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::uint32_t character() {
    const Character read = front_character(rest_);
    rest_.remove_prefix(read.bytes);
    return read.code;
  }

  std::string_view rest_;
};

// Only the last star may have to give way, so one place to go back to is enough.
bool matches(const std::vector<Step>& steps, BytesView name) {
  std::size_t step = 0, at = 0, star = steps.size(), star_at = 0;
  while (at < name.size()) {
    const Character character = front_character(name.substr(at));
    if (step < steps.size() && steps[step].kind == Step::Kind::star) {
      star = step++;
      star_at = at;
    } else if (step < steps.size() && steps[step].admits(character.code)) {
      ++step;
      at += character.bytes;
    } else if (star < steps.size()) {
      step = star + 1;
      star_at += front_character(name.substr(star_at)).bytes;
      at = star_at;
    } else {
      return false;
    }
  }
  while (step < steps.size() && steps[step].kind == Step::Kind::star) ++step;
  return step == steps.size();
}

std::vector<std::string_view> split(std::string_view text, std::string_view by) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(by); end != text.npos; end = text.find(by)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + by.size());
  }
  parts.push_back(text);
  return parts;
}

// What Go's filepath.Join makes of the root and `path`: no "." or "..", single slashes. Nothing when that
// leaves the root.
std::optional<std::string> join_to_root(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : split(path, "/")) {
    if (part.empty() || part == ".") continue;
    if (part != "..") kept.push_back(part);
    else if (kept.empty()) return std::nullopt;
    else kept.pop_back();
  }
  return fmt::format("/{}", fmt::join(kept, "/"));
}

// Paths in here start with '/', which stands for the root; those with a doubled or closing slash are as the
// original program would have them, and so name nothing that its walk over the directory yields.
class Expansion {
 public:
  explicit Expansion(TreeSource& source) : source_(source) {}

  Result<std::vector<Bytes>> plain(const std::string& pattern) {
    if (pattern.find_first_of(meta) == pattern.npos)
      return exists(relative(pattern)) ? std::vector<Bytes>{pattern} : std::vector<Bytes>{};
    std::vector<Bytes> found{""};
    const std::string below_root = relative(pattern);
    for (const std::string_view part : split(below_root, "/")) found = TRY(step(found, part));
    for (Bytes& path : found) path.insert(0, "/");
    return found;
  }

  Result<std::vector<Bytes>> starred(const std::string& pattern) {
    std::vector<Bytes> matched{""};
    for (const std::string_view part : split(pattern, "**")) {
      std::set<Bytes> below;
      for (const Bytes& path : matched) {
        const std::vector<Bytes> found = TRY(plain(path + std::string(part)));
        for (const Bytes& start : found) TRY(walk(start, below, 0));
      }
      matched.assign(below.begin(), below.end());
    }
    return matched;
  }

 private:
  static std::string relative(std::string_view path) {
    std::string clean;
    for (const char c : path)
      if (c != '/' || (!clean.empty() && clean.back() != '/')) clean += c;
    return clean;
  }
  bool exists(std::string path) {
    const bool as_directory = path.ends_with('/');
    if (as_directory) path.pop_back();
    if (path.empty()) return true;
    const auto seen = source_.look(path);
    if (as_directory) return seen.ok() && seen->kind == EntryKind::directory;
    return seen.ok() || seen.error().code != Errc::not_found;
  }
  bool is_directory(const Bytes& path) {
    if (path.empty()) return true;
    const auto seen = source_.look(path);
    return seen.ok() && seen->kind == EntryKind::directory;
  }

  Result<std::vector<Bytes>> step(const std::vector<Bytes>& directories, std::string_view part) {
    const auto steps = PatternReader(part).read();
    if (!steps) return invalid(fmt::format("'{}' is no well-formed pattern", part));
    std::vector<Bytes> found;
    for (const Bytes& directory : directories) {
      if (!is_directory(directory)) continue;
      const std::vector<Bytes> names = TRY(source_.names(directory));
      for (const Bytes& name : names)
        if (matches(*steps, name)) found.push_back(join_path(directory, name));
    }
    return found;
  }

  Status walk(const Bytes& path, std::set<Bytes>& out, std::size_t depth) {
    if (depth > limits::tree_depth_max || out.size() > limits::tree_entries_max)
      return Error{Errc::too_large, "an exclude with '**' names too much"};
    out.insert(path);
    std::string below = relative(path);
    if (below.ends_with('/')) below.pop_back();
    if (!is_directory(below)) return {};
    const std::vector<Bytes> names = TRY(source_.names(below));
    for (const Bytes& name : names) TRY(walk("/" + join_path(below, name), out, depth + 1));
    return {};
  }

  TreeSource& source_;
};

bool is_clean(const Bytes& path) {
  return path.size() > 1 && !path.ends_with('/') && path.find("//") == path.npos;
}

}  // namespace

Status check_glob(std::string_view pattern) {
  for (const std::string_view part : split(pattern, "/"))
    if (!PatternReader(part).read()) return invalid(fmt::format("'{}' is no well-formed pattern", pattern));
  return {};
}

bool glob_matches(std::string_view pattern, BytesView name) {
  const auto steps = PatternReader(pattern).read();
  return steps && matches(*steps, name);
}

Result<std::set<Bytes>> expand_glob(TreeSource& source, std::string_view pattern) {
  TRY(check_glob(pattern));
  const auto joined = join_to_root(pattern);
  if (!joined) return std::set<Bytes>{};
  Expansion expansion(source);
  const bool starred = joined->find("**") != joined->npos;
  const std::vector<Bytes> found = TRY(starred ? expansion.starred(*joined) : expansion.plain(*joined));
  std::set<Bytes> paths;
  for (const Bytes& path : found)
    if (is_clean(path)) paths.insert(path.substr(1));
  return paths;
}

}  // namespace weir::artifact
