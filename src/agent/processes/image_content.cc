#include "agent/processes/image_content.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>

#include "agent/processes/exec_source.h"

namespace weir::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t search_share = 20;  // searches in one image may take 1/20 of the time
constexpr std::size_t searches_kept_max = 512, images_kept_max = 64;

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

// `place` was opened to be looked at alone.
bool is_content_of(const Fd& place, const Sha256& digest, const ReadDigest& read) {
  const auto file =
      place ? open_regular(fmt::format("/proc/self/fd/{}", place.number())) : Error{Errc::not_found, ""};
  const auto content = file ? read(file->number()) : Result<Sha256>(file.error());
  return content && *content == digest;
}

}  // namespace

Fd find_in_layers(const std::vector<std::string>& layers, const std::string& path) {
  for (const std::string& layer : layers) {
    auto found = find_below(layer, path);
    if (!found && found.error().code == Errc::not_found) continue;
    struct stat status{};
    if (!found || fstat(found->number(), &status) != 0) return {};
    if (S_ISREG(status.st_mode)) return std::move(*found);
    if (is_whiteout(status)) return {};
  }
  return {};
}

ImageContent::Search& ImageContent::search_of(const std::vector<std::string>& layers) {
  std::string key;
  for (const std::string& layer : layers) key += ":" + layer;
  if (const auto known = searches_.find(key); known != searches_.end()) return known->second;
  if (searches_.size() >= images_kept_max) searches_.clear();
  const std::int64_t at_once = search_time_max_.micros * 1000;
  return searches_.emplace(std::move(key), Search{{at_once, at_once / search_share}, {}}).first->second;
}

bool ImageContent::holds_elsewhere(const OverlayLayers& layers, std::uint64_t size, const Sha256& digest,
                                   const ReadDigest& read) {
  Search& search = search_of(layers.lower);
  if (const auto known = search.found.find(digest); known != search.found.end()) return known->second;
  const std::int64_t begin = boot_time_ns(), time = search.time.left(begin);
  bool found = false, whole = true;
  for (const std::string& layer : layers.lower) {
    if (found || !whole) break;
    std::error_code error;
    for (fs::recursive_directory_iterator at(layer, fs::directory_options::skip_permission_denied, error),
         end;
         !error && at != end && !found && whole; at.increment(error)) {
      if (boot_time_ns() - begin >= time) {
        whole = false;
        break;
      }
      struct stat status{};
      if (lstat(at->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      if (static_cast<std::uint64_t>(status.st_size) != size) continue;
      const auto file = open_regular(at->path().string());
      const auto content = file ? read(file->number()) : Result<Sha256>(file.error());
      if (content) found = *content == digest;
      else if (content.error().code == Errc::too_many) whole = false;
    }
  }
  search.time.take(boot_time_ns() - begin);
  if (search.found.size() >= searches_kept_max) search.found.clear();
  if (found || whole) search.found.emplace(digest, found);
  return found;
}

HeldJudgement ImageContent::judge_on_overlay(const OverlayLayers& layers, const RunningFile& running,
                                             const ReadDigest& read) {
  if (!are_readable(layers))
    return {Held::blind, "the layers of its file system can't be read from here", {}};
  const Fd lower = find_in_layers(layers.lower, running.path);
  const bool copied_up = !layers.upper.empty() && find_in_layers({layers.upper}, running.path);
  struct stat runs{}, below{};
  const bool opened = running.file >= 0 && fstat(running.file, &runs) == 0;
  if (lower && !copied_up && !running.deleted) {
    if (!opened) return {Held::by_image, {}, {}};
    if (fstat(lower.number(), &below) == 0 && below.st_ino == runs.st_ino && below.st_size == runs.st_size)
      return {Held::by_image, {}, {}};
  }
  if (!opened) return {Held::foreign, "it can't be read", {}};
  const auto digest = read(running.file);
  if (!digest) return {Held::foreign, digest.error().message, {}};
  if (is_content_of(lower, *digest, read)) return {Held::by_image, {}, {}};
  const bool elsewhere = holds_elsewhere(layers, static_cast<std::uint64_t>(runs.st_size), *digest, read);
  return {elsewhere ? Held::renamed : Held::foreign, {}, {}};
}

HeldJudgement ImageContent::judge(const std::vector<MountLine>& mounts, const RunningFile& running,
                                  const ReadDigest& read) {
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
  return judge_on_overlay(with_absolute_layers(*layers), running, read);
}

}  // namespace weir::agent
