// SemVer 2.0 §11, read tolerantly, and the two orders that differ from it by a rule: Pub and NuGet.
#include <vector>

#include "vuln/version_key.h"
#include "vuln/version_rules.h"

namespace weir::vuln {
namespace {

enum Tag : std::uint8_t { end = 0, prerelease = 1, release = 2, number_id = 3, text_id = 4, core_part = 5 };

struct Parts {
  std::vector<std::string_view> core;      // numbers; trailing zeros are gone
  std::vector<std::string_view> before;    // identifiers of the prerelease
  std::vector<std::string_view> metadata;  // identifiers after "+"
  bool is_prerelease = false, has_metadata = false;
};

std::vector<std::string_view> split_dots(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == text.npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

// "rc2" of "go1.21rc2" → rc, 2
std::vector<std::string_view> split_runs(std::string_view text) {
  std::vector<std::string_view> runs;
  std::size_t start = 0;
  for (std::size_t i = 1; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != '.' && is_digit(text[i]) == is_digit(text[i - 1])) continue;
    runs.push_back(text.substr(start, i - start));
    if (i < text.size() && text[i] == '.') ++i;
    start = i;
  }
  return runs;
}

std::string_view without_prefix(std::string_view version) {
  if (version.starts_with('v') || version.starts_with('V') || version.starts_with('='))
    return version.substr(1);
  if (version.starts_with("go") && version.size() > 2 && is_digit(version[2])) return version.substr(2);
  return version;
}

Parts parts_of(std::string_view version) {
  Parts parts;
  version = without_prefix(version);
  std::size_t at = 0;
  while (true) {
    const std::string_view digits = digits_at(version, at);
    if (digits.empty()) break;
    parts.core.push_back(digits);
    at += digits.size();
    if (at + 1 >= version.size() || version[at] != '.' || !is_digit(version[at + 1])) break;
    ++at;
  }
  while (!parts.core.empty() && parts.core.back().find_first_not_of('0') == std::string_view::npos)
    parts.core.pop_back();
  std::string_view rest = version.substr(at);
  if (const std::size_t plus = rest.find('+'); plus != rest.npos) {
    parts.has_metadata = true;
    parts.metadata = split_dots(rest.substr(plus + 1));
    rest = rest.substr(0, plus);
  }
  if (rest.empty()) return parts;
  parts.is_prerelease = true;
  if (rest.front() == '-') parts.before = split_dots(rest.substr(1));
  else parts.before = split_runs(rest.front() == '.' ? rest.substr(1) : rest);
  return parts;
}

void write_identifiers(VersionKey& key, const std::vector<std::string_view>& identifiers) {
  for (const std::string_view each : identifiers) {
    const bool numeric = !each.empty() && digits_at(each, 0).size() == each.size();
    key.tag(numeric ? number_id : text_id);
    if (numeric) key.number(each);
    else key.text(each);
  }
  key.tag(end);
}

void write_version(VersionKey& key, const Parts& parts) {
  for (const std::string_view digits : parts.core) {
    key.tag(core_part);
    key.number(digits);
  }
  key.tag(parts.is_prerelease ? prerelease : release);
  if (parts.is_prerelease) write_identifiers(key, parts.before);
}

}  // namespace

std::string semver_key(std::string_view version) {
  VersionKey key;
  write_version(key, parts_of(version));
  return key.take();
}

std::string pub_key(std::string_view version) {
  VersionKey key;
  const Parts parts = parts_of(version);
  write_version(key, parts);
  key.tag(parts.has_metadata ? 1 : 0);
  if (parts.has_metadata) write_identifiers(key, parts.metadata);
  return key.take();
}

std::string nuget_key(std::string_view version) { return semver_key(lower_ascii(version)); }

}  // namespace weir::vuln
