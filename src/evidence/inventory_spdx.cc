#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

#include "evidence/inventory_parts.h"

namespace weir::evidence {
namespace {

using format::JsonView;

bool says_nothing(std::string_view text) { return text.empty() || text == "NOASSERTION" || text == "NONE"; }

std::string_view purl_of(const JsonView& package) {
  for (const JsonView& reference : package.items("externalRefs"))
    if (reference.text("referenceType") == "purl") return reference.text("referenceLocator");
  return {};
}

std::string_view source_info(const JsonView& package) {
  const std::string_view text = package.text("sourceInfo");
  return text.starts_with("built package from: ") ? text : std::string_view();
}

// "Organization: Acme (mail@acme.test)" → "Acme".
std::string_view agent(std::string_view text) {
  if (says_nothing(text)) return {};
  for (const std::string_view kind : {"Organization: ", "Person: ", "Tool: "})
    if (text.starts_with(kind)) text.remove_prefix(kind.size());
  const std::size_t mail = text.find(" (");
  return text.substr(0, mail);
}

// What a reviewer concluded counts before what the package says of itself.
std::string_view licence_of(const JsonView& package) {
  const std::string_view concluded = package.text("licenseConcluded"), declared = package.text("licenseDeclared");
  if (!says_nothing(concluded)) return concluded;
  return says_nothing(declared) ? std::string_view() : declared;
}

Item item_2(const JsonView& package, bool whole) {
  Item item{std::string(package.text("name")), std::string(package.text("versionInfo")),
            std::string(purl_of(package)), std::string(source_info(package))};
  if (!whole) return item;
  item.reference = package.text("SPDXID");
  item.supplier = agent(package.text("supplier"));
  if (const std::string_view licence = licence_of(package); !licence.empty()) item.licences.emplace_back(licence);
  if (const std::string_view author = agent(package.text("originator")); !author.empty())
    item.authors.emplace_back(author);
  return item;
}

// Which way a relationship points; of containment it says nothing.
bool is_needs(std::string_view type) { return type == "DEPENDS_ON"; }
bool is_needed(std::string_view type) { return type == "DEPENDENCY_OF" || type.ends_with("_DEPENDENCY_OF"); }

std::string_view type_of(const JsonView& element) {
  const std::string_view type = element.text("type");
  return type.empty() ? element.text("@type") : type;
}

std::string_view purl_3(const JsonView& element) {
  const std::string_view purl = element.text("software_packageUrl");
  if (!purl.empty()) return purl;
  for (const JsonView& identifier : element.items("externalIdentifier"))
    if (identifier.text("externalIdentifierType") == "packageUrl") return identifier.text("identifier");
  return {};
}

std::string_view id_3(const JsonView& element) {
  const std::string_view id = element.text("spdxId");
  return id.empty() ? element.text("@id") : id;
}

// References are texts, alone or in a list.
std::vector<std::string_view> references(const JsonView& value) {
  std::vector<std::string_view> all;
  if (!value.string().empty()) all.push_back(value.string());
  for (const JsonView& each : value.items()) all.push_back(each.string());
  return all;
}

class Graph {
 public:
  Graph(InventoryBuilder& builder, std::vector<JsonView> elements)
      : builder_(builder), elements_(std::move(elements)) {}

  void add_packages() {
    if (builder_.whole())
      for (const JsonView& element : elements_) note_name(element);
    for (const JsonView& element : elements_) {
      const std::string_view type = type_of(element);
      if (type == "SpdxDocument" || type == "software_Sbom")
        for (const std::string_view root : references(element.at("rootElement"))) roots_.push_back(root);
      if (type == "software_Package") builder_.add(item(element));
    }
  }

  void add_relationships() {
    for (const JsonView& element : elements_) {
      if (type_of(element) != "Relationship") continue;
      const std::string_view kind = element.text("relationshipType"), from = element.text("from");
      for (const std::string_view to : references(element.at("to"))) relate(kind, from, to);
    }
  }

  std::span<const std::string_view> roots() const { return roots_; }

 private:
  void note_name(const JsonView& element) {
    const std::string_view expression = element.text("simplelicensing_licenseExpression");
    const std::string_view name = expression.empty() ? element.text("name") : expression;
    if (!name.empty() && !id_3(element).empty()) names_.emplace(id_3(element), name);
  }

  Item item(const JsonView& element) {
    if (element.text("software_primaryPurpose") == "operatingSystem")
      builder_.system(element.text("name"), element.text("software_packageVersion"));
    Item made{std::string(element.text("name")), std::string(element.text("software_packageVersion")),
              std::string(purl_3(element)), std::string(element.text("software_sourceInfo"))};
    if (!builder_.whole()) return made;
    made.reference = id_3(element);
    made.supplier = name_of(element.text("suppliedBy"));
    for (const std::string_view author : references(element.at("originatedBy")))
      made.authors.emplace_back(name_of(author));
    return made;
  }

  void relate(std::string_view kind, std::string_view from, std::string_view to) {
    if (kind == "dependsOn") return builder_.depends(from, to);
    const bool concluded = kind == "hasConcludedLicense";
    if (!concluded && kind != "hasDeclaredLicense") return;
    Item* package = builder_.find(from);
    const std::string_view licence = name_of(to);
    if (package == nullptr || says_nothing(licence) || licence.ends_with("/NoAssertionLicense")) return;
    if (package->licences.empty() || concluded) package->licences = {std::string(licence)};
  }

  std::string_view name_of(std::string_view id) const {
    const auto found = names_.find(id);
    return found == names_.end() ? id : found->second;
  }

  InventoryBuilder& builder_;
  std::vector<JsonView> elements_;
  std::unordered_map<std::string_view, std::string_view> names_;
  std::vector<std::string_view> roots_;
};

// What the document says it describes is its subject: the one thing of it, if it is one.
void take_subject(InventoryBuilder& builder, std::span<const std::string_view> described) {
  if (described.size() != 1) return;
  if (const Item* item = builder.find(described.front())) builder.subject(*item);
}

}  // namespace

void add_spdx_2(InventoryBuilder& builder, const JsonView& root) {
  for (const JsonView& package : root.items("packages")) {
    if (!package.is_object()) continue;
    if (package.text("primaryPackagePurpose") == "OPERATING-SYSTEM" ||
        package.text("SPDXID").starts_with("SPDXRef-OperatingSystem"))
      builder.system(package.text("name"), package.text("versionInfo"));
    builder.add(item_2(package, builder.whole()));
  }
  if (!builder.whole()) return;
  std::vector<std::string_view> described = references(root.at("documentDescribes"));
  for (const JsonView& each : root.items("relationships")) {
    const std::string_view type = each.text("relationshipType");
    const std::string_view from = each.text("spdxElementId"), to = each.text("relatedSpdxElement");
    if (type == "DESCRIBES" && std::ranges::find(described, to) == described.end()) described.push_back(to);
    if (is_needs(type)) builder.depends(from, to);
    if (is_needed(type)) builder.depends(to, from);
  }
  take_subject(builder, described);
}

void add_spdx_3(InventoryBuilder& builder, const JsonView& root) {
  Graph graph(builder, root.items("@graph"));
  graph.add_packages();
  if (!builder.whole()) return;
  graph.add_relationships();
  take_subject(builder, graph.roots());
}

}  // namespace weir::evidence
