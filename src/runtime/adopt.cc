#include "runtime/adopt.h"

#include <array>

namespace weir::runtime {
namespace {

constexpr std::array<std::string_view, 5> skip_words{
    "", "its program is no file, so there is nothing to approve; a scope rule that ends can exclude it",
    "its content could not be read; only a scope rule can exclude it", "it runs outside any runtime",
    "its approval was revoked; who wants it back approves it by name"};

bool is_fine(Verdict verdict) {
  return verdict == Verdict::approved || verdict == Verdict::explained || verdict == Verdict::late;
}

// Its interpreter, when no package vouches for it.
std::optional<Sha256> bare_interpreter(const Subject& subject) {
  if (!subject.interpreter) return std::nullopt;
  const auto& package = subject.interpreter->package;
  return package && !package->changed ? std::nullopt : subject.interpreter->digest;
}

}  // namespace

Adoption adoption_of(const Subject& subject, const Judgement& judgement) {
  if (is_fine(judgement.verdict)) return {};
  const ReasonCode code =
      judgement.reasons.empty() ? ReasonCode::not_judged_yet : judgement.reasons.front().code;
  if (code == ReasonCode::outside_runtime) return {.skip = Skip::outside_runtime};
  if (code == ReasonCode::approval_revoked) return {.skip = Skip::revoked};
  const std::optional<Sha256> interpreter = bare_interpreter(subject);
  Adoption adoption;
  if (subject.seen == Seen::unseen) {
    if (code == ReasonCode::unknown_interpreter && interpreter) adoption.digests.push_back(*interpreter);
    adoption.skip = Skip::unseen;
    return adoption;
  }
  if (subject.digests.empty()) return {.skip = Skip::unhashed};
  if (code == ReasonCode::unknown_interpreter) {  // the script itself is approved or explained
    if (!interpreter) return {.skip = Skip::unhashed};
  } else {
    adoption.digests.push_back(subject.digests.front());
  }
  if (interpreter) adoption.digests.push_back(*interpreter);
  return adoption;
}

std::string_view why_of(Skip skip) { return skip_words[static_cast<std::size_t>(skip)]; }

}  // namespace weir::runtime
