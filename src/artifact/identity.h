// Which digests are one image: index → listed manifest → its config, every link recomputed from the
// documents' own bytes and never taken from anybody's word. A host reports a config digest, a cluster a
// manifest's, a build an index's; they are the same approval exactly if they are members of one identity.
// Equal layers under another config are not.
// Pure; the result is a value.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace weir::artifact {

// What a member is to the artifact. `attachment`: listed by the index, but a build's attestation and nothing
// that runs.
enum class Relation { self, index, manifest, config, attachment };
constexpr auto names_of(Relation) {
  return std::array<std::string_view, 5>{"self", "index", "manifest", "config", "attachment"};
}

struct IdentityMember {
  Sha256 digest;
  Relation relation = Relation::self;
  std::string platform;           // as the index lists it; of a config as it says itself
  std::optional<Sha256> parent;   // the document that names this one; none for self
  bool shown = false;             // its document was given, so what it names in turn is known
  std::vector<Sha256> diff_ids;   // of a shown config
  static void members(auto& visit, auto& self) {
    visit("digest", self.digest);
    visit("relation", self.relation);
    visit.maybe("platform", self.platform);
    visit.maybe("parent", self.parent);
    visit.maybe("shown", self.shown);
    visit.maybe("diff_ids", self.diff_ids);
  }
  bool operator==(const IdentityMember&) const = default;
};

// The members of `artifact`, itself first, parents before children; a document reached twice is a member per
// parent. Without documents it is the artifact alone. Refused (Errc::invalid): a document that neither is the
// artifact nor is named by another given one, whose size differs from what its parent says, or whose kind is
// not the one it is named as.
Result<std::vector<IdentityMember>> recompute_identity(const Sha256& artifact,
                                                       std::span<const Bytes> documents);

}  // namespace weir::artifact
