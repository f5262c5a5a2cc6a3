#include "vuln/match.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "vuln/cvss.h"

namespace weir::vuln {
namespace {

std::string key_of(std::string_view ecosystem, std::string_view name) {
  return std::string(ecosystem) + '\n' + index_name(ecosystem, name);
}

// The set in memory as a reader; it is there as long as the reader.
class SetReader final : public AdvisoryReader {
 public:
  explicit SetReader(const AdvisorySet& set) : set_(set) {}
  Result<AboutPackage> about(std::string_view ecosystem, std::string_view name) const override {
    return AboutPackage{.entries = set_.about(ecosystem, name), .held = {}};
  }

 private:
  const AdvisorySet& set_;
};

// Whether an item says again what one before it said, by their places.
std::vector<bool> repeated(const std::vector<evidence::Item>& items) {
  using Said = std::array<std::string_view, 3>;
  const auto said = [&](std::uint32_t at) {
    const evidence::Item& item = items[at];
    return item.purl.empty() ? Said{item.name, item.version, item.source} : Said{item.purl, "", item.source};
  };
  std::vector<std::uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const auto left = said(a), right = said(b);
    return left != right ? left < right : a < b;
  });
  std::vector<bool> again(items.size());
  for (std::size_t i = 1; i < order.size(); ++i) again[order[i]] = said(order[i]) == said(order[i - 1]);
  return again;
}

bool surer(const Finding& a, const Finding& b) {
  return std::tie(a.purl, a.advisory, a.scope) < std::tie(b.purl, b.advisory, b.scope);
}

}  // namespace

void match_entries(const Package& package, std::string_view purl, std::span<const AdvisorySet::Entry> entries,
                   std::vector<Finding>& findings) {
  const VersionOrder order = order_for(package.ecosystem);
  for (const AdvisorySet::Entry& entry : entries) {
    const std::optional<Scope> scope = scope_of(entry.release, package);
    if (!scope) continue;
    Verdict verdict = evaluate(*entry.affected, order, evaluated_version(package));
    if (!verdict.affected) continue;
    findings.push_back({.purl = std::string(purl),
                        .advisory = entry.advisory->id,
                        .fixed = verdict.fixed,
                        .aliases = entry.advisory->aliases,
                        .summary = entry.advisory->summary,
                        .scope = *scope,
                        .score = highest_score(*entry.advisory, *entry.affected),
                        .order = order,
                        .verdict = std::move(verdict)});
  }
}

Surroundings::Surroundings(const evidence::Inventory& inventory) : release_(release_in(inventory)) {
  const auto is_unnamed = [](const evidence::Item& item) { return item.purl.empty(); };
  if (!release_ || std::ranges::none_of(inventory.items, is_unnamed)) return;
  for (const evidence::Item& item : inventory.items)
    if (!item.purl.empty()) listed_.insert(item.name);
}

const std::optional<Release>& Surroundings::of(const evidence::Item& item) const {
  return item.purl.empty() && listed_.contains(item.name) ? none_ : release_;
}

std::string text_of(const evidence::Item& item) {
  if (!item.purl.empty()) return item.purl;
  return item.version.empty() ? item.name : item.name + '@' + item.version;
}

std::optional<Package> package_of_item(const evidence::Item& item, const std::optional<Release>& document) {
  if (item.purl.empty()) return package_named(item.name, item.version, item.source, document);
  const Result<format::Purl> purl = format::parse_purl(item.purl, format::PurlReading::tolerant);
  if (!purl.ok()) return std::nullopt;
  std::optional<Package> package = package_of(*purl, item.source, document);
  if (package && package->version.empty()) package->version = known_version(item.version);
  return package;
}

std::optional<Scope> scope_of(std::string_view advisory_release, const Package& package) {
  // Without a release it may still be the ecosystem that the document says.
  const bool is_guess = package.scope == Scope::inferred && package.release.empty();
  if (advisory_release.empty()) return is_guess ? Scope::inferred : Scope::exact;
  if (package.release.empty()) return Scope::unscoped;
  if (package.release != advisory_release) return std::nullopt;
  return package.scope;
}

VersionOrder order_for(std::string_view ecosystem) {
  const EcosystemRow* row = find_ecosystem(ecosystem);
  return row == nullptr ? VersionOrder::semver : row->order;
}

std::string_view evaluated_version(const Package& package) {
  std::string_view version = package.version;
  if (package.ecosystem == "Go" && version.starts_with('v')) version.remove_prefix(1);
  return version;
}

void AdvisorySet::add(Advisory advisory) {
  const auto found = advisories_.find(advisory.id);
  if (found != advisories_.end() && is_older(advisory.modified, found->second.modified)) return;
  advisories_.insert_or_assign(advisory.id, std::move(advisory));
}

void AdvisorySet::index() {
  entries_.clear();
  for (const auto& [id, advisory] : advisories_) enter(advisory);
}

void AdvisorySet::put(Advisory advisory) {
  const auto known = advisories_.find(advisory.id);
  if (known != advisories_.end()) strike(known->second);
  std::string id = advisory.id;
  Advisory& kept = advisories_[std::move(id)];
  kept = std::move(advisory);
  enter(kept);
}

// The entries of a package stand in the order of their advisories' ids, and for one advisory in its own order.
void AdvisorySet::enter(const Advisory& advisory) {
  if (!advisory.withdrawn.empty()) return;
  for (const Affected& affected : advisory.affected) {
    if (affected.name.empty()) continue;
    std::vector<Entry>& entries = entries_[key_of(without_suffix(affected.ecosystem), affected.name)];
    const auto behind =
        std::ranges::upper_bound(entries, advisory.id, {},
                                 [](const Entry& entry) -> const std::string& { return entry.advisory->id; });
    entries.insert(behind, {&advisory, &affected, release_of_ecosystem(affected.ecosystem)});
  }
}

void AdvisorySet::strike(const Advisory& advisory) {
  for (const Affected& affected : advisory.affected) {
    const auto found = entries_.find(key_of(without_suffix(affected.ecosystem), affected.name));
    if (found == entries_.end()) continue;
    std::erase_if(found->second, [&](const Entry& entry) { return entry.advisory == &advisory; });
    if (found->second.empty()) entries_.erase(found);
  }
}

std::span<const AdvisorySet::Entry> AdvisorySet::about(std::string_view ecosystem,
                                                       std::string_view name) const {
  const auto found = entries_.find(key_of(ecosystem, name));
  return found == entries_.end() ? std::span<const Entry>() : std::span<const Entry>(found->second);
}

Scanned match(const evidence::Inventory& inventory, const AdvisorySet& advisories) {
  return std::move(match(inventory, SetReader(advisories))).value();  // memory does not fail
}

Result<Scanned> match(const evidence::Inventory& inventory, const AdvisoryReader& advisories) {
  Scanned scanned{.components = inventory.items.size()};
  const Surroundings document(inventory);
  const std::vector<bool> again = repeated(inventory.items);
  for (std::size_t i = 0; i < inventory.items.size(); ++i) {
    if (again[i]) continue;
    const evidence::Item& item = inventory.items[i];
    const std::optional<Package> package = package_of_item(item, document.of(item));
    if (!package) continue;
    const std::string called = text_of(item);
    for (const std::string& name : package->names) {
      const AboutPackage about = TRY(advisories.about(package->ecosystem, name));
      match_entries(*package, called, about.entries, scanned.findings);
    }
  }
  std::ranges::stable_sort(scanned.findings, surer);
  const auto twice = std::ranges::unique(scanned.findings, [](const Finding& a, const Finding& b) {
    return a.purl == b.purl && a.advisory == b.advisory;
  });
  scanned.findings.erase(twice.begin(), twice.end());
  return scanned;
}

std::optional<double> highest_score(const Advisory& advisory, const Affected& affected) {
  std::optional<double> highest;
  for (const Severity& severity : affected.severity.empty() ? advisory.severity : affected.severity) {
    if (!severity.type.starts_with("CVSS_")) continue;
    const Result<CvssScores> scores = score_cvss(severity.score);
    if (scores.ok() && (!highest || scores->base > *highest)) highest = scores->base;
  }
  return highest;
}

}  // namespace weir::vuln
