#include "vuln/csaf_advisory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "format/purl.h"
#include "vuln/limits.h"
#include "vuln/package.h"

namespace weir::vuln {
namespace {

using format::Json;

constexpr std::size_t products_max = 500'000;

// As the tree has it; without a package it is nothing that a bill of materials names.
struct Product {
  std::optional<Package> package;
  std::string range, platform;  // "vers:…" of a branch; a CPE
};

using PackageKey = std::pair<std::string, std::string>;  // ecosystem with its release, name

std::string ecosystem_of(const Product& product) {
  constexpr std::array<std::string_view, 2> makers{"cpe:/a:redhat:", "cpe:/o:redhat:"};
  const Package& package = *product.package;
  for (const std::string_view maker : makers)
    if (package.ecosystem == "Red Hat" && product.platform.starts_with(maker))
      return "Red Hat:" + product.platform.substr(maker.size());
  return package.ecosystem + (package.release.empty() ? "" : ":" + package.release);
}

Result<std::string> percent_decoded(std::string_view text, const std::string& at) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    std::uint8_t byte = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (error != std::errc() || digits.size() != 2 || end != digits.data() + 2)
      return invalid(fmt::format("'{}' has a broken escape", at), at);
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

// One constraint of a vers range.
struct Constraint {
  std::string comparator, version;
};

Result<Constraint> read_constraint(std::string_view text, const std::string& at) {
  const std::size_t stop = std::min(text.find_first_not_of("<>=!"), text.size());
  Constraint constraint{.comparator = std::string(text.substr(0, stop)), .version = {}};
  constraint.version = TRY(percent_decoded(text.substr(stop), at));
  constexpr std::array<std::string_view, 5> known{"", "=", "<", "<=", ">="};
  if (std::ranges::find(known, constraint.comparator) == known.end() || constraint.version.empty())
    return invalid(fmt::format("'{}' has a constraint that no advisory can express: '{}'", at, text), at);
  return constraint;
}

Range stretch(std::string from, Event::Kind kind, std::string until) {
  Range range{.type = Range::Type::ecosystem, .events = {{Event::Kind::introduced, std::move(from)}}};
  if (!until.empty()) range.events.push_back({kind, std::move(until)});
  return range;
}

// "vers:npm/>=1.0|<1.2|2.0" → two stretches and a version. The constraints come sorted, as the form demands.
Status read_vers(std::string_view text, const std::string& at, Affected& out) {
  const std::size_t slash = text.find('/');
  if (!text.starts_with("vers:") || slash == text.npos)
    return invalid(fmt::format("'{}' is no range of the form vers:TYPE/…", at), at);
  text.remove_prefix(slash + 1);
  if (text == "*") return out.ranges.push_back(stretch("0", Event::Kind::fixed, "")), Status();
  std::optional<std::string> open = "0";
  bool said = false;  // whether the document opened it
  while (!text.empty()) {
    const std::size_t bar = std::min(text.find('|'), text.size());
    Constraint each = TRY(read_constraint(text.substr(0, bar), at));
    text.remove_prefix(std::min(bar + 1, text.size()));
    if (each.comparator.empty() || each.comparator == "=") {
      out.versions.push_back(std::move(each.version));
    } else if (each.comparator == ">=") {
      if (!said) open = std::move(each.version);
      said = true;
    } else {
      if (!open) return invalid(fmt::format("'{}' closes twice what it opened once", at), at);
      const Event::Kind kind = each.comparator == "<" ? Event::Kind::fixed : Event::Kind::last_affected;
      out.ranges.push_back(stretch(std::move(*open), kind, std::move(each.version)));
      open.reset();
      said = false;
    }
    if (out.ranges.size() > advisory_ranges_max || out.versions.size() > advisory_versions_max)
      return Error{Errc::too_large, fmt::format("'{}' has too many constraints", at), at};
  }
  if (said) out.ranges.push_back(stretch(std::move(*open), Event::Kind::fixed, ""));
  return {};
}

class CsafReader {
 public:
  Result<Advisory> read(const Json& json) {
    const Json& document = json.at("document");
    const Json& tracking = document.at("tracking");
    if (document.text("category") != "csaf_security_advisory")
      return invalid(
          fmt::format("a CSAF document of category '{}' is no advisory", document.text("category")),
          "document.category");
    Advisory advisory;
    advisory.id = tracking.text("id").substr(0, advisory_text_bytes_max);
    if (advisory.id.empty())
      return invalid("an advisory must have a 'document.tracking.id'", "document.tracking.id");
    advisory.modified = tracking.text("current_release_date").substr(0, 64);
    advisory.summary = document.text("title").substr(0, advisory_text_bytes_max);
    TRY(read_tree(json.at("product_tree")));
    const Json::Array& flaws = json.items("vulnerabilities");
    for (std::size_t i = 0; i < flaws.size(); ++i) {
      const std::string_view cve = flaws[i].text("cve");
      if (!cve.empty()) advisory.upstream.emplace_back(cve.substr(0, advisory_text_bytes_max));
      TRY(read_flaw(flaws[i], fmt::format("vulnerabilities[{}]", i)));
    }
    if (advisory.upstream.size() > advisory_aliases_max || affected_.size() > advisory_affected_max)
      return Error{Errc::too_large, fmt::format("{} has too many flaws or packages", advisory.id)};
    for (auto& [key, affected] : affected_) {
      affected.ecosystem = key.first;
      affected.name = key.second;
      advisory.affected.push_back(std::move(affected));
    }
    return advisory;
  }

 private:
  Status add_product(const Json& json, const std::string& at, Product product) {
    const std::string id(json.text("product_id"));
    if (id.empty()) return invalid(fmt::format("'{}' must have a 'product_id'", at), at);
    const Json& helper = json.at("product_identification_helper");
    if (!helper.text("cpe").empty()) product.platform = helper.text("cpe");
    if (const std::string_view purl = helper.text("purl"); !purl.empty()) {
      const auto parsed = format::parse_purl(purl, format::PurlReading::tolerant);
      if (!parsed.ok()) return invalid(fmt::format("'{}': {}", at, parsed.error().message), at);
      product.package = package_of(*parsed, "", std::nullopt);
      if (product.package && product.package->names.empty()) product.package.reset();
    }
    if (products_.size() >= products_max)
      return Error{Errc::too_large, fmt::format("'product_tree' holds more than {}", products_max)};
    products_.insert_or_assign(id, std::move(product));
    return {};
  }

  // Nesting is bounded by the reader of JSON.
  Status read_branches(const Json& owner, const std::string& at, const std::string& range) {
    const Json::Array& branches = owner.items("branches");
    for (std::size_t i = 0; i < branches.size(); ++i) {
      const std::string here = fmt::format("{}.branches[{}]", at, i);
      const bool is_range = branches[i].text("category") == "product_version_range";
      const std::string own = is_range ? std::string(branches[i].text("name")) : range;
      if (const Json* product = branches[i].find("product"))
        TRY(add_product(*product, here + ".product", {.package = {}, .range = own, .platform = {}}));
      TRY(read_branches(branches[i], here, own));
    }
    return {};
  }

  Status read_tree(const Json& tree) {
    TRY(read_branches(tree, "product_tree", ""));
    const Json::Array& names = tree.items("full_product_names");
    for (std::size_t i = 0; i < names.size(); ++i)
      TRY(add_product(names[i], fmt::format("product_tree.full_product_names[{}]", i), {}));
    const Json::Array& relations = tree.items("relationships");
    for (std::size_t i = 0; i < relations.size(); ++i) {
      const std::string at = fmt::format("product_tree.relationships[{}]", i);
      const auto part = products_.find(relations[i].text("product_reference"));
      const auto whole = products_.find(relations[i].text("relates_to_product_reference"));
      if (part == products_.end() || whole == products_.end())
        return invalid(fmt::format("'{}' names a product that is not there before it", at), at);
      Product product = part->second;
      if (!whole->second.platform.empty()) product.platform = whole->second.platform;
      TRY(add_product(relations[i].at("full_product_name"), at + ".full_product_name", std::move(product)));
    }
    return {};
  }

  // The products of one list of a flaw that are packages.
  Result<std::vector<const Product*>> listed(const Json& status, std::string_view list,
                                             const std::string& at) const {
    std::vector<const Product*> found;
    for (const Json& id : status.items(list)) {
      const auto product = id.string() == nullptr ? products_.end() : products_.find(*id.string());
      if (product == products_.end())
        return invalid(fmt::format("'{}.product_status.{}' names a product that is not there", at, list), at);
      if (product->second.package) found.push_back(&product->second);
    }
    return found;
  }

  static PackageKey key_of(const Product& product) {
    const Package& package = *product.package;
    const std::vector<std::string>& names = package.names;  // of rpm the source before the binary package
    return {ecosystem_of(product), package.ecosystem == "Go" ? names.front() : names.back()};
  }

  Status read_flaw(const Json& flaw, const std::string& at) {
    const Json& status = flaw.at("product_status");
    std::map<PackageKey, Affected> said;
    std::set<PackageKey> every;  // affected in all versions, as far as nothing is fixed
    for (const std::string_view list : {"known_affected", "first_affected", "last_affected"}) {
      const std::vector<const Product*> products = TRY(listed(status, list, at));
      for (const Product* product : products) {
        if (!product->range.empty()) TRY(read_vers(product->range, at, said[key_of(*product)]));
        else if (!product->package->version.empty())
          add_once(said[key_of(*product)].versions, product->package->version);
        else every.insert(key_of(*product));
      }
    }
    std::map<PackageKey, std::set<std::string>> fixed;
    for (const std::string_view list : {"fixed", "first_fixed"}) {
      const std::vector<const Product*> products = TRY(listed(status, list, at));
      for (const Product* product : products)
        if (product->range.empty() && !product->package->version.empty())
          fixed[key_of(*product)].insert(product->package->version);
    }
    for (const auto& [key, versions] : fixed) {
      every.erase(key);
      if (said.contains(key)) continue;
      for (const std::string& version : versions)
        said[key].ranges.push_back(stretch("0", Event::Kind::fixed, version));
    }
    for (const PackageKey& key : every) said[key].ranges.push_back(stretch("0", Event::Kind::fixed, ""));
    add_scores(flaw, said);
    for (auto& [key, affected] : said) merge(affected_[key], std::move(affected));
    return {};
  }

  // A score counts for the packages of the products that it lists.
  void add_scores(const Json& flaw, std::map<PackageKey, Affected>& said) const {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kinds{
        {{"cvss_v2", "CVSS_V2"}, {"cvss_v3", "CVSS_V3"}, {"cvss_v4", "CVSS_V4"}}};
    for (const Json& score : flaw.items("scores")) {
      std::set<PackageKey> keys;
      for (const Json& id : score.items("products")) {
        const auto product = id.string() == nullptr ? products_.end() : products_.find(*id.string());
        if (product != products_.end() && product->second.package) keys.insert(key_of(product->second));
      }
      for (const auto& [member, type] : kinds) {
        const std::string_view vector = score.at(member).text("vectorString");
        if (vector.empty()) continue;
        for (const PackageKey& key : keys)
          if (const auto found = said.find(key); found != said.end())
            found->second.severity.push_back({std::string(type), std::string(vector.substr(0, 1024))});
      }
    }
  }

  static void add_once(std::vector<std::string>& list, const std::string& text) {
    if (std::ranges::find(list, text) == list.end()) list.push_back(text);
  }

  static bool same(const Range& a, const Range& b) {
    return std::ranges::equal(a.events, b.events, [](const Event& x, const Event& y) {
      return x.kind == y.kind && x.version == y.version;
    });
  }

  static void merge(Affected& into, Affected from) {
    for (Range& range : from.ranges)
      if (std::ranges::none_of(into.ranges, [&](const Range& each) { return same(each, range); }))
        into.ranges.push_back(std::move(range));
    for (const std::string& version : from.versions) add_once(into.versions, version);
    for (Severity& each : from.severity)
      if (std::ranges::find(into.severity, each.score, &Severity::score) == into.severity.end())
        into.severity.push_back(std::move(each));
  }

  std::map<std::string, Product, std::less<>> products_;
  std::map<PackageKey, Affected> affected_;
};

}  // namespace

bool is_csaf(const Json& json) { return json.at("document").find("csaf_version") != nullptr; }

Result<Advisory> decode_csaf_advisory(const Json& json) { return CsafReader().read(json); }

}  // namespace weir::vuln
