#include "cli/decision_bundle.h"

#include "cli/api.h"

namespace weir::cli {

using format::Json;

Result<Json> fetch_bundle(Session& session, const std::string& id) {
  Api* api = TRY(session.api());
  Json decision = TRY(api->read(path_of({"decisions", id})));
  Json::Array policies;
  for (const Json& used : decision.at("record").items("policies")) {
    Json version =
        TRY(api->read(path_of({"policies", used.text("name"), "versions", dump(used.at("version"))})));
    policies.push_back(std::move(version));
  }
  return Json::object({{"decision", std::move(decision)}, {"policies", std::move(policies)}});
}

Result<std::vector<policy::Prepared>> prepare_policies(const Json& bundle) {
  const std::string engine(bundle.at("decision").at("record").text("engine"));
  std::vector<policy::Prepared> prepared;
  for (const Json& each : bundle.items("policies")) {
    const auto* version = each.at("version").integer();
    policy::Source at{.name = std::string(each.text("name")),
                      .version = version == nullptr ? 0 : *version,
                      .text = std::string(each.text("source")),
                      .form = format::enum_from<policy::Form>(each.text("form")),
                      .engine = engine};
    auto made = policy::Prepared::prepare(at);
    if (!made.ok()) return made.error();
    prepared.push_back(std::move(*made));
  }
  return prepared;
}

Result<policy::DecisionRecord> record_of(const Json& bundle) {
  return format::decode_text<policy::DecisionRecord>(dump(bundle.at("decision").at("record")),
                                                     format::Unknown::ignore);
}

bool is_entry_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace weir::cli
