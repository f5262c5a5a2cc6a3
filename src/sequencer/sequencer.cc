#include "sequencer/sequencer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <set>

#include "base/caught.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "format/utf8.h"
#include "store/project.h"

namespace weir::sequencer {
namespace {

constexpr std::size_t excluded_max = 8;  // commands that may fail in writing before their whole batch does

constexpr std::size_t salt_bytes_count = sizeof(ledger::Salt::bytes);

// Random bytes, drawn from the system for many entries at once. What was taken stays valid until the next draw.
class Secrets {
 public:
  BytesView take(std::size_t count) {
    if (drawn_.size() - used_ < count) {
      drawn_ = crypto::random_bytes(drawn_at_once);
      used_ = 0;
    }
    const BytesView taken = BytesView(drawn_).substr(used_, count);
    used_ += count;
    return taken;
  }

 private:
  static constexpr std::size_t drawn_at_once = 4096;
  Bytes drawn_;
  std::size_t used_ = 0;
};

}  // namespace

// What one commit holds. Leaf hashes go to the tree only when every entry is in the database.
struct Sequencer::Batch {
  std::int64_t next_index = 0;
  Instant now;
  std::vector<Sha256> leaf_hashes;
  std::vector<Bytes> leaves;
  std::int64_t first_index = 0;
  std::optional<ledger::RightEdgeTiles> edge;  // after the append
  std::optional<Head> head;
  Secrets secrets;
  std::set<std::size_t> excluded;      // acts that failed when the batch was tried before
  std::optional<std::size_t> culprit;  // the act whose writing failed in this attempt
  bool writing = false;                // the act at hand was accepted and writes
  bool commit_failed = false;          // in a way that leaves unknown what is on the disk

  // Takes back what was appended since the batch had `count` entries.
  void cut(std::size_t count) {
    leaf_hashes.resize(count);
    leaves.resize(count);
    next_index = first_index + static_cast<std::int64_t>(count);
  }
};

void exit_to_be_restarted(const std::string& why) {
  std::fprintf(stderr, "weir: %s\n", why.c_str());
  std::_Exit(70);
}

Result<std::unique_ptr<Sequencer>> Sequencer::open(Identity identity, Ports ports) {
  auto head = TRY(load_head(*ports.db));
  if (!head) {
    const ledger::Checkpoint empty{identity.origin, {0}, ledger::empty_root()};
    head = Head{{0}, ledger::empty_root(), ledger::sign_checkpoint(empty, *ports.signer), Instant{}};
    TRY(save_head(*ports.db, *head));
  }
  auto edge = TRY(load_right_edge(*ports.db, *head));
  const ledger::VerifierKey key{identity.origin, ports.signer->public_key()};
  const auto checkpoint = ledger::open_checkpoint(head->checkpoint, key);
  if (!checkpoint || checkpoint->head() != edge.head())
    return Error{Errc::corrupt,
                 "the stored checkpoint is not this key's, or not about these entries; writes stop: run "
                 "`weir ledger verify`, restore from a copy"};
  auto answered = TRY(Answered::open(*ports.db));
  return std::unique_ptr<Sequencer>(new Sequencer(std::move(identity), std::move(ports), std::move(*head),
                                                  std::move(edge), std::move(answered)));
}

Sequencer::Sequencer(Identity identity, Ports ports, Head head, ledger::RightEdgeTiles edge,
                     Answered answered)
    : identity_(std::move(identity)),
      ports_(std::move(ports)),
      head_(std::move(head)),
      edge_(std::move(edge)),
      answered_(std::move(answered)),
      size_(static_cast<std::int64_t>(head_.size.value)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Sequencer::~Sequencer() { stop(); }

void Sequencer::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  filled_.notify_all();
  thread_.join();
  std::deque<Together> left;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    left.swap(queue_);
    queued_ = 0;
  }
  for (Together& act : left) act.done(Error{Errc::unavailable, "the server is stopping"});
}

void Sequencer::submit(Command command) {
  Together alone;
  alone.done = [done = std::move(command.done)](Outcomes outcomes) {
    if (outcomes.ok()) done(std::move(outcomes->front()));
    else done(outcomes.error());
  };
  alone.commands.push_back(std::move(command));
  submit(std::move(alone));
}

void Sequencer::submit(Together together) {
  std::optional<Error> refused;
  {
    const std::lock_guard lock(mutex_);
    const bool bears_damage = std::ranges::all_of(together.commands, [](const Command& command) {
      return command.when_damaged == WhenDamaged::try_anyway;
    });
    if (damaged_ && !bears_damage) refused = Error{Errc::corrupt, damage_};
    else if (stopped_) refused = Error{Errc::unavailable, "the server is stopping"};
    else if (queued_ >= limits::queue_commands_max)
      refused = Error{Errc::unavailable, "too many writes wait; try again"};
    else {
      queued_ += together.commands.size();
      queue_.push_back(std::move(together));
    }
  }
  if (refused) together.done(std::move(*refused));
  else filled_.notify_one();
}

Result<Outcome> Sequencer::submit_and_wait(Command command) {
  std::promise<Result<Outcome>> promise;
  auto answered = promise.get_future();
  command.done = [&promise](Result<Outcome> outcome) { promise.set_value(std::move(outcome)); };
  submit(std::move(command));
  return answered.get();
}

void Sequencer::on_commit(std::function<void(std::int64_t)> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

std::string Sequencer::damage() const {
  const std::lock_guard lock(mutex_);
  return damage_;
}

void Sequencer::stop_writes(std::string why) {
  const std::lock_guard lock(mutex_);
  if (!damaged_) damage_ = std::move(why);
  damaged_ = true;
}

std::vector<Together> Sequencer::next_batch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  filled_.wait(lock, stop, [&] { return !queue_.empty(); });
  std::vector<Together> batch;
  std::size_t commands = 0;
  std::set<std::pair<Bytes, std::string>> keys;
  // The same key twice: the second waits for the next batch, where it is answered from the first one's record.
  const auto is_new = [&](const Command& command) {
    return !command.idempotency || keys.emplace(command.actor.view(), command.idempotency->key).second;
  };
  while (!queue_.empty() && commands < limits::batch_commands_max) {
    const Together& next = queue_.front();
    if (!std::ranges::all_of(next.commands, is_new)) break;
    commands += next.commands.size();
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_ -= commands;
  return batch;
}

void Sequencer::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<Together> acts = next_batch(stop);
    if (!acts.empty()) sequence(std::move(acts));
  }
}

void Sequencer::sequence(std::vector<Together> acts) {
  std::vector<Outcomes> outcomes(acts.size(), Error{});
  Batch batch;
  Status status = attempt(batch, acts, outcomes);
  while (!status.ok() && batch.culprit && batch.excluded.size() < excluded_max) {
    ports_.db->rollback();
    Batch again{.excluded = std::move(batch.excluded)};
    again.excluded.insert(*batch.culprit);
    outcomes[*batch.culprit] = status.error();
    batch = std::move(again);
    status = attempt(batch, acts, outcomes);
  }
  if (status.ok()) {
    add_receipts(batch, outcomes);
    size_.store(batch.next_index, std::memory_order_release);
  } else {
    fail(batch, status.error(), outcomes);
  }
  for (std::size_t i = 0; i < acts.size(); ++i) acts[i].done(std::move(outcomes[i]));
  if (batch.commit_failed) ports_.on_fatal(status.error().message);
  if (!status.ok()) return;
  std::vector<std::function<void(std::int64_t)>> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& listener : listeners) listener(batch.next_index);
}

// One try to decide and commit all acts but the excluded ones. What a command did not begin to write it is simply
// refused; one that wrote alone can't be taken out of the transaction, and is named as the culprit.
Status Sequencer::attempt(Batch& batch, const std::vector<Together>& acts, std::vector<Outcomes>& outcomes) {
  batch.next_index = batch.first_index = static_cast<std::int64_t>(head_.size.value);
  batch.now = std::max(ports_.clock->now(), head_.at);
  answered_.rolled_back();  // what an attempt before kept
  TRY(ports_.db->begin());
  for (std::size_t i = 0; i < acts.size(); ++i) {
    if (batch.excluded.contains(i)) continue;
    batch.writing = false;
    outcomes[i] = decide(batch, acts[i]);
    if (outcomes[i].ok()) continue;
    const Errc code = outcomes[i].error().code;
    if (!batch.writing && code != Errc::corrupt) continue;
    if (code != Errc::corrupt && code != Errc::unavailable) batch.culprit = i;
    return outcomes[i].error();
  }
  for (std::size_t i = 0; i < acts.size(); ++i) {
    if (batch.excluded.contains(i) || !outcomes[i].ok()) continue;
    for (std::size_t n = 0; n < acts[i].commands.size(); ++n)
      TRY(remember(batch, acts[i].commands[n], (*outcomes[i])[n]));
  }
  TRY(answered_.fold(*ports_.db));
  return commit(batch);
}

void Sequencer::fail(Batch& batch, const Error& error, std::vector<Outcomes>& outcomes) {
  ports_.db->rollback();
  if (error.code == Errc::corrupt || batch.commit_failed) stop_writes(error.message);
  const Errc code =
      batch.commit_failed ? Errc::unavailable : error.code;  // asked again, the same key gives the truth
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (!batch.excluded.contains(i)) outcomes[i] = Error{code, error.message};
}

Result<std::optional<Outcome>> Sequencer::replay(const Command& command) {
  if (!command.idempotency) return std::optional<Outcome>();
  const auto kept = TRY(answered_.find(*ports_.db, command.actor, command.idempotency->key));
  if (!kept) return std::optional<Outcome>();
  if (kept->body != command.idempotency->body)
    return Error{Errc::conflict, "this Idempotency-Key was already used for another request"};
  Outcome outcome{.answer = kept->answer, .replayed = true};
  if (kept->size == 0) return std::optional(std::move(outcome));
  // Signing is deterministic, so index and size give the same receipt again.
  const ledger::TreeSize size{static_cast<std::uint64_t>(kept->size)};
  ledger::TileCache cache(64 * 1024);
  StoredTiles tiles(*ports_.db);
  ledger::TiledTree tree(size, tiles, cache);
  const auto entry = TRY(read_entry(*ports_.db, *ports_.blobs, kept->index));
  const Sha256 root = TRY(ledger::root_of(size, tree));
  const ledger::Checkpoint checkpoint{identity_.origin, size, root};
  const ledger::LeafIndex index{static_cast<std::uint64_t>(kept->index)};
  auto proof = TRY(ledger::prove_inclusion(index, size, tree));
  outcome.receipt = ledger::Receipt{index, entry.leaf, std::move(proof),
                                    ledger::sign_checkpoint(checkpoint, *ports_.signer)};
  return std::optional(std::move(outcome));
}

// Several commands write under a savepoint: the first that is refused takes those before it back.
Sequencer::Outcomes Sequencer::decide(Batch& batch, const Together& act) {
  if (act.commands.size() == 1) return decide_all(batch, act);
  const std::size_t before = batch.leaves.size();
  TRY(ports_.db->script("SAVEPOINT act"));
  Outcomes outcomes = decide_all(batch, act);
  if (outcomes.ok()) {
    TRY(ports_.db->script("RELEASE SAVEPOINT act"));
    return outcomes;
  }
  if (outcomes.error().code == Errc::corrupt) return outcomes;
  TRY(ports_.db->script("ROLLBACK TO SAVEPOINT act; RELEASE SAVEPOINT act"));
  batch.cut(before);
  batch.writing = false;
  return outcomes;
}

Sequencer::Outcomes Sequencer::decide_all(Batch& batch, const Together& act) {
  std::vector<Outcome> outcomes;
  outcomes.reserve(act.commands.size());
  for (const Command& command : act.commands) outcomes.push_back(TRY(decide_one(batch, command)));
  return outcomes;
}

Result<Outcome> Sequencer::decide_one(Batch& batch, const Command& command) {
  if (auto replayed = TRY(replay(command))) return std::move(*replayed);
  Decision decision = TRY(caught([&] { return command.decide(*ports_.db, batch.now); }));
  batch.writing = true;
  Outcome outcome;
  for (const store::Event& event : decision.events)
    outcome.appended.push_back(TRY(append(batch, command.actor, event)));
  if (decision.keep) TRY(decision.keep(*ports_.db));
  if (decision.answer) outcome.answer = decision.answer(outcome.appended);
  outcome.answer_is_secret = decision.answer_is_secret;
  return outcome;
}

Result<Appended> Sequencer::append(Batch& batch, const ledger::ActorId& actor, const store::Event& event) {
  const std::string payload = store::encode_payload(event);
  // Nobody could read it again, neither the tables nor who verifies, and an entry is for ever.
  if (!format::is_utf8(payload)) return invalid("what is recorded must be UTF-8");
  const BytesView secret = batch.secrets.take(salt_bytes_count + crypto::seal_key_bytes);
  const BytesView salt_bytes = secret.substr(0, salt_bytes_count), key = secret.substr(salt_bytes_count);
  const ledger::Salt salt = TRY(ledger::salt_from_bytes(salt_bytes));
  const ledger::Leaf leaf{.type = store::type_of(event),
                          .organization = identity_.id,
                          .at = batch.now,
                          .actor = actor,
                          .subjects = TRY(ledger::sorted_subjects(store::subjects_of(event))),
                          .commitment = ledger::commitment(salt, payload)};
  const std::int64_t index = batch.next_index;
  batch.leaves.push_back(ledger::encode(leaf));
  const Bytes& encoded = batch.leaves.back();
  TRY(append_entry(*ports_.db, *ports_.blobs,
                   {.index = index, .leaf = encoded, .payload = payload, .salt = salt_bytes, .key = key}));
  batch.leaf_hashes.push_back(ledger::leaf_hash(encoded));
  batch.next_index = index + 1;
  const store::Stamp stamp{.index = index, .at = batch.now, .actor = actor};
  TRY(store::project(*ports_.db, stamp, event));
  TRY(store::enqueue(*ports_.db, stamp, event));
  return Appended{index, batch.now};
}

Status Sequencer::remember(const Batch& batch, const Command& command, const Outcome& outcome) {
  if (!command.idempotency || outcome.replayed) return {};
  const bool recorded = !outcome.appended.empty();
  return answered_.keep(*ports_.db, command.actor, command.idempotency->key,
                        {.body = command.idempotency->body,
                         .index = recorded ? outcome.appended.front().index : 0,
                         .size = recorded ? batch.next_index : 0,
                         .answer = outcome.answer_is_secret ? std::string() : outcome.answer});
}

Status Sequencer::commit(Batch& batch) {
  const auto sync = [&]() -> Status {
    Status status = ports_.db->commit();
    batch.commit_failed = !status.ok() && status.error().code != Errc::unavailable;
    if (status.ok()) answered_.committed();
    return status;
  };
  if (batch.leaf_hashes.empty()) return sync();
  batch.edge = edge_;
  const auto tiles = batch.edge->append(batch.leaf_hashes);
  TRY(save_tiles(*ports_.db, tiles));
  const ledger::Checkpoint checkpoint{identity_.origin, batch.edge->size(), batch.edge->root()};
  batch.head =
      Head{checkpoint.size, checkpoint.root, ledger::sign_checkpoint(checkpoint, *ports_.signer), batch.now};
  TRY(save_head(*ports_.db, *batch.head));
  TRY(sync());
  edge_ = std::move(*batch.edge);
  head_ = *batch.head;
  return {};
}

void Sequencer::add_receipts(const Batch& batch, std::vector<Outcomes>& outcomes) {
  for (Outcomes& act : outcomes) {
    if (!act.ok()) continue;
    for (Outcome& outcome : *act) {
      if (outcome.appended.empty()) continue;
      const std::int64_t index = outcome.appended.front().index;
      const ledger::LeafIndex at{static_cast<std::uint64_t>(index)};
      outcome.receipt = ledger::Receipt{at, batch.leaves[static_cast<std::size_t>(index - batch.first_index)],
                                        edge_.prove(at), batch.head->checkpoint};
    }
  }
}

}  // namespace weir::sequencer
