#include "vuln/component_index.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <set>

#include "artifact/disk_tree.h"
#include "vuln/match.h"
#include "vuln/store/coding.h"
#include "vuln/version_key.h"

namespace weir::vuln {
namespace {

constexpr std::size_t named_max = 100'000;
constexpr std::size_t few_least = 16,
                      few_share = 512;  // of the artifacts: so many numbers are sorted in less time
constexpr std::size_t marks = 4;  // by which bills that are alike find each other
constexpr std::size_t near = 16;  // a set that differs in no more than one of so many is not to be bettered

void add_qualifier(std::string& purl, std::string_view name, std::string_view value) {
  const std::size_t fragment = std::min(purl.find('#'), purl.size());
  const char separator = purl.find('?') == purl.npos ? '?' : '&';
  purl.insert(fragment, separator + std::string(name) + '=' + std::string(value));
}

// By their bytes from the lowest on: bills have hundreds of components, in no order of their numbers.
void sort_numbers(std::vector<ComponentId>& ids) {
  constexpr std::size_t few = 48;
  if (ids.size() < few) {
    std::ranges::sort(ids);
    return;
  }
  const ComponentId highest = *std::ranges::max_element(ids);
  std::vector<ComponentId> other(ids.size());
  for (unsigned shift = 0; shift < 32 && highest >> shift != 0; shift += 8) {
    std::array<std::uint32_t, 257> begins{};
    for (const ComponentId id : ids) ++begins[((id >> shift) & 0xff) + 1];
    for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
    for (const ComponentId id : ids) other[begins[(id >> shift) & 0xff]++] = id;
    ids.swap(other);
  }
}

// How many, then the numbers.
void append_numbers(Bytes& out, std::span<const ComponentId> ascending) {
  append_varint(out, ascending.size());
  ComponentId before = 0;
  for (const ComponentId id : ascending) append_number(out, id - std::exchange(before, id));
}
// Stops at the end of the bytes.
std::vector<ComponentId> take_numbers(BytesView& bytes) {
  Decoder decoder(bytes);
  std::vector<ComponentId> ids(decoder.count());
  ComponentId before = 0;
  for (ComponentId& id : ids) id = before += static_cast<ComponentId>(decoder.varint());
  bytes = decoder.sound() ? bytes.substr(decoder.position()) : BytesView();
  if (!decoder.sound()) ids.clear();
  return ids;
}

// Whether such numbers have this one.
bool has_number(BytesView bytes, ComponentId wanted) {
  Decoder decoder(bytes);
  ComponentId id = 0;
  for (std::size_t left = decoder.count(); left > 0 && id <= wanted; --left) {
    id += static_cast<ComponentId>(decoder.varint());
    if (id == wanted) return decoder.sound();
  }
  return false;
}

// The least of what each of some functions makes of the components: two bills agree on it as often as they have a
// component in common among all that either has (Broder, "On the resemblance and containment of documents", 1997).
std::array<std::uint32_t, marks> marks_of(std::span<const ComponentId> ids) {
  constexpr std::array<std::uint32_t, marks> factors{0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f};
  std::array<std::uint32_t, marks> least;
  least.fill(0xffffffff);
  for (const ComponentId id : ids)
    for (std::size_t k = 0; k < marks; ++k) {
      std::uint32_t mixed = (id + 1) * factors[k];
      mixed ^= mixed >> 15;
      mixed *= 0x2c1b3c6d;
      mixed ^= mixed >> 13;
      least[k] = std::min(least[k], mixed);
    }
  for (std::size_t k = 0; k < marks; ++k) least[k] = (least[k] ^ static_cast<std::uint32_t>(k)) * factors[k];
  return least;
}

std::uint32_t hash_of(const Sha256& digest) { return load_fixed<std::uint32_t>(digest.view().data()); }

Status write_all(int file, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Error{Errc::unavailable, "cannot write the component index"};
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Status write_lists(IndexWriter& out, const NumberLists& lists) {
  out.section();
  std::uint64_t end = 0;
  for (std::size_t row = 0; row < lists.size(); ++row) {
    end += lists.row(row).size();
    out.add_number(static_cast<std::uint32_t>(end));
  }
  if (end > std::numeric_limits<std::uint32_t>::max())
    return Error{Errc::too_large, "the component index has lists of more than 4 GiB"};
  out.section();
  for (std::size_t row = 0; row < lists.size(); ++row) out.add(lists.row(row));
  return {};
}
NumberLists lists_over(const IndexFile& file, std::size_t first) {
  const std::span<char> bytes = file.section<char>(first + 1);
  return {file.section<std::uint32_t>(first), BytesView(bytes.data(), bytes.size())};
}

}  // namespace

Component component_of(const evidence::Item& item, const std::optional<Release>& document) {
  Component component{.text = text_of(item), .name = item.name, .version = item.version};
  std::optional<Package> package = package_of_item(item, document);
  if (!package) return component;
  component.package = std::move(*package);
  if (item.purl.empty()) {
    // Another document may have another package of that name.
    component.text += " (" + component.package.ecosystem;
    if (!component.package.release.empty()) component.text += ':' + component.package.release;
    component.text += component.package.names.front() == item.name ? ")" : " " + component.package.names.front() + ")";
    return component;
  }
  if (!component.package.version.empty()) component.version = component.package.version;
  if (component.package.scope == Scope::inferred)
    add_qualifier(component.text, "distro",
                  lower_ascii(component.package.ecosystem) + '-' + component.package.release);
  if (!item.source.empty() && component.package.names.size() > 1 &&
      item.purl.find("upstream=") == item.purl.npos)
    add_qualifier(component.text, "upstream", component.package.names.front());
  return component;
}

std::vector<Component> components_of(const evidence::Inventory& inventory) {
  const Surroundings document(inventory);
  std::vector<Component> components;
  std::set<std::string> seen;
  for (const evidence::Item& item : inventory.items) {
    if (item.name.empty() && item.purl.empty()) continue;
    Component component = component_of(item, document.of(item));
    if (seen.insert(component.text).second) components.push_back(std::move(component));
  }
  return components;
}

ComponentId ComponentIndex::intern(const Component& component) {
  if (const auto known = components_.find(component.text)) return *known;
  const ComponentId id = components_.add(component);
  held_.push_back(0);
  for (NumberLists* lists : {&in_sets_, &added_to_, &lacked_by_}) lists->push_row();
  return id;
}

std::vector<ComponentId> ComponentIndex::set(std::uint32_t set) const {
  if (set >= sets()) return {};
  BytesView bytes = sets_.from(set_begins_[set]);
  std::vector<ComponentId> ids = take_numbers(bytes);
  std::erase_if(ids, [this](ComponentId id) { return id >= components(); });
  return ids;
}

// Of two ascending lists.
ComponentIndex::Difference ComponentIndex::difference(std::span<const ComponentId> set,
                                                      std::span<const ComponentId> bill) {
  Difference difference;
  std::size_t a = 0, b = 0;
  while (a < set.size() && b < bill.size()) {
    if (set[a] == bill[b]) ++a, ++b;
    else if (set[a] < bill[b]) difference.lacks.push_back(set[a++]);
    else difference.adds.push_back(bill[b++]);
  }
  difference.lacks.insert(difference.lacks.end(), set.begin() + static_cast<std::ptrdiff_t>(a), set.end());
  difference.adds.insert(difference.adds.end(), bill.begin() + static_cast<std::ptrdiff_t>(b), bill.end());
  return difference;
}

ComponentIndex::Difference ComponentIndex::difference_of(ArtifactNumber number) const {
  BytesView bytes = differences_.from(artifacts_[number].difference);
  Difference difference;
  difference.lacks = take_numbers(bytes);
  difference.adds = take_numbers(bytes);
  return difference;
}

std::vector<ComponentId> ComponentIndex::components_of_number(ArtifactNumber number) const {
  const std::vector<ComponentId> base = set(set_of_[number]);
  const Difference difference = difference_of(number);
  std::vector<ComponentId> kept, all;
  std::ranges::set_difference(base, difference.lacks, std::back_inserter(kept));
  std::ranges::set_union(kept, difference.adds, std::back_inserter(all));
  std::erase_if(all, [this](ComponentId id) { return id >= components(); });
  return all;
}

void ComponentIndex::note_sets() {
  for (; noted_ < sets(); ++noted_) {
    const auto number = static_cast<std::uint32_t>(noted_);
    for (const std::uint32_t mark : marks_of(set(number))) likely_.add(mark, number);
  }
}

std::uint32_t ComponentIndex::add_set(std::span<const ComponentId> components) {
  const auto number = static_cast<std::uint32_t>(sets());
  Bytes bytes;
  append_numbers(bytes, components);
  set_begins_.push_back(sets_.add(bytes));
  of_set_.push_row();
  for (const ComponentId id : components) in_sets_.add(id, number);
  return number;
}

// The set that differs least of those that are likely alike; a new one when that is no saving.
ComponentIndex::Base ComponentIndex::base_for(std::span<const ComponentId> components) {
  note_sets();
  std::array<std::uint32_t, marks> tried{};
  std::size_t count = 0;
  std::optional<Base> best;
  for (const std::uint32_t mark : marks_of(components)) {
    if (best && near * best->difference.size() <= components.size()) break;
    likely_.any(mark, [&](std::uint32_t number) {
      const auto end = tried.begin() + static_cast<std::ptrdiff_t>(count);
      if (std::find(tried.begin(), end, number) != end) return true;
      tried[count++] = number;
      Base base{number, difference(set(number), components)};
      if (!best || base.difference.size() < best->difference.size()) best = std::move(base);
      return true;
    });
  }
  if (best && 2 * best->difference.size() <= components.size()) return std::move(*best);
  return {add_set(components), {}};
}

void ComponentIndex::hold(ArtifactNumber number, const Base& base) {
  Bytes bytes;
  append_numbers(bytes, base.difference.lacks);
  append_numbers(bytes, base.difference.adds);
  artifacts_[number].difference = differences_.add(bytes);
  set_of_[number] = base.set;
  of_set_.add(base.set, number);
  for (const ComponentId id : base.difference.lacks) lacked_by_.add(id, number);
  for (const ComponentId id : base.difference.adds) added_to_.add(id, number);
}

void ComponentIndex::let_go(ArtifactNumber number) {
  const Difference difference = difference_of(number);
  of_set_.remove(set_of_[number], number);
  for (const ComponentId id : difference.lacks)
    if (id < components()) lacked_by_.remove(id, number);
  for (const ComponentId id : difference.adds)
    if (id < components()) added_to_.remove(id, number);
}

ComponentIndex::Taken ComponentIndex::take(const Sha256& artifact, std::int64_t attestation,
                                           std::span<const Component> components) {
  std::vector<ComponentId> ids;
  for (const Component& component : components) ids.push_back(intern(component));
  return take(artifact, attestation, std::move(ids));
}

ComponentIndex::Taken ComponentIndex::take(const Sha256& artifact, std::int64_t attestation,
                                           std::vector<ComponentId> ids) {
  Taken taken;
  reached(attestation);
  const std::optional<ArtifactNumber> known = number_of(artifact);
  if (known && artifacts_[*known].attestation >= attestation) return taken;
  sort_numbers(ids);
  const auto twice = std::ranges::unique(ids);
  ids.erase(twice.begin(), twice.end());
  const std::vector<ComponentId> old = known ? components_of_number(*known) : std::vector<ComponentId>();
  if (known) let_go(*known);
  const ArtifactNumber number = known ? *known : static_cast<ArtifactNumber>(artifacts());
  if (!known) {
    artifacts_.push_back({.digest = artifact});
    set_of_.push_back(0);
    by_digest_.add(hash_of(artifact), number);
  }
  artifacts_[number].attestation = attestation;
  hold(number, base_for(ids));
  for (const ComponentId id : ids)
    if (held_[id]++ == 0) taken.fresh.push_back(id);
  for (const ComponentId id : old)
    if (--held_[id] == 0) taken.dropped.push_back(id);
  return taken;
}

std::vector<ComponentId> ComponentIndex::about(std::string_view ecosystem, std::string_view name) const {
  return components_.about(ecosystem, name);
}

std::vector<ComponentId> ComponentIndex::named(std::string_view name) const {
  return components_.named(name);
}

std::vector<ComponentId> ComponentIndex::below(std::string_view url) const { return components_.below(url); }

std::vector<ComponentId> ComponentIndex::containing(std::string_view part, std::size_t limit) const {
  return components_.containing(part, std::min(limit, named_max));
}

ArtifactSet ComponentIndex::holders_of(ComponentId id) const {
  ArtifactSet holders(artifacts());
  add_holders(id, holders);
  return holders;
}

void ComponentIndex::add_holders(ComponentId id, ArtifactSet& holders) const {
  std::vector<ArtifactNumber> stay;  // lack it, and are in there for another component
  lacked_by_.each(id, [&](ArtifactNumber number) {
    if (holders.contains(number)) stay.push_back(number);
  });
  in_sets_.each(id, [&](std::uint32_t set) {
    if (set < sets()) of_set_.each(set, [&](ArtifactNumber number) { holders.add(number); });
  });
  lacked_by_.each(id, [&](ArtifactNumber number) { holders.remove(number); });
  for (const ArtifactNumber number : stay) holders.add(number);
  added_to_.each(id, [&](ArtifactNumber number) { holders.add(number); });
}

std::optional<std::vector<ArtifactNumber>> ComponentIndex::few_holders(ComponentId id) const {
  const std::size_t most = few_least + artifacts() / few_share;
  std::vector<ArtifactNumber> in_sets, lack, holders;
  bool few = held_[id] <= most;
  in_sets_.each(id, [&](std::uint32_t set) {
    if (few && set < sets()) of_set_.each(set, [&](ArtifactNumber number) { in_sets.push_back(number); });
    few = few && in_sets.size() <= most;
  });
  if (!few) return std::nullopt;
  if (!in_sets.empty()) lacked_by_.each(id, [&](ArtifactNumber number) { lack.push_back(number); });
  std::ranges::sort(in_sets);
  std::ranges::set_difference(in_sets, lack, std::back_inserter(holders));
  added_to_.each(id, [&](ArtifactNumber number) { holders.push_back(number); });
  std::ranges::sort(holders);
  return holders;
}

std::optional<ArtifactNumber> ComponentIndex::number_of(const Sha256& artifact) const {
  std::optional<ArtifactNumber> found;
  by_digest_.any(hash_of(artifact), [&](std::uint32_t number) {
    if (number < artifacts() && artifacts_[number].digest == artifact) found = number;
    return found.has_value();
  });
  return found;
}

std::vector<ComponentId> ComponentIndex::of(const Sha256& artifact) const {
  const auto number = number_of(artifact);
  return number ? components_of_number(*number) : std::vector<ComponentId>();
}

bool ComponentIndex::has(ArtifactNumber number, ComponentId component) const {
  BytesView difference = differences_.from(artifacts_[number].difference);
  const std::vector<ComponentId> lacks = take_numbers(difference);
  if (has_number(difference, component)) return true;
  const std::uint32_t set = set_of_[number];
  return set < sets() && !std::ranges::binary_search(lacks, component) &&
         has_number(sets_.from(set_begins_[set]), component);
}

std::uint64_t ComponentIndex::next_identity() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

std::optional<std::int64_t> ComponentIndex::attestation_of(const Sha256& artifact) const {
  const auto number = number_of(artifact);
  return number ? std::optional(artifacts_[*number].attestation) : std::nullopt;
}

// ---- the file ----

Status ComponentIndex::write(const IndexWriter::Sink& sink) const {
  IndexWriter out(sink);
  components_.write(out);
  out.column(held_);
  for (const NumberLists* lists : {&in_sets_, &added_to_, &lacked_by_}) TRY(write_lists(out, *lists));
  out.column(sets_.bytes());
  out.column(set_begins_);
  TRY(write_lists(out, of_set_));
  std::uint64_t at = 0;  // differences that were replaced are left behind
  out.section();
  Bytes differences;
  for (ArtifactNumber number = 0; number < artifacts(); ++number) {
    const Difference difference = difference_of(number);
    Held held = artifacts_[number];
    held.difference = at;
    out.add_number(held);
    const std::size_t before = differences.size();
    append_numbers(differences, difference.lacks);
    append_numbers(differences, difference.adds);
    at += differences.size() - before;
  }
  out.column(set_of_);
  out.section();
  out.add(differences);
  by_digest_.write(out);
  return out.finish(through_);
}

Result<ComponentIndex> ComponentIndex::over(IndexFile file) {
  ComponentIndex index;
  index.file_ = std::move(file);
  const IndexFile& in = *index.file_;
  index.through_ = in.through();
  index.components_ = TRY(ComponentTable::over(in, 0));
  std::size_t at = ComponentTable::sections;
  index.held_ = Column<std::uint32_t>(in.section<std::uint32_t>(at++));
  for (NumberLists* lists : {&index.in_sets_, &index.added_to_, &index.lacked_by_}) {
    *lists = lists_over(in, at);
    at += 2;
  }
  index.sets_ = Arena(in.section<char>(at++));
  index.set_begins_ = Column<std::uint64_t>(in.section<std::uint64_t>(at++));
  index.of_set_ = lists_over(in, at);
  at += 2;
  index.artifacts_ = Column<Held>(in.section<Held>(at++));
  index.set_of_ = Column<std::uint32_t>(in.section<std::uint32_t>(at++));
  index.differences_ = Arena(in.section<char>(at++));
  index.by_digest_ = TRY(IdTable::over(in, at));
  if (in.sections() != at + IdTable::sections || !index.is_sound()) return damaged_index();
  return index;
}

bool ComponentIndex::is_sound() const {
  const std::size_t all = components();
  if (held_.size() != all || in_sets_.size() != all || added_to_.size() != all || lacked_by_.size() != all)
    return false;
  if (of_set_.size() != sets() || set_of_.size() != artifacts()) return false;
  for (ArtifactNumber number = 0; number < artifacts(); ++number)
    if (set_of_[number] >= sets()) return false;
  return true;
}

Bytes ComponentIndex::encode() const {
  Bytes bytes;
  (void)write([&](BytesView part) -> Status {
    bytes += part;
    return {};
  });
  return bytes;
}

Result<ComponentIndex> ComponentIndex::decode(BytesView bytes) { return over(TRY(IndexFile::over(bytes))); }

Status ComponentIndex::save(const std::string& path) const {
  const std::string beside = path + ".new";
  const artifact::OpenFile file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.number() < 0) return Error{Errc::unavailable, "cannot write " + beside};
  Status written = write([&](BytesView part) { return write_all(file.number(), part); });
  if (written.ok() && std::rename(beside.c_str(), path.c_str()) != 0)
    written = Error{Errc::unavailable, "cannot rename " + beside};
  if (!written.ok()) ::unlink(beside.c_str());
  return written;
}

Result<ComponentIndex> ComponentIndex::open(const std::string& path) {
  return over(TRY(IndexFile::open(path)));
}

}  // namespace weir::vuln
