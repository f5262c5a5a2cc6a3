// Which artifacts hold which components: the bills of materials of everything recorded, turned around. A component is
// interned once, a set of components is stored once however many artifacts share it, and each component knows the sets
// it is in; so "who holds it" is a walk over its sets. The bills are the truth: this is made from them, and made anew
// where its file is missing, damaged or of another form.
// Belongs to one thread at a time; several may read. File form: docs/formats/component-index.md.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "evidence/inventory.h"
#include "vuln/package.h"

namespace weir::vuln {

using ComponentId = std::uint32_t;

// What of a component decides whether an advisory is about it. `text` names it: its package URL, with the release and
// the source package that only the document around it said as qualifiers; its name where it has no URL.
struct Component {
  std::string text, name, version;
  Package package;  // without ecosystem: no advisory can be about it
};

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
  // That everything up to this entry was looked at.
  void reached(std::int64_t attestation) { through_ = std::max(through_, attestation); }
  std::int64_t through() const { return through_; }

  std::size_t components() const { return components_.size(); }
  std::size_t artifacts() const { return artifacts_.size(); }
  std::size_t sets() const { return sets_.size(); }
  const Component& component(ComponentId id) const { return components_[id]; }
  std::optional<ComponentId> find(std::string_view text) const;

  std::vector<ComponentId> about(std::string_view ecosystem, std::string_view name) const;
  std::vector<ComponentId> named(std::string_view name) const;  // in any ecosystem, by its whole name
  std::vector<ComponentId> containing(std::string_view part, std::size_t limit) const;

  std::size_t holders(ComponentId id) const;  // how many artifacts
  bool is_held(ComponentId id) const;
  void each_holder(ComponentId id, const auto& call) const {
    for (const std::uint32_t set : in_sets_[id])
      for (const std::uint32_t artifact : of_set_[set]) call(artifacts_[artifact].digest);
  }
  bool holds(const Sha256& artifact) const { return by_digest_.contains(artifact); }
  std::span<const ComponentId> of(const Sha256& artifact) const;  // sorted; empty when nothing is known
  std::optional<std::int64_t> attestation_of(const Sha256& artifact) const;

  Bytes encode() const;
  // Errors: corrupt.
  static Result<ComponentIndex> decode(BytesView bytes);

 private:
  struct Held {
    Sha256 digest;
    std::int64_t attestation = 0;
    std::uint32_t set = 0;
  };
  struct DigestHash {
    std::size_t operator()(const Sha256& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.view().data(), sizeof hash);
      return hash;
    }
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Texts = std::unordered_map<std::string, std::vector<std::uint32_t>, TextHash, std::equal_to<>>;

  ComponentId intern(const Component& component, Taken* taken);
  std::uint32_t intern_set(std::vector<ComponentId> ids);
  void hold(Held held);

  std::int64_t through_ = -1;
  std::vector<Component> components_;
  std::vector<std::vector<std::uint32_t>> in_sets_;  // by component
  std::vector<std::vector<ComponentId>> sets_;
  std::vector<std::vector<std::uint32_t>> of_set_;  // artifacts, by set
  std::vector<Held> artifacts_;
  Texts by_text_;   // one each
  Texts by_about_;  // "ecosystem\nname"
  Texts by_name_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> sets_by_hash_;
  std::unordered_map<Sha256, std::uint32_t, DigestHash> by_digest_;
};

}  // namespace weir::vuln
