#include "format/purl.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "format/purl_types.h"
#include "format/utf8.h"

namespace weir::format {
namespace {

constexpr std::size_t purl_bytes_max = 8192;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

Result<std::string> decoded(std::string_view text, std::string_view part) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return invalid(fmt::format("the {} has a '%' that two hex digits do not follow", part),
                     std::string(part));
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (!is_utf8(out)) return invalid(fmt::format("the {} is not UTF-8", part), std::string(part));
  return out;
}

std::string encoded(std::string_view text, std::string_view also_plain = "") {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~:";
  std::string out;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || plain.find(c) != plain.npos || also_plain.find(c) != also_plain.npos) {
      out += c;
      continue;
    }
    out += '%';
    out += hex[static_cast<unsigned char>(c) >> 4];
    out += hex[static_cast<unsigned char>(c) & 0xF];
  }
  return out;
}

std::vector<std::string_view> segments_of(std::string_view text) {
  std::vector<std::string_view> segments;
  while (!text.empty()) {
    const std::size_t slash = text.find('/');
    if (slash != 0) segments.push_back(text.substr(0, slash));
    text.remove_prefix(slash == text.npos ? text.size() : slash + 1);
  }
  return segments;
}

bool climbs(std::string_view segment) { return segment == "." || segment == ".."; }

// "/a/b/" → "a/b". In a subpath "." and ".." say nothing.
Result<std::string> decoded_segments(std::string_view text, std::string_view part) {
  std::string out;
  for (const std::string_view segment : segments_of(text)) {
    const std::string value = TRY(decoded(segment, part));
    if (value.empty() || (part == "subpath" && climbs(value))) continue;
    if (value.find('/') != value.npos)
      return invalid(fmt::format("a segment of the {} holds an encoded '/'", part), std::string(part));
    out += (out.empty() ? "" : "/") + value;
  }
  return out;
}

std::string encoded_segments(std::string_view text) {
  std::string out;
  for (const std::string_view segment : segments_of(text)) out += (out.empty() ? "" : "/") + encoded(segment);
  return out;
}

Status check_type(std::string_view type) {
  const bool sound = !type.empty() && is_letter(type.front()) && std::ranges::all_of(type, [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '+';
  });
  if (!sound)
    return invalid("the type must begin with a letter and hold letters, digits, '.', '-' and '+'", "type");
  return {};
}

Status check_key(std::string_view key) {
  const bool sound = !key.empty() && is_letter(key.front()) && std::ranges::all_of(key, [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
  });
  if (!sound) return invalid(fmt::format("'{}' is no key of a qualifier", key), "qualifiers");
  return {};
}

Status read_qualifiers(Purl& purl, std::string_view text, PurlReading reading) {
  while (!text.empty()) {
    const std::size_t stop = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, stop);
    text.remove_prefix(std::min(stop + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    TRY(check_key(key));
    if (reading == PurlReading::strict && key.front() >= 'A' && key.front() <= 'Z')
      return invalid(fmt::format("the key '{}' of a qualifier must be lower case", key), "qualifiers");
    if (equals == pair.npos)
      return invalid(fmt::format("the qualifier '{}' has no value", key), "qualifiers");
    std::string value = TRY(decoded(pair.substr(equals + 1), "qualifiers"));
    if (value.empty()) continue;
    if (!purl.qualifiers.emplace(lowered(key), std::move(value)).second && reading == PurlReading::strict)
      return invalid(fmt::format("the qualifier '{}' is given twice", key), "qualifiers");
  }
  return {};
}

// The "@" before the version is the last one; but one that begins a segment with others behind it begins a scope.
std::size_t version_mark(std::string_view rest) {
  const std::size_t at = rest.rfind('@');
  if (at == rest.npos) return at;
  const bool begins_scope = (at == 0 || rest[at - 1] == '/') && rest.find('/', at) != rest.npos;
  return begins_scope ? rest.npos : at;
}

Status read_name(Purl& purl, std::string_view rest) {
  while (rest.ends_with('/')) rest.remove_suffix(1);
  while (rest.starts_with('/')) rest.remove_prefix(1);
  const bool first = name_has_segments(purl.type);
  const std::size_t slash = first ? rest.find('/') : rest.rfind('/');
  const std::string_view name = slash == rest.npos ? rest : rest.substr(slash + 1);
  if (slash != rest.npos) purl.ns = TRY(decoded_segments(rest.substr(0, slash), "namespace"));
  if (first) purl.name = TRY(decoded_segments(name, "name"));
  else purl.name = TRY(decoded(name, "name"));
  return {};
}

Status check(const Purl& purl) {
  TRY(check_type(purl.type));
  if (purl.name.empty()) return invalid("a purl must have a name", "name");
  return {};
}

Result<std::string> written(const Purl& purl) {
  std::string out = "pkg:" + purl.type + "/";
  if (!purl.ns.empty()) out += encoded_segments(purl.ns) + "/";
  out += encoded(purl.name, name_has_segments(purl.type) ? "/" : "");
  if (!purl.version.empty()) out += "@" + encoded(purl.version);
  char mark = '?';
  for (const auto& [key, value] : purl.qualifiers) {
    if (value.empty()) continue;
    out += std::exchange(mark, '&') + key + "=" + encoded(value);
  }
  if (!purl.subpath.empty()) out += "#" + encoded_segments(purl.subpath);
  return out;
}

std::string_view trimmed_slashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Status read_part(const Json& input, std::string_view name, std::string& out) {
  const Json& part = input.at(name);
  if (part.is_null()) return {};
  if (part.string() == nullptr)
    return invalid(fmt::format("'{}' must be text or null", name), std::string(name));
  if (!is_utf8(*part.string())) return invalid(fmt::format("'{}' is not UTF-8", name), std::string(name));
  out = *part.string();
  return {};
}

Result<Purl> purl_from(const Json& input) {
  if (input.object() == nullptr) return invalid("the input must be an object of parts", "input");
  Purl purl;
  TRY(read_part(input, "type", purl.type));
  TRY(read_part(input, "namespace", purl.ns));
  TRY(read_part(input, "name", purl.name));
  TRY(read_part(input, "version", purl.version));
  TRY(read_part(input, "subpath", purl.subpath));
  const Json& qualifiers = input.at("qualifiers");
  if (qualifiers.is_null()) return purl;
  if (qualifiers.object() == nullptr) return invalid("'qualifiers' must be an object or null", "qualifiers");
  for (const auto& [key, value] : *qualifiers.object()) TRY(read_part(qualifiers, key, purl.qualifiers[key]));
  return purl;
}

Result<Json> output_for(const Json& test) {
  const std::string_view type = test.text("test_type");
  const Json& input = test.at("input");
  if (type == "build") {
    const Purl purl = TRY(purl_from(input));
    std::string built = TRY(build_purl(purl));
    return Json(std::move(built));
  }
  if (input.string() == nullptr) return invalid("the input must be text", "input");
  if (type == "parse") {
    const Purl purl = TRY(parse_purl(*input.string()));
    return to_json(purl);
  }
  if (type == "validate" || type == "roundtrip") {
    std::string canonical = TRY(canonical_purl(*input.string()));
    return Json(std::move(canonical));
  }
  return invalid("'test_type' must be one of parse, build, validate, roundtrip", "test_type");
}

}  // namespace

std::string_view Purl::qualifier(std::string_view key) const {
  const auto found = qualifiers.find(key);
  return found == qualifiers.end() ? std::string_view() : found->second;
}

Result<Purl> parse_purl(std::string_view text, PurlReading reading) {
  if (text.size() > purl_bytes_max)
    return Error{Errc::too_large, fmt::format("a purl has at most {} bytes", purl_bytes_max)};
  const std::size_t colon = text.find(':');
  if (colon == text.npos || lowered(text.substr(0, colon)) != "pkg")
    return invalid("a purl must begin with 'pkg:'");
  std::string_view rest = text.substr(colon + 1);
  Purl purl;
  if (const std::size_t mark = rest.rfind('#'); mark != rest.npos) {
    purl.subpath = TRY(decoded_segments(rest.substr(mark + 1), "subpath"));
    rest = rest.substr(0, mark);
  }
  if (const std::size_t mark = rest.rfind('?'); mark != rest.npos) {
    TRY(read_qualifiers(purl, rest.substr(mark + 1), reading));
    rest = rest.substr(0, mark);
  }
  while (rest.starts_with('/')) rest.remove_prefix(1);
  const std::size_t slash = rest.find('/');
  purl.type = lowered(rest.substr(0, slash));
  TRY(check_type(purl.type));
  rest.remove_prefix(slash == rest.npos ? rest.size() : slash + 1);
  // The slash stays in sight so that "/@1.0" is a version without a name.
  if (const std::size_t mark = version_mark(rest); mark != rest.npos) {
    if (mark == 0 || rest[mark - 1] == '/') return invalid("a purl must have a name before '@'", "name");
    purl.version = TRY(decoded(rest.substr(mark + 1), "version"));
    rest = rest.substr(0, mark);
  }
  TRY(read_name(purl, rest));
  TRY(check(purl));
  normalise_by_type(purl);
  if (reading == PurlReading::strict) TRY(check_by_type(purl));
  return purl;
}

Result<std::string> build_purl(Purl purl) {
  purl.type = lowered(purl.type);
  if (!purl.ns.empty()) purl.name = std::string(trimmed_slashes(purl.name));
  TRY(check(purl));
  std::map<std::string, std::string, std::less<>> qualifiers;
  for (auto& [key, value] : purl.qualifiers) {
    TRY(check_key(key));
    if (!qualifiers.emplace(lowered(key), std::move(value)).second)
      return invalid(fmt::format("the qualifier '{}' is given twice", key), "qualifiers");
  }
  purl.qualifiers = std::move(qualifiers);
  std::string subpath;
  for (const std::string_view segment : segments_of(purl.subpath))
    if (!climbs(segment)) subpath += (subpath.empty() ? "" : "/") + std::string(segment);
  purl.subpath = std::move(subpath);
  purl.ns = std::string(trimmed_slashes(purl.ns));
  normalise_by_type(purl);
  TRY(check_by_type(purl));
  return written(purl);
}

Result<std::string> canonical_purl(std::string_view text) {
  const Purl purl = TRY(parse_purl(text, PurlReading::tolerant));
  TRY(check_by_type(purl));
  return written(purl);
}

Json to_json(const Purl& purl) {
  Json qualifiers;
  for (const auto& [key, value] : purl.qualifiers) qualifiers.set(key, value);
  return Json::object({{"type", purl.type},
                       {"namespace", or_null(purl.ns)},
                       {"name", purl.name},
                       {"version", or_null(purl.version)},
                       {"qualifiers", qualifiers},
                       {"subpath", or_null(purl.subpath)}});
}

Json answer_purl_case(std::string_view line) {
  const Result<Json> test = parse_json(line);
  const Result<Json> output = test.ok() ? output_for(*test) : Result<Json>(test.error());
  if (!output.ok()) return Json::object({{"error", output.error().message}});
  return Json::object({{"output", *output}});
}

}  // namespace weir::format
