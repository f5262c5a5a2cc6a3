// Does the image of a container hold the file that runs in it? Read from the container's own mount table: a file on the
// overlay root that comes from a lower layer, or whose content equals the lower file of the same path (a chmod copies
// the file up and changes nothing), is held. Content of the image under another name is `renamed`. A file that was
// dropped into the upper layer, or lies on a volume, a tmpfs or in memory, is foreign. Storage that isn't overlay can't
// be judged: `blind`, and `reason` says why. Looking for content under another name takes a bounded part of the time in
// each image; beyond it, what such a search would find is foreign too. One thread.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/processes/allowance.h"
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

// Of an open file. Error too_many: not known yet, and then a judgement counts for nothing and is asked for again.
using ReadDigest = std::function<Result<Sha256>(int file)>;

class ImageContent {
 public:
  explicit ImageContent(Duration search_time_max = seconds(1)) : search_time_max_(search_time_max) {}
  HeldJudgement judge(const std::vector<MountLine>& mounts, const RunningFile& running,
                      const ReadDigest& read);

 private:
  struct Search {
    Allowance time;                // ns
    std::map<Sha256, bool> found;  // what was looked for
  };
  HeldJudgement judge_on_overlay(const OverlayLayers& layers, const RunningFile& running,
                                 const ReadDigest& read);
  bool holds_elsewhere(const OverlayLayers& layers, std::uint64_t size, const Sha256& digest,
                       const ReadDigest& read);
  Search& search_of(const std::vector<std::string>& layers);

  const Duration search_time_max_;
  std::map<std::string, Search> searches_;  // by layers
};

// The topmost file of that path in the layers, to be looked at alone; none when no layer has it or one above removed it
// or has something else on the way. Links in a layer are the image's and lead nowhere here.
Fd find_in_layers(const std::vector<std::string>& layers, const std::string& path);

}  // namespace weir::agent
