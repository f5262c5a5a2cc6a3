#include "exceptions/exception.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "access/limits.h"
#include "base/name.h"
#include "crypto/digest.h"

namespace weir::exceptions {
namespace {

// What is text of the asker's own and must be there.
Status check_said(std::string_view text, std::string_view field) {
  if (text.empty()) return invalid(fmt::format("'{}' must be given", field), std::string(field));
  return check_text(text, field);
}

// One line, bounded; whether a rule or finding of that name exists is not ours to know.
Status check_named(std::string_view text, std::string_view field) {
  return text.empty() ? Status() : check_title(text, field);
}

Status check_subject(const ExceptionRequest& request) {
  TRY(check_named(request.rule, "rule"));
  TRY(check_named(request.policy, "policy"));
  TRY(check_named(request.finding, "finding"));
  TRY(check_named(request.workload, "workload"));
  TRY(check_named(request.evidence, "evidence"));
  const int named = !request.rule.empty() + !request.finding.empty() + !request.workload.empty();
  if (named != 1) return invalid("an exception is for one 'rule', one 'finding' or one 'workload'", "rule");
  if (!request.policy.empty() && request.rule.empty())
    return invalid("'policy' says whose 'rule' is meant", "policy");
  if (request.workload.empty() && !request.artifact)
    return invalid("'artifact' must say for what content the exception is", "artifact");
  for (std::size_t i = 0; i < request.ends_on.size(); ++i)
    if (std::count(request.ends_on.begin(), request.ends_on.end(), request.ends_on[i]) > 1)
      return invalid(fmt::format("'{}' is named twice", format::name_of(request.ends_on[i])), "ends_on");
  if (!request.finding.empty()) return {};
  for (const EndsOn each : request.ends_on)
    if (each == EndsOn::fix_available || each == EndsOn::known_exploitation ||
        each == EndsOn::likelihood_rise)
      return invalid(fmt::format("'{}' ends an exception for a 'finding': a rule and a workload have none",
                                 format::name_of(each)),
                     "ends_on");
  return {};
}

Status check_until(Instant until, Instant now) {
  if (until <= now) return invalid("'until' lies in the past", "until");
  if (until > now + limits::exception_period_max)
    return invalid("an exception lasts 365 days at most", "until");
  return {};
}

Status check_renewed(const ExceptionRequest& request, const std::optional<Exception>& renewed) {
  if (!request.renews) return {};
  if (!renewed) return not_found(fmt::format("there is no exception {}", *request.renews));
  const ExceptionScope& scope = renewed->asked.scope;
  const bool same = scope.environment == request.environment && scope.rule == request.rule &&
                    scope.policy == request.policy && scope.finding == request.finding &&
                    scope.workload.empty() == request.workload.empty();
  if (!same)
    return Error{Errc::conflict,
                 fmt::format("exception {} is for something else; ask for a new one", renewed->id), "renews"};
  if (!renewed->granted)
    return Error{Errc::conflict, fmt::format("exception {} was never granted", renewed->id), "renews"};
  return {};
}

ExceptionScope scope_of(const ExceptionRequest& request, const Coverage& coverage) {
  return {.environment = request.environment,
          .artifact = request.artifact,
          .rule = request.rule,
          .policy = request.policy,
          .finding = request.finding,
          .workload = request.workload,
          .owner = request.owner,
          .reason = request.reason,
          .compensating_control = request.compensating_control,
          .until = request.until,
          .ends_on = request.ends_on,
          .evidence = request.evidence,
          .workloads = coverage.workloads,
          .digests = coverage.digests};
}

Status check_state(const Exception& exception, State wanted, Instant now) {
  const State state = state_at(exception, now);
  if (state == wanted) return {};
  return Error{Errc::conflict, fmt::format("exception {} is {}", exception.id, format::name_of(state))};
}

Status check_other_person(const Exception& exception, const Person& by) {
  if (by.account != exception.account) return {};
  return Error{Errc::forbidden, "who asks for an exception does not decide about it"};
}

std::string_view because_of(EndsOn condition) { return format::name_of(condition); }

}  // namespace

Sha256 digest_of(const ExceptionScope& scope) {
  return crypto::sha256(format::dump_canonical(format::parse_json(format::encode(scope)).value()));
}

State state_at(const Exception& exception, Instant now) {
  const bool lives = exception.state == State::requested || exception.state == State::in_force;
  return lives && exception.until <= now ? State::ended : exception.state;
}

Instant warn_at(const Exception& exception) {
  const Instant from = exception.decided_at.value_or(exception.requested_at);
  const Duration tenth{(exception.until - from).micros / 10};
  return exception.until - std::min(tenth, days(7));
}

Result<ExceptionRequested> ask(const ExceptionRequest& request, const AskFacts& facts, Instant now) {
  TRY(check_name(request.environment, "environment"));
  TRY(check_subject(request));
  TRY(check_said(request.owner, "owner"));
  TRY(check_title(request.owner, "owner"));
  TRY(check_said(request.reason, "reason"));
  TRY(check_said(request.compensating_control, "compensating_control"));
  TRY(check_until(request.until, now));
  if (!facts.environment_exists)
    return not_found(fmt::format("environment '{}' does not exist", request.environment));
  if (!request.workload.empty() && !facts.workload_exists)
    return not_found(fmt::format("no workload '{}' was seen in {}", request.workload, request.environment));
  TRY(check_renewed(request, facts.renewed));
  if (facts.coverage.workloads.size() > limits::exception_workloads_max)
    return Error{Errc::too_large,
                 fmt::format("it would cover {} workloads, at most {} are allowed",
                             facts.coverage.workloads.size(), limits::exception_workloads_max)};
  ExceptionRequested asked{.scope = scope_of(request, facts.coverage), .renews = request.renews};
  asked.scope_digest = digest_of(asked.scope);
  if (request.scope && *request.scope != asked.scope_digest)
    return Error{Errc::conflict, "the scope is not the one that was shown: look at it again", "scope"};
  if (facts.renewed) asked.renewals = facts.renewed->asked.renewals + 1;
  return asked;
}

Result<ExceptionGranted> grant(const Exception& exception, const Person& by, const GrantRequest& request,
                               const Coverage& now_there, Instant now) {
  TRY(check_text(request.note, "note"));
  TRY(check_other_person(exception, by));
  TRY(check_state(exception, State::requested, now));
  if (request.scope != exception.asked.scope_digest)
    return Error{Errc::conflict, "this is not the scope that was asked for: look at it again", "scope"};
  const std::string growth = growth_of(exception.asked.scope, now_there);
  if (!growth.empty())
    return Error{Errc::conflict, fmt::format("it would cover more than was shown: {}; ask again", growth),
                 "scope"};
  const Instant until = request.until.value_or(exception.until);
  if (until <= now) return invalid("'until' lies in the past", "until");
  if (until > exception.until)
    return Error{Errc::conflict, "'until' is later than what was asked for", "until"};
  return ExceptionGranted{exception.id, exception.asked.scope_digest, until, request.note};
}

Result<ExceptionRefused> refuse(const Exception& exception, const Person& by, const std::string& note,
                                Instant now) {
  TRY(check_text(note, "note"));
  TRY(check_other_person(exception, by));
  TRY(check_state(exception, State::requested, now));
  return ExceptionRefused{exception.id, note};
}

Result<ExceptionEnded> end(const Exception& exception, Ending because, const std::string& note, Instant now) {
  TRY(check_text(note, "note"));
  const State state = state_at(exception, now);
  if (state != State::requested && state != State::in_force)
    return Error{Errc::conflict, fmt::format("exception {} is {}", exception.id, format::name_of(state))};
  if (because == Ending::person) return ExceptionEnded{exception.id, because, note};
  const auto& conditions = exception.asked.scope.ends_on;
  const bool told = std::any_of(conditions.begin(), conditions.end(), [&](EndsOn condition) {
    return because_of(condition) == format::name_of(because);
  });
  if (told) return ExceptionEnded{exception.id, because, note};
  return invalid(
      fmt::format("exception {} was not told to end on '{}'", exception.id, format::name_of(because)),
      "because");
}

bool ends_on(const Exception& exception, EndsOn condition) {
  const auto& conditions = exception.asked.scope.ends_on;
  return std::find(conditions.begin(), conditions.end(), condition) != conditions.end();
}

std::optional<ExceptionEnded> ending_of(const Exception& exception, const Facts& facts, Instant now) {
  const auto ended = [&](Ending how, std::string note) {
    return std::optional(ExceptionEnded{exception.id, how, std::move(note)});
  };
  if (exception.until <= now) return ended(Ending::time, "");
  if (ends_on(exception, EndsOn::known_exploitation) && facts.known_exploited.value_or(false))
    return ended(Ending::known_exploitation, facts.note);
  if (ends_on(exception, EndsOn::fix_available) && facts.fix_available.value_or(false))
    return ended(Ending::fix_available, facts.note);
  if (ends_on(exception, EndsOn::likelihood_rise) && facts.likelihood_risen.value_or(false))
    return ended(Ending::likelihood_rise, facts.note);
  if (ends_on(exception, EndsOn::evidence_change) &&
      facts.newest_evidence.value_or(0) > exception.granted.value_or(0))
    return ended(Ending::evidence_change,
                 fmt::format("entry {} says something newer", *facts.newest_evidence));
  if (!ends_on(exception, EndsOn::scope_growth)) return std::nullopt;
  const std::string growth = growth_of(exception.asked.scope, facts.coverage);
  return growth.empty() ? std::nullopt : ended(Ending::scope_growth, growth);
}

std::string growth_of(const ExceptionScope& scope, const Coverage& coverage) {
  for (const ScopedWorkload& workload : coverage.workloads) {
    const bool shown = std::any_of(scope.workloads.begin(), scope.workloads.end(),
                                   [&](const ScopedWorkload& each) { return each.id == workload.id; });
    if (!shown) return fmt::format("{} on {}", workload.name, workload.host);
  }
  for (const Sha256& digest : coverage.digests)
    if (std::find(scope.digests.begin(), scope.digests.end(), digest) == scope.digests.end())
      return to_string(digest);
  return {};
}

}  // namespace weir::exceptions
