// An artifact's bill of materials as a tree, read level by level.
#include <algorithm>

#include "api/handlers_bill.h"
#include "base/rating.h"
#include "evidence/inventory.h"
#include "jobs/exposure.h"
#include "store/view_record.h"
#include "vuln/bill_tree.h"
#include "vuln/version_key.h"

namespace weir::api {
namespace {

using vuln::BillNode;
using vuln::BillNodeId;

constexpr std::int64_t attestations_max = 1000;
constexpr std::size_t ways_max = 20;
constexpr std::size_t query_bytes_max = 256;

// A flaw counts as low at least; zero is no flaw.
std::uint8_t rank_of(std::string_view severity) {
  return static_cast<std::uint8_t>(std::max(rating_taken(severity), Rating::low));
}
std::string word_of(std::uint8_t rank) {
  return rank == 0 ? std::string() : std::string(format::name_of(static_cast<Rating>(rank)));
}

struct Bill {
  std::int64_t attestation = 0;
  BillProductView product;
  vuln::BillTree tree;
  std::vector<std::vector<OpenFlawView>> open;  // of each node
  std::vector<std::uint8_t> worst;
};

struct Read {
  std::optional<Bill> bill;
  std::string problem = "no bill of materials is attested of it";
};

// Without those that a statement answers for this artifact.
std::vector<std::vector<OpenFlawView>> open_of(const Ports& ports, const vuln::BillTree& tree,
                                               const Sha256& artifact) {
  std::vector<std::vector<OpenFlawView>> open(tree.nodes().size());
  if (ports.exposure == nullptr) return open;
  ports.exposure->read([&](const jobs::Exposure::State& state) {
    for (std::size_t i = 0; i < open.size(); ++i) {
      const auto id = state.index.find(tree.nodes()[i].component);
      const auto found = id ? state.open.find(*id) : state.open.end();
      if (found == state.open.end()) continue;
      for (const vuln::FindingChange& flaw : found->second)
        if (!jobs::is_suppressed(state, *id, flaw.cluster, artifact))
          open[i].push_back({flaw.cluster, flaw.severity, flaw.fixed});
    }
  });
  return open;
}

Result<Bill> bill_of(const Ports& ports, const Sha256& artifact, std::int64_t attestation,
                     const Sha256& content) {
  const Bytes bytes = TRY(ports.blobs->read(content));
  const auto inventory = TRY(evidence::read_inventory(bytes, evidence::Detail::whole));
  Bill bill{.attestation = attestation,
            .product = {inventory.subject.name, inventory.subject.version},
            .tree = vuln::BillTree(inventory)};
  bill.open = open_of(ports, bill.tree, artifact);
  std::vector<std::uint8_t> own;
  for (const auto& flaws : bill.open) {
    std::uint8_t worst = 0;
    for (const OpenFlawView& flaw : flaws) worst = std::max(worst, rank_of(flaw.severity));
    own.push_back(worst);
  }
  bill.worst = bill.tree.worst_below(own);
  return bill;
}

// The newest one that can be read.
Result<Read> read_bill(const ReadCall& call) {
  const std::string_view text = call.request.parameter("digest");
  const Sha256 digest = TRY(parse_sha256(text));
  if (!TRY(store::artifact_exists(call.db, digest)))
    return not_found(fmt::format("there is no artifact '{}'", text));
  Read read;
  for (const store::AttestationView& each :
       TRY(store::list_attestations(call.db, {.artifact = digest}, {.limit = attestations_max}))) {
    if (each.type != "sbom") continue;
    auto bill = each.content_digest ? bill_of(call.ports, digest, each.entry, *each.content_digest)
                                    : Result<Bill>(invalid("the attestation has no file"));
    if (bill.ok()) return Read{.bill = std::move(*bill), .problem = ""};
    read.problem = fmt::format("attestation {}: {}", each.entry, bill.error().message);
  }
  return read;
}

BillNodeView view_of(const Bill& bill, BillNodeId id) {
  const BillNode& node = bill.tree.nodes()[id];
  return {.id = id,
          .component = node.component,
          .name = node.name,
          .version = node.version,
          .type = node.type,
          .licences = node.licences,
          .needs = static_cast<std::int64_t>(node.needs.size()),
          .needed_by = static_cast<std::int64_t>(node.needed_by.size()),
          .open = bill.open[id],
          .worst_below = word_of(bill.worst[id])};
}

bool has_name(const BillNode& node, const std::string& lowered) {
  return vuln::lower_ascii(node.component).find(lowered) != std::string::npos ||
         vuln::lower_ascii(fmt::format("{}@{}", node.name, node.version)).find(lowered) != std::string::npos;
}

// A component that is named just so stands before those that have it in their name.
std::vector<BillNodeId> named(const vuln::BillTree& tree, const std::string& text,
                              std::span<const BillNodeId> among) {
  const std::string lowered = vuln::lower_ascii(text);
  std::vector<BillNodeId> found;
  for (const BillNodeId id : among)
    if (has_name(tree.nodes()[id], lowered)) found.push_back(id);
  std::ranges::stable_partition(found, [&](BillNodeId id) {
    const BillNode& node = tree.nodes()[id];
    return vuln::lower_ascii(node.name) == lowered ||
           vuln::lower_ascii(fmt::format("{}@{}", node.name, node.version)) == lowered;
  });
  return found;
}

std::vector<BillNodeId> all_of(const vuln::BillTree& tree) {
  std::vector<BillNodeId> all;
  for (BillNodeId id = 0; id < tree.nodes().size(); ++id)
    if (!tree.nodes()[id].is_product) all.push_back(id);
  return all;
}

Result<BillNodeId> node_of(const Bill& bill, std::int64_t id) {
  if (id < 0 || static_cast<std::size_t>(id) >= bill.tree.nodes().size())
    return not_found(fmt::format("the bill of materials has no component {}", id));
  return static_cast<BillNodeId>(id);
}

Result<std::vector<BillNodeId>> asked_for(const ReadCall& call, const Bill& bill) {
  const auto parent = TRY(number_of(call.request, "parent"));
  const std::string text = text_of(call.request, "q");
  if (text.size() > query_bytes_max)
    return invalid(fmt::format("q has at most {} bytes", query_bytes_max), "q");
  std::vector<BillNodeId> level;
  if (parent) {
    level = bill.tree.nodes()[TRY(node_of(bill, *parent))].needs;
  } else if (flag_of(call.request, "apart")) {
    level.assign(bill.tree.apart().begin(), bill.tree.apart().end());
  } else if (!text.empty() || flag_of(call.request, "flawed")) {
    level = all_of(bill.tree);
  } else {
    level.assign(bill.tree.top().begin(), bill.tree.top().end());
  }
  if (!text.empty()) level = named(bill.tree, text, level);
  if (flag_of(call.request, "flawed"))
    std::erase_if(level, [&](BillNodeId id) { return bill.open[id].empty(); });
  return level;
}

void add_page(const Bill& bill, const std::vector<BillNodeId>& level, std::size_t from, std::size_t limit,
              BillLevelView& view) {
  view.found = static_cast<std::int64_t>(level.size());
  for (std::size_t i = from; i < level.size() && view.rows.size() < limit; ++i)
    view.rows.push_back(view_of(bill, level[i]));
  if (from + view.rows.size() < level.size()) view.next = std::to_string(from + view.rows.size());
}

}  // namespace

Result<http::Response> list_artifact_components(const ReadCall& call) {
  const auto limit = static_cast<std::size_t>(TRY(limit_of(call.request)));
  const auto from = static_cast<std::size_t>(TRY(number_of(call.request, "cursor")).value_or(0));
  const Read read = TRY(read_bill(call));
  if (!read.bill) return record_response(BillLevelView{.problem = read.problem});
  const Bill& bill = *read.bill;
  BillLevelView view{.attestation = bill.attestation, .product = bill.product};
  view.components = static_cast<std::int64_t>(all_of(bill.tree).size());
  view.direct = static_cast<std::int64_t>(bill.tree.direct());
  view.apart = static_cast<std::int64_t>(bill.tree.apart().size());
  view.flawed = std::ranges::count_if(bill.open, [](const auto& flaws) { return !flaws.empty(); });
  add_page(bill, TRY(asked_for(call, bill)), from, limit, view);
  return record_response(view);
}

Result<http::Response> find_artifact_component(const ReadCall& call) {
  const std::int64_t id = TRY(id_of(call.request, "id"));
  const Read read = TRY(read_bill(call));
  if (!read.bill) return not_found(read.problem);
  const Bill& bill = *read.bill;
  const BillNodeId node = TRY(node_of(bill, id));
  BillWaysView view{
      .attestation = bill.attestation, .product = bill.product, .component = view_of(bill, node)};
  const vuln::BillWays ways = bill.tree.ways_to(node, ways_max);
  view.more = ways.more;
  for (const auto& way : ways.ways) {
    auto& steps = view.paths.emplace_back();
    for (const BillNodeId each : way)
      steps.push_back({each, bill.tree.nodes()[each].name, bill.tree.nodes()[each].version});
  }
  return record_response(view);
}

}  // namespace weir::api
