// Which artifacts hold which components: the bills of materials of everything recorded, turned around. A component is
// interned once. Bills are alike (releases of one service, images on one base), so a bill is kept as a set that another
// one had and how it differs from it: of a million artifacts, each component then knows a few sets, and the artifacts
// that have it beside their set or lack it from theirs. The bills are the truth: this is made from them, and made anew
// where its file is missing, damaged or of another form.
// Belongs to one thread at a time; several may read. File form: docs/formats/component-index.md.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "evidence/inventory.h"
#include "vuln/index/artifact_set.h"
#include "vuln/index/component_table.h"
#include "vuln/index/index_file.h"
#include "vuln/index/number_lists.h"

namespace weir::vuln {

Component component_of(const evidence::Item& item, const std::optional<Release>& document);
// In the order of the bill, each text once.
std::vector<Component> components_of(const evidence::Inventory& inventory);

class ComponentIndex {
 public:
  struct Taken {
    std::vector<ComponentId> fresh;    // that nobody held before
    std::vector<ComponentId> dropped;  // that nobody holds any more, because this bill replaced another
  };
  // The bill of an artifact by the entry that attests it; a later entry replaces an earlier one.
  Taken take(const Sha256& artifact, std::int64_t attestation, std::span<const Component> components);
  Taken take(const Sha256& artifact, std::int64_t attestation,
             std::vector<ComponentId> components);  // interned
  ComponentId intern(const Component& component);
  // That everything up to this entry was looked at.
  void reached(std::int64_t attestation) { through_ = std::max(through_, attestation); }
  std::int64_t through() const { return through_; }

  std::size_t components() const { return components_.size(); }
  std::size_t artifacts() const { return artifacts_.size(); }
  std::size_t sets() const { return set_begins_.size(); }
  Component component(ComponentId id) const { return components_.component(id); }
  std::string_view text(ComponentId id) const { return components_.text(id); }  // until the next change
  std::optional<ComponentId> find(std::string_view text) const { return components_.find(text); }

  std::vector<ComponentId> about(std::string_view ecosystem, std::string_view name) const;
  std::vector<ComponentId> named(std::string_view name) const;  // in any ecosystem, by its whole name
  std::vector<ComponentId> below(std::string_view url) const;  // a package URL with any version or qualifiers
  std::vector<ComponentId> containing(std::string_view part, std::size_t limit) const;

  std::size_t holders(ComponentId id) const { return held_[id]; }  // how many artifacts
  bool is_held(ComponentId id) const { return held_[id] > 0; }
  ArtifactSet holders_of(ComponentId id) const;
  void add_holders(ComponentId id, ArtifactSet& holders) const;  // a set that has room for all artifacts
  // Ascending, at the cost of what they are, where that is less than a set of bits costs; else nothing.
  std::optional<std::vector<ArtifactNumber>> few_holders(ComponentId id) const;
  void each_holder(ComponentId id, const auto& call) const {
    if (is_held(id)) holders_of(id).each([&](ArtifactNumber number) { call(artifacts_[number].digest); });
  }
  bool holds(const Sha256& artifact) const { return number_of(artifact).has_value(); }
  std::vector<ComponentId> of(const Sha256& artifact) const;  // sorted; empty when nothing is known
  std::optional<std::int64_t> attestation_of(const Sha256& artifact) const;

  // Numbers are of this index in this process.
  std::optional<ArtifactNumber> number_of(const Sha256& artifact) const;
  const Sha256& artifact(ArtifactNumber number) const { return artifacts_[number].digest; }
  bool has(ArtifactNumber number, ComponentId component) const;
  std::uint64_t identity() const { return identity_; }  // another one for each index of this process

  Bytes encode() const;
  // Errors: corrupt.
  static Result<ComponentIndex> decode(BytesView bytes);
  // The same in a file, which is mapped: opening it reads all of it once and decodes nothing. It is written beside its
  // place and renamed. Errors: unavailable; not_found; corrupt.
  Status save(const std::string& path) const;
  static Result<ComponentIndex> open(const std::string& path);

 private:
  struct Held {
    Sha256 digest;
    std::int64_t attestation = 0;
    std::uint64_t difference = 0;  // where in differences_ it begins
  };
  struct Difference {  // of a bill from its set
    std::vector<ComponentId> lacks, adds;
    std::size_t size() const { return lacks.size() + adds.size(); }
  };
  struct Base {
    std::uint32_t set = 0;
    Difference difference;
  };

  Status write(const IndexWriter::Sink& sink) const;
  static Result<ComponentIndex> over(IndexFile file);
  bool is_sound() const;

  std::vector<ComponentId> set(std::uint32_t set) const;
  static Difference difference(std::span<const ComponentId> set, std::span<const ComponentId> bill);
  Difference difference_of(ArtifactNumber number) const;
  std::vector<ComponentId> components_of_number(ArtifactNumber number) const;
  Base base_for(std::span<const ComponentId> components);
  std::uint32_t add_set(std::span<const ComponentId> components);
  void hold(ArtifactNumber number, const Base& base);
  void let_go(ArtifactNumber number);
  void note_sets();

  static std::uint64_t next_identity();

  std::uint64_t identity_ = next_identity();
  std::optional<IndexFile> file_;  // that the rest may point into
  std::int64_t through_ = -1;
  ComponentTable components_;
  Column<std::uint32_t> held_;                  // by component: how many artifacts have it
  NumberLists in_sets_, added_to_, lacked_by_;  // by component: sets; artifacts beside what their sets say
  Arena sets_;
  Column<std::uint64_t> set_begins_;
  NumberLists of_set_;  // artifacts, by set
  Column<Held> artifacts_;
  Column<std::uint32_t> set_of_;  // by artifact
  Arena differences_;
  IdTable by_digest_;
  IdTable likely_;         // sets by what bills that are like them have in common; not stored
  std::size_t noted_ = 0;  // sets that stand in it
};

}  // namespace weir::vuln
