#include "agent/containers/storage.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "agent/containers/procfs.h"
#include "agent/containers/settings.h"
#include "crypto/digest.h"
#include "format/json.h"

namespace weir::agent {
namespace {

namespace fs = std::filesystem;
using format::Json;

constexpr std::size_t store_bytes_max = 32 * 1024 * 1024;

Error not_yet(std::string message) { return {Errc::unavailable, std::move(message)}; }

// A file that a user's process names: never a device.
std::optional<std::string> read(const std::string& path, std::size_t bytes_max) {
  auto found = procfs::read_regular(path, bytes_max);
  return found ? std::optional(std::move(found->text)) : std::nullopt;
}

// Only the system's or the keeper's own files are believed.
Status check_owner(const std::string& path, std::uint32_t user) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return not_yet(fmt::format("{} is not there", path));
  if (found.st_uid == 0 || found.st_uid == user) return {};
  return Error{Errc::forbidden, fmt::format("{} belongs to user {}", path, found.st_uid)};
}

Status check_pid(const std::string& pid_file, std::int64_t pid, std::uint32_t user) {
  const auto found = procfs::read_regular(pid_file, 64);
  if (!found) return not_yet(fmt::format("{} is no file that can be read", pid_file));
  if (found->user != 0 && found->user != user)
    return Error{Errc::forbidden, fmt::format("{} belongs to user {}", pid_file, found->user)};
  const std::string& text = found->text;
  std::int64_t written = 0;
  std::from_chars(text.data(), text.data() + text.size(), written);
  if (written == 0) return not_yet(fmt::format("{} is empty", pid_file));
  if (written == pid) return {};
  return Error{Errc::forbidden, fmt::format("{} names process {}, not {}", pid_file, written, pid)};
}

// The container's record in one of the store's lists; null when it isn't there.
Result<Json> find_record(const std::string& file, const std::string& id) {
  const auto text = read(file, store_bytes_max);
  if (!text) return Json();
  const auto list = format::parse_json(*text);
  if (!list) return not_yet(fmt::format("{} is being written", file));
  if (list->array() == nullptr) return Json();
  for (const Json& record : *list->array())
    if (record.text("id") == id) return record;
  return Json();
}

// Names of data kept beside an image: odd ones are "=" and base64.
std::string data_file(const std::string& key) { return "=" + encode_base64(key); }

std::string key_of_file(const std::string& name) {
  if (!name.starts_with('=')) return name;
  const auto key = decode_base64(name.substr(1));
  return key ? *key : name;
}

}  // namespace

Result<ConmonWords> parse_conmon_words(std::span<const std::string> words) {
  ConmonWords found;
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i] == "-c" || words[i] == "--cid") found.id = words[i + 1];
    if (words[i] == "-b" || words[i] == "--bundle") found.bundle = words[i + 1];
    if (words[i] == "-p" || words[i] == "--container-pidfile") found.pid_file = words[i + 1];
    if (words[i] == "--exit-command" || words[i] == "-e") break;  // what follows is another command's
  }
  const bool complete = !found.id.empty() && found.bundle.starts_with('/') && found.pid_file.starts_with('/');
  if (!complete) return invalid("conmon without container, bundle or pid file");
  return found;
}

runtime::ImageClaim claim_of_stored_image(const std::string& images_folder, const std::string& image_id) {
  runtime::ImageClaim claim;
  const auto id = parse_sha256(image_id);
  if (!id) return claim;
  claim.config = *id;
  const fs::path folder = fs::path(images_folder) / to_hex(*id);
  const auto config = read(folder / data_file(to_string(*id)), 4 << 20);
  if (config && crypto::sha256(*config) == *id) {
    const auto document = format::parse_json(*config);
    if (document)
      for (const Json& layer : document->at("rootfs").items("diff_ids"))
        if (const auto digest = parse_sha256(layer.string() ? *layer.string() : ""); digest)
          claim.layers.push_back(*digest);
  }
  std::error_code ignored;
  for (fs::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored)) {
    if (!key_of_file(at->path().filename()).starts_with("manifest")) continue;
    const auto manifest = read(at->path(), 4 << 20);
    if (!manifest) continue;
    const Sha256 digest = crypto::sha256(*manifest);
    if (std::find(claim.manifests.begin(), claim.manifests.end(), digest) == claim.manifests.end())
      claim.manifests.push_back(digest);
  }
  std::sort(claim.manifests.begin(), claim.manifests.end());
  return claim;
}

Result<ContainerIdentity> identify_stored(const ConmonWords& conmon, std::int64_t pid, std::uint32_t user) {
  TRY(check_pid(conmon.pid_file, pid, user));
  // <root>/overlay-containers/<id>/userdata
  const fs::path containers = fs::path(conmon.bundle).parent_path().parent_path();
  std::string driver = containers.filename();
  if (!driver.ends_with("-containers"))
    return invalid(fmt::format("{} is no container store", containers.string()));
  driver.resize(driver.size() - std::string_view("containers").size());
  TRY(check_owner(containers, user));

  Json record = TRY(find_record(containers / "containers.json", conmon.id));
  if (record.is_null()) record = TRY(find_record(containers / "volatile-containers.json", conmon.id));
  if (record.is_null()) return not_yet(fmt::format("the store does not list container {}", conmon.id));
  const auto metadata = format::parse_json(record.text("metadata"));
  const Json words = metadata ? *metadata : Json();

  ContainerIdentity identity{.id = conmon.id};
  identity.runtime = words.find("pod-name") != nullptr ? "cri-o" : "podman";
  identity.rootless = user != 0;
  identity.settings = settings_of_bundle(conmon.bundle, conmon.id, user);
  identity.image = claim_of_stored_image(containers.parent_path() / (driver + "images"),
                                         std::string(record.text("image")));
  identity.image.reference = words.text("image-name");
  if (!identity.image.config) identity.note = "the container was made from a directory, not from an image";
  return identity;
}

}  // namespace weir::agent
