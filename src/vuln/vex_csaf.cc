// CSAF 2.0, profile 5 (VEX): products by their ids through branches, relationships and groups. What the
// profile requires and what makes a document ambiguous (§6.1.1 undefined ids, §6.1.2 defined twice, §6.1.6
// contradicting states) is refused.
#include <fmt/format.h>

#include <array>
#include <map>
#include <set>

#include "format/members.h"
#include "vuln/limits.h"
#include "vuln/vex_parts.h"

namespace weir::vuln {
namespace {

using format::Json;
using Ids = std::vector<std::string>;

struct StateRow {
  std::string_view name;
  VexStatus status;
};
constexpr std::array state_rows{StateRow{"fixed", VexStatus::fixed},
                                StateRow{"first_fixed", VexStatus::fixed},
                                StateRow{"known_affected", VexStatus::affected},
                                StateRow{"first_affected", VexStatus::affected},
                                StateRow{"last_affected", VexStatus::affected},
                                StateRow{"known_not_affected", VexStatus::not_affected},
                                StateRow{"under_investigation", VexStatus::under_investigation}};

// An id costs this where a list of ids is gone through, beside its own bytes.
constexpr std::size_t id_bytes = 64;

std::size_t bytes_of(const Ids& ids) {
  std::size_t bytes = id_bytes * ids.size();
  for (const std::string& id : ids) bytes += id.size();
  return bytes;
}

class ProductTree {
 public:
  explicit ProductTree(VexRoom& room) : room_(room) {}

  Status read(const Json& tree) {
    TRY(read_products(tree, "full_product_names", "product_tree", ""));
    TRY(read_branches(tree, "product_tree", "", 0));
    const Json::Array* relations = TRY(vex_list(tree, "relationships", "product_tree"));
    for (std::size_t i = 0; i < relations->size(); ++i)
      TRY(read_relation((*relations)[i], fmt::format("product_tree.relationships[{}]", i)));
    const Json::Array* groups = TRY(vex_list(tree, "product_groups", "product_tree"));
    for (std::size_t i = 0; i < groups->size(); ++i) {
      const std::string at = fmt::format("product_tree.product_groups[{}]", i);
      const std::string id = TRY(vex_text_required((*groups)[i], "group_id", at));
      Ids ids = TRY(vex_texts((*groups)[i], "product_ids", at));
      const std::size_t bytes = bytes_of(ids);
      groups_[id] = {std::move(ids), bytes};
    }
    return {};
  }

  // Errors: invalid for an id that is not defined.
  Result<const VexProduct*> find(const std::string& id, const std::string& at) const {
    const auto found = products_.find(id);
    if (found == products_.end()) return invalid(fmt::format("'{}' names no product '{}'", at, id), at);
    return &found->second;
  }

  // Those that `product_ids` and `group_ids` of a flag, remediation or threat name.
  Result<std::set<std::string>> named(const Json& owner, const std::string& at) const {
    const Ids ids = TRY(vex_texts(owner, "product_ids", at));
    const Ids groups = TRY(vex_texts(owner, "group_ids", at));
    std::set<std::string> all(ids.begin(), ids.end());
    for (const std::string& group : groups) {
      const auto found = groups_.find(group);
      if (found == groups_.end()) return invalid(fmt::format("'{}' names no group '{}'", at, group), at);
      TRY(room_.take(found->second.bytes));
      all.insert(found->second.ids.begin(), found->second.ids.end());
    }
    return all;
  }

 private:
  Status add(const Json& product, const std::string& at, VexProduct made) {
    const std::string id = TRY(vex_text_required(product, "product_id", at));
    if (products_.size() >= vex_items_max)
      return Error{Errc::too_large, fmt::format("more than {} products", vex_items_max)};
    TRY(room_.take(bytes_of(made)));
    if (!products_.emplace(id, std::move(made)).second)
      return invalid(fmt::format("'{}' defines product '{}' a second time", at, id), at);
    return {};
  }

  Result<Named> identify(const Json& product, const std::string& at, const std::string& versions) {
    const Json& known = product.at("product_identification_helper");
    const std::string purl = TRY(vex_text(known, "purl", at + ".product_identification_helper"));
    const std::string name = TRY(vex_text_required(product, "name", at));
    Named named = TRY(named_by(purl.empty() ? name : purl, at));
    if (purl.empty() || (named.purl && named.purl->version.empty())) named.versions = versions;
    for (const Json& each : known.items("hashes"))
      for (const Json& hash : each.items("file_hashes"))
        TRY(add_hash(named, hash.text("algorithm"), hash.text("value"), at + ".hashes"));
    return named;
  }

  Status read_product(const Json& product, const std::string& at, const std::string& versions) {
    if (product.object() == nullptr) return invalid(fmt::format("'{}' must be an object", at), at);
    VexProduct made;
    made.product = TRY(identify(product, at, versions));
    return add(product, at, std::move(made));
  }

  Status read_products(const Json& owner, std::string_view name, const std::string& at,
                       const std::string& versions) {
    const Json::Array* list = TRY(vex_list(owner, name, at));
    for (std::size_t i = 0; i < list->size(); ++i)
      TRY(read_product((*list)[i], fmt::format("{}.{}[{}]", at, name, i), versions));
    return {};
  }

  // The depth is bounded by the reader of JSON.
  Status read_branches(const Json& owner, const std::string& at, const std::string& versions, int depth) {
    const Json::Array* list = TRY(vex_list(owner, "branches", at));
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Json& branch = (*list)[i];
      const std::string place = fmt::format("{}.branches[{}]", at, i);
      const std::string category = TRY(vex_text_required(branch, "category", place));
      const bool is_version = category == "product_version" || category == "product_version_range";
      const std::string own = is_version ? TRY(vex_text_required(branch, "name", place)) : std::string();
      const std::string& below = is_version ? own : versions;
      if (const Json* product = branch.find("product"))
        TRY(read_product(*product, place + ".product", below));
      TRY(read_branches(branch, place, below, depth + 1));
    }
    return {};
  }

  // "a, component of b": the statement is about a within b.
  Status read_relation(const Json& relation, const std::string& at) {
    const std::string part_id = TRY(vex_text_required(relation, "product_reference", at));
    const std::string whole_id = TRY(vex_text_required(relation, "relates_to_product_reference", at));
    const VexProduct* part = TRY(find(part_id, at));
    const VexProduct* whole = TRY(find(whole_id, at));
    TRY(room_.take(bytes_of(*whole)));
    VexProduct made = *whole;
    made.within.push_back(part->product);
    return add(relation.at("full_product_name"), at + ".full_product_name", std::move(made));
  }

  struct Group {
    Ids ids;
    std::size_t bytes = 0;
  };
  VexRoom& room_;
  std::map<std::string, VexProduct> products_;
  std::map<std::string, Group> groups_;
};

// What a list of the vulnerability says of products: its texts in order, "" before them, and for a product id the place
// of the first text about it. A text may be long and said of many.
struct Said {
  std::vector<std::string> texts{""};
  std::map<std::string, std::size_t> by_product;

  std::size_t about(const std::string& id) const {
    const auto found = by_product.find(id);
    return found == by_product.end() ? 0 : found->second;
  }
};

Result<Said> said_of(const ProductTree& tree, const Json& vulnerability, std::string_view list_name,
                     std::string_view value, const std::string& at) {
  Said said;
  const Json::Array* list = TRY(vex_list(vulnerability, list_name, at));
  const auto place_of = [&](std::size_t i) { return fmt::format("{}.{}[{}]", at, list_name, i); };
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::string text = TRY(vex_text_required((*list)[i], value, place_of(i)));
    places.emplace(std::move(text), 0);
  }
  for (auto& [text, place] : places) {
    place = said.texts.size();
    said.texts.push_back(text);
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::set<std::string> ids = TRY(tree.named((*list)[i], place_of(i)));
    const std::size_t place = places.at(std::string((*list)[i].text(value)));
    for (const std::string& id : ids) said.by_product.try_emplace(id, place);
  }
  return said;
}

struct Reading {
  const ProductTree& tree;
  const Statement& document;
  VexRoom& room;
  std::vector<Statement>& statements;
};

Result<Statement> vulnerability_of(const Json& json, const std::string& at, const Statement& document) {
  Statement statement = document;
  const std::string cve = TRY(vex_text(json, "cve", at));
  if (!cve.empty()) statement.vulnerabilities.push_back(cve);
  const Json::Array* ids = TRY(vex_list(json, "ids", at));
  for (const Json& id : *ids) {
    std::string text = TRY(vex_text_required(id, "text", at + ".ids"));
    statement.vulnerabilities.push_back(std::move(text));
  }
  if (statement.vulnerabilities.empty()) return invalid(fmt::format("'{}' must have cve or ids", at), at);
  return statement;
}

Result<std::map<std::string, VexStatus>> states_of(const Json& json, const std::string& at) {
  std::map<std::string, VexStatus> states;
  for (const StateRow& row : state_rows) {
    const Ids ids = TRY(vex_texts(json.at("product_status"), row.name, at + ".product_status"));
    for (const std::string& id : ids) {
      const auto [known, fresh] = states.emplace(id, row.status);
      if (!fresh && known->second != row.status)
        return invalid(fmt::format("'{}.product_status' contradicts itself about '{}'", at, id), at);
    }
  }
  if (states.empty()) return invalid(fmt::format("'{}.product_status' must say something", at), at);
  return states;
}

// What is said of a product: equal for all products of one statement.
struct Word {
  VexStatus status = VexStatus::under_investigation;
  std::size_t flag = 0, impact = 0, action = 0;  // places in what was said
  auto operator<=>(const Word&) const = default;
};

Status check_word(const Word& word, const Said& flags, const std::string& id, const std::string& at) {
  if (word.status == VexStatus::not_affected && word.flag == 0 && word.impact == 0)
    return invalid(fmt::format("'{}' says '{}' is not affected and not why", at, id), at);
  if (word.flag != 0 && !is_justification(flags.texts[word.flag]))
    return invalid(fmt::format("'{}.flags' has a label that CSAF does not know", at), at);
  if (word.status == VexStatus::affected && word.action == 0)
    return invalid(fmt::format("'{}' says '{}' is affected and no remediation", at, id), at);
  return {};
}

Status read_vulnerability(const Json& json, const std::string& at, const Reading& reading) {
  if (json.object() == nullptr) return invalid(fmt::format("'{}' must be an object", at), at);
  const Statement base = TRY(vulnerability_of(json, at, reading.document));
  const auto states = TRY(states_of(json, at));
  const Said flags = TRY(said_of(reading.tree, json, "flags", "label", at));
  const Said threats = TRY(said_of(reading.tree, json, "threats", "details", at));
  const Said remedies = TRY(said_of(reading.tree, json, "remediations", "details", at));
  std::map<Word, Statement> together;
  for (const auto& [id, status] : states) {
    const VexProduct* product = TRY(reading.tree.find(id, at + ".product_status"));
    Word word{.status = status, .impact = threats.about(id)};
    if (status == VexStatus::not_affected) word.flag = flags.about(id);
    if (status == VexStatus::affected) word.action = remedies.about(id);
    TRY(check_word(word, flags, id, at));
    auto known = together.find(word);
    if (known == together.end()) {
      Statement statement = base;
      statement.status = status;
      statement.justification = flags.texts[word.flag];
      statement.impact = threats.texts[word.impact];
      statement.action = remedies.texts[word.action];
      TRY(reading.room.take(bytes_of(statement)));
      known = together.emplace(word, std::move(statement)).first;
    }
    TRY(reading.room.take(bytes_of(*product)));
    known->second.products.push_back(*product);
  }
  for (auto& [word, statement] : together) {
    statement.position = reading.statements.size();
    reading.statements.push_back(std::move(statement));
  }
  return {};
}

}  // namespace

Result<std::vector<Statement>> read_csaf_vex(const Json& json) {
  const Json& head = json.at("document");
  if (head.text("category") != "csaf_vex")
    return invalid("'document.category' must be csaf_vex", "document.category");
  if (head.text("csaf_version") != "2.0")
    return invalid("'document.csaf_version' must be 2.0", "document.csaf_version");
  Statement document{.format = VexFormat::csaf};
  document.author = TRY(vex_text_required(head.at("publisher"), "name", "document.publisher"));
  document.document = TRY(vex_text_required(head.at("tracking"), "id", "document.tracking"));
  const std::string released =
      TRY(vex_text_required(head.at("tracking"), "current_release_date", "document.tracking"));
  document.at = TRY(vex_time(released, "document.tracking.current_release_date"));
  VexRoom room;
  ProductTree tree(room);
  TRY(tree.read(json.at("product_tree")));
  const Json::Array* list = TRY(vex_list(json, "vulnerabilities", ""));
  if (list->empty()) return invalid("'vulnerabilities' must hold at least one", "vulnerabilities");
  std::vector<Statement> statements;
  for (std::size_t i = 0; i < list->size(); ++i)
    TRY(read_vulnerability((*list)[i], fmt::format("vulnerabilities[{}]", i),
                           {tree, document, room, statements}));
  return statements;
}

}  // namespace weir::vuln
