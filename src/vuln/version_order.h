// Which of two versions is the later one, as each ecosystem orders them. Every order takes any text, never fails,
// and takes numbers of any length. Versions may be equal without being the same text ("1.0" and "1.0.0").
// Sources: SemVer 2.0 §11, PEP 440, the specifications of Maven, NuGet, RubyGems, Composer, R, Cabal, deb-version(7),
// rpm-version(7) and apk. docs/formats/version-orders.md says where they leave room and what is done there.
// Pure; safe from any thread.
#pragma once
#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::vuln {

enum class VersionOrder {
  semver,
  pub,
  pypi,
  maven,
  nuget,
  rubygems,
  packagist,
  cran,
  hackage,
  dpkg,
  rpm,
  apk,
};

// Whether the ecosystem publishes how its versions are ordered; where not, they are taken as semver, tolerantly.
enum class Published { yes, no };

struct EcosystemRow {
  std::string_view name;  // of the OSV schema, without its suffix
  VersionOrder order;
  Published published = Published::yes;
};
std::span<const EcosystemRow> ecosystems();

// By OSV name, with or without suffix ("Debian:12"), in any case; nullptr for one that is not known.
// "Root:Alpine:3.18" is ordered as Alpine.
const EcosystemRow* find_ecosystem(std::string_view name);
std::string_view without_suffix(std::string_view ecosystem);  // "Debian:12" → "Debian"

std::string_view name_of_order(VersionOrder order);
std::optional<VersionOrder> order_named(std::string_view name);

std::string version_key(VersionOrder order, std::string_view version);
// As the keys compare, but for two things that no key can say: a part "#" of Packagist stands for any number, and
// Maven's own rules have a circle (order_maven.cc).
std::weak_ordering compare_versions(VersionOrder order, std::string_view a, std::string_view b);

}  // namespace weir::vuln
