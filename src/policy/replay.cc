#include <algorithm>

#include "policy/decide.h"

namespace weir::policy {
namespace {

using format::Json;

// "rules[2].result: satisfied, now violated", of the first member that differs.
std::string difference_of(const Json& was, const Json& is, const std::string& path) {
  if (was == is) return {};
  const Json::Array *old_items = was.array(), *new_items = is.array();
  if (old_items != nullptr && new_items != nullptr && old_items->size() == new_items->size())
    for (std::size_t i = 0; i < old_items->size(); ++i)
      if (auto found = difference_of((*old_items)[i], (*new_items)[i], fmt::format("{}[{}]", path, i)); !found.empty())
        return found;
  if (was.object() != nullptr && is.object() != nullptr)
    for (const auto& [name, value] : *was.object())
      if (auto found = difference_of(value, is.at(name), path.empty() ? name : path + "." + name); !found.empty())
        return found;
  return fmt::format("{}: {}, now {}", path, format::dump(was), format::dump(is));
}

Result<std::vector<Attached>> attached_of(const DecisionRecord& record, std::span<Prepared* const> policies) {
  std::vector<Attached> attached;
  for (const PolicyUsed& used : record.policies) {
    const auto found = std::find_if(policies.begin(), policies.end(), [&](const Prepared* policy) {
      return policy->digest() == used.digest && policy->name() == used.name && policy->version() == used.version;
    });
    if (found == policies.end())
      return not_found(fmt::format("policy '{}' version {} ({}) is needed to decide this again", used.name,
                                   used.version, to_string(used.digest)));
    attached.push_back({*found, used.mode});
  }
  return attached;
}

}  // namespace

std::vector<Prepared*> pointers_to(std::vector<Prepared>& policies) {
  std::vector<Prepared*> pointers;
  for (Prepared& each : policies) pointers.push_back(&each);
  return pointers;
}

Result<Replay> replay(const DecisionRecord& record, std::span<Prepared* const> policies) {
  const std::vector<Attached> attached = TRY(attached_of(record, policies));
  Replay replay;
  replay.again = TRY(decide_document(attached, format::dump(record.input),
                                     {.tzdata = record.tzdata, .advisories = record.advisories,
                                      .engine = record.engine}));  // the answer counts, not which engine gives it
  const std::string was = format::encode(record), is = format::encode(replay.again);
  replay.same = was == is;
  if (!replay.same)
    replay.difference = difference_of(format::parse_json(was).value(), format::parse_json(is).value(), "");
  return replay;
}

}  // namespace weir::policy
