// The components that bills list, each once: a record in an arena, and tables that find it by its text, by its package
// without version, by what advisories call it, and by its name.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vuln/index/column.h"
#include "vuln/index/id_table.h"
#include "vuln/index/index_file.h"
#include "vuln/package.h"

namespace weir::vuln {

using ComponentId = std::uint32_t;

// What of a component decides whether an advisory is about it. `text` names it: its package URL, with the release and
// the source package that only the document around it said as qualifiers; its name where it has no URL.
struct Component {
  std::string text, name, version;
  Package package;  // without ecosystem: no advisory can be about it
};

class ComponentTable {
 public:
  static constexpr std::size_t sections = 10;
  ComponentTable() = default;
  // Over the sections of a file from `first` on. Errors: corrupt.
  static Result<ComponentTable> over(const IndexFile& file, std::size_t first);
  void write(IndexWriter& out) const;

  std::size_t size() const { return begins_.size(); }
  ComponentId add(const Component& component);  // whose text it does not have
  Component component(ComponentId id) const;
  std::string_view text(ComponentId id) const;  // until the next is added

  std::optional<ComponentId> find(std::string_view text) const;
  // All of them ascending.
  std::vector<ComponentId> about(std::string_view ecosystem, std::string_view name) const;
  std::vector<ComponentId> named(std::string_view name) const;
  std::vector<ComponentId> below(std::string_view url) const;  // the URL with any version or qualifiers added
  std::vector<ComponentId> containing(std::string_view part, std::size_t limit) const;

 private:
  Arena records_;
  Column<std::uint64_t> begins_;
  IdTable by_text_, by_package_, by_about_, by_name_;
};

}  // namespace weir::vuln
