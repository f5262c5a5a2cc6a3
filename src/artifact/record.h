// The record of an artifact: something that can run, identified by digest. Links of an image (index → manifest →
// config)
// are computed by the server from the documents' bytes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "format/members.h"

namespace weir::artifact {

enum class ArtifactKind { file, directory, image, fingerprint };
constexpr auto names_of(ArtifactKind) {
  return std::array<std::string_view, 4>{"file", "directory", "image", "fingerprint"};
}

struct RecordedLink {
  Sha256 parent, child;
  std::string relation;  // manifest, config
  std::string platform;
  std::vector<Sha256> layers;  // of a config: its diff ids
  static void members(auto& visit, auto& self) {
    visit("parent", self.parent);
    visit("child", self.child);
    visit("relation", self.relation);
    visit.maybe("platform", self.platform);
    visit.maybe("layers", self.layers);
  }
  bool operator==(const RecordedLink&) const = default;
};

struct ArtifactRecorded {
  std::string flow, trail, name;
  ArtifactKind kind = ArtifactKind::file;
  Sha256 digest;
  std::string commit, build_url;
  std::vector<RecordedLink> links;
  std::vector<std::string> documents;  // base64, as recomputed
  static void members(auto& visit, auto& self) {
    visit("flow", self.flow);
    visit("trail", self.trail);
    visit("name", self.name);
    visit("kind", self.kind);
    visit("digest", self.digest);
    visit.maybe("commit", self.commit);
    visit.maybe("build_url", self.build_url);
    visit.maybe("links", self.links);
    visit.maybe("documents", self.documents);
  }
};

}  // namespace weir::artifact
