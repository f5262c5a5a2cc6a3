#include "agent/processes/image_content.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>

namespace weir::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t entries_walked_max = 300'000;
constexpr std::size_t candidates_hashed_max = 64;
constexpr std::size_t searches_kept_max = 512;

// Engines may mount with layers named relative to their store: two folders above the upper layer.
std::string absolute_layer(const std::string& layer, const std::string& upper) {
  if (layer.starts_with('/') || upper.empty()) return layer;
  return (fs::path(upper).parent_path().parent_path() / layer).string();
}

OverlayLayers with_absolute_layers(OverlayLayers layers) {
  for (std::string& layer : layers.lower) layer = absolute_layer(layer, layers.upper);
  return layers;
}

// The first one is the root that paths begin at. What was put over it later is reached by tricks alone.
const MountLine* root_of(const std::vector<MountLine>& mounts) {
  const auto found = std::ranges::find(mounts, "/", &MountLine::point);
  return found == mounts.end() ? nullptr : &*found;
}

bool is_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
}

bool are_readable(const OverlayLayers& layers) {
  struct stat status{};
  for (const std::string& layer : layers.lower)
    if (stat(layer.c_str(), &status) != 0) return false;
  return layers.upper.empty() || stat(layers.upper.c_str(), &status) == 0;
}

}  // namespace

std::optional<std::string> find_in_layers(const std::vector<std::string>& layers, const std::string& path) {
  for (const std::string& layer : layers) {
    const std::string candidate = layer + path;
    struct stat status{};
    if (lstat(candidate.c_str(), &status) != 0) continue;
    if (S_ISREG(status.st_mode)) return candidate;
    if (is_whiteout(status)) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Sha256> ImageContent::digest_of(const std::string& path) {
  const auto file = open_regular(path);
  if (!file) return std::nullopt;
  const auto digest = digests_.digest_of(file->number());
  if (!digest) return std::nullopt;
  return *digest;
}

bool ImageContent::holds_elsewhere(const OverlayLayers& layers, std::uint64_t size, const Sha256& digest) {
  std::string key = to_hex(digest);
  for (const std::string& layer : layers.lower) key += ":" + layer;
  if (const auto known = searched_.find(key); known != searched_.end()) return known->second;
  if (searched_.size() >= searches_kept_max) searched_.clear();
  std::size_t walked = 0, hashed = 0;
  bool found = false;
  for (const std::string& layer : layers.lower) {
    std::error_code error;
    for (fs::recursive_directory_iterator at(layer, fs::directory_options::skip_permission_denied, error),
         end;
         !error && at != end && !found && walked < entries_walked_max && hashed < candidates_hashed_max;
         at.increment(error), ++walked) {
      struct stat status{};
      if (lstat(at->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      if (static_cast<std::uint64_t>(status.st_size) != size) continue;
      ++hashed;
      found = digest_of(at->path().string()) == digest;
    }
  }
  searched_.emplace(std::move(key), found);
  return found;
}

HeldJudgement ImageContent::judge_on_overlay(const OverlayLayers& layers, const RunningFile& running) {
  if (!are_readable(layers))
    return {Held::blind, "the layers of its file system can't be read from here", {}};
  const auto lower = find_in_layers(layers.lower, running.path);
  const bool copied_up = !layers.upper.empty() && find_in_layers({layers.upper}, running.path).has_value();
  struct stat runs{}, below{};
  const bool opened = running.file >= 0 && fstat(running.file, &runs) == 0;
  if (lower && !copied_up && !running.deleted) {
    if (!opened) return {Held::by_image, {}, {}};
    if (lstat(lower->c_str(), &below) == 0 && below.st_ino == runs.st_ino && below.st_size == runs.st_size)
      return {Held::by_image, {}, {}};
  }
  if (!opened) return {Held::foreign, "it can't be read", {}};
  const auto digest = digests_.digest_of(running.file);
  if (!digest) return {Held::foreign, digest.error().message, {}};
  if (lower && digest_of(*lower) == *digest) return {Held::by_image, {}, {}};
  const bool elsewhere = holds_elsewhere(layers, static_cast<std::uint64_t>(runs.st_size), *digest);
  return {elsewhere ? Held::renamed : Held::foreign, {}, {}};
}

HeldJudgement ImageContent::judge(const std::vector<MountLine>& mounts, const RunningFile& running) {
  if (running.detached) return {Held::foreign, "it lies in memory", {}};
  const MountLine* root = root_of(mounts);
  const MountLine* mount = mount_of(mounts, running.path);
  if (!root || !mount) return {Held::blind, "its mount table can't be read", {}};
  if (mount->point != "/") {
    const std::string host_path = absolute_path("." + running.path.substr(mount->point.size()), mount->root);
    return {Held::foreign, fmt::format("it lies on a mount of {}", mount->type), host_path};
  }
  if (mount != root) return {Held::foreign, fmt::format("it lies on a mount of {} over the root", mount->type), {}};
  if (mount->type != "overlay")
    return {Held::blind,
            fmt::format("its storage is {}, which does not tell the image from what came later", mount->type),
            {}};
  const auto layers = parse_overlay_options(mount->options);
  if (!layers) return {Held::blind, "its overlay does not name its layers", {}};
  return judge_on_overlay(with_absolute_layers(*layers), running);
}

}  // namespace weir::agent
