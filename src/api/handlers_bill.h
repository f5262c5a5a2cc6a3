// The handlers of an artifact's bill of materials as a tree, and what they answer; see handlers.h.
#pragma once
#include "api/routes.h"

namespace weir::api {

struct OpenFlawView {
  std::string cluster, severity, fixed;
  static void members(auto& visit, auto& self) {
    visit("cluster", self.cluster);
    visit("severity", self.severity);
    visit("fixed", self.fixed);
  }
};

// A component where it stands in the tree.
struct BillNodeView {
  std::int64_t id = 0;  // its place in the document, which never changes
  std::string component, name, version, type;
  std::vector<std::string> licences;
  std::int64_t needs = 0, needed_by = 0;  // how many components it asks for, and how many ask for it
  std::vector<OpenFlawView> open;         // flaws
  std::string worst_below;  // severity of the worst open flaw of it and all it asks for; empty: none
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("component", self.component);
    visit("name", self.name);
    visit("version", self.version);
    visit("type", self.type);
    visit("licences", self.licences);
    visit("needs", self.needs);
    visit("needed_by", self.needed_by);
    visit("open", self.open);
    visit("worst_below", self.worst_below);
  }
};

struct BillProductView {
  std::string name, version;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("version", self.version);
  }
};

// One page of one level, or of what was searched for.
struct BillLevelView {
  std::optional<std::int64_t> attestation;  // entry of the bill; null: there is none that can be read
  std::string problem;                      // why not
  BillProductView product;
  std::int64_t components = 0, direct = 0,
               apart = 0;   // how many are in the bill, asked for by the product, apart
  std::int64_t flawed = 0;  // components with an open flaw
  std::int64_t found = 0;   // on all pages of this answer
  std::vector<BillNodeView> rows;
  std::optional<std::string> next;
  static void members(auto& visit, auto& self) {
    visit("attestation", self.attestation);
    visit("problem", self.problem);
    visit("product", self.product);
    visit("total", self.components);
    visit("direct", self.direct);
    visit("apart", self.apart);
    visit("flawed", self.flawed);
    visit("found", self.found);
    visit("components", self.rows);
    visit("next", self.next);
  }
};

struct BillStepView {
  std::int64_t id = 0;
  std::string name, version;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("name", self.name);
    visit("version", self.version);
  }
};
// How a component came in.
struct BillWaysView {
  std::int64_t attestation = 0;
  BillProductView product;
  BillNodeView component;
  std::vector<std::vector<BillStepView>>
      paths;          // each from what the product asks for to the component; shortest first
  bool more = false;  // there are more ways than these
  static void members(auto& visit, auto& self) {
    visit("attestation", self.attestation);
    visit("product", self.product);
    visit("component", self.component);
    visit("paths", self.paths);
    visit("more", self.more);
  }
};

Result<http::Response> list_artifact_components(const ReadCall& call);
Result<http::Response> find_artifact_component(const ReadCall& call);

}  // namespace weir::api
