// The one writer of a ledger. Commands queue up (bounded; full means unavailable), a batch is whatever queued up during
// the commit before: each command is decided on the tables as the ones before it left them, its entries are appended
// and projected, everything is committed with one sync, then all are answered. Nothing is answered before its commit.
// A command that fails after it began to write is taken out, and the others go on without it; commands submitted
// together stand or fall together. A batch that cannot be
// committed changes nothing and answers everybody with the error; damage stops all writes. A commit that fails in
// writing or syncing is fatal: nobody knows what is on the disk until a new process has read it again.
// `submit` is safe from any thread; `done` is called on the sequencer's thread.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "blob/store.h"
#include "sequencer/answered.h"
#include "sequencer/command.h"
#include "sequencer/ledger_store.h"

namespace weir::sequencer {

struct Identity {
  std::string organization;  // name
  ledger::OrganizationId id;
  std::string origin;
};

// Says why on standard error and ends the process with exit code 70, at once.
void exit_to_be_restarted(const std::string& why);

struct Ports {
  std::unique_ptr<store::Database> db;  // the writing connection
  std::shared_ptr<blob::BlobStore> blobs;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<const crypto::Signer> signer;
  std::function<void(const std::string& why)> on_fatal = exit_to_be_restarted;
};

class Sequencer {
 public:
  // Loads the head and the right edge; the database already has its schema.
  static Result<std::unique_ptr<Sequencer>> open(Identity identity, Ports ports);
  ~Sequencer();

  void submit(Command command);
  void submit(Together together);
  Result<Outcome> submit_and_wait(Command command);  // for jobs and start-up; not from the sequencer's thread

  // Called after each commit with the ledger's size, on the sequencer's thread; must not block.
  void on_commit(std::function<void(std::int64_t size)> listener);

  std::int64_t size() const { return size_.load(std::memory_order_acquire); }
  bool accepts_writes() const { return !damaged_.load(); }
  std::string damage() const;  // what was found; empty while writes are accepted
  // Finishes the batch at work, refuses everything else, and joins; afterwards no listener is called any more.
  void stop();
  void stop_writes(std::string why);  // damage was found; later commands get it as their error
  const Identity& identity() const { return identity_; }

 private:
  struct Batch;
  Sequencer(Identity identity, Ports ports, Head head, ledger::RightEdgeTiles edge, Answered answered);
  void run(const std::stop_token& stop);
  using Outcomes = Result<std::vector<Outcome>>;
  std::vector<Together> next_batch(const std::stop_token& stop);
  void sequence(std::vector<Together> acts);
  Status attempt(Batch& batch, const std::vector<Together>& acts, std::vector<Outcomes>& outcomes);
  void fail(Batch& batch, const Error& error, std::vector<Outcomes>& outcomes);
  Outcomes decide(Batch& batch, const Together& act);
  Outcomes decide_all(Batch& batch, const Together& act);
  Result<Outcome> decide_one(Batch& batch, const Command& command);
  Result<std::optional<Outcome>> replay(const Command& command);
  Result<Appended> append(Batch& batch, const ledger::ActorId& actor, const store::Event& event);
  Status remember(const Batch& batch, const Command& command, const Outcome& outcome);
  Status commit(Batch& batch);
  void add_receipts(const Batch& batch, std::vector<Outcomes>& outcomes);

  Identity identity_;
  Ports ports_;
  Head head_;
  ledger::RightEdgeTiles edge_;
  Answered answered_;
  mutable std::mutex mutex_;
  std::condition_variable_any filled_;
  std::deque<Together> queue_;
  std::size_t queued_ = 0;  // commands in it
  std::vector<std::function<void(std::int64_t)>> listeners_;
  std::atomic<std::int64_t> size_ = 0;
  std::atomic<bool> damaged_ = false;
  std::string damage_;
  bool stopped_ = false;
  std::jthread thread_;
};

}  // namespace weir::sequencer
