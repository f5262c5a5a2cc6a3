#include "format/licence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace weir::format {
namespace {

using Kind = Licence::Kind;

constexpr std::array<std::string_view, 3> gnu_families{"GPL-", "LGPL-", "AGPL-"};

bool is_idstring(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

// "LicenseRef-x", "DocumentRef-y:LicenseRef-x", or an id.
bool is_licence_id(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return is_idstring(text) && text != "LicenseRef-" && text != "DocumentRef-";
  const std::string_view document = text.substr(0, colon), own = text.substr(colon + 1);
  return document.starts_with("DocumentRef-") && own.starts_with("LicenseRef-") && document.size() > 12 &&
         own.size() > 11 && is_idstring(document) && is_idstring(own);
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
  return made;
}

// "gpl-2.0" → "GPL-"; "" for an id that is not that of a version alone.
std::string_view gnu_family_of(std::string_view id) {
  for (const std::string_view family : gnu_families)
    if (lower(id).starts_with(lower(family))) {
      const std::string_view rest = id.substr(family.size());
      const bool is_version = !rest.empty() && rest.find_first_not_of("0123456789.") == rest.npos;
      return is_version ? family : std::string_view();
    }
  return {};
}

std::string current_id(std::string_view id, bool or_later) {
  if (const std::string_view family = gnu_family_of(id); !family.empty())
    return fmt::format("{}{}-{}", family, id.substr(family.size()), or_later ? "or-later" : "only");
  return fmt::format("{}{}", id, or_later ? "+" : "");
}

Licence joined(Kind kind, std::vector<Licence> parts) {
  std::vector<std::pair<std::string, Licence>> flat;
  for (Licence& part : parts) {
    if (part.kind != kind) flat.emplace_back(lower(to_string(part)), std::move(part));
    else
      for (Licence& inner : part.parts) flat.emplace_back(lower(to_string(inner)), std::move(inner));
  }
  const auto text = [](const auto& each) -> const std::string& { return each.first; };
  std::ranges::stable_sort(flat, {}, text);
  const auto twice = std::ranges::unique(flat, {}, text);
  flat.erase(twice.begin(), twice.end());
  if (flat.size() == 1) return std::move(flat.front().second);
  Licence made{.kind = kind};
  for (auto& [name, part] : flat) made.parts.push_back(std::move(part));
  return made;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { advance(); }

  Result<Licence> whole() {
    Licence licence = TRY(any_of());
    if (!token_.empty()) return wrong("an operator");
    return licence;
  }

 private:
  Error wrong(std::string_view expected) const {
    return invalid(fmt::format("licence expression: expected {} at byte {}", expected, at_));
  }

  void advance() {
    while (next_ < text_.size() && (text_[next_] == ' ' || text_[next_] == '\t')) ++next_;
    at_ = next_;
    if (next_ < text_.size() && (text_[next_] == '(' || text_[next_] == ')' || text_[next_] == '+')) ++next_;
    else next_ = std::min(text_.find_first_of(" \t()+", next_), text_.size());
    token_ = text_.substr(at_, next_ - at_);
    ++tokens_;
  }

  // Operators are all upper case, since 3.0 all lower case too.
  bool takes(std::string_view upper, std::string_view lower) {
    if (token_ != upper && token_ != lower) return false;
    advance();
    return true;
  }

  Result<Licence> any_of() {
    std::vector<Licence> parts;
    do {
      Licence part = TRY(all_of());
      parts.push_back(std::move(part));
    } while (takes("OR", "or"));
    return joined(Kind::any_of, std::move(parts));
  }

  Result<Licence> all_of() {
    std::vector<Licence> parts;
    do {
      Licence part = TRY(one());
      parts.push_back(std::move(part));
    } while (takes("AND", "and"));
    return joined(Kind::all_of, std::move(parts));
  }

  Result<Licence> one() {
    if (tokens_ > limits::expression_tokens_max)
      return Error{Errc::too_large,
                   fmt::format("a licence expression has more than {} words", limits::expression_tokens_max)};
    if (takes("(", "(")) return inner();
    if (is_operator(token_) || !is_licence_id(token_)) return wrong("a licence");
    const std::string_view id = token_;
    advance();
    const bool or_later =
        token_ == "+" && at_ == static_cast<std::size_t>(id.data() - text_.data()) + id.size();
    if (or_later) advance();
    Licence licence{.id = current_id(id, or_later)};
    if (!takes("WITH", "with")) return licence;
    if (is_operator(token_) || !is_idstring(token_)) return wrong("an exception");
    licence.id += fmt::format(" WITH {}", token_);
    advance();
    return licence;
  }

  Result<Licence> inner() {
    if (++depth_ > limits::expression_depth_max)
      return Error{Errc::too_large,
                   fmt::format("a licence expression is deeper than {}", limits::expression_depth_max)};
    Licence licence = TRY(any_of());
    if (!takes(")", ")")) return wrong("')'");
    --depth_;
    return licence;
  }

  static bool is_operator(std::string_view token) {
    constexpr std::array<std::string_view, 6> words{"AND", "and", "OR", "or", "WITH", "with"};
    return std::ranges::find(words, token) != words.end();
  }

  std::string_view text_, token_;
  std::size_t at_ = 0, next_ = 0, tokens_ = 0, depth_ = 0;
};

}  // namespace

Result<Licence> parse_licence(std::string_view text) { return Parser(text).whole(); }

std::string to_string(const Licence& licence) {
  if (licence.kind == Kind::one) return licence.id;
  std::string text;
  for (const Licence& part : licence.parts) {
    if (!text.empty()) text += licence.kind == Kind::all_of ? " AND " : " OR ";
    // OR binds less than AND: only an alternative within a conjunction needs its parentheses.
    if (part.kind == Kind::any_of) text += fmt::format("({})", to_string(part));
    else text += to_string(part);
  }
  return text;
}

bool is_same_licence(std::string_view a, std::string_view b) { return lower(a) == lower(b); }

std::string licence_form(std::string_view text) {
  const auto licence = parse_licence(text);
  return licence.ok() ? to_string(*licence) : std::string(text);
}

}  // namespace weir::format
