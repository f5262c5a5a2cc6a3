#include "vuln/component_index.h"

#include <algorithm>
#include <set>

#include "crypto/digest.h"
#include "vuln/match.h"
#include "vuln/version_key.h"

namespace weir::vuln {
namespace {

constexpr std::string_view magic = "weir component index 1\n";
constexpr std::size_t named_max = 100'000;

std::string about_key(std::string_view ecosystem, std::string_view name) {
  return std::string(ecosystem) + '\n' + index_name(ecosystem, name);
}

void add_qualifier(std::string& purl, std::string_view name, std::string_view value) {
  const std::size_t fragment = std::min(purl.find('#'), purl.size());
  const char separator = purl.find('?') == purl.npos ? '?' : '&';
  purl.insert(fragment, separator + std::string(name) + '=' + std::string(value));
}

std::uint64_t hash_of(std::span<const ComponentId> ids) {
  std::uint64_t hash = 1469598103934665603U;
  for (const ComponentId id : ids) hash = (hash ^ id) * 1099511628211U;
  return hash;
}

// Numbers as LEB128, texts with their length before them.
struct Writer {
  Bytes out;
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
  }
  void text(std::string_view value) {
    number(value.size());
    out += value;
  }
};
struct Reader {
  BytesView rest;
  bool ok = true;
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest.empty()) break;
      const auto byte = static_cast<unsigned char>(rest.front());
      rest.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    ok = false;
    return 0;
  }
  std::size_t count() {  // each of what is counted takes a byte at least
    const std::uint64_t value = number();
    if (value > rest.size()) ok = false;
    return ok ? static_cast<std::size_t>(value) : 0;
  }
  BytesView text() {
    const std::size_t size = count();
    const BytesView value = rest.substr(0, size);
    rest.remove_prefix(size);
    return value;
  }
};

void write_component(Writer& out, const Component& component) {
  for (const std::string_view text : {std::string_view(component.text), std::string_view(component.name),
                                      std::string_view(component.version),
                                      std::string_view(component.package.ecosystem),
                                      std::string_view(component.package.release),
                                      std::string_view(component.package.version)})
    out.text(text);
  out.number(static_cast<std::uint64_t>(component.package.scope));
  out.number(component.package.names.size());
  for (const std::string& name : component.package.names) out.text(name);
}

Component read_component(Reader& in) {
  Component component;
  for (std::string* text : {&component.text, &component.name, &component.version,
                            &component.package.ecosystem, &component.package.release,
                            &component.package.version})
    *text = in.text();
  const std::uint64_t scope = in.number();
  if (scope > static_cast<std::uint64_t>(Scope::unscoped)) in.ok = false;
  else component.package.scope = static_cast<Scope>(scope);
  for (std::size_t names = in.count(); names > 0 && in.ok; --names)
    component.package.names.emplace_back(in.text());
  return component;
}

}  // namespace

Component component_of(const evidence::Item& item, const std::optional<Release>& document) {
  Component component{.name = item.name, .version = item.version};
  if (item.purl.empty()) {
    component.text = item.version.empty() ? item.name : item.name + '@' + item.version;
    return component;
  }
  component.text = item.purl;
  std::optional<Package> package = package_of_item(item, document);
  if (!package) return component;
  component.package = std::move(*package);
  if (!component.package.version.empty()) component.version = component.package.version;
  if (component.package.scope == Scope::inferred)
    add_qualifier(component.text, "distro", lower_ascii(component.package.ecosystem) + '-' +
                                                component.package.release);
  if (!item.source.empty() && component.package.names.size() > 1 &&
      item.purl.find("upstream=") == item.purl.npos)
    add_qualifier(component.text, "upstream", component.package.names.front());
  return component;
}

std::vector<Component> components_of(const evidence::Inventory& inventory) {
  const std::optional<Release> document = release_in(inventory);
  std::vector<Component> components;
  std::set<std::string> seen;
  for (const evidence::Item& item : inventory.items) {
    if (item.name.empty() && item.purl.empty()) continue;
    Component component = component_of(item, document);
    if (seen.insert(component.text).second) components.push_back(std::move(component));
  }
  return components;
}

ComponentId ComponentIndex::intern(const Component& component, Taken* taken) {
  const auto known = by_text_.find(component.text);
  if (known != by_text_.end()) return known->second.front();
  const auto id = static_cast<ComponentId>(components_.size());
  components_.push_back(component);
  in_sets_.emplace_back();
  by_text_[component.text].push_back(id);
  by_name_[lower_ascii(component.name)].push_back(id);
  for (const std::string& name : component.package.names) {
    if (lower_ascii(name) != lower_ascii(component.name)) by_name_[lower_ascii(name)].push_back(id);
    by_about_[about_key(component.package.ecosystem, name)].push_back(id);
  }
  if (taken != nullptr) taken->fresh.push_back(id);
  return id;
}

std::uint32_t ComponentIndex::intern_set(std::vector<ComponentId> ids) {
  std::vector<std::uint32_t>& alike = sets_by_hash_[hash_of(ids)];
  for (const std::uint32_t set : alike)
    if (sets_[set] == ids) return set;
  const auto set = static_cast<std::uint32_t>(sets_.size());
  for (const ComponentId id : ids) in_sets_[id].push_back(set);
  alike.push_back(set);
  sets_.push_back(std::move(ids));
  of_set_.emplace_back();
  return set;
}

void ComponentIndex::hold(Held held) {
  const auto [at, fresh] = by_digest_.emplace(held.digest, static_cast<std::uint32_t>(artifacts_.size()));
  if (fresh) artifacts_.push_back(held);
  else {
    std::erase(of_set_[artifacts_[at->second].set], at->second);
    artifacts_[at->second] = held;
  }
  of_set_[held.set].push_back(at->second);
}

ComponentIndex::Taken ComponentIndex::take(const Sha256& artifact, std::int64_t attestation,
                                           std::span<const Component> components) {
  Taken taken;
  reached(attestation);
  const auto before = by_digest_.find(artifact);
  if (before != by_digest_.end() && artifacts_[before->second].attestation >= attestation) return taken;
  std::vector<ComponentId> ids;
  for (const Component& component : components) {
    const ComponentId id = intern(component, nullptr);
    if (!is_held(id)) taken.fresh.push_back(id);
    ids.push_back(id);
  }
  std::ranges::sort(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
  const std::vector<ComponentId> old =
      before == by_digest_.end() ? std::vector<ComponentId>() : sets_[artifacts_[before->second].set];
  hold({artifact, attestation, intern_set(std::move(ids))});
  for (const ComponentId id : old)
    if (!is_held(id)) taken.dropped.push_back(id);
  return taken;
}

std::optional<ComponentId> ComponentIndex::find(std::string_view text) const {
  const auto found = by_text_.find(text);
  return found == by_text_.end() ? std::nullopt : std::optional(found->second.front());
}

std::vector<ComponentId> ComponentIndex::about(std::string_view ecosystem, std::string_view name) const {
  const auto found = by_about_.find(about_key(ecosystem, name));
  return found == by_about_.end() ? std::vector<ComponentId>() : found->second;
}

std::vector<ComponentId> ComponentIndex::named(std::string_view name) const {
  const auto found = by_name_.find(lower_ascii(name));
  return found == by_name_.end() ? std::vector<ComponentId>() : found->second;
}

std::vector<ComponentId> ComponentIndex::containing(std::string_view part, std::size_t limit) const {
  std::vector<ComponentId> found;
  const std::string wanted = lower_ascii(part);
  for (ComponentId id = 0; id < components_.size() && found.size() < std::min(limit, named_max); ++id)
    if (lower_ascii(components_[id].text).find(wanted) != std::string::npos) found.push_back(id);
  return found;
}

std::size_t ComponentIndex::holders(ComponentId id) const {
  std::size_t count = 0;
  for (const std::uint32_t set : in_sets_[id]) count += of_set_[set].size();
  return count;
}

bool ComponentIndex::is_held(ComponentId id) const {
  return std::ranges::any_of(in_sets_[id], [this](std::uint32_t set) { return !of_set_[set].empty(); });
}

std::span<const ComponentId> ComponentIndex::of(const Sha256& artifact) const {
  const auto found = by_digest_.find(artifact);
  if (found == by_digest_.end()) return {};
  return sets_[artifacts_[found->second].set];
}

std::optional<std::int64_t> ComponentIndex::attestation_of(const Sha256& artifact) const {
  const auto found = by_digest_.find(artifact);
  if (found == by_digest_.end()) return std::nullopt;
  return artifacts_[found->second].attestation;
}

Bytes ComponentIndex::encode() const {
  Writer out;
  out.out = magic;
  out.number(static_cast<std::uint64_t>(through_ + 1));
  out.number(components_.size());
  for (const Component& component : components_) write_component(out, component);
  out.number(sets_.size());
  for (const std::vector<ComponentId>& set : sets_) {
    out.number(set.size());
    ComponentId before = 0;
    for (const ComponentId id : set) out.number(id - std::exchange(before, id));
  }
  out.number(artifacts_.size());
  for (const Held& held : artifacts_) {
    out.out += held.digest.view();
    out.number(static_cast<std::uint64_t>(held.attestation));
    out.number(held.set);
  }
  out.out += crypto::sha256(out.out).view();
  return std::move(out.out);
}

Result<ComponentIndex> ComponentIndex::decode(BytesView bytes) {
  const Error damaged{Errc::corrupt, "the component index is damaged, or of another form"};
  constexpr std::size_t digest_size = 32;
  if (bytes.size() < magic.size() + digest_size || !bytes.starts_with(magic)) return damaged;
  const BytesView body = bytes.substr(0, bytes.size() - digest_size);
  if (crypto::sha256(body).view() != bytes.substr(body.size())) return damaged;
  Reader in{body.substr(magic.size())};
  ComponentIndex index;
  index.through_ = static_cast<std::int64_t>(in.number()) - 1;
  const std::size_t components = in.count();
  for (std::size_t i = 0; i < components && in.ok; ++i)
    if (index.intern(read_component(in), nullptr) != i) return damaged;
  const std::size_t sets = in.count();
  for (std::size_t i = 0; i < sets && in.ok; ++i) {
    std::vector<ComponentId> ids(in.count());
    ComponentId before = 0;
    for (ComponentId& id : ids) {
      id = before += static_cast<ComponentId>(in.number());
      if (id >= components) return damaged;
    }
    if (index.intern_set(std::move(ids)) != i) return damaged;
  }
  const std::size_t artifacts = in.count();
  for (std::size_t i = 0; i < artifacts && in.ok; ++i) {
    if (in.rest.size() < digest_size) return damaged;
    Held held{.digest = TRY(sha256_from_bytes(in.rest.substr(0, digest_size)))};
    in.rest.remove_prefix(digest_size);
    held.attestation = static_cast<std::int64_t>(in.number());
    held.set = static_cast<std::uint32_t>(in.number());
    if (held.set >= sets) return damaged;
    index.hold(held);
  }
  if (!in.ok || !in.rest.empty()) return damaged;
  return index;
}

}  // namespace weir::vuln
