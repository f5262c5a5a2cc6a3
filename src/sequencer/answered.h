// What was answered under idempotency keys, found again by (actor, key). Keys come in no order, so an index that takes
// each at once would touch a page of its own for every write. Rows are therefore appended; the index over them takes
// keys later, many at a time and in its own order, and those it does not have yet are known by their hash in memory.
// Opening reads the rows that the index lacks: at most two runs of them.
// Belongs to the sequencer's thread; `keep` and `fold` are part of a transaction that ends with `committed` or
// `rolled_back`. What is kept is found only once it is committed.
#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sequencer/command.h"

namespace weir::sequencer {

struct Answer {
  Sha256 body;             // of the request it answered
  std::int64_t index = 0;  // of its first entry
  std::int64_t size = 0;   // of the tree then; 0: it recorded nothing
  std::string answer;
};

class Answered {
 public:
  static Result<Answered> open(store::Database& db, std::size_t run_keys = 65'536);

  Result<std::optional<Answer>> find(store::Database& db, const ledger::ActorId& actor,
                                     std::string_view key) const;
  Status keep(store::Database& db, const ledger::ActorId& actor, std::string_view key, const Answer& answer);
  // Hands some keys to the index, a few for each that was kept since; to be called once in a transaction.
  Status fold(store::Database& db);
  void committed();
  void rolled_back();

 private:
  struct Row {
    std::int64_t hash = 0, id = 0;
    auto operator<=>(const Row&) const = default;
  };
  explicit Answered(std::size_t run_keys) : run_keys_(run_keys) {}
  void begin_run();  // once there are enough for one, and the one before is in the index
  Result<std::optional<Answer>> row_of(store::Database& db, std::int64_t id, const ledger::ActorId& actor,
                                       std::string_view key) const;

  std::size_t run_keys_;
  std::int64_t next_id_ = 1;
  std::unordered_multimap<std::int64_t, std::int64_t> recent_;  // hash → id
  std::vector<Row> run_;                                        // in order, on its way into the index
  std::size_t folded_ = 0;                                      // of the run
  std::vector<Row> kept_;                                       // by this transaction
  std::size_t folding_ = 0;                                     // of the run, by this transaction
};

}  // namespace weir::sequencer
