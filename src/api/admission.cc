// The door of a cluster of Kubernetes: an AdmissionReview comes in, the gate is asked of each image that it brings in,
// and the answer goes out in Kubernetes' words. No address is called. Whatever keeps the server from deciding, its
// time too, ends in the fail mode that was declared.
#include "admission/answer.h"
#include "admission/reference.h"
#include "api/handlers_integration.h"
#include "jobs/ask_gate.h"
#include "store/view_deploy.h"

namespace weir::api {
namespace {

using admission::Image;
using admission::Judged;
using admission::Judgement;
using admission::Review;
using integration::IntegrationDeclared;
using integration::Kind;
using store::DecisionSubject;

constexpr std::size_t small_review_bytes = 64 * 1024;  // larger ones are decoded on a worker

enum class Ask {
  known,    // only what is decided already
  decided,  // also what has to be decided, and is recorded
  dry,      // also what has to be decided, and is recorded nowhere
};

struct Question {
  IntegrationDeclared declared;
  Review review;
  admission::Terms terms;
};

Result<Question> question_of(const ReadCall& call) {
  const auto found = TRY(store::find_integration(call.db, call.request.parameter("name")));
  if (!found) return not_found("this integration was removed a moment ago");
  Question question{.declared = found->declared};
  question.review = TRY(admission::read_review(call.request.body));
  question.terms = {.mode = question.declared.mode.value_or(policy::Mode::enforce),
                .fail = question.declared.fail.value_or(admission::Fail::closed),
                .environment = admission::environment_of(question.review.space, question.declared.environments,
                                                         question.declared.environment)};
  return question;
}

http::Response response_of(const Question& question, const Judgement& judgement) {
  return json_response(format::encode(admission::answer(question.review, question.terms, judgement)));
}

// What the gate said; only what does not simply pass is read in full.
Result<Judged> judged_of(const Image& image, const jobs::GateAnswered& gate) {
  Judged judged{.image = image, .verdict = gate.verdict, .decision = gate.decision};
  if (gate.verdict == policy::Verdict::allow) return judged;
  auto answer = TRY(format::decode_text<store::GateAnswer>(gate.answer, format::Unknown::ignore));
  judged.missing = std::move(answer.missing);
  for (const policy::RuleResult& rule : answer.rules) {
    const bool unmet =
        rule.result == policy::Outcome::violated || rule.result == policy::Outcome::no_evidence;
    if (rule.mode == policy::Mode::warn && unmet)
      judged.warnings.push_back(fmt::format("{}/{}: {}", rule.policy, rule.id, rule.message));
  }
  for (const policy::Warning& warning : answer.warnings)
    judged.warnings.push_back(fmt::format("{}: {}", warning.policy, warning.message));
  if (answer.window && answer.window->verdict == policy::WindowVerdict::closed) {
    judged.window = answer.window->window;
    judged.opens = answer.window->next_opening;
  }
  return judged;
}

// None: it has to be decided first, and that was not asked for.
Result<std::optional<jobs::GateAnswered>> gate_of(const ReadCall& call, const DecisionSubject& subject,
                                                  Ask ask) {
  if (ask == Ask::known) return jobs::current_answer(call.db, subject, call.now);
  const jobs::Shared shared{call.ports.sequencer, call.ports.server_actor, call.ports.exposure.get()};
  auto answered = TRY(ask == Ask::dry ? jobs::would_answer(shared, call.db, subject, call.now)
                                      : jobs::ask_gate(shared, call.db, subject, call.now));
  return std::optional(std::move(answered));
}

// Images that no gate is needed to refuse.
Judgement judgement_without_gate(const Question& question) {
  Judgement judgement;
  for (const Image& image : question.review.images)
    if (const auto digest = admission::digest_of(image.reference); !digest.ok())
      judgement.images.push_back({.image = image, .problem = digest.error().message});
  return judgement;
}

// The images that have one digest: it is asked once, however many containers have it.
struct Same {
  Sha256 digest;
  std::vector<const Image*> images;
};

std::vector<Same> by_digest(const Question& question) {
  std::vector<Same> all;
  std::map<std::string, std::size_t> places;
  for (const Image& image : question.review.images) {
    const auto digest = admission::digest_of(image.reference);
    if (!digest.ok()) continue;  // judged already
    const auto [place, fresh] = places.emplace(to_hex(*digest), all.size());
    if (fresh) all.push_back({.digest = *digest, .images = {}});
    all[place->second].images.push_back(&image);
  }
  return all;
}

// False: it has to be decided first, and that was not asked for.
Result<bool> judge_one(const ReadCall& call, const Question& question, const Same& same, Ask ask,
                       Judgement& into) {
  const Sha256 artifact = TRY(store::recorded_artifact(call.db, same.digest));
  const auto gate = TRY(gate_of(call, {.artifact = artifact, .environment = question.terms.environment}, ask));
  if (!gate) return false;
  for (const Image* const image : same.images) {
    auto judged = TRY(judged_of(*image, *gate));
    into.images.push_back(std::move(judged));
  }
  return true;
}

// What is decided already comes first, which is rows alone: nothing that has to be decided, however much it is and
// whatever becomes of it, hides what is known to fail. False: something has to be decided, and that was not asked for.
// After false or an error `into` holds what was judged.
Result<bool> judge(const ReadCall& call, const Question& question, Ask ask, Judgement& into) {
  if (into.images.size() == question.review.images.size()) return true;
  if (!TRY(store::environment_exists(call.db, question.terms.environment)))
    return not_found(fmt::format("there is no environment '{}'", question.terms.environment));
  std::vector<Same> undecided;
  for (Same& same : by_digest(question))
    if (!TRY(judge_one(call, question, same, Ask::known, into))) undecided.push_back(std::move(same));
  if (ask == Ask::known) return undecided.empty();
  // Half of what the timer gives, so that the last one may take long and this answer still comes before the timer's.
  const Instant until = call.now + Duration{admission_time(call.request).micros / 2};
  for (const Same& same : undecided) {
    if (call.ports.clock->now() > until)
      return Error{Errc::unavailable, "there are more images than could be decided on in time"};
    TRY(judge_one(call, question, same, ask, into));
  }
  return true;
}

void note_time(const ReadCall& call, Instant began) {
  const Instant ended = call.ports.clock->now();
  call.ports.gate_times->note(ended - began, ended);
}

}  // namespace

Result<std::optional<Sha256>> cluster_proof(const ReadCall& call) {
  return proof_by_address(call, Kind::kubernetes);
}

Duration admission_time(const http::Request& request) {
  return admission::time_to_answer(request.query("timeout").value_or(""));
}

Result<std::optional<http::Response>> admit_at_once(const ReadCall& call) {
  if (call.request.body.size() > small_review_bytes) return std::optional<http::Response>();
  const Question question = TRY(question_of(call));
  Judgement judgement = judgement_without_gate(question);
  if (!TRY(judge(call, question, Ask::known, judgement))) return std::optional<http::Response>();
  note_time(call, call.now);
  return std::optional(response_of(question, judgement));
}

Result<http::Response> admit(const ReadCall& call) {
  const Question question = TRY(question_of(call));
  Judgement judgement = judgement_without_gate(question);
  const auto judged = judge(call, question, question.review.dry_run ? Ask::dry : Ask::decided, judgement);
  if (!judged.ok()) {
    judgement.failure = judged.error().message;
    if (judged.error().code == Errc::corrupt) call.ports.sequencer.stop_writes(judgement.failure);
  }
  note_time(call, call.now);
  return response_of(question, judgement);
}

Result<http::Response> admit_late(const ReadCall& call, std::string_view why) {
  const Question question = TRY(question_of(call));
  Judgement judgement = judgement_without_gate(question);
  // Rows alone: what is known to fail is refused, and where all is decided already it is not late at all.
  const auto judged = judge(call, question, Ask::known, judgement);
  if (!judged.ok() || !*judged) judgement.failure = why;
  return response_of(question, judgement);
}

}  // namespace weir::api
