#include "vuln/version_order.h"

#include <algorithm>
#include <array>

#include "vuln/version_key.h"
#include "vuln/version_rules.h"

namespace weir::vuln {
namespace {

using enum VersionOrder;

struct OrderRow {
  VersionOrder order;
  std::string_view name;
  std::string (*key)(std::string_view);
};

constexpr std::array orders{
    OrderRow{semver, "semver", semver_key},
    OrderRow{pub, "pub", pub_key},
    OrderRow{pypi, "pep440", pypi_key},
    OrderRow{maven, "maven", maven_key},
    OrderRow{nuget, "nuget", nuget_key},
    OrderRow{rubygems, "rubygems", rubygems_key},
    OrderRow{packagist, "composer", packagist_key},
    OrderRow{cran, "cran", cran_key},
    OrderRow{hackage, "hackage", hackage_key},
    OrderRow{dpkg, "dpkg", dpkg_key},
    OrderRow{rpm, "rpm", rpm_key},
    OrderRow{apk, "apk", apk_key},
};
static_assert(
    [] {
      for (std::size_t i = 0; i < orders.size(); ++i)
        if (orders[i].order != static_cast<VersionOrder>(i)) return false;
      return true;
    }(),
    "orders is in the order of VersionOrder");

constexpr std::array table{
    EcosystemRow{"npm", semver},
    EcosystemRow{"crates."
                 "io",
                 semver},
    EcosystemRow{"Go", semver},
    EcosystemRow{"Hex", semver},
    EcosystemRow{"Bitnami", semver},
    EcosystemRow{"Bioconductor", semver},
    EcosystemRow{"Julia", semver},
    EcosystemRow{"GHC", semver},
    EcosystemRow{"ConanCenter", semver},
    EcosystemRow{"SwiftURL", semver},
    EcosystemRow{"Docker Hardened Images", semver},
    EcosystemRow{"Pub", pub},
    EcosystemRow{"PyPI", pypi},
    EcosystemRow{"Maven", maven},
    EcosystemRow{"NuGet", nuget},
    EcosystemRow{"RubyGems", rubygems},
    EcosystemRow{"Packagist", packagist},
    EcosystemRow{"CRAN", cran},
    EcosystemRow{"Hackage", hackage},
    EcosystemRow{"Debian", dpkg},
    EcosystemRow{"Ubuntu", dpkg},
    EcosystemRow{"Echo", dpkg},
    EcosystemRow{"opam", dpkg},
    EcosystemRow{"Red Hat", rpm},
    EcosystemRow{"AlmaLinux", rpm},
    EcosystemRow{"Rocky Linux", rpm},
    EcosystemRow{"SUSE", rpm},
    EcosystemRow{"openSUSE", rpm},
    EcosystemRow{"openEuler", rpm},
    EcosystemRow{"Mageia", rpm},
    EcosystemRow{"Azure Linux", rpm},
    EcosystemRow{"Photon OS", rpm},
    EcosystemRow{"Amazon Linux", rpm},
    EcosystemRow{"Oracle Linux", rpm},
    EcosystemRow{"Alpine", apk},
    EcosystemRow{"Alpaquita", apk},
    EcosystemRow{"BellSoft Hardened Containers", apk},
    EcosystemRow{"Chainguard", apk},
    EcosystemRow{"CleanStart", apk},
    EcosystemRow{"Wolfi", apk},
    EcosystemRow{"MinimOS", apk},
    EcosystemRow{"GitHub Actions", semver, Published::no},
    EcosystemRow{"Linux", semver, Published::no},
    EcosystemRow{"OSS-Fuzz", semver, Published::no},
    EcosystemRow{"Kubernetes", semver, Published::no},
    EcosystemRow{"Android", semver, Published::no},
    EcosystemRow{"GIT", semver, Published::no},
    EcosystemRow{"VSCode", semver, Published::no},
    EcosystemRow{"FreeBSD", semver, Published::no},
};

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && lower_ascii(a) == lower_ascii(b);
}

}  // namespace

std::span<const EcosystemRow> ecosystems() { return table; }

std::string_view without_suffix(std::string_view ecosystem) {
  return ecosystem.substr(0, ecosystem.find(':'));
}

const EcosystemRow* find_ecosystem(std::string_view name) {
  constexpr std::string_view root = "Root:";  // patched packages of another ecosystem
  if (name.starts_with(root)) name.remove_prefix(root.size());
  const std::string_view wanted = without_suffix(name);
  const auto exact = std::ranges::find(table, wanted, &EcosystemRow::name);
  if (exact != table.end()) return &*exact;
  for (const EcosystemRow& row : table)
    if (same_ignoring_case(row.name, wanted)) return &row;
  return nullptr;
}

std::string_view name_of_order(VersionOrder order) { return orders[static_cast<std::size_t>(order)].name; }

std::optional<VersionOrder> order_named(std::string_view name) {
  const auto found = std::ranges::find(orders, name, &OrderRow::name);
  return found == orders.end() ? std::nullopt : std::optional(found->order);
}

std::string version_key(VersionOrder order, std::string_view version) {
  return orders[static_cast<std::size_t>(order)].key(version);
}

std::weak_ordering compare_versions(VersionOrder order, std::string_view a, std::string_view b) {
  if (order == packagist && (has_any_number(a) || has_any_number(b))) return compare_packagist(a, b);
  if (order == maven) return compare_maven(a, b);
  const int compared = version_key(order, a).compare(version_key(order, b));
  return compared < 0   ? std::weak_ordering::less
         : compared > 0 ? std::weak_ordering::greater
                        : std::weak_ordering::equivalent;
}

}  // namespace weir::vuln
