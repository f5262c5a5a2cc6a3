package shop

summary := {"open": open, "worst": max([each.score | some each in input.findings])}

open contains each.id if {
	some each in input.findings
	not each.fixed
}
