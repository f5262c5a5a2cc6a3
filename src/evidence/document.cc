#include "evidence/document.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"

namespace weir::evidence {
namespace {

constexpr std::string_view blanks = " \t\r\n";

// Walks over the outermost object: `at` stands behind its '{'.
class Outliner {
 public:
  Outliner(BytesView text, std::size_t at) : text_(text), at_(at) {}

  std::map<std::string_view, std::string_view> run() {
    std::map<std::string_view, std::string_view> found;
    while (found.size() < outline_keys_max) {
      skip(std::string(blanks) + ",");
      if (at_ >= text_.size() || text_[at_] != '"') break;
      const std::string_view key = string();
      skip(blanks);
      if (at_ >= text_.size() || text_[at_] != ':') break;
      ++at_;
      skip(blanks);
      found.emplace(key, value());
    }
    return found;
  }

 private:
  void skip(std::string_view what) { at_ = std::min(text_.find_first_not_of(what, at_), text_.size()); }

  std::string_view string() {
    const std::size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    const std::size_t end = std::min(at_, text_.size());
    at_ = std::min(at_ + 1, text_.size());
    return text_.substr(start, end - start);
  }

  std::string_view value() {
    if (at_ < text_.size() && text_[at_] == '"') return string();
    const std::size_t start = at_;
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (depth == 0 && (c == ',' || c == '}')) break;
      if (c == '"') {
        string();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    }
    return text_.substr(start, std::min(at_ - start, outline_value_bytes_max));
  }

  BytesView text_;
  std::size_t at_;
};

}  // namespace

BytesView without_mark(BytesView content) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  return content;
}

Result<format::Json> read_json(BytesView content) {
  const auto separates = [](char c) { return c == ',' || c == '[' || c == '{'; };
  if (std::count_if(content.begin(), content.end(), separates) >
      static_cast<std::ptrdiff_t>(limits::evidence_values_max))
    return Error{Errc::too_large,
                 fmt::format("the JSON has more than {} values", limits::evidence_values_max)};
  return format::parse_json(without_mark(content));
}

std::map<std::string_view, std::string_view> outline(BytesView content) {
  content = without_mark(content);
  const std::size_t first = content.find_first_not_of(blanks);
  if (first == content.npos || content[first] != '{') return {};
  return Outliner(content, first + 1).run();
}

}  // namespace weir::evidence
