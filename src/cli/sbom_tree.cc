// What is in an artifact, and how it came in: its bill of materials as a tree.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/exchange.h"
#include "cli/families_bill.h"
#include "cli/subject.h"

namespace weir::cli {
namespace {

using format::Json;

constexpr std::size_t lines_max = 1000;
constexpr std::size_t matches_max = 20;
constexpr std::int64_t depth_max = 20;

struct Looking {
  std::string what;
  std::optional<std::string> component;
  bool flawed = false, apart = false;
  std::int64_t depth = 0;
};

// What an answer says in numbers; 0 where it says none.
std::int64_t number_in(const Json& answer, std::string_view member) {
  const std::int64_t* number = answer.at(member).integer();
  return number == nullptr ? 0 : *number;
}

std::string called(const Json& node) {
  const std::string_view version = node.text("version");
  std::string text(node.text("name").empty() ? node.text("component") : node.text("name"));
  if (!text.empty() && !version.empty()) text += fmt::format(" {}", version);
  return cleaned(text);
}

std::string flaws_of(const Json& node, Color color) {
  std::vector<std::string> told;
  for (const Json& flaw : node.items("open")) {
    std::string text = cleaned(flaw.text("cluster"));
    text += fmt::format(" {}", flaw.text("severity").empty() ? "not scored" : cleaned(flaw.text("severity")));
    if (!flaw.text("fixed").empty()) text += fmt::format(", fixed in {}", cleaned(flaw.text("fixed")));
    told.push_back(std::move(text));
  }
  if (told.empty()) return "";
  return "  " + styled(fmt::format("! {}", fmt::join(told, "; ")), Weight::red, color);
}

std::string line_of(const Json& node, std::size_t depth, Color color) {
  std::string text(2 * depth, ' ');
  text += called(node);
  std::vector<std::string> licences;
  for (const Json& licence : node.items("licences"))
    if (const std::string* name = licence.string()) licences.push_back(cleaned(*name));
  if (!licences.empty())
    text += "  " + styled(fmt::format("{}", fmt::join(licences, " AND ")), Weight::quiet, color);
  return text + flaws_of(node, color);
}

// What has been read and told so far.
struct Told {
  Session& session;
  Api& api;
  std::string path;
  std::int64_t depth;
  std::string text;
  std::size_t lines = 0;
  bool cut = false;
};

Status add_level(Told& told, Json::Array& rows, std::size_t depth, std::vector<std::int64_t>& above);

// One and what it asks for, unless it stands above itself already.
Status add_node(Told& told, Json& node, std::size_t depth, std::vector<std::int64_t>& above) {
  if (told.lines == lines_max) {
    told.cut = true;
    return {};
  }
  ++told.lines;
  const std::int64_t id = number_in(node, "id"), needs = number_in(node, "needs");
  const bool is_circle = std::ranges::find(above, id) != above.end();
  const bool opens = needs > 0 && !is_circle && static_cast<std::int64_t>(depth) < told.depth;
  told.text += line_of(node, depth, told.session.color());
  if (is_circle) told.text += "  (in a circle)";
  else if (needs > 0 && !opens)
    told.text += fmt::format("  (+{}{})", needs,
                             node.text("worst_below").empty()
                                 ? ""
                                 : ", flaws below or here: " + std::string(node.text("worst_below")));
  told.text += '\n';
  if (!opens) return {};
  Json::Array rows = TRY(told.api.list(told.path, "components", {{"parent", std::to_string(id)}}, lines_max));
  above.push_back(id);
  TRY(add_level(told, rows, depth + 1, above));
  above.pop_back();
  node.set("components", std::move(rows));
  return {};
}

Status add_level(Told& told, Json::Array& rows, std::size_t depth, std::vector<std::int64_t>& above) {
  for (Json& node : rows) TRY(add_node(told, node, depth, above));
  return {};
}

std::string head_of(const Json& bill) {
  const Json& product = bill.at("product");
  std::string text = cleaned(product.text("name").empty() ? "this artifact" : product.text("name"));
  if (!product.text("version").empty()) text += fmt::format(" {}", cleaned(product.text("version")));
  text += fmt::format(": {} components, {} asked for by itself, {} that no dependency names",
                      dump(bill.at("total")), dump(bill.at("direct")), dump(bill.at("apart")));
  return text + fmt::format("; {} with an open flaw\n", dump(bill.at("flawed")));
}

Result<Exit> show_tree(Session& session, const Looking& looking, const std::string& path) {
  Api* api = TRY(session.api());
  Query query;
  if (looking.apart) query.emplace_back("apart", "true");
  if (looking.flawed) query.emplace_back("flawed", "true");
  Json bill = TRY(api->read(path, query));
  if (bill.at("attestation").integer() == nullptr) return not_found(cleaned(bill.text("problem")));
  Json::Array rows = TRY(api->list(path, "components", query, lines_max));
  Told told{.session = session,
            .api = *api,
            .path = path,
            .depth = looking.flawed ? 0 : looking.depth,
            .text = head_of(bill)};
  std::vector<std::int64_t> above;
  TRY(add_level(told, rows, 0, above));
  if (told.cut || number_in(bill, "found") > static_cast<std::int64_t>(rows.size()))
    told.text += fmt::format("… the first {} lines\n", lines_max);
  bill.set("components", std::move(rows));
  session.answer(bill, told.text);
  return Exit::yes;
}

std::string ways_told(const Json& found, Color color) {
  const Json& component = found.at("component");
  std::string text = line_of(component, 0, color) + "\n";
  const std::string product = called(found.at("product"));
  for (const Json& path : found.items("paths")) {
    std::vector<std::string> steps;
    if (!product.empty()) steps.push_back(product);
    for (const Json& step : *path.array()) steps.push_back(called(step));
    text += fmt::format("  {}\n", fmt::join(steps, " > "));
  }
  if (found.items("paths").empty())
    text += "  no dependency names it: the bill does not say how it came in\n";
  if (found.at("more").boolean() != nullptr && *found.at("more").boolean()) text += "  … and more ways\n";
  return text;
}

Result<Exit> show_ways(Session& session, const Looking& looking, const std::string& path) {
  Api* api = TRY(session.api());
  const Json matches =
      TRY(api->read(path, {{"q", *looking.component}, {"limit", std::to_string(matches_max)}}));
  if (matches.at("attestation").integer() == nullptr) return not_found(cleaned(matches.text("problem")));
  Json::Array found;
  std::string text;
  for (const Json& match : matches.items("components")) {
    found.push_back(TRY(api->read(fmt::format("{}/{}", path, dump(match.at("id"))))));
    text += ways_told(found.back(), session.color());
  }
  const std::int64_t all = number_in(matches, "found");
  if (all > static_cast<std::int64_t>(found.size()))
    text += fmt::format("… {} of {} that have this in their name\n", found.size(), all);
  if (found.empty()) text = fmt::format("no component has '{}' in its name\n", cleaned(*looking.component));
  const bool any = !found.empty();
  session.answer(Json::object({{"found", all}, {"components", std::move(found)}}), text);
  return any ? Exit::yes : Exit::no;
}

}  // namespace

Action sbom_tree(Options& options) {
  const auto looking = std::make_shared<Looking>();
  options.argument(artifact_word, &looking->what);
  options.option({.name = "component",
                  .value = "NAME",
                  .help = "how this came in: a name, name@version, or part of a package URL"},
                 &looking->component);
  options.option(
      {.name = "depth", .value = "N", .help = "levels below what it asks for itself", .fallback = "1"},
      &looking->depth);
  options.option({.name = "flawed", .help = "only components with an open flaw"}, &looking->flawed);
  options.option({.name = "apart", .help = "only components that no dependency names"}, &looking->apart);
  return [looking](Session& session) -> Result<Exit> {
    if (looking->depth < 0 || looking->depth > depth_max)
      return invalid(fmt::format("--depth is 0 to {}", depth_max), "depth");
    const Sha256 digest = TRY(identify(session, looking->what)).digest;
    const std::string path = path_of({"artifacts", to_string(digest), "components"});
    return looking->component ? show_ways(session, *looking, path) : show_tree(session, *looking, path);
  };
}

}  // namespace weir::cli
