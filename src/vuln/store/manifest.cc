#include "vuln/store/manifest.h"

#include <fmt/format.h>

#include <filesystem>

#include "crypto/digest.h"
#include "format/members.h"
#include "vuln/store/durable_file.h"

namespace weir::vuln {
namespace {

// A name that stays in the store's directory.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() < 100 && name.front() != '.' && name.find('/') == name.npos;
}

}  // namespace

std::string encode_manifest(const Manifest& manifest) {
  const std::string line = format::encode(manifest);
  return fmt::format("{}\n{}\n", line, to_string(crypto::sha256(line)));
}

Result<Manifest> decode_manifest(std::string_view text, const std::string& name) {
  const auto damaged = [&](std::string_view why) {
    return Error{Errc::corrupt, fmt::format("{} is damaged: {}", name, why)};
  };
  const std::size_t end = text.find('\n');
  if (end == text.npos || text.substr(end + 1) != to_string(crypto::sha256(text.substr(0, end))) + "\n")
    return damaged("its last line is not the digest of its first");
  const Result<format::Json> json = format::parse_json(text.substr(0, end));
  if (!json.ok()) return damaged(json.error().message);
  Manifest manifest;
  const Status decoded = format::decode(*json, manifest, {.unknown = format::Unknown::ignore});
  if (!decoded.ok()) return damaged(decoded.error().message);
  if (manifest.format != "weir-advisory-store/1")
    return damaged(fmt::format("it has the form '{}'", manifest.format));
  bool inside = true;
  for (const SegmentRow& row : manifest.segments) inside &= is_file_name(row.file);
  for (const auto* table : {&manifest.exploited, &manifest.likelihood})
    inside &= !*table || is_file_name((*table)->file);
  if (!inside) return damaged("it names a file outside of its directory");
  return manifest;
}

Result<Manifest> read_manifest(const std::string& directory) {
  const std::string path = directory + "/" + manifest_name;
  const Bytes text = TRY(read_whole(path, manifest_bytes_max));
  return decode_manifest(text, path);
}

bool is_advisory_store(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(directory + "/" + manifest_name, error)) return false;
  const Result<Bytes> text = read_whole(directory + "/" + manifest_name, manifest_bytes_max);
  return text.ok() && text->starts_with("{\"format\":\"weir-advisory-store/");
}

}  // namespace weir::vuln
