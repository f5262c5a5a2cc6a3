#include <algorithm>

#include "access/reach.h"
#include "api/answers.h"
#include "api/handlers.h"
#include "api/policy_change.h"
#include "api/tokens.h"
#include "crypto/random.h"
#include "store/view_access.h"
#include "store/view_proposal.h"

namespace weir::api {
namespace {

using sequencer::Decision;

Result<Write> create(const Call& call, access::AccountKind kind) {
  const auto request = TRY(body_of<access::AccountRequest>(call.request));
  TRY(access::check_maker(call.actor, kind));
  TRY(access::check_reach(call.actor, {request.flows, request.environments}));
  TRY(access::check_end(call.actor, request.expires_at));
  const access::NewToken token = mint_token("weir_");
  const auto created = TRY(access::create_account(request, kind, crypto::random_hex(16), token));
  return Write{[created, text = token.text](store::Database& db, Instant) -> Result<Decision> {
    if (TRY(store::account_exists(db, created.name)))
      return Error{Errc::conflict, fmt::format("there is already an account '{}'", created.name), "name"};
    return Decision{.events = {created},
                    .answer =
                        [created, text](auto appended) {
                          return format::encode(NewAccount{{.name = created.name,
                                                            .kind = created.kind,
                                                            .roles = created.roles,
                                                            .flows = created.flows,
                                                            .environments = created.environments,
                                                            .expires_at = created.expires_at,
                                                            .created_at = appended[0].at,
                                                            .entry = appended[0].index},
                                                           text});
                        },
                    .answer_is_secret = true};
  }};
}

// conflict when people of this group consent to changes of policies, and others would, or may do other things.
Status check_may_declare_directly(store::Database& db, const access::GroupDeclared& next,
                                  const std::optional<store::GroupView>& known) {
  if (known && known->group.people == next.people && known->group.roles == next.roles) return {};
  const auto roles = TRY(store::find_policy_roles(db)).roles;
  if (std::ranges::find(roles, next.name) == roles.end()) return {};
  return check_needs_no_consent(roles, fmt::format("'{}' consents to changes of policies", next.name),
                                fmt::format("weir group create {} … --propose", next.name));
}

}  // namespace

Result<Write> create_service_account(const Call& call) { return create(call, access::AccountKind::service); }
Result<Write> create_person(const Call& call) { return create(call, access::AccountKind::person); }

Result<http::Response> list_accounts(const ReadCall& call) {
  return whole_list_response(call.request, "accounts", TRY(store::list_accounts(call.db)));
}

Result<Write> remove_account(const Call& call) {
  const std::string name(call.request.parameter("name"));
  if (name == call.actor.name) return Error{Errc::conflict, "an account cannot remove itself"};
  return Write{[name, actor = call.actor](store::Database& db, Instant) -> Result<Decision> {
    const auto accounts = TRY(store::list_accounts(db));
    const auto account = std::ranges::find(accounts, name, &store::AccountView::name);
    if (account == accounts.end()) return not_found(fmt::format("there is no account '{}'", name));
    TRY(access::check_reach(actor, {account->flows, account->environments}));
    return Decision{.events = {access::AccountRemoved{name}},
                    .answer = [](auto) { return format::encode(Removed()); }};
  }};
}

Result<access::GroupDeclared> read_group(store::Database& db, const access::GroupDeclared& group) {
  std::vector<access::MemberFacts> people;
  for (const std::string& person : group.people)
    people.push_back({person, TRY(store::kind_of_account(db, person))});
  auto read = TRY(access::declare_group(group, people));
  std::ranges::sort(read.people);
  return read;
}

Result<Write> declare_group(const Call& call) {
  auto group = TRY(body_of<access::GroupDeclared>(call.request));
  TRY(access::check_unnarrowed(call.actor, "groups"));
  const std::string name(call.request.parameter("name"));
  if (!group.name.empty() && group.name != name)
    return invalid("'name' differs from the name in the address", "name");
  group.name = name;
  return Write{[group](store::Database& db, Instant) -> Result<Decision> {
    const store::GroupView view{TRY(read_group(db, group))};
    const auto known = TRY(store::find_group(db, view.group.name));
    if (known && known->group == view.group)
      return Decision{.answer = [known](auto) { return format::encode(*known); }};
    TRY(check_may_declare_directly(db, view.group, known));
    return Decision{.events = {view.group}, .answer = [view](auto appended) {
                      return format::encode(store::GroupView{view.group, appended[0].index});
                    }};
  }};
}

Result<http::Response> list_groups(const ReadCall& call) {
  return whole_list_response(call.request, "groups", TRY(store::list_groups(call.db)));
}

}  // namespace weir::api
