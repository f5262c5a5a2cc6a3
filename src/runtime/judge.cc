#include "runtime/judge.h"

#include <algorithm>

namespace weir::runtime {
namespace {

using deploy::Approval;
using deploy::ApprovalState;

bool has_mark(const Subject& subject, std::string_view mark) {
  return std::find(subject.marks.begin(), subject.marks.end(), mark) != subject.marks.end();
}

Instant effective_from(const Approval& approval) {
  return approval.from ? std::max(*approval.from, approval.recorded_at) : approval.recorded_at;
}

std::string who_and_when(const Approval& approval) {
  return fmt::format("by {} at {}{}", approval.actor, to_string(approval.recorded_at),
                     approval.reason.empty() ? "" : fmt::format(" ({})", approval.reason));
}

// The approval that speaks best for what runs: one in force since before the start, then one in force, then the rest.
int rank(const MatchedApproval& match, const Subject& subject, Instant now) {
  const ApprovalState state = state_at(match.approval, now);
  if (state == ApprovalState::active)
    return effective_from(match.approval) <= subject.started_at + subject.uncertainty ? 0 : 1;
  if (state == ApprovalState::early) return 2;
  return state == ApprovalState::revoked ? 4 : 3;
}

Reason from_approval(const MatchedApproval& match, const Subject& subject, Instant now) {
  const Approval& approval = match.approval;
  switch (rank(match, subject, now)) {
    case 0:
      if (approval.adopted) return {ReasonCode::adopted, "adopted " + who_and_when(approval), approval.id};
      if (!match.primary)
        return {ReasonCode::approved_by_manifest,
                "approved " + who_and_when(approval) +
                    "; matched by the manifest the host claims, whose link to the content was not recorded",
                approval.id};
      return {ReasonCode::approved, "approved " + who_and_when(approval), approval.id};
    case 1:
      // An adoption is given for what runs already: it is no approval that came too late.
      if (approval.adopted)
        return {
            ReasonCode::adopted,
            fmt::format("ran since {}, adopted {}", to_string(subject.started_at), who_and_when(approval)),
            approval.id};
      return {ReasonCode::approval_after_start,
              fmt::format("started at {}, approved only later {}", to_string(subject.started_at),
                          who_and_when(approval)),
              approval.id};
    case 2:
      return {ReasonCode::approval_not_yet_valid,
              fmt::format("its approval begins at {}", to_string(*approval.from)), approval.id};
    case 4:
      return {ReasonCode::approval_revoked,
              fmt::format("its approval was revoked by {} at {}", approval.revoked_by,
                          to_string(*approval.revoked_at)),
              approval.id};
    default:
      return {ReasonCode::approval_expired,
              fmt::format("its approval ended at {}", to_string(*approval.until)), approval.id};
  }
}

std::optional<Reason> by_approval(const Subject& subject, const Knowledge& known, Instant now) {
  const MatchedApproval* best = nullptr;
  for (const MatchedApproval& match : known.approvals) {
    if (!match.primary && known.primary_linked)
      continue;  // the content itself is known and is not what was approved
    const bool better =
        best == nullptr || rank(match, subject, now) < rank(*best, subject, now) ||
        (rank(match, subject, now) == rank(*best, subject, now) && match.approval.id > best->approval.id);
    if (better) best = &match;
  }
  if (best == nullptr) return std::nullopt;
  return from_approval(*best, subject, now);
}

bool interpreter_is_sound(const Subject& subject, const Knowledge& known) {
  if (!subject.interpreter) return true;
  const auto& package = subject.interpreter->package;
  return known.interpreter_approved || (package && !package->changed);
}

std::optional<Reason> by_package(const Subject& subject) {
  if (!subject.package || subject.seen != Seen::whole || has_mark(subject, "foreign")) return std::nullopt;
  const PackageClaim& claim = *subject.package;
  const std::string named = fmt::format("package {} {}", claim.name, claim.version);
  if (has_mark(subject, "copy") && !claim.changed)
    return Reason{ReasonCode::explained_by_package,
                  fmt::format("{} of {}; the host's own claim", subject.seen_note, named)};
  if (claim.changed)
    return Reason{ReasonCode::changed_content,
                  fmt::format("{} owns {}, but its content changed without a package transaction", named,
                              subject.name)};
  return Reason{ReasonCode::explained_by_package,
                fmt::format("{} owns it{}; the host's own claim", named,
                            claim.after_baseline ? ", installed after this host was first seen" : "")};
}

Reason by_default(const Subject& subject, const Knowledge& known) {
  if (subject.seen == Seen::unseen && !interpreter_is_sound(subject, known))
    return {ReasonCode::unknown_interpreter,
            fmt::format("{} runs a program that is not a file, and is itself not known",
                        subject.interpreter->path)};
  if (subject.seen == Seen::unseen)
    return {ReasonCode::program_unseen, fmt::format("{} runs a program that is not a file", subject.name)};
  if (subject.seen == Seen::unhashed || subject.digests.empty())
    return {ReasonCode::unhashed,
            subject.seen_note.empty() ? "its content could not be read" : subject.seen_note};
  if (has_mark(subject, "foreign"))
    return {ReasonCode::foreign_content, fmt::format("the container's image does not hold {}", subject.name)};
  if (known.same_layers_approved)
    return {ReasonCode::changed_content, "an approved image has the same layers under another configuration",
            known.same_layers_approved};
  if (known.recorded) {
    std::string message = "it was recorded, but nobody approved it here";
    if (!known.approved_elsewhere.empty())
      message += fmt::format("; approved for {}", fmt::join(known.approved_elsewhere, ", "));
    return {ReasonCode::not_approved_here, message, known.recorded};
  }
  if (known.same_name_approved)
    return {ReasonCode::changed_content, fmt::format("{} was approved with other content", subject.name),
            known.same_name_approved};
  return {ReasonCode::unknown_digest, "nobody recorded or approved this content anywhere"};
}

Judgement judged(Reason first) {
  const Verdict verdict = row_of(first.code).verdict;
  Judgement judgement{.verdict = verdict};
  judgement.reasons.push_back(std::move(first));
  return judgement;
}

}  // namespace

Judgement judge(const Subject& subject, const Knowledge& known, Instant now) {
  if (has_mark(subject, "outside-runtime"))
    return judged({ReasonCode::outside_runtime,
                   subject.seen_note.empty() ? "it runs outside any container runtime" : subject.seen_note});
  const std::optional<Reason> approval = by_approval(subject, known, now);
  std::optional<Reason> package = by_package(subject);
  const bool in_force = approval && (row_of(approval->code).verdict == Verdict::approved ||
                                     row_of(approval->code).verdict == Verdict::late);
  const bool explained = package && package->code == ReasonCode::explained_by_package;
  if ((in_force || explained) && !interpreter_is_sound(subject, known))
    return judged({ReasonCode::unknown_interpreter,
                   fmt::format("the script is known, its interpreter {} is not", subject.interpreter->path)});
  if (in_force) return judged(*approval);
  if (package) return judged(std::move(*package));
  if (approval) return judged(*approval);
  return judged(by_default(subject, known));
}

}  // namespace weir::runtime
