#include "policy/catalogue.h"

#include <array>

extern "C" {
extern const char weir_bundle_starter_begin[], weir_bundle_starter_end[];
extern const char weir_bundle_regulated_begin[], weir_bundle_regulated_end[];
extern const char weir_bundle_hardened_begin[], weir_bundle_hardened_end[];
}

namespace weir::policy {

std::span<const Bundle> bundles() {
  static const std::array all{
      Bundle{bundle_names[0], "weir-starter", {weir_bundle_starter_begin, weir_bundle_starter_end}},
      Bundle{bundle_names[1], "weir-regulated", {weir_bundle_regulated_begin, weir_bundle_regulated_end}},
      Bundle{bundle_names[2], "weir-hardened", {weir_bundle_hardened_begin, weir_bundle_hardened_end}},
  };
  return all;
}

std::span<const Bundle> bundles_up_to(std::string_view name) {
  const std::span<const Bundle> all = bundles();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == name) return all.first(i + 1);
  return {};
}

Result<std::vector<CatalogueRule>> catalogue() {
  std::vector<CatalogueRule> rules;
  for (const Bundle& bundle : bundles()) {
    Document document = TRY(read_policy(bundle.source, Form::yaml));
    for (Rule& rule : document.policy.rules) rules.push_back({bundle.name, std::move(rule)});
  }
  return rules;
}

}  // namespace weir::policy
