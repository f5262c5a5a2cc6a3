package gate

deny contains {"id": "tests", "msg": sprintf("%s failed", [item.name]), "evidence": [item.entry], "severity": "high"} if {
  some item in input.attestations.test
  item.compliant == false
}

no_evidence contains "no scan" if count(object.get(input.attestations, "scan", [])) == 0

warn contains "old" if time.now_ns() - time.parse_rfc3339_ns(input.artifact.recorded_at) > 86400000000000
