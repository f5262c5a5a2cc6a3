#include "vuln/csaf_advisory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "format/purl.h"
#include "format/utf8.h"
#include "vuln/limits.h"
#include "vuln/package.h"

namespace weir::vuln {
namespace {

using format::Json;

constexpr std::size_t products_max = 500'000;
// Of ranges, versions, scores and names of packages, as often as they are said of something: a small document may name
// a long one very often.
constexpr std::size_t said_bytes_max = 4 * advisory_bytes_max;

using PackageKey = std::pair<std::string, std::string>;  // ecosystem with its release, name

// As the tree has it; without a package it is nothing that a bill of materials names. Texts are the document's.
struct Product {
  std::shared_ptr<const Package> package;
  const PackageKey* key = nullptr;
  std::string_view range, platform;  // "vers:…" of a branch; a CPE
};

struct ByContent {
  bool operator()(const PackageKey* a, const PackageKey* b) const { return *a < *b; }
};

PackageKey key_of(const Package& package, std::string_view platform) {
  constexpr std::array<std::string_view, 2> makers{"cpe:/a:redhat:", "cpe:/o:redhat:"};
  const std::vector<std::string>& names = package.names;  // of rpm the source before the binary package
  const std::string& name = package.ecosystem == "Go" ? names.front() : names.back();
  for (const std::string_view maker : makers)
    if (package.ecosystem == "Red Hat" && platform.starts_with(maker))
      return {fmt::format("Red Hat:{}", platform.substr(maker.size())), name};
  return {package.ecosystem + (package.release.empty() ? "" : ":" + package.release), name};
}

// What is said of one package, each thing once.
struct Collected {
  Affected affected;
  std::set<std::string, std::less<>> versions, ranges, scores;
};

std::string text_of(const Range& range) {
  std::string text;
  for (const Event& event : range.events)
    text += fmt::format("{}{}\n", static_cast<int>(event.kind), event.version);
  return text;
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
    advisory.id = format::utf8_prefix(tracking.text("id"), advisory_text_bytes_max);
    if (advisory.id.empty())
      return invalid("an advisory must have a 'document.tracking.id'", "document.tracking.id");
    advisory.modified = format::utf8_prefix(tracking.text("current_release_date"), 64);
    advisory.summary = format::utf8_prefix(document.text("title"), advisory_text_bytes_max);
    TRY(read_tree(json.at("product_tree")));
    const Json::Array& flaws = json.items("vulnerabilities");
    for (std::size_t i = 0; i < flaws.size(); ++i) {
      const std::string_view cve = flaws[i].text("cve");
      if (!cve.empty()) advisory.upstream.emplace_back(format::utf8_prefix(cve, advisory_text_bytes_max));
      TRY(read_flaw(flaws[i], fmt::format("vulnerabilities[{}]", i)));
      if (advisory.upstream.size() > advisory_aliases_max || affected_.size() > advisory_affected_max)
        return Error{Errc::too_large, fmt::format("{} has too many flaws or packages", advisory.id)};
    }
    for (auto& [key, collected] : affected_) {
      collected.affected.ecosystem = key->first;
      collected.affected.name = key->second;
      advisory.affected.push_back(std::move(collected.affected));
    }
    return advisory;
  }

 private:
  using Said = std::map<const PackageKey*, Collected, ByContent>;

  Status spend(std::size_t bytes) {
    said_bytes_ += bytes;
    if (said_bytes_ <= said_bytes_max) return {};
    return Error{
        Errc::too_large,
        fmt::format("what a CSAF document says of packages takes more than {} bytes", said_bytes_max)};
  }

  // Gives the product the key of its package on its platform.
  Status set_key(Product& product) {
    if (product.package == nullptr) return {};
    const auto [found, is_new] = keys_.insert(key_of(*product.package, product.platform));
    product.key = &*found;
    return is_new ? spend(found->first.size() + found->second.size()) : Status();
  }

  Status add_product(const Json& json, const std::string& at, Product product) {
    const std::string id(json.text("product_id"));
    if (id.empty()) return invalid(fmt::format("'{}' must have a 'product_id'", at), at);
    const Json& helper = json.at("product_identification_helper");
    const std::string_view purl = helper.text("purl"), platform = helper.text("cpe");
    if (purl.size() > advisory_text_bytes_max || platform.size() > advisory_text_bytes_max)
      return Error{Errc::too_large,
                   fmt::format("'{}' has a purl or cpe of more than {} bytes", at, advisory_text_bytes_max),
                   at};
    if (!platform.empty()) product.platform = platform;
    if (!purl.empty()) {
      const auto parsed = format::parse_purl(purl, format::PurlReading::tolerant);
      if (!parsed.ok()) return invalid(fmt::format("'{}': {}", at, parsed.error().message), at);
      auto package = package_of(*parsed, "", std::nullopt);
      const bool is_known = package && !package->names.empty();
      product.package = is_known ? std::make_shared<const Package>(std::move(*package)) : nullptr;
    }
    TRY(set_key(product));
    if (products_.size() >= products_max)
      return Error{Errc::too_large, fmt::format("'product_tree' holds more than {}", products_max)};
    products_.insert_or_assign(id, std::move(product));
    return {};
  }

  // Nesting is bounded by the reader of JSON.
  Status read_branches(const Json& owner, const std::string& at, std::string_view range) {
    const Json::Array& branches = owner.items("branches");
    for (std::size_t i = 0; i < branches.size(); ++i) {
      const std::string here = fmt::format("{}.branches[{}]", at, i);
      const bool is_range = branches[i].text("category") == "product_version_range";
      const std::string_view own = is_range ? branches[i].text("name") : range;
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
      if (product->second.package != nullptr) found.push_back(&product->second);
    }
    return found;
  }

  Status add_version(Collected& to, std::string_view version) {
    if (to.versions.contains(version)) return {};
    if (to.versions.size() >= advisory_versions_max)
      return Error{Errc::too_large,
                   fmt::format("a package has more than {} versions", advisory_versions_max)};
    TRY(spend(version.size()));
    to.versions.emplace(version);
    to.affected.versions.emplace_back(version);
    return {};
  }

  Status add_range(Collected& to, Range range) {
    std::string text = text_of(range);
    if (to.ranges.contains(text)) return {};
    if (to.ranges.size() >= advisory_ranges_max)
      return Error{Errc::too_large, fmt::format("a package has more than {} ranges", advisory_ranges_max)};
    TRY(spend(text.size()));
    to.ranges.insert(std::move(text));
    to.affected.ranges.push_back(std::move(range));
    return {};
  }

  Status add_severity(Collected& to, std::string_view type, std::string_view score) {
    if (to.scores.contains(score)) return {};
    if (to.scores.size() >= advisory_aliases_max)
      return Error{Errc::too_large, fmt::format("a package has more than {} scores", advisory_aliases_max)};
    TRY(spend(score.size()));
    to.scores.emplace(score);
    to.affected.severity.push_back({std::string(type), std::string(score)});
    return {};
  }

  // What is affected by ranges or by versions; in `every` what is in all versions, as far as nothing is fixed.
  Status read_affected(const Json& status, const std::string& at, Said& said,
                       std::set<const PackageKey*, ByContent>& every) {
    std::set<std::pair<const PackageKey*, const char*>> read;  // ranges are read once
    for (const std::string_view list : {"known_affected", "first_affected", "last_affected"}) {
      const std::vector<const Product*> products = TRY(listed(status, list, at));
      for (const Product* product : products) {
        if (!product->range.empty()) {
          if (!read.emplace(product->key, product->range.data()).second) continue;
          TRY(spend(product->range.size()));
          Affected ranges;
          TRY(read_vers(product->range, at, ranges));
          Collected& to = said[product->key];
          for (Range& range : ranges.ranges) TRY(add_range(to, std::move(range)));
          for (const std::string& version : ranges.versions) TRY(add_version(to, version));
        } else if (!product->package->version.empty()) {
          TRY(add_version(said[product->key], product->package->version));
        } else every.insert(product->key);
      }
    }
    return {};
  }

  Status read_flaw(const Json& flaw, const std::string& at) {
    const Json& status = flaw.at("product_status");
    Said said;
    std::set<const PackageKey*, ByContent> every;
    TRY(read_affected(status, at, said, every));
    std::map<const PackageKey*, std::set<std::string_view>, ByContent> fixed;
    for (const std::string_view list : {"fixed", "first_fixed"}) {
      const std::vector<const Product*> products = TRY(listed(status, list, at));
      for (const Product* product : products)
        if (product->range.empty() && !product->package->version.empty())
          fixed[product->key].insert(product->package->version);
    }
    for (const auto& [key, versions] : fixed) {
      every.erase(key);
      if (said.contains(key)) continue;
      Collected& to = said[key];
      for (const std::string_view version : versions)
        TRY(add_range(to, stretch("0", Event::Kind::fixed, std::string(version))));
    }
    for (const PackageKey* key : every) TRY(add_range(said[key], stretch("0", Event::Kind::fixed, "")));
    TRY(add_scores(flaw, said));
    for (auto& [key, collected] : said) TRY(merge(affected_[key], std::move(collected.affected)));
    return {};
  }

  // A score counts for the packages of the products that it lists.
  Status add_scores(const Json& flaw, Said& said) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kinds{
        {{"cvss_v2", "CVSS_V2"}, {"cvss_v3", "CVSS_V3"}, {"cvss_v4", "CVSS_V4"}}};
    for (const Json& score : flaw.items("scores")) {
      std::set<const PackageKey*, ByContent> keys;
      for (const Json& id : score.items("products")) {
        const auto product = id.string() == nullptr ? products_.end() : products_.find(*id.string());
        if (product != products_.end() && product->second.package != nullptr)
          keys.insert(product->second.key);
      }
      for (const auto& [member, type] : kinds) {
        const std::string_view vector = format::utf8_prefix(score.at(member).text("vectorString"), 1024);
        if (vector.empty()) continue;
        for (const PackageKey* key : keys)
          if (const auto found = said.find(key); found != said.end())
            TRY(add_severity(found->second, type, vector));
      }
    }
    return {};
  }

  Status merge(Collected& into, Affected from) {
    for (Range& range : from.ranges) TRY(add_range(into, std::move(range)));
    for (const std::string& version : from.versions) TRY(add_version(into, version));
    for (const Severity& each : from.severity) TRY(add_severity(into, each.type, each.score));
    return {};
  }

  std::size_t said_bytes_ = 0;
  std::set<PackageKey> keys_;
  std::map<std::string, Product, std::less<>> products_;
  Said affected_;
};

}  // namespace

bool is_csaf(const Json& json) { return json.at("document").find("csaf_version") != nullptr; }

Result<Advisory> decode_csaf_advisory(const Json& json) { return CsafReader().read(json); }

}  // namespace weir::vuln
