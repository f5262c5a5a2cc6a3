// A real ledger in a directory of its own: SQLite, blobs, signing key, and a clock the test moves. It can be closed,
// damaged, and opened again. Entries are appended as a request would, one command each.
#pragma once
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "sequencer/sequencer.h"
#include "store/schema.h"
#include "store/sqlite/database.h"
#include "support/scratch_directory.h"

namespace weir::test {

class HandClock final : public Clock {
 public:
  Instant now() const override { return {micros_.load()}; }
  void set(Instant at) { micros_ = at.micros; }
  void pass(Duration by) { micros_ += by.micros; }

 private:
  std::atomic<std::int64_t> micros_ = (Instant{} + days(20'000)).micros;
};

template <class Id>
Id id_of(char fill) {
  Id id;
  id.bytes.fill(static_cast<std::uint8_t>(fill));
  return id;
}

class LedgerFixture {
 public:
  static constexpr std::string_view origin = "weir.test/org";

  // `files`: the SQLite VFS that does the reading and writing; a failing disk is one.
  explicit LedgerFixture(std::string files = {})
      : files_(std::move(files)),
        signer_(std::make_shared<crypto::Signer>(crypto::Signer::generate())),
        clock_(std::make_shared<HandClock>()) {
    CHECK(open().ok());
  }

  // Opens (again) what lies in the directory.
  Status open() {
    sequencer_.reset();
    auto db = TRY(connect(store::OpenMode::read_write));
    const store::DerivedTables derived = TRY(store::create_schema(*db));
    blobs_ = std::shared_ptr<blob::BlobStore>(TRY(blob::open_directory(directory_.path("blobs"))));
    if (derived == store::DerivedTables::empty) {
      TRY(sequencer::rebuild(*db, *blobs_));
      TRY(store::note_filled(*db));
    }
    sequencer_ = TRY(sequencer::Sequencer::open(
        identity(), {.db = std::move(db),
                     .blobs = blobs_,
                     .clock = clock_,
                     .signer = signer_,
                     .on_fatal = [this](const std::string& why) { fatal_ = why; }}));
    return {};
  }
  void close() { sequencer_.reset(); }
  // Where the process would have ended: why. Read it after the command that failed was answered and the ledger closed.
  const std::string& fatal() const { return fatal_; }

  Result<std::unique_ptr<store::Database>> connect(store::OpenMode mode) const {
    return store::open_sqlite(database_path(), mode, files_);
  }
  std::unique_ptr<store::Database> reader() const {
    return std::move(connect(store::OpenMode::read_only)).value();
  }
  // For damage on purpose.
  Status alter(std::string_view sql) const {
    auto db = TRY(connect(store::OpenMode::read_write));
    return db->script(sql);
  }

  sequencer::Sequencer& sequencer() { return *sequencer_; }
  blob::BlobStore& blobs() { return *blobs_; }
  HandClock& clock() { return *clock_; }
  ledger::ActorId actor() const { return id_of<ledger::ActorId>('a'); }
  ledger::VerifierKey key() const { return {std::string(origin), signer_->public_key()}; }
  const crypto::Signer& signer() const { return *signer_; }
  void sign_with(crypto::Signer signer) { signer_ = std::make_shared<crypto::Signer>(std::move(signer)); }
  sequencer::Identity identity() const {
    return {"org", id_of<ledger::OrganizationId>('o'), std::string(origin)};
  }
  const ScratchDirectory& directory() const { return directory_; }
  std::string database_path() const { return directory_.path("ledger.db"); }

  sequencer::Command command(std::vector<store::Event> events, std::string answer = "") const {
    return {.actor = actor(),
            .idempotency = {},
            .decide = deciding(std::move(events), std::move(answer)),
            .done = [](auto) {}};
  }
  static sequencer::Decide deciding(std::vector<store::Event> events, std::string answer = "") {
    return [events = std::move(events), answer = std::move(answer)](store::Database&,
                                                                    Instant) -> Result<sequencer::Decision> {
      return sequencer::Decision{.events = events, .answer = [answer](auto) { return answer; }, .keep = {}};
    };
  }

  Result<sequencer::Outcome> append(store::Event event) {
    return sequencer_->submit_and_wait(command({std::move(event)}));
  }

  // Many entries with one sync.
  void fill(int count) {
    std::vector<store::Event> events;
    for (int i = 0; i < count; ++i)
      events.push_back(evidence::Service{.name = fmt::format("filler-{}", i), .team = "one"});
    CHECK(sequencer_->submit_and_wait(command(std::move(events))).ok());
  }

  // Hands over all commands while the sequencer is busy with another one, so that they meet in few batches.
  std::vector<Result<sequencer::Outcome>> burst(std::vector<sequencer::Command> commands) {
    std::promise<void> filled;
    const auto begun = std::make_shared<std::atomic<bool>>(false);
    const auto begin = [begun] { *begun = true; begun->notify_all(); };
    std::vector<std::future<Result<sequencer::Outcome>>> answers;
    sequencer::Command first = command({});
    first.done = [begin](auto) { begin(); };  // refused, if writes have stopped
    first.decide = [begin, waiting = filled.get_future().share()](auto&, Instant) -> Result<sequencer::Decision> {
      begin();
      waiting.wait();
      return sequencer::Decision{};
    };
    sequencer_->submit(std::move(first));
    begun->wait(false);
    for (sequencer::Command& each : commands) {
      auto promise = std::make_shared<std::promise<Result<sequencer::Outcome>>>();
      answers.push_back(promise->get_future());
      each.done = [promise](Result<sequencer::Outcome> outcome) { promise->set_value(std::move(outcome)); };
      sequencer_->submit(std::move(each));
    }
    filled.set_value();
    std::vector<Result<sequencer::Outcome>> outcomes;
    for (auto& answer : answers) outcomes.push_back(answer.get());
    return outcomes;
  }

  Result<ledger::VerificationReport> verify() {
    auto db = TRY(connect(store::OpenMode::read_only));
    return sequencer::verify_all(*db, *blobs_, key(), {});
  }

 private:
  ScratchDirectory directory_;
  std::string files_, fatal_;
  std::shared_ptr<const crypto::Signer> signer_;
  std::shared_ptr<HandClock> clock_;
  std::shared_ptr<blob::BlobStore> blobs_;
  std::unique_ptr<sequencer::Sequencer> sequencer_;
};

// Every row of a table as SQL text, in order.
inline std::vector<std::string> dump_table(store::Database& db, std::string_view table) {
  std::string columns;
  const auto names = query(db, fmt::format("SELECT name FROM pragma_table_info('{}')", table),
                           [](const store::Row& row) { return row.string(0); });
  for (const std::string& name : names.value())
    columns += fmt::format("{}'{}='||quote({})", columns.empty() ? "" : "||' '||", name, name);
  return query(db, fmt::format("SELECT {} FROM {} ORDER BY 1", columns, table),
               [](const store::Row& row) { return row.string(0); })
      .value();
}

}  // namespace weir::test
