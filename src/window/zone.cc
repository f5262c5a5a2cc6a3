#include "window/zone.h"

#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "crypto/digest.h"

namespace weir::window {
namespace {

const absl::CivilSecond local_epoch(1970);

std::string zoneinfo_file(std::string_view name) {
  const char* directory = std::getenv("TZDIR");
  return fmt::format("{}/{}", directory == nullptr ? "/usr/share/zoneinfo" : directory, name);
}

// Only names of the database: no paths, no files beside it, no copies of it in other directories.
bool may_be_zone(std::string_view name) {
  constexpr std::array<std::string_view, 3> directories{"posix/", "right/", "file:"};
  constexpr std::array<std::string_view, 5> files{"localtime", "posixrules", "Factory", "leapseconds",
                                                  "libc:localtime"};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto plain = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' || c == '+';
  };
  return !name.empty() && name.size() <= 64 && letter(name[0]) && std::all_of(name.begin(), name.end(), plain) &&
         std::none_of(directories.begin(), directories.end(), [&](auto each) { return name.starts_with(each); }) &&
         std::find(files.begin(), files.end(), name) == files.end();
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Turn turn_of(const absl::TimeZone& zone, const absl::TimeZone::CivilTransition& transition) {
  return {absl::ToUnixSeconds(zone.At(transition.to).trans), transition.from - local_epoch,
          transition.to - local_epoch};
}

}  // namespace

struct Zone::Data {
  absl::TimeZone zone;
};

Result<Zone> Zone::find(std::string_view name, std::string_view field) {
  absl::TimeZone zone;
  if (may_be_zone(name) && absl::LoadTimeZone(std::string(name), &zone))
    return Zone(std::make_shared<const Data>(Data{zone}));
  return invalid(fmt::format("there is no time zone '{}'; it is named as in Europe/Berlin, or UTC", name.substr(0, 64)),
                 std::string(field));
}

Local Zone::local_of(Second at) const {
  return data_->zone.At(absl::FromUnixSeconds(at)).cs - local_epoch;
}

Second Zone::second_of(Local local) const {
  return absl::ToUnixSeconds(data_->zone.At(local_epoch + local).pre);
}

std::optional<Turn> Zone::turn_until(Second at) const {
  absl::TimeZone::CivilTransition found;
  if (!data_->zone.PrevTransition(absl::FromUnixSeconds(at + 1), &found)) return std::nullopt;
  return turn_of(data_->zone, found);
}

std::optional<Turn> Zone::turn_after(Second at) const {
  absl::TimeZone::CivilTransition found;
  if (!data_->zone.NextTransition(absl::FromUnixSeconds(at), &found)) return std::nullopt;
  return turn_of(data_->zone, found);
}

std::string tzdata_version() {
  std::string first = content_of(zoneinfo_file("tzdata.zi")).substr(0, 64);
  first = first.substr(0, first.find('\n'));
  constexpr std::string_view lead = "# version ";
  if (first.starts_with(lead)) return first.substr(lead.size());
  std::string told = content_of(zoneinfo_file("+VERSION"));
  return told.substr(0, told.find('\n'));
}

Sha256 tzdata_digest() {
  static const Sha256 digest = crypto::sha256(content_of(zoneinfo_file("tzdata.zi")));  // as zones are: read once
  return digest;
}

}  // namespace weir::window
