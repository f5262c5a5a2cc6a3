// A command is a request as a value: who asks, under which idempotency key, and a pure-of-clock function that looks at
// the tables and decides. It returns events (accepted) or an error (refused, nothing changed). The sequencer runs it
// inside the transaction of its batch; `now` is the time its entries will carry.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/proof.h"
#include "store/event.h"
#include "store/sql.h"

namespace weir::sequencer {

// Where an event came to stand.
struct Appended {
  std::int64_t index = 0;
  Instant at;
};

struct Decision {
  std::vector<store::Event> events;  // may be empty: accepted, and nothing new to record
  // The answer's resource as JSON, made once the entries have their indexes.
  std::function<std::string(std::span<const Appended>)> answer;
  bool answer_is_secret = false;  // it shows something once: a repeated request gets the receipt without it
  // Rows of owned tables that belong to this act (secrets); runs in the same transaction.
  std::function<Status(store::Database&)> keep;
};

using Decide = std::function<Result<Decision>(store::Database& tables, Instant now)>;

struct Idempotency {
  std::string key;
  Sha256 body;  // digest of method, path and body: the same key with another body is a conflict
};

struct Outcome {
  std::string answer;                      // JSON; empty when the decision made none
  std::vector<Appended> appended;          // none for a replayed or empty decision
  std::optional<ledger::Receipt> receipt;  // of the first entry
  bool replayed = false;                   // answered from the idempotency key
  bool answer_is_secret = false;           // not kept with the idempotency key
};

// Once damage was found nothing is built on what may be wrong, but for the word about it and its way to people.
enum class WhenDamaged { refuse, try_anyway };

struct Command {
  ledger::ActorId actor;
  std::optional<Idempotency> idempotency;
  Decide decide;
  WhenDamaged when_damaged = WhenDamaged::refuse;
  std::function<void(Result<Outcome>)> done;  // called once, on the sequencer's thread, after the commit
};

// Commands that are accepted all or not at all, each decided on the tables as those before it left them. Their own
// `done` is not used. No two of them have the same idempotency key.
struct Together {
  std::vector<Command> commands;
  std::function<void(Result<std::vector<Outcome>>)> done;  // as a command's; one outcome for each, in order
};

}  // namespace weir::sequencer
