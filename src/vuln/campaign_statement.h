// What the owners of a campaign say of the flaw in their artifacts, as an OpenVEX 0.2.0 document about one artifact and
// its components. Pure.
#pragma once
#include <string>
#include <vector>

#include "format/json.h"
#include "format/members.h"
#include "vuln/vex.h"

namespace weir::vuln {

struct CampaignStatement {
  std::string cluster;
  std::vector<std::string> records;  // its other names
  Sha256 artifact;
  std::vector<std::string> components;  // package URLs, or names
  VexStatus status = VexStatus::under_investigation;
  std::string justification, impact, action;
  std::string author;
  Instant at;
};

// Its id is made of what it says. What OpenVEX asks for and is not there is found by who reads it (vex.h).
format::Json openvex_of(const CampaignStatement& statement);

}  // namespace weir::vuln
