#include "format/xml.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "format/json_offence.h"

namespace weir::format {
namespace {

std::size_t count(BytesView text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

bool starts_as_wide_text(BytesView text) {
  for (const BytesView mark : {BytesView("\xFE\xFF"), BytesView("\xFF\xFE"), BytesView("\0\0\xFE\xFF", 4),
                               BytesView("\0<", 2), BytesView("<\0", 2), BytesView("\0\0\0<", 4)})
    if (text.starts_with(mark)) return true;
  return false;
}

bool says_latin1(BytesView text) {
  const BytesView declaration = text.substr(0, text.find("?>")).substr(0, 200);
  for (const std::string_view name : {"ISO-8859-1", "iso-8859-1", "latin1", "LATIN1"})
    if (declaration.starts_with("<?xml") && declaration.find(name) != declaration.npos) return true;
  return false;
}

Status check_characters(BytesView text) {
  if (starts_as_wide_text(text)) return {};
  if (const std::size_t zero = text.find('\0'); zero != text.npos)
    return invalid(fmt::format("not well-formed XML at byte {}: a zero byte", zero));
  if (says_latin1(text)) return {};
  const std::size_t broken = first_invalid_utf8(text);
  return broken == text.npos ? Status()
                             : invalid(fmt::format("not well-formed XML at byte {}: expected UTF-8", broken));
}

// Before anything is built: a node or attribute costs some 60 bytes, the shortest is four characters.
Status check_size(BytesView text) {
  const std::size_t nodes = count(text, "<") + count(text, "=\"") + count(text, "='");
  if (nodes <= limits::xml_nodes_max) return {};
  return Error{Errc::too_large,
               fmt::format("the XML has more than {} elements and attributes", limits::xml_nodes_max)};
}

Status check_depth(const pugi::xml_document& document) {
  std::size_t depth = 0;
  for (pugi::xml_node node = document.first_child(); node;) {
    if (depth >= limits::xml_depth_max && node.type() == pugi::node_element)
      return Error{Errc::too_large,
                   fmt::format("XML is nested deeper than {} levels", limits::xml_depth_max)};
    if (pugi::xml_node below = node.first_child()) {
      node = below;
      ++depth;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    node = node.next_sibling();
  }
  return {};
}

Status check_single_root(const pugi::xml_document& document) {
  int roots = 0;
  for (const pugi::xml_node& node : document) roots += node.type() == pugi::node_element ? 1 : 0;
  if (roots == 1) return {};
  return invalid(fmt::format("expected an XML document with one root element, got {}", roots));
}

}  // namespace

Result<XmlDocument> XmlDocument::parse(BytesView text) {
  TRY(check_characters(text));
  TRY(check_size(text));
  auto document = std::make_unique<pugi::xml_document>();
  const pugi::xml_parse_result parsed = document->load_buffer(text.data(), text.size());
  if (!parsed)
    return invalid(fmt::format("not well-formed XML at byte {}: {}", parsed.offset, parsed.description()));
  TRY(check_depth(*document));
  TRY(check_single_root(*document));
  return XmlDocument(std::move(document));
}

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

pugi::xml_node child_named(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& child : node)
    if (local_name(child) == name) return child;
  return {};
}

std::string_view attribute(const pugi::xml_node& node, const char* name) {
  return node.attribute(name).value();
}

}  // namespace weir::format
