#include "admission/answer.h"

#include <fmt/format.h>

#include <algorithm>

#include "admission/reference.h"

namespace weir::admission {
namespace {

using policy::Mode;
using policy::Verdict;

constexpr std::size_t missing_max = 8;  // told of one image

bool passes(const Judged& judged) { return judged.problem.empty() && policy::passes(judged.verdict); }

// The worst of what is known; what could not be decided is at least undecided.
Verdict verdict_of(const Review& review, const Judgement& judgement) {
  const auto any = [&](auto holds) { return std::ranges::any_of(judgement.images, holds); };
  if (any([](const Judged& each) { return each.problem.empty() && each.verdict == Verdict::deny; }))
    return Verdict::deny;
  if (!review.problem.empty() || !judgement.failure.empty() ||
      any([](const Judged& each) { return !passes(each); }))
    return Verdict::undecided;
  return any([](const Judged& each) { return each.verdict == Verdict::warn; }) ? Verdict::warn
                                                                               : Verdict::allow;
}

std::string rule_of(const policy::Missing& missing) {
  return missing.policy.empty() ? missing.rule : fmt::format("{}/{}", missing.policy, missing.rule);
}

std::string line_of(const policy::Missing& missing) {
  std::string line =
      fmt::format("  {}: {}", rule_of(missing), missing.message.empty() ? "not met" : missing.message);
  if (!missing.who.empty()) line += fmt::format("; who: {}", missing.who);
  if (!missing.fix.empty()) line += fmt::format("; how: {}", missing.fix);
  if (missing.next) line += fmt::format("; time may change it at {}", to_string(*missing.next));
  return one_line(line) + "\n";
}

void tell(std::string& text, const Judged& judged) {
  text +=
      one_line(fmt::format("{} ({}): {}", judged.image.reference, place_of(judged.image),
                           judged.verdict == Verdict::deny ? "denied" : "undecided, so it does not pass"));
  if (judged.decision != 0) text += fmt::format(", decision {}", judged.decision);
  text += '\n';
  if (!judged.problem.empty()) text += fmt::format("  {}\n", one_line(judged.problem));
  for (std::size_t i = 0; i < std::min(judged.missing.size(), missing_max); ++i)
    text += line_of(judged.missing[i]);
  if (judged.missing.size() > missing_max)
    text += fmt::format("  and {} more\n", judged.missing.size() - missing_max);
  if (judged.opens)
    text += one_line(fmt::format("  window {} opens at {}", judged.window, to_string(*judged.opens))) + "\n";
}

std::size_t refused_of(const Judgement& judgement) {
  return static_cast<std::size_t>(
      std::ranges::count_if(judgement.images, [](const Judged& each) { return !passes(each); }));
}

// What is wrong with the object, whatever comes of it; empty when nothing is.
std::string refusal(const Review& review, const Terms& terms, const Judgement& judgement) {
  if (!review.problem.empty())
    return fmt::format("Weir can't tell which images this {} brings in: {}", review.kind,
                       one_line(review.problem));
  const std::size_t refused = refused_of(judgement);
  if (refused == 0) return "";
  std::string text =
      fmt::format("Weir refuses {} of {} images for {}\n", refused, review.images.size(), terms.environment);
  for (const Judged& each : judgement.images)
    if (!passes(each) && text.size() <= message_bytes_max) tell(text, each);
  text.pop_back();
  return cut(std::move(text), message_bytes_max);
}

void warn(std::vector<std::string>& warnings, std::string text) {
  warnings.push_back(cut(one_line(text), warning_bytes_max));
}

// Rule by rule, as `warn` says it.
void warn_of(std::vector<std::string>& warnings, const Judged& judged) {
  const std::string name = short_name(judged.image.reference);
  if (!judged.problem.empty()) warn(warnings, fmt::format("would be refused: {}: {}", name, judged.problem));
  for (const policy::Missing& each : judged.missing)
    warn(warnings, fmt::format("would be refused: {}: {}: {}", name, rule_of(each), each.message));
  if (judged.problem.empty() && judged.missing.empty())
    warn(warnings, fmt::format("would be refused: {}: {}", name,
                               judged.verdict == Verdict::deny ? "denied" : "undecided"));
}

std::vector<std::string> warnings_of(const Review& review, const Terms& terms, const Judgement& judgement) {
  std::vector<std::string> warnings;
  if (!review.is_read)
    warn(warnings, fmt::format("Weir reads no images of a {}; its Pods are asked about", review.kind));
  const std::size_t refused = refused_of(judgement);
  if (!judgement.failure.empty()) {
    const bool known = refused > 0 || !review.problem.empty();
    const bool refuses = terms.mode == Mode::enforce && (terms.fail == Fail::closed || known);
    warn(warnings, fmt::format("Weir could not decide, {}: {}",
                               refuses ? "so this is refused" : "and this is let in", judgement.failure));
  }
  if (terms.mode != Mode::enforce && !review.problem.empty())
    warn(warnings, fmt::format("would be refused: {}", review.problem));
  if (terms.mode == Mode::shadow && refused > 0)
    warn(warnings, fmt::format("Weir (shadow) would refuse {} of {} images for {}", refused,
                               review.images.size(), terms.environment));
  for (const Judged& each : judgement.images) {
    if (warnings.size() > warnings_max) break;
    if (terms.mode == Mode::warn && !passes(each)) warn_of(warnings, each);
    for (const std::string& text : each.warnings)
      warn(warnings, fmt::format("{}: {}", short_name(each.image.reference), text));
  }
  if (warnings.size() > warnings_max) {
    warnings.resize(warnings_max - 1);
    warnings.emplace_back("and more; the audit log has them by their decisions");
  }
  return warnings;
}

std::string decisions_of(const Judgement& judgement) {
  std::string text;
  for (const Judged& each : judgement.images) {
    if (text.size() > annotation_bytes_max) break;
    const std::string decision = each.decision == 0 ? "none" : std::to_string(each.decision);
    text += fmt::format("{}{}={}:{}", text.empty() ? "" : " ", one_line(each.image.reference), decision,
                        format::name_of(each.verdict));
  }
  return cut(std::move(text), annotation_bytes_max);
}

std::map<std::string, std::string> annotations_of(const Review& review, const Terms& terms,
                                                  const Judgement& judgement) {
  std::map<std::string, std::string> annotations{{"environment", terms.environment},
                                                 {"mode", std::string(format::name_of(terms.mode))}};
  annotations["verdict"] = format::name_of(verdict_of(review, judgement));
  if (!judgement.images.empty()) annotations["decisions"] = decisions_of(judgement);
  if (!judgement.failure.empty())
    annotations["failed"] =
        cut(fmt::format("{}: {}", format::name_of(terms.fail), one_line(judgement.failure)),
            annotation_bytes_max);
  return annotations;
}

}  // namespace

AdmissionAnswer answer(const Review& review, const Terms& terms, const Judgement& judgement) {
  AdmissionAnswer made;
  AdmissionResponse& response = made.response;
  response.uid = review.uid;
  const bool asks = !judgement.images.empty() || !review.problem.empty() || !judgement.failure.empty();
  response.warnings = warnings_of(review, terms, judgement);
  if (asks) response.annotations = annotations_of(review, terms, judgement);
  const std::string why = refusal(review, terms, judgement);
  const bool fails = !judgement.failure.empty() && terms.fail == Fail::closed;
  response.allowed = terms.mode != Mode::enforce || (why.empty() && !fails);
  if (response.allowed) return made;
  if (!why.empty()) response.status = AdmissionStatus{.message = why, .reason = "Forbidden", .code = 403};
  else
    response.status = AdmissionStatus{
        .message = cut(
            fmt::format("Weir could not decide, and this door fails closed: {}", one_line(judgement.failure)),
            message_bytes_max),
        .reason = "ServiceUnavailable",
        .code = 503};
  return made;
}

}  // namespace weir::admission
