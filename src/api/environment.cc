#include <algorithm>
#include <map>

#include "access/reach.h"
#include "api/answers.h"
#include "api/handlers.h"
#include "api/requests.h"
#include "api/tokens.h"
#include "base/name.h"
#include "crypto/random.h"
#include "store/view_alert.h"
#include "store/view_deploy.h"
#include "store/view_run_count.h"
#include "store/view_runtime.h"
#include "store/view_snapshot.h"

namespace weir::api {
namespace {

using sequencer::Decision;

Status require_environment(store::Database& db, std::string_view name) {
  if (TRY(store::environment_exists(db, name))) return {};
  return not_found(fmt::format(
      "there is no environment '{}'; create it with `weir env create {} --kind host`", name, name));
}

Difference difference_of(std::vector<store::WorkloadView> before, std::vector<store::WorkloadView> after) {
  Difference result;
  std::map<std::string, store::WorkloadView> earlier;
  for (auto& each : before) earlier.emplace(*each.id, std::move(each));
  for (auto& each : after) {
    if (earlier.erase(*each.id) > 0) ++result.unchanged;
    else result.started.push_back(std::move(each));
  }
  for (auto& [id, gone] : earlier) {
    const auto twin =
        std::find_if(result.started.begin(), result.started.end(), [&gone = gone](const auto& fresh) {
          return fresh.name == gone.name && fresh.host == gone.host && fresh.kind == gone.kind;
        });
    if (twin == result.started.end()) {
      result.ended.push_back(std::move(gone));
      continue;
    }
    result.changed.push_back({gone.name, std::move(gone), std::move(*twin)});
    result.started.erase(twin);
  }
  return result;
}

}  // namespace

Result<Write> declare_environment(const Call& call) {
  auto declared = TRY(body_of<runtime::EnvironmentDeclared>(call.request));
  declared.name = std::string(call.request.parameter("env"));
  TRY(runtime::check(declared));
  TRY(access::check_environment_scope(call.actor, declared.name));
  return Write{[declared](store::Database& db, Instant now) -> Result<Decision> {
    const auto known = TRY(store::find_environment(db, declared.name, now));
    if (known && known->kind != format::name_of(declared.kind))
      return Error{Errc::conflict,
                   fmt::format("'{}' is of kind {}; the kind of an environment does not change",
                               declared.name, known->kind),
                   "kind"};
    const bool same = known && known->description == declared.description &&
                      known->arguments == declared.arguments && known->tags == declared.tags;
    if (same) return Decision{.answer = [known](auto) { return format::encode(*known); }};
    return Decision{.events = {declared}, .answer = [declared](auto appended) {
                      return format::encode(store::EnvironmentView{
                          .name = declared.name,
                          .kind = std::string(format::name_of(declared.kind)),
                          .description = declared.description,
                          .arguments = declared.arguments,
                          .tags = declared.tags,
                          .entry = appended[0].index,
                          .sentence = fmt::format("Nobody watches {} yet.", declared.name)});
                    }};
  }};
}

Result<http::Response> list_environments(const ReadCall& call) {
  return whole_list_response(call.request, "environments", TRY(store::list_environments(call.db, call.now)));
}

Result<http::Response> find_environment(const ReadCall& call) {
  const std::string_view name = call.request.parameter("env");
  TRY(require_environment(call.db, name));
  return record_response(*TRY(store::find_environment(call.db, name, call.now)));
}

Result<http::Response> list_workloads(const ReadCall& call) {
  const std::string name(call.request.parameter("env"));
  const auto environment = TRY(store::find_environment(call.db, name, call.now));
  if (!environment) return TRY(require_environment(call.db, name)), not_found(name);
  const bool numbered = !text_of(call.request, "snapshot").empty();
  const store::Moment moment = TRY(moment_of(call.request, numbered ? "snapshot" : "at"));
  if (moment.snapshot && *moment.snapshot > environment->snapshot)
    return not_found(fmt::format("'{}' has no snapshot #{}; the newest is #{}", name, *moment.snapshot,
                                 environment->snapshot));
  if (moment.at && *moment.at > call.now)
    return invalid(fmt::format("{} has not been yet", to_string(*moment.at)), "at");
  auto workloads = TRY(store::list_workloads(
      call.db, {.environment = name, .moment = moment, .instances = flag_of(call.request, "instances")}));
  const std::string verdict = text_of(call.request, "verdict"), words = text_of(call.request, "q");
  std::erase_if(workloads, [&](const store::WorkloadView& each) {
    return (!verdict.empty() && format::name_of(each.verdict) != verdict) ||
           (!words.empty() && each.name.find(words) == std::string::npos);
  });
  const auto held = TRY(store::snapshot_held(call.db, name, moment, call.now));
  return record_response(WorkloadsView{
      .environment = name, .snapshot = held.number, .at = held.at, .workloads = std::move(workloads)});
}

Result<http::Response> list_snapshots(const ReadCall& call) {
  const std::string_view name = call.request.parameter("env");
  TRY(require_environment(call.db, name));
  const std::int64_t limit = TRY(limit_of(call.request));
  const auto snapshots = TRY(store::list_snapshots(call.db, name, TRY(cursor_of(call.request)), limit));
  const bool full = snapshots.size() == static_cast<std::size_t>(limit);
  return list_response("snapshots", snapshots, full ? std::to_string(snapshots.back().number) : "");
}

Result<http::Response> difference(const ReadCall& call) {
  const std::string name(call.request.parameter("env"));
  TRY(require_environment(call.db, name));
  const std::string from = text_of(call.request, "from"), to = text_of(call.request, "to");
  if (from.empty()) return invalid("'from' is missing: a time or #number", "from");
  const std::string other = text_of(call.request, "environment");
  const auto then = TRY(moment_of(call.request, "from")), later = TRY(moment_of(call.request, "to"));
  auto before = TRY(store::list_workloads(call.db, {.environment = name, .moment = then}));
  auto after =
      TRY(store::list_workloads(call.db, {.environment = other.empty() ? name : other, .moment = later}));
  Difference result = difference_of(std::move(before), std::move(after));
  result.from = from;
  result.to = to.empty() ? "now" : to;
  return record_response(result);
}

Result<http::Response> list_run_counts(const ReadCall& call) {
  const std::string_view environment = call.request.parameter("env");
  TRY(require_environment(call.db, environment));
  const std::int64_t from = TRY(number_of(call.request, "cursor")).value_or(0),
                     limit = TRY(limit_of(call.request));
  const auto rows = TRY(store::list_run_counts(call.db, environment, from, limit));
  const bool full = rows.size() == static_cast<std::size_t>(limit);
  return list_response("run-counts", rows, full ? std::to_string(from + limit) : "");
}

Result<Write> declare_scope(const Call& call) {
  auto rule = TRY(body_of<runtime::ScopeRule>(call.request));
  TRY(runtime::check(rule));
  if (rule.id.empty()) rule.id = crypto::random_hex(8);
  TRY(check_name(rule.id, "id"));
  const std::string environment(call.request.parameter("env"));
  TRY(access::check_environment_scope(call.actor, environment));
  const bool preview = flag_of(call.request, "preview");
  return Write{[environment, rule, preview, actor = call.actor.name](store::Database& db,
                                                                     Instant now) -> Result<Decision> {
    TRY(require_environment(db, environment));
    if (rule.expires_at && *rule.expires_at <= now)
      return invalid("'expires_at' lies in the past", "expires_at");
    if (preview) {
      const auto effect = TRY(store::preview_scope(db, environment, rule));
      return Decision{.answer = [effect](auto) { return format::encode(effect); }};
    }
    return Decision{.events = {runtime::ScopeDeclared{environment, rule}},
                    .answer = [rule, actor](auto appended) {
                      return format::encode(store::ScopeView{rule, actor, appended[0].at, appended[0].index});
                    }};
  }};
}

Result<http::Response> list_scopes(const ReadCall& call) {
  const std::string_view name = call.request.parameter("env");
  TRY(require_environment(call.db, name));
  return whole_list_response(call.request, "scopes", TRY(store::list_scopes(call.db, name)));
}

Result<Write> remove_scope(const Call& call) {
  const std::string environment(call.request.parameter("env")), id(call.request.parameter("id"));
  TRY(access::check_environment_scope(call.actor, environment));
  return Write{[environment, id](store::Database& db, Instant) -> Result<Decision> {
    for (const auto& scope : TRY(store::list_scopes(db, environment)))
      if (scope.rule.id == id)
        return Decision{.events = {runtime::ScopeRemoved{environment, id}},
                        .answer = [](auto) { return format::encode(Removed()); }};
    return not_found(fmt::format("'{}' has no scope rule '{}'", environment, id));
  }};
}

Result<Write> issue_join_token(const Call& call) {
  const auto request = TRY(body_of<JoinTokenRequest>(call.request));
  const std::string environment(call.request.parameter("env"));
  TRY(access::check_environment_scope(call.actor, environment));
  TRY(access::check_end(call.actor, request.expires_at));
  access::NewToken token = mint_token("weir_join_");
  if (call.config.tls_key)
    token.text += "." + to_hex(*call.config.tls_key);  // the digest is of the part before
  return Write{[request, environment, token](store::Database& db, Instant now) -> Result<Decision> {
    TRY(require_environment(db, environment));
    if (request.expires_at && *request.expires_at <= now)
      return invalid("'expires_at' lies in the past", "expires_at");
    return Decision{
        .events = {access::JoinTokenIssued{environment, request.expires_at, token.digest}},
        .answer = [text = token.text](
                      auto appended) { return format::encode(NewJoinToken{text, appended[0].index}); },
        .answer_is_secret = true};
  }};
}

Result<http::Response> list_join_tokens(const ReadCall& call) {
  const std::string_view environment = call.request.parameter("env");
  TRY(access::check_environment_scope(call.actor, environment));
  TRY(require_environment(call.db, environment));
  return whole_list_response(call.request, "join-tokens",
                             TRY(store::list_join_tokens(call.db, environment, call.now)));
}

Result<Write> revoke_join_token(const Call& call) {
  const std::string environment(call.request.parameter("env"));
  const std::int64_t id = TRY(id_of(call.request, "id"));
  TRY(access::check_environment_scope(call.actor, environment));
  return Write{[environment, id](store::Database& db, Instant) -> Result<Decision> {
    if (!TRY(store::find_join_token(db, environment, id))) return not_found("there is no such join token");
    return Decision{.events = {access::JoinTokenRevoked{id}},
                    .answer = [](auto) { return format::encode(Revoked()); }};
  }};
}

}  // namespace weir::api
