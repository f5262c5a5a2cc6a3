#include "deploy/break_glass.h"

#include "access/limits.h"
#include "base/name.h"

namespace weir::deploy {

BreakGlassState state_at(const BreakGlass& glass, Instant now) {
  if (glass.reviewed_at) return BreakGlassState::reviewed;
  return glass.opened.until <= now ? BreakGlassState::over : BreakGlassState::open;
}

Result<GlassBroken> break_glass(const BreakGlassRequest& request, const ApproveFacts& facts, std::int64_t id,
                                Instant now) {
  if (request.lasts.micros <= 0 || request.lasts > limits::break_glass_period_max)
    return invalid("a break-glass lasts 24 hours at most", "for_us");
  if (request.reason.empty()) return invalid("'reason' must say why this cannot wait", "reason");
  TRY(check_text(request.ticket, "ticket"));
  const Instant until = now + request.lasts;
  ApprovalGiven approval = TRY(approve({.artifact = request.artifact,
                                        .environment = request.environment,
                                        .until = until,
                                        .reason = request.reason},
                                       facts, now));
  approval.origin.break_glass = id;
  return GlassBroken{{.artifact = request.artifact,
                      .environment = request.environment,
                      .until = until,
                      .reason = request.reason,
                      .ticket = request.ticket},
                     std::move(approval)};
}

Result<BreakGlassReviewed> review(const std::optional<BreakGlass>& glass, std::string_view account,
                                  const std::string& note) {
  TRY(check_text(note, "note"));
  if (note.empty()) return invalid("'note' must say what the review found", "note");
  if (!glass) return not_found("there is no such break-glass");
  if (glass->account == account)
    return Error{Errc::forbidden, "who broke the glass does not review it; another person must"};
  if (glass->reviewed_at)
    return Error{Errc::conflict,
                 fmt::format("{} reviewed this at {}", glass->reviewed_by, to_string(*glass->reviewed_at))};
  return BreakGlassReviewed{glass->id, note};
}

}  // namespace weir::deploy
