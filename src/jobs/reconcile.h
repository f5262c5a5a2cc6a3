// Followers that keep what is known in step with what is recorded: they read, decide, and hand their acts to the
// sequencer as one command, which checks again what it rests on. `tick(now)` runs one bounded step and says whether
// there is more; a step that finds nothing to do costs one query. Each job belongs to one thread.
#pragma once
#include <memory>

#include "sequencer/sequencer.h"

namespace weir::jobs {

class Exposure;

struct Shared {
  sequencer::Sequencer& sequencer;
  ledger::ActorId server;              // whose acts the followers' are
  const Exposure* exposure = nullptr;  // what is known of vulnerabilities; null: nothing
};

enum class Step { idle, more };

class Job {
 public:
  virtual ~Job() = default;
  virtual Result<Step> tick(Instant now) = 0;
};

// Judges workloads that something changed for; gives verdicts, opens and resolves their alerts.
std::unique_ptr<Job> make_judge(Shared shared, std::unique_ptr<store::Database> reader);
// Makes decisions again that an entry bears on, or that are due; with a second reader, on two threads.
std::unique_ptr<Job> make_decide(Shared shared, std::unique_ptr<store::Database> reader,
                                 std::unique_ptr<store::Database> second = nullptr);
// Lists for judgement what an approval's period begins or ends for.
std::unique_ptr<Job> make_period_watch(Shared shared, std::unique_ptr<store::Database> reader);
// Numbers what ran between two moments.
std::unique_ptr<Job> make_snapshots(Shared shared, std::unique_ptr<store::Database> reader);
// Holds declared deployments against what runs.
std::unique_ptr<Job> make_deployment_watch(Shared shared, std::unique_ptr<store::Database> reader);
// Notices reporters that fell silent or came back.
std::unique_ptr<Job> make_silence_watch(Shared shared, std::unique_ptr<store::Database> reader);
// Opens the alert that the ledger is damaged, whoever found it, and says for as long as it is that writes have stopped.
std::unique_ptr<Job> make_damage_watch(Shared shared);
// Ends approval requests that nobody answered in time.
std::unique_ptr<Job> make_request_watch(Shared shared, std::unique_ptr<store::Database> reader);
// Ends exceptions when their time or condition comes, and warns before.
std::unique_ptr<Job> make_exception_watch(Shared shared, std::unique_ptr<store::Database> reader);

// Runs a command for a job. Conflict means: what it rested on changed meanwhile; the next tick looks again.
Status act(const Shared& shared, sequencer::Decide decide,
           sequencer::WhenDamaged when_damaged = sequencer::WhenDamaged::refuse);

}  // namespace weir::jobs
