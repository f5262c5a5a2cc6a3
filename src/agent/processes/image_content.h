// Does the image of a container hold the file that runs in it? Read from the container's own mount table: a file on the
// overlay root that comes from a lower layer, or whose content equals the lower file of the same path (a chmod copies
// the file up and changes nothing), is held. Content of the image under another name is `renamed`. A file that was
// dropped into the upper layer, or lies on a volume, a tmpfs or in memory, is foreign. Storage that isn't overlay can't
// be judged: `blind`, and `reason` says why. One thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/processes/file_digest.h"
#include "agent/processes/proc_text.h"

namespace weir::agent {

enum class Held { by_image, renamed, foreign, blind };

struct RunningFile {
  std::string path;  // as the container sees it, resolved
  int file = -1;     // open for reading; -1 when it can't be opened
  bool deleted = false, detached = false;
};

struct HeldJudgement {
  Held held = Held::blind;
  std::string reason;
  std::string host_path;  // where a foreign file of a bind mount lies in its file system
};

class ImageContent {
 public:
  explicit ImageContent(DigestCache& digests) : digests_(digests) {}
  HeldJudgement judge(const std::vector<MountLine>& mounts, const RunningFile& running);

 private:
  HeldJudgement judge_on_overlay(const OverlayLayers& layers, const RunningFile& running);
  std::optional<Sha256> digest_of(const std::string& path);
  bool holds_elsewhere(const OverlayLayers& layers, std::uint64_t size, const Sha256& digest);

  DigestCache& digests_;
  std::map<std::string, bool> searched_;  // lowest layers and digest → found elsewhere
};

// The topmost file of that path in the layers; nullopt when none has it or a layer above removed it.
std::optional<std::string> find_in_layers(const std::vector<std::string>& layers, const std::string& path);

}  // namespace weir::agent
