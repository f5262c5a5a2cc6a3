// PEP 440, and for texts it does not cover the order that setuptools gave them: below every version it covers.
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "vuln/version_key.h"
#include "vuln/version_rules.h"

namespace weir::vuln {
namespace {

struct Word {
  std::string_view text;
  int kind;
};
enum Pre : std::uint8_t { dev_only = 0, alpha = 1, beta = 2, candidate = 3, no_pre = 4 };
constexpr std::array pre_words{Word{"alpha", alpha},   Word{"beta", beta},    Word{"preview", candidate},
                               Word{"pre", candidate}, Word{"rc", candidate}, Word{"a", alpha},
                               Word{"b", beta},        Word{"c", candidate}};
constexpr std::array post_words{Word{"post", 0}, Word{"rev", 0}, Word{"r", 0}};
constexpr std::array dev_words{Word{"dev", 0}};

struct Numbered {
  int kind = 0;
  std::string_view number;
};

struct Parts {
  std::string_view epoch;
  std::vector<std::string_view> release;
  std::optional<Numbered> pre, post, dev;
  std::vector<std::string_view> local;
};

constexpr bool is_separator(char c) { return c == '-' || c == '_' || c == '.'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool done() const { return at_ == text_.size(); }
  bool accept(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string_view digits() {
    const std::string_view found = digits_at(text_, at_);
    at_ += found.size();
    return found;
  }
  bool read_release(Parts& parts) {
    std::string_view first = digits();
    if (!first.empty() && accept('!')) {
      parts.epoch = first;
      first = digits();
    }
    if (first.empty()) return false;
    parts.release.push_back(first);
    while (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
      ++at_;
      parts.release.push_back(digits());
    }
    return true;
  }
  // [-_.]? word [-_.]? digits?
  std::optional<Numbered> numbered(std::span<const Word> words) {
    const std::size_t start = at_;
    if (!done() && is_separator(text_[at_])) ++at_;
    for (const Word& word : words) {
      if (!text_.substr(at_).starts_with(word.text)) continue;
      at_ += word.text.size();
      if (at_ + 1 < text_.size() && is_separator(text_[at_]) && is_digit(text_[at_ + 1])) ++at_;
      else if (at_ + 1 == text_.size() && is_separator(text_[at_])) ++at_;
      return Numbered{word.kind, digits()};
    }
    at_ = start;
    return std::nullopt;
  }
  // "1.0-2" is "1.0.post2"
  std::optional<Numbered> implicit_post() {
    if (at_ + 1 >= text_.size() || text_[at_] != '-' || !is_digit(text_[at_ + 1])) return std::nullopt;
    ++at_;
    return Numbered{0, digits()};
  }
  bool read_local(Parts& parts) {
    if (!accept('+')) return true;
    while (true) {
      const std::size_t start = at_;
      while (!done() && (is_digit(text_[at_]) || is_lower(text_[at_]))) ++at_;
      if (at_ == start) return false;
      parts.local.push_back(text_.substr(start, at_ - start));
      if (done() || !is_separator(text_[at_])) return true;
      ++at_;
    }
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<Parts> read_parts(std::string_view text) {
  Parts parts;
  Reader reader(text);
  reader.accept('v');
  if (!reader.read_release(parts)) return std::nullopt;
  parts.pre = reader.numbered(pre_words);
  parts.post = reader.implicit_post();
  if (!parts.post) parts.post = reader.numbered(post_words);
  parts.dev = reader.numbered(dev_words);
  if (!reader.read_local(parts) || !reader.done()) return std::nullopt;
  while (!parts.release.empty() && parts.release.back().find_first_not_of('0') == std::string_view::npos)
    parts.release.pop_back();
  return parts;
}

enum Tag : std::uint8_t { end = 0, text_part = 1, number_part = 2 };

void write_numbers(VersionKey& key, const std::vector<std::string_view>& parts) {
  for (const std::string_view part : parts) {
    const bool numeric = digits_at(part, 0).size() == part.size();
    key.tag(numeric ? number_part : text_part);
    if (numeric) key.number(part);
    else key.text(part);
  }
  key.tag(end);
}

void write_parts(VersionKey& key, const Parts& parts) {
  key.number(parts.epoch);
  write_numbers(key, parts.release);
  if (parts.pre) {
    key.tag(static_cast<std::uint8_t>(parts.pre->kind));
    key.number(parts.pre->number);
  } else {
    key.tag(!parts.post && parts.dev ? dev_only : no_pre);
  }
  key.tag(parts.post ? 1 : 0);
  if (parts.post) key.number(parts.post->number);
  key.tag(parts.dev ? 0 : 1);
  if (parts.dev) key.number(parts.dev->number);
  write_numbers(key, parts.local);
}

std::string_view legacy_word(std::string_view part) {
  if (part == "pre" || part == "preview" || part == "rc") return "c";
  if (part == "-") return "final-";
  return part == "dev" ? "@" : part;
}

std::string_view legacy_part(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  if (is_digit(text[at])) return digits_at(text, at);
  if (is_lower(text[at]))
    while (end < text.size() && is_lower(text[end])) ++end;
  else if (text[at] != '.' && text[at] != '-')
    while (end < text.size() && !is_digit(text[end]) && !is_lower(text[end]) && text[end] != '.' &&
           text[end] != '-')
      ++end;
  return text.substr(at, end - at);
}

void drop_zeros(std::vector<std::string_view>& parts) {
  while (!parts.empty() && is_digit(parts.back().front()) &&
         parts.back().find_first_not_of('0') == std::string_view::npos)
    parts.pop_back();
}

// Words stand below numbers; a word below "final" takes the dashes before it away, any word the zeros.
void write_legacy(VersionKey& key, std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view raw = legacy_part(text, at);
    at += raw.size();
    if (raw == ".") continue;
    const std::string_view part = legacy_word(raw);
    if (!is_digit(part.front())) {
      if (part < "final")
        while (!parts.empty() && parts.back() == "final-") parts.pop_back();
      drop_zeros(parts);
    }
    parts.push_back(part);
  }
  drop_zeros(parts);
  parts.push_back("final");
  write_numbers(key, parts);
}

}  // namespace

std::string pypi_key(std::string_view version) {
  constexpr std::string_view blank = " \t\r\n\f\v";
  const std::size_t first = version.find_first_not_of(blank);
  version = first == version.npos ? "" : version.substr(first, version.find_last_not_of(blank) - first + 1);
  const std::string text = lower_ascii(version);
  VersionKey key;
  const std::optional<Parts> parts = read_parts(text);
  key.tag(parts ? 1 : 0);
  if (parts) write_parts(key, *parts);
  else write_legacy(key, text);
  return key.take();
}

}  // namespace weir::vuln
