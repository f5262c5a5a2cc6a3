#include "vuln/package.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "vuln/version_key.h"
#include "vuln/version_order.h"

namespace weir::vuln {
namespace {

using format::Purl;

enum class Naming { name, spaced, maven, path };  // spaced: namespace/name where there is one

struct TypeRow {
  std::string_view type, ecosystem;
  Naming naming = Naming::name;
};
constexpr std::array languages{
    TypeRow{"cargo",
            "crates."
            "io"},
    TypeRow{"npm", "npm", Naming::spaced},
    TypeRow{"nuget", "NuGet"},
    TypeRow{"gem", "RubyGems"},
    TypeRow{"hex", "Hex", Naming::spaced},
    TypeRow{"pub", "Pub"},
    TypeRow{"hackage", "Hackage"},
    TypeRow{"cran", "CRAN"},
    TypeRow{"conan", "ConanCenter"},
    TypeRow{"bitnami", "Bitnami"},
    TypeRow{"pypi", "PyPI"},
    TypeRow{"maven", "Maven", Naming::maven},
    TypeRow{"golang", "Go", Naming::path},
    TypeRow{"composer", "Packagist", Naming::spaced},
    TypeRow{"swift", "SwiftURL", Naming::spaced},
    TypeRow{"github", "GitHub Actions", Naming::spaced},
    TypeRow{"julia", "Julia"},
    TypeRow{"opam", "opam"},
    TypeRow{"bioconductor", "Bioconductor"},
};

// Longer ones are no release; and each package of a document keeps its release.
constexpr std::size_t release_bytes_max = 32;

// How a release is written: "12.4" of Debian is 12, of Alpine "3.18.2" is v3.18, of Ubuntu 22.04 it stays.
enum class Cut { major, minor_with_v, two_parts, none };

struct DistributionRow {
  std::string_view type, ns, ecosystem;
  Cut cut;
};
constexpr std::array distributions{
    DistributionRow{"deb", "debian", "Debian", Cut::major},
    DistributionRow{"deb", "ubuntu", "Ubuntu", Cut::two_parts},
    DistributionRow{"deb", "echo", "Echo", Cut::none},
    DistributionRow{"apk", "alpine", "Alpine", Cut::minor_with_v},
    DistributionRow{"alpine", "", "Alpine", Cut::minor_with_v},  // written by some tools for apk/alpine
    DistributionRow{"apk", "wolfi", "Wolfi", Cut::none},
    DistributionRow{"apk", "chainguard", "Chainguard", Cut::none},
    DistributionRow{"apk", "minimos", "MinimOS", Cut::none},
    DistributionRow{"apk", "cleanstart", "CleanStart", Cut::none},
    DistributionRow{"apk", "alpaquita", "Alpaquita", Cut::major},
    DistributionRow{"apk", "bellsoft-hardened-containers", "BellSoft Hardened Containers", Cut::major},
    DistributionRow{"rpm", "almalinux", "AlmaLinux", Cut::major},
    DistributionRow{"rpm", "alma", "AlmaLinux", Cut::major},
    DistributionRow{"rpm", "rocky-linux", "Rocky Linux", Cut::major},
    DistributionRow{"rpm", "rocky", "Rocky Linux", Cut::major},
    DistributionRow{"rpm", "redhat", "Red Hat", Cut::major},
    DistributionRow{"rpm", "rhel", "Red Hat", Cut::major},
    DistributionRow{"rpm", "opensuse", "openSUSE", Cut::two_parts},  // before SUSE, whose name is in its name
    DistributionRow{"rpm", "opensuse-leap", "openSUSE", Cut::two_parts},
    DistributionRow{"rpm", "opensuse.leap", "openSUSE", Cut::two_parts},
    DistributionRow{"rpm", "opensuse-tumbleweed", "openSUSE", Cut::two_parts},
    DistributionRow{"rpm", "opensuse.tumbleweed", "openSUSE", Cut::two_parts},
    DistributionRow{"rpm", "suse", "SUSE", Cut::two_parts},
    DistributionRow{"rpm", "sles", "SUSE", Cut::two_parts},
    DistributionRow{"rpm", "openeuler", "openEuler", Cut::two_parts},
    DistributionRow{"rpm", "mageia", "Mageia", Cut::major},
    DistributionRow{"rpm", "photon", "Photon OS", Cut::two_parts},
    DistributionRow{"rpm", "azurelinux", "Azure Linux", Cut::major},
    DistributionRow{"rpm", "azure-linux", "Azure Linux", Cut::major},
    DistributionRow{"rpm", "mariner", "Azure Linux", Cut::major},
    DistributionRow{"rpm", "amazon", "Amazon Linux", Cut::major},
    DistributionRow{"rpm", "amzn", "Amazon Linux", Cut::major},
    DistributionRow{"rpm", "oracle", "Oracle Linux", Cut::major},
    DistributionRow{"rpm", "ol", "Oracle Linux", Cut::major},
};

struct Codename {
  std::string_view name, release;
};
constexpr std::array codenames{
    Codename{"wheezy", "7"},      Codename{"jessie", "8"},       Codename{"stretch", "9"},
    Codename{"buster", "10"},     Codename{"bullseye", "11"},    Codename{"bookworm", "12"},
    Codename{"trixie", "13"},     Codename{"forky", "14"},       Codename{"sid", "sid"},
    Codename{"unstable", "sid"},  Codename{"trusty", "14.04"},   Codename{"xenial", "16.04"},
    Codename{"bionic", "18.04"},  Codename{"focal", "20.04"},    Codename{"jammy", "22.04"},
    Codename{"kinetic", "22.10"}, Codename{"lunar", "23.04"},    Codename{"mantic", "23.10"},
    Codename{"noble", "24.04"},   Codename{"oracular", "24.10"}, Codename{"plucky", "25.04"},
    Codename{"questing", "25.10"}, Codename{"stream", "stream"},     Codename{"tumbleweed", "Tumbleweed"}};

std::string cut_release(std::string_view number, Cut cut) {
  if (cut == Cut::none) return "";
  const std::size_t dot = number.find('.');
  if (cut == Cut::major) return std::string(number.substr(0, dot));
  if (dot == number.npos) return cut == Cut::minor_with_v ? "" : std::string(number);
  const std::size_t second = std::min(number.find('.', dot + 1), number.size());
  return (cut == Cut::minor_with_v ? "v" : "") + std::string(number.substr(0, second));
}

// The first number in it, and which service pack: "Linux Enterprise Server 15 SP5" → "15", "5".
struct NumberSaid {
  std::string_view number, pack;
};
NumberSaid number_in(std::string_view text) {
  const std::size_t digit = text.find_first_of("0123456789");
  if (digit == text.npos) return {};
  const std::size_t stop = std::min(text.find_first_not_of("0123456789.", digit), text.size());
  const std::size_t pack = text.find("SP", stop);
  return {text.substr(digit, stop - digit), pack == text.npos ? "" : digits_at(text, pack + 2)};
}

bool has_word(std::string_view lowered, std::string_view word) {
  const auto bounds = [&](std::size_t at) { return at >= lowered.size() || !is_letter(lowered[at]); };
  for (std::size_t at = lowered.find(word); at != lowered.npos; at = lowered.find(word, at + 1))
    if ((at == 0 || bounds(at - 1)) && bounds(at + word.size())) return true;
  return false;
}

// "debian-12", "bookworm", "alpine-3.16.2", "3.16.2", "amazon-2 (Karoo)" → the number in it; "15 SP5" → 15.5.
std::string release_from(std::string_view text, Cut cut) {
  if (cut == Cut::none || text.empty()) return "";
  const std::string lowered = lower_ascii(text);
  for (const Codename& row : codenames)
    if (has_word(lowered, row.name)) return std::string(row.release);
  const NumberSaid said = number_in(text);
  std::string release = cut_release(said.number, cut);
  if (cut == Cut::two_parts && !said.pack.empty()) release += fmt::format(".{}", said.pack);
  return release.size() <= release_bytes_max ? release : "";
}

const DistributionRow* find_distribution(std::string_view type, std::string_view ns) {
  const auto found = std::ranges::find_if(distributions, [&](const DistributionRow& row) {
    return row.type == type && (row.ns == ns || row.type == "alpine");
  });
  return found == distributions.end() ? nullptr : &*found;
}

std::string language_name(const Purl& purl, Naming naming) {
  if (naming == Naming::name || purl.ns.empty()) return purl.name;
  if (naming == Naming::maven) return purl.ns + ":" + purl.name;
  return purl.ns + "/" + purl.name;
}

// Go: the major version may stand in the subpath; the toolchain and its library are "stdlib".
void add_go_names(Package& package, const Purl& purl) {
  if (purl.ns.empty() && (purl.name == "go" || purl.name == "std")) package.names = {"stdlib"};
  const std::string_view sub = std::string_view(purl.subpath).substr(0, purl.subpath.find('/'));
  const bool major = sub.size() > 1 && sub.front() == 'v' && digits_at(sub, 1).size() == sub.size() - 1;
  if (major) package.names.insert(package.names.begin(), package.names.front() + "/" + std::string(sub));
}

std::optional<Package> language_package(const Purl& purl) {
  const auto row = std::ranges::find(languages, purl.type, &TypeRow::type);
  if (row == languages.end()) return std::nullopt;
  Package package{.ecosystem = std::string(row->ecosystem),
                  .names = {language_name(purl, row->naming)},
                  .version = std::string(known_version(purl.version))};
  if (purl.type == "golang") add_go_names(package, purl);
  return package;
}

struct Source {
  std::string name, version;
};

// "gcc-12@12.2.0-14", "bash-4.4.20-1.el8.src.rpm", "built package from: glibc 2.31-13", "util-linux"
Source source_from(std::string_view text) {
  constexpr std::string_view built = "built package from: ";
  if (text.starts_with(built)) {
    text.remove_prefix(built.size());
    const std::size_t blank = text.find(' ');
    return {std::string(text.substr(0, blank)),
            blank == text.npos ? "" : std::string(text.substr(blank + 1))};
  }
  if (text.ends_with(".src.rpm")) {
    std::string_view name = text.substr(0, text.rfind('-'));
    name = name.substr(0, name.rfind('-'));
    return {std::string(name), ""};
  }
  const std::size_t at = text.find('@');
  return {std::string(text.substr(0, at)), at == text.npos ? "" : std::string(text.substr(at + 1))};
}

// "4.18.0-80.el8_1" → 8
std::string release_of_build(std::string_view version) {
  const std::size_t mark = version.rfind(".el");
  return mark == version.npos ? "" : std::string(digits_at(version, mark + 3));
}

void set_release(Package& package, const Purl& purl, const DistributionRow& row,
                 const std::optional<Release>& document) {
  if (row.cut == Cut::none) return;
  package.release = release_from(purl.qualifier("distro"), row.cut);
  if (!package.release.empty()) return;
  package.scope = Scope::inferred;
  if (document && document->ecosystem == row.ecosystem) package.release = document->release;
  if (package.release.empty() && row.type == "rpm" && row.cut == Cut::major)
    package.release = release_of_build(purl.version);
  if (package.release.empty()) package.scope = Scope::unscoped;
}

// Advisories write "https://github.com/apple/swift-nio.git" and "github.com/apple/swift-nio".
std::string swift_name(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  if (url.ends_with('/')) url.remove_suffix(1);
  if (url.ends_with(".git")) url.remove_suffix(4);
  return std::string(url);
}

bool is_rpm(std::string_view ecosystem) {
  const EcosystemRow* row = find_ecosystem(ecosystem);
  return row != nullptr && row->order == VersionOrder::rpm;
}

// By which advisories may call it: those of rpm name source packages or binary ones, others source packages.
void set_names(Package& package, std::string_view name, const Source& source) {
  const bool rpm = is_rpm(package.ecosystem);
  if (!source.name.empty()) package.names.push_back(source.name);
  if ((rpm || source.name.empty()) && source.name != name) package.names.emplace_back(name);
  if (!rpm && !source.version.empty()) package.version = source.version;
}

std::optional<Package> distribution_package(const Purl& purl, std::string_view source_text,
                                            const std::optional<Release>& document) {
  const DistributionRow* row = find_distribution(purl.type, purl.ns);
  if (row == nullptr) return std::nullopt;
  Package package{.ecosystem = std::string(row->ecosystem), .names = {}, .version = purl.version};
  set_release(package, purl, *row, document);
  std::string_view said = purl.qualifier("upstream");
  if (said.empty()) said = purl.qualifier("origin");
  set_names(package, purl.name, source_from(said.empty() ? source_text : said));
  const std::string_view epoch = purl.qualifier("epoch");
  if (row->type == "rpm" && !epoch.empty() && package.version.find(':') == std::string::npos)
    package.version = std::string(epoch) + ":" + package.version;
  return package;
}

// "debian" with "12.4", and as it calls itself: "Debian GNU/Linux 12 (bookworm)".
std::optional<Release> release_of_system(const evidence::OperatingSystem& system) {
  if (system.name.empty()) return std::nullopt;
  const std::string name = lower_ascii(system.name);
  for (const DistributionRow& row : distributions) {
    if (row.ns != name && system.name.find(row.ecosystem) == system.name.npos) continue;
    std::string release = release_from(system.version.empty() ? system.name : system.version, row.cut);
    if (!release.empty() || row.cut == Cut::none) return Release{std::string(row.ecosystem), std::move(release)};
  }
  return std::nullopt;
}

// That of all its package URLs, where they are of one.
std::optional<Release> only_ecosystem(const evidence::Inventory& inventory) {
  std::optional<Release> only;
  for (const evidence::Item& item : inventory.items) {
    const auto purl = format::parse_purl(item.purl, format::PurlReading::tolerant);
    const auto package = purl.ok() ? package_of(*purl, "", std::nullopt) : std::nullopt;
    if (!package) continue;
    if (only && only->ecosystem != package->ecosystem) return std::nullopt;
    only = Release{package->ecosystem, ""};
  }
  return only;
}

}  // namespace

std::string_view name_of(Scope scope) {
  constexpr std::array<std::string_view, 3> names{"exact", "inferred", "unscoped"};
  return names[static_cast<std::size_t>(scope)];
}

std::optional<Release> release_in(const evidence::Inventory& inventory) {
  if (auto release = release_of_system(inventory.system)) return release;
  bool is_unnamed = false;
  for (const evidence::Item& item : inventory.items) {
    is_unnamed |= item.purl.empty() && !item.version.empty();
    if (item.purl.find("distro=") == item.purl.npos) continue;
    const auto purl = format::parse_purl(item.purl, format::PurlReading::tolerant);
    const DistributionRow* row = purl.ok() ? find_distribution(purl->type, purl->ns) : nullptr;
    if (row == nullptr) continue;
    std::string release = release_from(purl->qualifier("distro"), row->cut);
    if (!release.empty()) return Release{std::string(row->ecosystem), std::move(release)};
  }
  return is_unnamed ? only_ecosystem(inventory) : std::nullopt;
}

std::optional<Package> package_of(const Purl& purl, std::string_view source,
                                  const std::optional<Release>& document) {
  if (auto package = distribution_package(purl, source, document)) return package;
  return language_package(purl);
}

std::optional<Package> package_named(std::string_view name, std::string_view version, std::string_view source,
                                     const std::optional<Release>& document) {
  if (!document || name.empty() || known_version(version).empty()) return std::nullopt;
  Package package{.ecosystem = document->ecosystem,
                  .release = document->release,
                  .names = {},
                  .version = std::string(version),
                  .scope = Scope::inferred};
  std::string called(name);
  const std::size_t slash = called.rfind('/');
  if (package.ecosystem == "Maven" && slash != called.npos) called[slash] = ':';
  set_names(package, called, source_from(source));
  return package;
}

std::string_view known_version(std::string_view version) {
  const bool unknown = version == "(devel)" || version == "UNKNOWN" || version == "NOASSERTION";
  return unknown ? std::string_view() : version;
}

std::string index_name(std::string_view ecosystem, std::string_view name) {
  if (ecosystem == "PyPI") {
    std::string out;
    for (const char c : lower_ascii(name)) {
      const bool joint = c == '-' || c == '_' || c == '.';
      if (!joint) out += c;
      else if (!out.ends_with('-')) out += '-';
    }
    return out;
  }
  if (ecosystem == "SwiftURL") return swift_name(lower_ascii(name));
  if (ecosystem == "NuGet" || ecosystem == "Packagist" || ecosystem == "GitHub Actions")
    return lower_ascii(name);
  return std::string(name);
}

std::string release_of_ecosystem(std::string_view ecosystem) {
  const std::size_t colon = ecosystem.find(':');
  if (colon == ecosystem.npos) return "";
  std::string_view release = ecosystem.substr(colon + 1);
  if (ecosystem.starts_with("Ubuntu")) {
    if (release.starts_with("Pro:")) release.remove_prefix(4);
    if (release.ends_with(":LTS")) release.remove_suffix(4);
  }
  if (ecosystem.starts_with("Red Hat")) {  // "openshift:4.14::el9" is built for 9
    const std::size_t built_for = release.find("::el");
    if (built_for != release.npos) return std::string(digits_at(release, built_for + 4));
    return std::string(digits_at(release, release.find_first_of("0123456789")));
  }
  if (ecosystem.starts_with("openSUSE") || ecosystem.starts_with("SUSE") || ecosystem.starts_with("openEuler")) {
    const NumberSaid said = number_in(release);
    if (said.number.empty()) return std::string(release);
    return fmt::format("{}{}{}", said.number, said.pack.empty() ? "" : ".", said.pack);
  }
  return std::string(release);
}

}  // namespace weir::vuln
