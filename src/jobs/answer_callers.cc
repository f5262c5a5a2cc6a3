#include "jobs/answer_callers.h"

#include <algorithm>
#include <set>

#include "crypto/random.h"
#include "jobs/ask_gate.h"
#include "jobs/caller_call.h"
#include "jobs/deliver.h"
#include "store/view_deploy.h"

namespace weir::jobs {
namespace {

using integration::Asked;
using integration::Asking;
using policy::Verdict;
using store::CallerState;
using store::Database;
using store::PendingCaller;
using store::Row;

constexpr std::size_t projects_at_once = 6;
constexpr std::size_t projects_of_one_at_once = 4;  // of one integration
constexpr std::size_t questions_in_a_turn = 32;
constexpr std::size_t connections_kept_max = 64;
constexpr std::size_t projects_waiting_max = 1024;
constexpr std::int64_t requests_at_once = 1024;  // of a project; more than may wait
constexpr std::size_t artifacts_max = 64;
constexpr std::int64_t comments_max = 5;       // GitHub takes ten for one rule
constexpr std::int64_t not_blocked_tries = 6;  // about half a minute
constexpr Duration look_at_least_every = seconds(30);
constexpr Duration look_at_most_every = milliseconds(200);
constexpr Duration wait_after_trouble = seconds(1);
constexpr Duration forget_every = hours(1);
constexpr Duration keep_finished = days(30);

double random_spread() {
  return static_cast<double>(static_cast<unsigned char>(crypto::random_bytes(1)[0])) / 256;
}

// What came of a question, to be written down.
struct Noted {
  PendingCaller request;
  CallerState state = CallerState::pending;
  Said said;
  Instant at, next_at;
  std::optional<integration::CallerAnswered> answered;
};

Status write_down(Database& db, const Noted& noted) {
  const PendingCaller& request = noted.request;
  const bool over = noted.state != CallerState::pending;
  return execute(
      db,
      "UPDATE caller_request SET state=$1, said=$2, told=$3, comments=$4, waits=$5, attempts=$6, "
      "next_at=$7, answered_at=$8, last_status=$9, last_error=$10 WHERE id=$11 AND state='pending'",
      noted.state, noted.said.word, request.told, request.comments, request.waits, request.attempts,
      noted.next_at, over ? std::optional(noted.at) : std::nullopt, noted.said.status, noted.said.error,
      request.id);
}

Result<integration::Judgement> judge(const Shared& shared, Database& db,
                                     const integration::IntegrationDeclared& declared, const Asked& asked,
                                     Instant now) {
  integration::Judgement judgement;
  if (asked.ours.empty() || !TRY(store::environment_exists(db, asked.ours))) {
    judgement.problem =
        fmt::format("no environment of Weir stands for {}; an administrator maps it in the integration",
                    asked.environment);
    return judgement;
  }
  const auto built = TRY(store::built_from(db, declared, asked, artifacts_max));
  if (built.empty())
    judgement.problem = fmt::format(
        "nothing is recorded of commit {}; the pipeline that builds it records it with "
        "`weir record`",
        asked.commit);
  if (built.size() > artifacts_max) {
    judgement.problem = fmt::format("more than {} artifacts are recorded of this commit", artifacts_max);
    return judgement;
  }
  for (const store::BuiltArtifact& each : built) {
    const store::DecisionSubject subject{.artifact = TRY(store::recorded_artifact(db, each.digest)),
                                         .environment = asked.ours};
    const GateAnswered gate = TRY(ask_gate(shared, db, subject, now));
    const auto answer = TRY(format::decode_text<store::GateAnswer>(gate.answer, format::Unknown::ignore));
    judgement.artifacts.push_back({.artifact = subject.artifact,
                                   .name = each.name,
                                   .verdict = gate.verdict,
                                   .decision = answer.decision,
                                   .explanation = answer.explanation});
  }
  return judgement;
}

integration::CallerAnswered entry_of(const PendingCaller& request, const integration::Judgement& judgement,
                                     Verdict verdict, const std::string& word) {
  integration::CallerAnswered entry{.integration = request.integration,
                                    .request = request.id,
                                    .asked = request.asked,
                                    .answer = word,
                                    .verdict = verdict};
  for (const integration::Judged& each : judgement.artifacts) {
    entry.artifacts.push_back(each.artifact);
    entry.decisions.push_back(each.decision);
  }
  return entry;
}

}  // namespace

// One project of an integration; served by at most one worker at a time.
class CallerAnswerer::System {
 public:
  System(Project project, Shared shared) : project_(std::move(project)), shared_(shared) {}

  bool busy = false;  // guarded by the answerer's mutex, as are the next
  bool look = false;  // something was committed since it was last served
  Instant not_before, served_at;

  void hang_up() { call_.reset(); }

  // One turn. `more`: questions are left that it did not come to.
  enum class Turn { over, more };
  Result<Turn> serve(const OpenReader& open_reader, const Clock& clock, const std::stop_token& stop) {
    reader_ = TRY(open_reader());
    const auto turn = take_turn(clock, stop);
    reader_.reset();  // there may be many projects
    return turn;
  }

 private:
  // Reads the integration anew: it may have changed since.
  Result<bool> configure() {
    const auto found = TRY(store::find_integration(*reader_, project_.integration));
    const auto secrets = TRY(store::find_secrets(*reader_, project_.integration));
    if (!found || !secrets) return false;
    const bool same = call_ && format::encode(call_->declared()) == format::encode(found->declared) &&
                      call_->secrets() == *secrets;
    if (!same) call_.emplace(TRY(CallerCall::open(found->declared, *secrets)));
    return true;
  }

  Result<Turn> take_turn(const Clock& clock, const std::stop_token& stop) {
    if (!TRY(configure())) return Turn::over;  // removed meanwhile
    std::size_t looked_at = 0;
    for (PendingCaller& request :
         TRY(store::list_pending_callers(*reader_, project_.integration, project_.repository, requests_at_once))) {
      const Instant now = clock.now();
      if (stop.stop_requested()) return Turn::over;
      if (request.id <= done_ || (request.next_at > now && !request.waits)) continue;
      if (++looked_at > questions_in_a_turn) return Turn::more;
      done_ = request.id;
      const std::int64_t attempts = request.attempts;
      auto noted = TRY(answer(std::move(request), clock, stop));
      if (stop.stop_requested()) return Turn::over;
      const bool failed = noted && noted->request.attempts > attempts;
      if (noted) TRY(note(std::move(*noted)));
      if (failed) return Turn::more;  // the next one may take as long: others first
    }
    done_ = 0;
    return Turn::over;
  }

  // Nothing when there is nothing new to say.
  Result<std::optional<Noted>> answer(PendingCaller request, const Clock& clock,
                                      const std::stop_token& stop) {
    const Instant now = clock.now();
    if (request.asked.asking == Asking::test) {
      Said said = call_->try_out(now, stop);
      return std::optional(concluded(std::move(request), std::move(said), Verdict::allow, {}, clock.now()));
    }
    request.asked.ours = integration::environment_of(call_->declared(), request.asked);
    integration::Judgement judgement = TRY(judge(shared_, *reader_, call_->declared(), request.asked, now));
    Verdict verdict = integration::verdict_of(judgement);
    const bool late = verdict == Verdict::undecided && now >= request.until;
    if (late)
      judgement.problem =
          fmt::format("undecided since it was asked, and its time is over. {}", judgement.problem);
    std::string comment = integration::comment_on(judgement, request.asked.ours);
    if (late) verdict = Verdict::deny;
    const auto words = call_->words(request.asked, verdict, comment);
    const bool undecided = verdict == Verdict::undecided;
    if (undecided && (!words || *words == request.told || request.comments >= comments_max))
      return request.waits ? std::optional<Noted>() : std::optional(waiting(std::move(request), now));
    Said said = call_->say(request.asked, verdict, *words, now, stop);
    request.told = *words;
    if (undecided) ++request.comments;
    return std::optional(concluded(std::move(request), std::move(said), verdict, judgement, clock.now()));
  }

  static Noted waiting(PendingCaller request, Instant now) {
    request.waits = true;
    const Instant until = request.until;
    return {.request = std::move(request), .at = now, .next_at = until};
  }

  // A system that takes no comments is still told the verdict.
  static Noted mute(Noted noted, Instant now) {
    Noted waits = waiting(std::move(noted.request), now);
    waits.said = std::move(noted.said);
    waits.said.word.clear();
    waits.request.comments = comments_max;
    waits.request.attempts = 0;
    return waits;
  }

  static Noted concluded(PendingCaller request, Said said, Verdict verdict,
                         const integration::Judgement& judgement, Instant now) {
    const AfterAttempt after =
        after_attempt({said.status, said.retry_after}, request.attempts + 1, random_spread());
    const bool test = request.asked.asking == Asking::test;
    const bool arrived = after.state == DeliveryState::delivered;
    Noted noted{.request = std::move(request), .said = std::move(said), .at = now};
    PendingCaller& kept = noted.request;
    if (noted.said.is_over && (noted.said.status != 0 || kept.attempts + 1 >= not_blocked_tries)) {
      noted.state = CallerState::answered;
      noted.said.word = "not-needed";
    } else if (test) {
      noted.state = arrived ? CallerState::answered : CallerState::dead;
    } else if (arrived && verdict == Verdict::undecided) {
      Noted waits = waiting(std::move(kept), now);
      waits.said = std::move(noted.said);
      waits.request.attempts = 0;
      return waits;
    } else if (arrived) {
      noted.state = CallerState::answered;
      noted.answered = entry_of(kept, judgement, verdict, noted.said.word);
    } else {
      ++kept.attempts;
      kept.told.clear();  // it did not arrive
      if (after.state == DeliveryState::dead && verdict == Verdict::undecided)
        return mute(std::move(noted), now);
      kept.waits = false;
      noted.state = after.state == DeliveryState::dead ? CallerState::dead : CallerState::pending;
      noted.next_at = now + after.wait;
    }
    if (noted.state != CallerState::pending) noted.next_at = now;
    return noted;
  }

  Status note(Noted noted) {
    return act(shared_, [noted = std::move(noted)](Database& db, Instant) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      const auto open = TRY(query_count(
          db, "SELECT count(*) FROM caller_request WHERE id=$1 AND state='pending'", noted.request.id));
      if (open == 0) return decision;
      if (noted.answered) decision.events.push_back(*noted.answered);
      decision.keep = [noted](Database& tables) { return write_down(tables, noted); };
      return decision;
    });
  }

  Project project_;
  Shared shared_;
  std::int64_t done_ = 0;  // the last question of a turn that left some; the next turn goes on behind it
  std::unique_ptr<Database> reader_;
  std::optional<CallerCall> call_;
};

Result<std::unique_ptr<CallerAnswerer>> CallerAnswerer::start(Shared shared, OpenReader open_reader,
                                                              std::shared_ptr<const Clock> clock,
                                                              Report report) {
  auto reader = TRY(open_reader());
  return std::unique_ptr<CallerAnswerer>(new CallerAnswerer(shared, std::move(open_reader), std::move(clock),
                                                            std::move(report), std::move(reader)));
}

CallerAnswerer::CallerAnswerer(Shared shared, OpenReader open_reader, std::shared_ptr<const Clock> clock,
                               Report report, std::unique_ptr<Database> reader)
    : shared_(shared),
      open_reader_(std::move(open_reader)),
      clock_(std::move(clock)),
      report_(std::move(report)),
      reader_(std::move(reader)),
      workers_(projects_at_once, projects_waiting_max),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

CallerAnswerer::~CallerAnswerer() { stop(); }

void CallerAnswerer::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void CallerAnswerer::run(const std::stop_token& stop) {
  bool news = true;
  while (!stop.stop_requested()) {
    const Instant now = clock_->now();
    const Instant next = std::min(plan(now, news), now + look_at_least_every);
    news = bell_.wait(stop, next - clock_->now());
  }
}

// Hands every project with something to do to a worker, who waited longest first; says when there will be more.
Instant CallerAnswerer::plan(Instant now, bool news) {
  if (now - forgot_at_ >= forget_every) {
    forgot_at_ = now;
    if (const Status done = forget_old(now); !done.ok()) report_("forget what callers asked", done.error());
  }
  const std::lock_guard lock(mutex_);  // before it is read: who is not busy then has written down that it waits
  auto found = heads();
  if (!found.ok()) return report_("answer callers", found.error()), now + wait_after_trouble;
  Instant next = now + look_at_least_every;
  forget_idle(*found);
  std::map<std::string, std::size_t> busy;
  for (const auto& [project, system] : systems_) busy[project.integration] += system->busy;
  const auto served_at = [&](const Head& head) {
    const auto at = systems_.find(head.of);
    return at == systems_.end() ? Instant() : at->second->served_at;
  };
  std::stable_sort(found->begin(), found->end(),
                   [&](const Head& a, const Head& b) { return served_at(a) < served_at(b); });
  for (const Head& head : *found) {
    auto& system = systems_[head.of];
    if (system == nullptr) system = std::make_unique<System>(head.of, shared_);
    system->look |= news && (head.waits || system->busy);
    std::size_t& at_once = busy[head.of.integration];
    const Instant due = std::max(system->look ? now : head.due, system->not_before);
    if (system->busy || (due <= now && at_once >= projects_of_one_at_once)) continue;  // a turn's end hastens the bell
    const auto work = [this, project = head.of](const std::stop_token& stop) { serve(project, stop); };
    if (due <= now && workers_.submit(work)) {
      system->busy = true, system->look = false;
      ++at_once;
    } else {
      next = std::min(next, std::max(due, now + milliseconds(1)));
    }
  }
  return next;
}

// Projects that wait for nothing any more; and beyond some, nobody keeps a connection between turns.
void CallerAnswerer::forget_idle(const std::vector<Head>& heads) {
  std::set<Project> wanted;
  for (const Head& head : heads) wanted.insert(head.of);
  std::erase_if(systems_, [&](const auto& each) { return !each.second->busy && !wanted.contains(each.first); });
  if (systems_.size() <= connections_kept_max) return;
  for (const auto& [project, system] : systems_)
    if (!system->busy) system->hang_up();
}

Result<std::vector<CallerAnswerer::Head>> CallerAnswerer::heads() {
  return query(
      *reader_,
      "SELECT r.integration, coalesce(json_extract(r.asked, '$.repository'), ''), min(r.next_at), max(r.waits) FROM "
      "caller_request r JOIN integration_secret s ON s.integration=r.integration WHERE r.state='pending' GROUP BY 1, 2",
      [](const Row& row) { return Head{{row.string(0), row.string(1)}, row.instant(2), row.boolean(3)}; });
}

Status CallerAnswerer::forget_old(Instant now) {
  const std::int64_t old = TRY(
      query_count(*reader_, "SELECT count(*) FROM caller_request WHERE state<>'pending' AND answered_at<$1",
                  now - keep_finished));
  if (old == 0) return {};
  return act(shared_, [](Database&, Instant at) -> Result<sequencer::Decision> {
    return sequencer::Decision{.keep = [at](Database& db) {
      return execute(db, "DELETE FROM caller_request WHERE state<>'pending' AND answered_at<$1",
                     at - keep_finished);
    }};
  });
}

void CallerAnswerer::serve(const Project& project, const std::stop_token& stop) {
  System* system = nullptr;
  {
    const std::lock_guard lock(mutex_);
    system = systems_.at(project).get();
  }
  const auto turn = system->serve(open_reader_, *clock_, stop);
  if (!turn.ok() && !stop.stop_requested()) report_(fmt::format("answer {}", project.integration), turn.error());
  {
    const std::lock_guard lock(mutex_);
    const Instant now = clock_->now();
    const bool more = turn.ok() && *turn == System::Turn::more;
    system->busy = false;
    system->served_at = now;
    system->look |= more;
    system->not_before = now + (!turn.ok() ? wait_after_trouble : more ? Duration() : look_at_most_every);
  }
  bell_.hasten();
}

}  // namespace weir::jobs
