// CSAF 2.0 with the VEX profile (§4.5). What the profile asks of a document: a product tree, each flaw once with an id
// and a note (§6.1.23, §6.1.27.5, §6.1.27.8), a reason for what is not affected, a remedy for what is (§6.1.27.9, .10),
// and one status of a product (§6.1.6).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "crypto/digest.h"
#include "format/members.h"
#include "vuln/report.h"
#include "vuln/vex_parts.h"

namespace weir::vuln {
namespace {

using format::Json;

constexpr std::array<std::string_view, 4> status_names{"known_not_affected", "fixed", "under_investigation",
                                                       "known_affected"};

bool is_cve(std::string_view text) {
  if (!text.starts_with("CVE-") || text.size() < 13 || text[8] != '-') return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::ranges::all_of(text.substr(4, 4), digit) && std::ranges::all_of(text.substr(9), digit);
}

// The name under which a flaw stands in the document, whatever it is called in each finding.
std::string flaw_of(const Finding& finding) {
  if (is_cve(finding.advisory)) return finding.advisory;
  const auto cve = std::ranges::find_if(finding.aliases, is_cve);
  return cve == finding.aliases.end() ? finding.advisory : *cve;
}

// Products by what they are, each defined once.
class Products {
 public:
  std::string of(const ReportedBill& bill, const Finding& finding) {
    const std::string part = component(finding.purl);
    const std::string whole = subject(bill);
    if (whole.empty()) return part;
    std::string id = fmt::format("{}:{}", whole, part);
    if (!known_.emplace(id, id).second) return id;
    relations_.push_back(Json::object(
        {{"category", "default_component_of"},
         {"full_product_name",
          Json::object({{"name", fmt::format("{} in {}", names_.at(part), names_.at(whole))}, {"product_id", id}})},
         {"product_reference", part},
         {"relates_to_product_reference", whole}}));
    return id;
  }

  Json tree() && {
    Json made = Json::object({{"full_product_names", std::move(products_)}});
    if (!relations_.empty()) made.set("relationships", std::move(relations_));
    return made;
  }

 private:
  std::string add(const std::string& key, std::string_view kind, std::string name, Json known) {
    const auto [at, fresh] = known_.try_emplace(key, fmt::format("{}-{}", kind, products_.size() + 1));
    if (!fresh) return at->second;
    Json product = Json::object({{"name", name}, {"product_id", at->second}});
    if (known.object() != nullptr) product.set("product_identification_helper", std::move(known));
    products_.push_back(std::move(product));
    names_.emplace(at->second, std::move(name));
    return at->second;
  }

  std::string component(const std::string& text) {
    const auto purl = format::parse_purl(text, format::PurlReading::tolerant);
    if (!text.starts_with("pkg:") || !purl.ok()) return add("component " + text, "component", text, {});
    const std::string name = purl->version.empty() ? purl->name : fmt::format("{} {}", purl->name, purl->version);
    return add("component " + text, "component", name, Json::object({{"purl", text}}));
  }

  // "" where the bill does not say of what it is.
  std::string subject(const ReportedBill& bill) {
    const evidence::Subject& of = bill.subject;
    if (of.name.empty() && of.purl.empty()) return {};
    const std::string name = of.name.empty() ? of.purl : of.name;
    Json known;
    if (!of.purl.empty()) known.set("purl", of.purl);
    if (!of.digests.empty()) {
      Json hash = Json::object({{"algorithm", "sha256"}, {"value", to_hex(of.digests.front())}});
      known.set("hashes", Json::Array{Json::object({{"file_hashes", Json::Array{std::move(hash)}},
                                                    {"filename", name}})});
    }
    const std::string key = fmt::format("subject {} {} {}", name, of.purl,
                                        of.digests.empty() ? std::string() : to_hex(of.digests.front()));
    return add(key, "product", of.version.empty() ? name : fmt::format("{} {}", name, of.version), std::move(known));
  }

  Json::Array products_, relations_;
  std::map<std::string, std::string> known_;  // key → id
  std::map<std::string, std::string> names_;  // id → name
};

struct Flaw {
  std::vector<std::string> names;  // besides its own
  std::string summary;
  std::map<std::string, const ReportedFinding*> findings;  // by product; of two the worse one
};

void add(Flaw& flaw, const std::string& id, const std::string& product, const ReportedFinding& reported) {
  const Finding& finding = reported.finding;
  for (const std::string& name : finding.aliases) flaw.names.push_back(name);
  flaw.names.push_back(finding.advisory);
  std::erase(flaw.names, id);
  if (flaw.summary.empty()) flaw.summary = finding.summary;
  const auto [at, fresh] = flaw.findings.emplace(product, &reported);
  if (!fresh && said_of(*at->second).status < said_of(reported).status) at->second = &reported;
}

Json::Array id_list(std::vector<std::string> names) {
  std::ranges::sort(names);
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
  Json::Array ids;
  for (std::string& name : names)
    ids.push_back(Json::object({{"system_name", "OSV"}, {"text", std::move(name)}}));
  return ids;
}

// What is said of several products stands once, with all of them: {member: text, "product_ids": …}.
class Sayings {
 public:
  void add(std::string kind, std::string text, const std::string& product) {
    said_[{std::move(kind), std::move(text)}].push_back(product);
  }
  Json::Array list(std::string_view kind_name, std::string_view text_name) const {
    Json::Array all;
    for (const auto& [what, products] : said_) {
      Json one = Json::object({{std::string(kind_name), what.first}});
      if (!text_name.empty()) one.set(std::string(text_name), what.second);
      one.set("product_ids", Json::Array(products.begin(), products.end()));
      all.push_back(std::move(one));
    }
    return all;
  }

 private:
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> said_;
};

// What the document says may be done; an accepted risk is lived with.
std::string_view remedy_of(const ReportedFinding& reported) {
  if (reported.accepted) return "no_fix_planned";
  if (reported.said && !reported.said->action.empty()) return "mitigation";
  return reported.finding.fixed.empty() ? "none_available" : "vendor_fix";
}

Json vulnerability_of(const std::string& id, const Flaw& flaw) {
  Json made;
  std::vector<std::string> names = flaw.names;
  if (is_cve(id)) made.set("cve", id);
  else names.push_back(id);
  if (auto ids = id_list(std::move(names)); !ids.empty()) made.set("ids", std::move(ids));
  const bool told = !flaw.summary.empty();
  made.set("notes", Json::Array{Json::object({{"category", told ? "summary" : "general"},
                                              {"text", told ? flaw.summary : fmt::format("Known as {}.", id)}})});
  std::map<std::string_view, Json::Array> status;
  Sayings flags, threats, remedies;
  for (const auto& [product, reported] : flaw.findings) {
    const Said said = said_of(*reported);
    status[status_names[static_cast<std::size_t>(said.status)]].push_back(product);
    const bool excused = said.status == VexStatus::not_affected;
    const bool labelled = is_justification(said.justification);
    if (excused && labelled) flags.add(said.justification, "", product);
    if (excused && (!labelled || !said.impact.empty()))
      threats.add("impact", said.impact.empty() ? said.justification : said.impact, product);
    if (said.status == VexStatus::affected)
      remedies.add(std::string(remedy_of(*reported)), said.action, product);
  }
  Json all = Json::object({});
  for (auto& [name, products] : status) all.set(std::string(name), std::move(products));
  made.set("product_status", std::move(all));
  if (auto list = flags.list("label", ""); !list.empty()) made.set("flags", std::move(list));
  if (auto list = threats.list("category", "details"); !list.empty()) made.set("threats", std::move(list));
  if (auto list = remedies.list("category", "details"); !list.empty()) made.set("remediations", std::move(list));
  return made;
}

Json head_of(const ReportHead& head, std::span<const ReportedBill> bills) {
  const std::string at = to_string(head.at);
  const std::string of = bills.size() == 1 ? bills.front().file : fmt::format("{} bills of materials", bills.size());
  Json revision = Json::object({{"date", at}, {"number", "1"}, {"summary", "What is known at this time."}});
  Json generator =
      Json::object({{"date", at}, {"engine", Json::object({{"name", "weir"}, {"version", head.tool_version}})}});
  Json tracking = Json::object({{"current_release_date", at},
                                {"generator", std::move(generator)},
                                {"id", ""},
                                {"initial_release_date", at},
                                {"revision_history", Json::Array{std::move(revision)}},
                                {"status", "final"},
                                {"version", "1"}});
  Json publisher =
      Json::object({{"category", "other"}, {"name", head.author}, {"namespace", head.author_namespace}});
  return Json::object({{"category", "csaf_vex"},
                       {"csaf_version", "2.0"},
                       {"lang", "en"},
                       {"publisher", std::move(publisher)},
                       {"title", fmt::format("What is known of the flaws in {}", of)},
                       {"tracking", std::move(tracking)}});
}

}  // namespace

Result<std::string> checked_namespace(std::string_view uri) {
  const std::size_t colon = uri.find(':');
  constexpr std::string_view refused = "<>\"\\^`{|}";
  const auto fits = [&](char c) { return c > ' ' && c < 0x7f && refused.find(c) == refused.npos; };
  const bool is_uri = colon != uri.npos && colon >= 2 && colon + 1 < uri.size() && uri.size() <= 2048 &&
                      std::ranges::all_of(uri, fits);
  if (!is_uri)
    return invalid("a namespace is an absolute URI, such as https://example.com", "namespace");
  return std::string(uri);
}

Json to_csaf_vex(std::span<const ReportedBill> bills, const ReportHead& head) {
  Products products;
  std::map<std::string, Flaw> flaws;
  for (const ReportedBill& bill : bills)
    for (const ReportedFinding& reported : bill.findings) {
      const std::string id = flaw_of(reported.finding);
      add(flaws[id], id, products.of(bill, reported.finding), reported);
    }
  Json::Array vulnerabilities;
  for (const auto& [id, flaw] : flaws) vulnerabilities.push_back(vulnerability_of(id, flaw));
  Json document = Json::object({{"document", head_of(head, bills)},
                                {"product_tree", std::move(products).tree()},
                                {"vulnerabilities", std::move(vulnerabilities)}});
  Json named = document.at("document"), tracking = named.at("tracking");
  tracking.set("id", fmt::format("weir-{}", to_hex(crypto::sha256(dump_canonical(document))).substr(0, 32)));
  named.set("tracking", std::move(tracking));
  document.set("document", std::move(named));
  return document;
}

}  // namespace weir::vuln
