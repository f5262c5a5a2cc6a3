// What whoever asks for exceptions says of them, one by one or for a campaign: why, what holds instead, until when, and
// what else ends them.
#pragma once
#include "cli/exchange.h"
#include "cli/session.h"

namespace weir::cli {

struct ExceptionTerms {
  std::string reason, control, until;
  std::vector<std::string> ends_on;
  bool preview = false;
};
void declare(Options& options, ExceptionTerms& terms);
// The members of the request. Errors: an end that is no time.
Status add_terms(const Session& session, const ExceptionTerms& terms, format::Json& body);

}  // namespace weir::cli
