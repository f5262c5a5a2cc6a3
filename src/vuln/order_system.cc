// dpkg (deb-version(7)) and rpm (rpm-version(7)).
#include "vuln/version_key.h"
#include "vuln/version_rules.h"

namespace weir::vuln {
namespace {

// Words and numbers take turns and the end counts as an empty word: "~" < end < letters < others.
enum DebTag : std::uint8_t { tilde = 1, word_end, letter, other };

void write_deb_part(VersionKey& key, std::string_view text) {
  std::size_t at = 0;
  do {
    for (; at < text.size() && !is_digit(text[at]); ++at) {
      if (text[at] == '~') {
        key.tag(tilde);
        continue;
      }
      key.tag(is_letter(text[at]) ? letter : other);
      key.tag(static_cast<std::uint8_t>(text[at]));
    }
    key.tag(word_end);
    const std::string_view digits = digits_at(text, at);
    key.number(digits);
    at += digits.size();
  } while (at < text.size());
  key.tag(word_end);
}

enum RpmTag : std::uint8_t { rpm_tilde = 1, rpm_end, caret, rpm_word, rpm_number };

void write_rpm_part(VersionKey& key, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t stop = at + 1;
    if (is_digit(text[at])) {
      const std::string_view digits = digits_at(text, at);
      key.tag(rpm_number);
      key.number(digits);
      stop = at + digits.size();
    } else if (is_letter(text[at])) {
      while (stop < text.size() && is_letter(text[stop])) ++stop;
      key.tag(rpm_word);
      key.text(text.substr(at, stop - at));
    } else if (text[at] == '~') {
      key.tag(rpm_tilde);
    } else if (text[at] == '^') {
      key.tag(caret);
    }
    at = stop;
  }
  key.tag(rpm_end);
}

}  // namespace

std::string dpkg_key(std::string_view version) {
  VersionKey key;
  const std::string_view epoch = digits_at(version, 0);
  const bool has_epoch = !epoch.empty() && epoch.size() < version.size() && version[epoch.size()] == ':';
  key.number(has_epoch ? epoch : "");
  if (has_epoch) version.remove_prefix(epoch.size() + 1);
  const std::size_t dash = version.rfind('-');
  write_deb_part(key, version.substr(0, dash));
  write_deb_part(key, dash == version.npos ? "" : version.substr(dash + 1));
  return key.take();
}

// The epoch, 0 where none is said, compares as versions do. No release is below every release.
std::string rpm_key(std::string_view version) {
  VersionKey key;
  const std::size_t colon = version.find(':');
  const std::string_view epoch = colon == version.npos ? "" : version.substr(0, colon);
  write_rpm_part(key, epoch.empty() ? "0" : epoch);
  if (colon != version.npos) version.remove_prefix(colon + 1);
  const std::size_t dash = version.find('-');
  write_rpm_part(key, version.substr(0, dash));
  key.tag(dash == version.npos ? 0 : 1);
  if (dash != version.npos) write_rpm_part(key, version.substr(dash + 1));
  return key.take();
}

}  // namespace weir::vuln
