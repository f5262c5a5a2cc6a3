// Which package of which ecosystem a component of a bill of materials is, as advisories name it: from its package URL,
// and where that does not say which release of a distribution it belongs to, from the document around it. Pure.
// Table: docs/formats/advisories.md.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/inventory.h"
#include "format/purl.h"

namespace weir::vuln {

// How certain it is that an advisory's release is the component's.
enum class Scope {
  exact,     // the component says its release, or its ecosystem has none
  inferred,  // the document says it
  unscoped,  // nobody says it
};
std::string_view name_of(Scope scope);

struct Package {
  std::string ecosystem;           // without suffix: "Debian"
  std::string release = {};        // "12", "v3.18", "22.04"; empty when unknown or there is none
  std::vector<std::string> names;  // as advisories may name it: source package, binary package
  std::string version;
  Scope scope = Scope::exact;
};

// The ecosystem of a document: the distribution it describes, with its release where there are releases, or the one
// ecosystem that all its package URLs are of; the latter only where a component has none.
struct Release {
  std::string ecosystem, release;
};
std::optional<Release> release_in(const evidence::Inventory& inventory);

// Nothing for types that no ecosystem of advisories covers.
std::optional<Package> package_of(const format::Purl& purl, std::string_view source,
                                  const std::optional<Release>& document);

// Of a component without a package URL: what its document's ecosystem calls so. Nothing without a version, and where
// the document has no ecosystem.
std::optional<Package> package_named(std::string_view name, std::string_view version, std::string_view source,
                                     const std::optional<Release>& document);

// "" for what tools write where they know no version: "(devel)", "UNKNOWN", "NOASSERTION".
std::string_view known_version(std::string_view version);

// Names as an index holds them: PyPI's and others that do not mind their spelling in one form.
std::string index_name(std::string_view ecosystem, std::string_view name);

// "Ubuntu:Pro:22.04:LTS" → "22.04"; "" without a suffix.
std::string release_of_ecosystem(std::string_view ecosystem);

}  // namespace weir::vuln
