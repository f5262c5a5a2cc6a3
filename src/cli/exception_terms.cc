#include "cli/exception_terms.h"

#include <array>

namespace weir::cli {
namespace {

constexpr std::array<std::string_view, 5> conditions{"fix-available", "known-exploitation", "scope-growth",
                                                     "evidence-change", "likelihood-rise"};

}  // namespace

void declare(Options& options, ExceptionTerms& terms) {
  options.option({.name = "reason", .value = "TEXT", .help = "why", .need = Need::required}, &terms.reason);
  options.option(
      {.name = "compensating-control", .value = "TEXT", .help = "what holds instead", .need = Need::required},
      &terms.control);
  options.option({.name = "until",
                  .value = "WHEN",
                  .help = "a time, or a duration from now (90d); a year at most",
                  .need = Need::required},
                 &terms.until);
  options.option({.name = "ends-on",
                  .value = "CONDITION",
                  .help = "what else is its end",
                  .many = Many::each,
                  .choices = conditions},
                 &terms.ends_on);
  options.option({.name = "preview", .help = "only show what would be covered"}, &terms.preview);
}

Status add_terms(const Session& session, const ExceptionTerms& terms, format::Json& body) {
  const auto until = TRY(parse_moment(terms.until, session.now(), "until"));
  body.set("reason", terms.reason);
  body.set("compensating_control", terms.control);
  set_given(body, "until", until);
  set_given(body, "ends_on", terms.ends_on);
  return {};
}

}  // namespace weir::cli
