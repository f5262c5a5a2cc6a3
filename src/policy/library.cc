#include "policy/library.h"

namespace weir::policy {

namespace {

constexpr std::string_view library = R"rego(package weir.policy

not_applicable := {"result": "not-applicable", "message": "", "evidence": []}

met(entries) := {"result": "satisfied", "message": "", "evidence": entries}

broken(faults, entries) := {"result": "violated", "message": concat("; ", faults), "evidence": entries}

lacking(message, entries) := {"result": "no-evidence", "message": message, "evidence": entries}

entries_of(items) := [item.entry | some item in items]

# The newest, or the oldest, of each name. The document lists them by entry.
newest_of(items) := weir.newest(items)

oldest_of(items) := weir.oldest(items)

flow_names contains input.flow.name

flow_names contains trail.flow if some trail in input.trails

# Commits the artifact is known to come from.
commits contains input.artifact.commit if input.artifact.commit != ""

commits contains trail.commit if {
  some trail in input.trails
  trail.commit != ""
}

of_this_change(commit) if count(commits) == 0

of_this_change(commit) if commit in commits

authors contains lower(trail.author) if {
  some trail in input.trails
  trail.author != ""
}

# Approvals in force now, for this class of change.
in_force contains approval.entry if {
  some approval in input.approvals
  approval.revoked_at == null
  begun(approval.from)
  lasting(approval.until)
  approval.change in {"", input.change["class"]}
}

begun(moment) if moment == null

begun(moment) if {
  moment != null
  moment <= input.now
}

lasting(moment) if moment == null

lasting(moment) if {
  moment != null
  moment > input.now
}

# It has run long enough: until now, or until it was last seen.
soaked(run, cutoff, length_ns) if {
  run.live
  run.first_seen <= cutoff
}

soaked(run, cutoff, length_ns) if {
  not run.live
  time.parse_rfc3339_ns(run.last_seen) - time.parse_rfc3339_ns(run.first_seen) >= length_ns
}

window_open if {
  count(input.freezes) == 0
  input.windows == null
}

window_open if {
  count(input.freezes) == 0
  input.windows.verdict == "open"
}

window_open if input.windows.overridden

# What a rule's own Rego says: a text, or an object with `msg`.
said(each) := each if is_string(each)

said(each) := text if {
  is_object(each)
  text := object.get(each, "msg", object.get(each, "message", "violated"))
}

said_evidence(all) := [entry |
  some each in all
  some entry in each.evidence
]
)rego";

}  // namespace

std::string_view rego_library() { return library; }

}  // namespace weir::policy
