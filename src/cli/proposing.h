// Proposing what the command at hand would otherwise do at once: where roles are named, what policies decide changes
// by a proposal alone.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "cli/session.h"

namespace weir::cli {

struct Proposing {
  bool propose = false;
  std::optional<std::string> reason;
};
// Adds --propose and --reason.
std::shared_ptr<Proposing> declare_proposing(Options& options);
// Posts the proposal, says why, and tells people what it waits for. `invalid` when --reason stands alone.
Result<Exit> propose(Session& session, const Proposing& proposing, format::Json body);
Status check_reason(const Proposing& proposing);
Result<format::Json> post_proposal(Api& api, const Proposing& proposing, format::Json body);
// What a proposal waits for, or how it ended: a line.
std::string proposal_standing(const format::Json& proposal);
std::string joined_texts(const format::Json& list);  // texts, with commas

}  // namespace weir::cli
