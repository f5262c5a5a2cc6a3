// XML 1.0 documents, read whole. External entities and DTDs are never resolved and entities of a document's
// own are not expanded (the five predefined ones and character references are), so no document grows while it
// is read. UTF-8 is checked; UTF-16, UTF-32 and Latin-1 are converted. Bounds: limits::xml_nodes_max,
// limits::xml_depth_max. A document belongs to one thread.
#pragma once
#include <functional>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace weir::format {

class XmlDocument {
 public:
  // Errors name the byte. Exactly one root element.
  static Result<XmlDocument> parse(BytesView text);
  pugi::xml_node root() const { return document_->document_element(); }

 private:
  explicit XmlDocument(std::unique_ptr<pugi::xml_document> document) : document_(std::move(document)) {}
  std::unique_ptr<pugi::xml_document> document_;
};

std::string_view local_name(const pugi::xml_node& node);  // without its prefix
pugi::xml_node child_named(const pugi::xml_node& node,
                           std::string_view name);  // by local name; null when there is none
std::string_view attribute(const pugi::xml_node& node, const char* name);  // "" when there is none

}  // namespace weir::format
