#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "evidence/inventory_read.h"

namespace weir::evidence {
namespace {

using format::JsonView;

std::string_view purl_of(const JsonView& package) {
  for (const JsonView& reference : package.items("externalRefs"))
    if (reference.text("referenceType") == "purl") return reference.text("referenceLocator");
  return {};
}

std::string_view source_info(std::string_view text) {
  return text.starts_with("built package from: ") ? text : std::string_view();
}

// "Found 'Debian GNU/Linux 11 (bullseye)' in /etc/os-release." of tern, in what it says of a layer
void note_system_found(Reading& reading, std::string_view comment) {
  constexpr std::string_view before = "Found '", after = "' in /etc/os-release";
  const std::size_t begin = comment.find(before), end = comment.find(after);
  if (begin == comment.npos || end == comment.npos || begin + before.size() > end) return;
  reading.note_system(comment.substr(begin + before.size(), end - begin - before.size()), "");
}

bool says_nothing(std::string_view text) { return text.empty() || text == "NOASSERTION" || text == "NONE"; }

// The kinds of relationship that say what needs what (SPDX 2.3 §11, SPDX 3.0 RelationshipType).
struct KindRow {
  std::string_view kind;
  bool backwards;
};
constexpr std::array kind_rows{KindRow{"DEPENDS_ON", false},
                               KindRow{"dependsOn", false},
                               KindRow{"DEPENDENCY_OF", true},
                               KindRow{"BUILD_DEPENDENCY_OF", true},
                               KindRow{"DEV_DEPENDENCY_OF", true},
                               KindRow{"OPTIONAL_DEPENDENCY_OF", true},
                               KindRow{"PROVIDED_DEPENDENCY_OF", true},
                               KindRow{"RUNTIME_DEPENDENCY_OF", true},
                               KindRow{"TEST_DEPENDENCY_OF", true}};

// Which package another one was built from, where relationships say it.
class Sources {
 public:
  bool empty() const { return source_of_.empty(); }
  void relate(std::string_view from, std::string_view kind, std::string_view to) {
    if (kind == "GENERATED_FROM") source_of_[from] = to;
    if (kind == "GENERATES" || kind == "generates") source_of_[to] = from;
  }
  // The item that was added last.
  void name_item(const Reading& reading, std::string_view id) {
    if (!reading.inventory.items.empty()) items_[id] = reading.inventory.items.size() - 1;
  }
  // Once all are named; what a package says itself stays.
  void note(Reading& reading) const {
    std::vector<Item>& items = reading.inventory.items;
    for (const auto& [id, source] : source_of_) {
      const auto built = items_.find(id), from = items_.find(source);
      if (built == items_.end() || from == items_.end() || !items[built->second].source.empty()) continue;
      const Item& item = items[from->second];
      const std::string text = item.version.empty() ? item.name : item.name + '@' + item.version;
      if (text.size() <= limits::text_bytes_max && reading.share(text)) items[built->second].source = text;
    }
  }

 private:
  std::map<std::string_view, std::string_view> source_of_;
  std::map<std::string_view, std::size_t> items_;
};

constexpr std::size_t subject_ids_max = 64;  // a document that is about more things is about none

void add_id(Subject& subject, std::string_view id) {
  if (subject.ids.size() < subject_ids_max) subject.ids.emplace_back(id);
}

void describe(Subject& subject, const std::vector<std::string>& ids, std::string_view id, const Item& item) {
  if (!subject.name.empty() || std::ranges::find(ids, id) == ids.end()) return;
  subject.name = item.name;
  subject.version = item.version;
  subject.purl = item.purl;
}

// What SPDX 3.0 says in elements of their own, by their ids.
struct Elements {
  std::map<std::string_view, std::string_view> agents, expressions;
  std::map<std::string_view, std::vector<std::string_view>> licences;  // package → expressions' ids
};

std::vector<std::string_view> texts_of(const JsonView& list) {
  std::vector<std::string_view> texts;
  if (!list.string().empty()) texts.push_back(list.string());
  for (const JsonView& item : list.items()) texts.push_back(item.string());
  return texts;
}

std::string_view type_of(const JsonView& element) {
  return element.text("type").empty() ? element.text("@type") : element.text("type");
}

std::string_view id_of(const JsonView& element) {
  return element.text("spdxId").empty() ? element.text("@id") : element.text("spdxId");
}

void note_relationship(Reading& reading, Elements& elements, Sources& sources, const JsonView& element) {
  const std::string_view from = element.text("from"), kind = element.text("relationshipType");
  for (const std::string_view to : texts_of(element.at("to"))) {
    sources.relate(from, kind, to);
    if (kind != "hasConcludedLicense" && kind != "hasDeclaredLicense") relate_spdx(reading, from, kind, to);
    else if (reading.whole) elements.licences[from].push_back(to);
  }
}

Elements read_elements(Reading& reading, Sources& sources, const std::vector<JsonView>& graph) {
  Elements elements;
  for (const JsonView& element : graph) {
    const std::string_view type = type_of(element), id = id_of(element);
    if (type == "Relationship" || type == "LifecycleScopedRelationship")
      note_relationship(reading, elements, sources, element);
    if (!reading.whole) continue;
    if (type == "Organization" || type == "Person" || type == "Agent" || type == "Tool")
      elements.agents[id] = element.text("name");
    if (type == "simplelicensing_LicenseExpression")
      elements.expressions[id] = element.text("simplelicensing_licenseExpression");
  }
  return elements;
}

ItemDetail detail_of(Reading& reading, const Elements& elements, const JsonView& package) {
  ItemDetail detail{.type = {}, .id = std::string(id_of(package))};
  if (const auto named = elements.agents.find(package.text("suppliedBy"));
      named != elements.agents.end() && reading.share(named->second))
    detail.supplier = named->second;
  for (const std::string_view author : texts_of(package.at("originatedBy")))
    if (const auto named = elements.agents.find(author);
        named != elements.agents.end() && reading.share(named->second))
      detail.authors.emplace_back(named->second);
  const auto licences = elements.licences.find(id_of(package));
  if (licences == elements.licences.end()) return detail;
  std::set<std::string_view> distinct;
  for (const std::string_view id : licences->second) {
    const auto said = elements.expressions.find(id);
    if (!reading.share(said == elements.expressions.end() ? "" : said->second)) break;
    if (said != elements.expressions.end() && !says_nothing(said->second)) distinct.insert(said->second);
  }
  detail.licences.assign(distinct.begin(), distinct.end());
  return detail;
}

struct TaggedPackage {
  Item item;
  std::string_view id, concluded, declared, supplier, originator;
};

void finish(Reading& reading, Sources& sources, std::optional<TaggedPackage>& package) {
  if (!package) return;
  describe(reading.inventory.subject, reading.inventory.subject.ids, package->id, package->item);
  ItemDetail* detail = reading.add(std::move(package->item));
  sources.name_item(reading, package->id);
  if (detail != nullptr) {
    *detail = {.type = {},
               .id = std::string(package->id),
               .licences = spdx_licences(package->concluded, package->declared),
               .supplier = spdx_actor(package->supplier)};
    if (std::string author = spdx_actor(package->originator); !author.empty())
      detail->authors.push_back(std::move(author));
  }
  package.reset();
}

void note_tag(TaggedPackage& package, std::string_view tag, std::string_view value) {
  if (tag == "PackageVersion") package.item.version = value;
  if (tag == "SPDXID") package.id = value;
  if (tag == "PackageLicenseConcluded") package.concluded = value;
  if (tag == "PackageLicenseDeclared") package.declared = value;
  if (tag == "PackageSupplier") package.supplier = value;
  if (tag == "PackageOriginator") package.originator = value;
  if (tag == "PackageSourceInfo") package.item.source = source_info(value);
  if (const std::size_t at = value.find(" purl "); tag == "ExternalRef" && at != value.npos)
    package.item.purl = value.substr(at + 6);
}

void note_relationship_line(Reading& reading, Sources& sources, std::string_view value) {
  const std::size_t first = value.find(' '), second = value.find(' ', first + 1);
  if (first == value.npos || second == value.npos) return;
  const std::string_view from = value.substr(0, first), kind = value.substr(first + 1, second - first - 1),
                         to = value.substr(second + 1);
  relate_spdx(reading, from, kind, to);
  sources.relate(from, kind, to);
}

}  // namespace

std::string spdx_actor(std::string_view text) {
  if (says_nothing(text)) return {};
  for (const std::string_view kind : {"Organization: ", "Person: ", "Tool: "})
    if (text.starts_with(kind)) text.remove_prefix(kind.size());
  if (const std::size_t mail = text.rfind(" ("); mail != text.npos && text.ends_with(')'))
    text = text.substr(0, mail);
  return std::string(text);
}

std::vector<std::string> spdx_licences(std::string_view concluded, std::string_view declared) {
  if (!says_nothing(concluded)) return {std::string(concluded)};
  if (!says_nothing(declared)) return {std::string(declared)};
  return {};
}

void relate_spdx(Reading& reading, std::string_view from, std::string_view kind, std::string_view to) {
  if (kind == "DESCRIBES" || kind == "describes") add_id(reading.inventory.subject, to);
  if (kind == "DESCRIBED_BY") add_id(reading.inventory.subject, from);
  const auto row = std::ranges::find(kind_rows, kind, &KindRow::kind);
  if (row == kind_rows.end() || !reading.whole) return;
  if (row->backwards) reading.depend(to, from);
  else reading.depend(from, to);
}

void add_digest(Subject& subject, std::string_view algorithm, std::string_view value) {
  if (algorithm != "SHA-256" && algorithm != "SHA256" && algorithm != "sha256") return;
  if (const auto digest = parse_sha256(value); digest.ok()) subject.digests.push_back(*digest);
}

void read_spdx_2(Reading reading, const JsonView& document) {
  Subject& subject = reading.inventory.subject;
  for (const JsonView& id : document.items("documentDescribes")) add_id(subject, id.string());
  Sources sources;
  for (const JsonView& each : document.items("relationships")) {
    const std::string_view from = each.text("spdxElementId"), kind = each.text("relationshipType"),
                           to = each.text("relatedSpdxElement");
    relate_spdx(reading, from, kind, to);
    sources.relate(from, kind, to);
  }
  for (const JsonView& package : document.items("packages")) {
    if (!package.is_object()) continue;
    const std::string_view id = package.text("SPDXID");
    if (package.text("primaryPackagePurpose") == "OPERATING-SYSTEM" ||
        id.starts_with("SPDXRef-OperatingSystem"))
      reading.note_system(package.text("name"), package.text("versionInfo"));
    note_system_found(reading, package.text("comment"));
    Item item{std::string(package.text("name")), std::string(package.text("versionInfo")),
              std::string(purl_of(package)), std::string(source_info(package.text("sourceInfo")))};
    if (subject.name.empty()) {
      describe(subject, subject.ids, id, item);
      if (!subject.name.empty())
        for (const JsonView& sum : package.items("checksums"))
          add_digest(subject, sum.text("algorithm"), sum.text("checksumValue"));
    }
    ItemDetail* detail = reading.add(std::move(item));
    if (!sources.empty()) sources.name_item(reading, id);
    if (detail == nullptr) continue;
    *detail = {.type = {},
               .id = std::string(id),
               .licences = spdx_licences(package.text("licenseConcluded"), package.text("licenseDeclared")),
               .supplier = spdx_actor(package.text("supplier"))};
    if (std::string author = spdx_actor(package.text("originator")); !author.empty())
      detail->authors.push_back(std::move(author));
  }
  sources.note(reading);
}

void read_spdx_3(Reading reading, const JsonView& document) {
  const std::vector<JsonView> graph = document.items("@graph");
  Subject& subject = reading.inventory.subject;
  Sources sources;
  const Elements elements = read_elements(reading, sources, graph);
  for (const JsonView& element : graph)
    if (const std::string_view type = type_of(element); type == "SpdxDocument" || type == "software_Sbom")
      for (const std::string_view id : texts_of(element.at("rootElement"))) add_id(subject, id);
  for (const JsonView& element : graph) {
    if (type_of(element) != "software_Package") continue;
    std::string_view purl = element.text("software_packageUrl");
    for (const JsonView& identifier : element.items("externalIdentifier"))
      if (purl.empty() && identifier.text("externalIdentifierType") == "packageUrl")
        purl = identifier.text("identifier");
    if (element.text("software_primaryPurpose") == "operatingSystem")
      reading.note_system(element.text("name"), element.text("software_packageVersion"));
    Item item{std::string(element.text("name")), std::string(element.text("software_packageVersion")),
              std::string(purl), std::string(source_info(element.text("software_sourceInfo")))};
    describe(subject, subject.ids, id_of(element), item);
    ItemDetail* detail = reading.add(std::move(item));
    if (detail != nullptr) *detail = detail_of(reading, elements, element);
    if (!sources.empty()) sources.name_item(reading, id_of(element));
  }
  sources.note(reading);
}

Status read_spdx_tags(Reading reading, std::string_view text) {
  bool is_free_text = false, has_version = false;
  std::optional<TaggedPackage> package;
  Sources sources;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool was_free_text = is_free_text;
    if (line.find("<text>") != line.npos) is_free_text = true;
    if (line.find("</text>") != line.npos) is_free_text = false;
    const std::size_t colon = line.find(": ");
    if (was_free_text || colon == line.npos) continue;
    const std::string_view tag = line.substr(0, colon), value = line.substr(colon + 2);
    if (tag == "SPDXVersion" && value.starts_with("SPDX-")) has_version = true;
    if (tag == "Relationship") note_relationship_line(reading, sources, value);
    if (tag == "FileName" || tag == "PackageName") finish(reading, sources, package);
    if (tag == "PackageName") package = TaggedPackage{.item = {.name = std::string(value)}};
    if (package) note_tag(*package, tag, value);
  }
  finish(reading, sources, package);
  sources.note(reading);
  if (!has_version) return invalid("expected SPDX tags with SPDXVersion");
  return {};
}

}  // namespace weir::evidence
