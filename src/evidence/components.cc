#include "evidence/components.h"

#include <fmt/format.h>

#include <algorithm>

#include "evidence/inventory.h"
#include "format/licence.h"

namespace weir::evidence {
namespace {

// "pkg:npm/%40acme/left-pad@1.3.0?arch=any#src" → "pkg:npm/%40acme/left-pad"; a scope's own "@" is encoded or stands
// before the last slash.
std::string_view without_version(std::string_view purl) {
  purl = purl.substr(0, purl.find_first_of("?#"));
  const std::size_t at = purl.rfind('@'), slash = purl.rfind('/');
  return at == purl.npos || (slash != purl.npos && at < slash) ? purl : purl.substr(0, at);
}

std::string key_of(const Item& item, std::string_view type) {
  if (!item.purl.empty()) return std::string(without_version(item.purl));
  return type.empty() || item.name.empty() ? item.name : fmt::format("{}:{}", type, item.name);
}

void order(Components& all) {
  for (auto& [component, texts] : all) {
    std::ranges::sort(texts);
    const auto twice = std::ranges::unique(texts);
    texts.erase(twice.begin(), twice.end());
  }
}

}  // namespace

Result<ComponentLists> read_components(BytesView content) {
  const Inventory inventory = TRY(read_inventory(content, Detail::whole));
  ComponentLists all;
  for (std::size_t i = 0; i < inventory.items.size(); ++i) {
    const Item& item = inventory.items[i];
    const ItemDetail& detail = inventory.details[i];
    const std::string key = key_of(item, detail.type);
    if (key.empty()) continue;
    all.versions[key].push_back(item.version);
    for (const std::string& licence : detail.licences)
      all.licences[key].push_back(format::licence_form(licence));
  }
  order(all.versions);
  order(all.licences);
  return all;
}

}  // namespace weir::evidence
