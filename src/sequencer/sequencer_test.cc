#include "sequencer/sequencer.h"

#include <gtest/gtest.h>

#include <set>

#include "support/history.h"
#include "support/ledger_fixture.h"

namespace weir::sequencer {
namespace {

using test::LedgerFixture;

evidence::Service service(int number) { return {.name = fmt::format("service-{}", number), .team = "one"}; }

Command keyed(const LedgerFixture& ledger, std::string key, std::string_view body,
              std::vector<store::Event> events) {
  Command command = ledger.command(std::move(events), fmt::format(R"({{"made":"{}"}})", body));
  command.idempotency = Idempotency{std::move(key), crypto::sha256(body)};
  return command;
}

std::int64_t count(const LedgerFixture& ledger, std::string_view table) {
  return query_count(*ledger.reader(), fmt::format("SELECT count(*) FROM {}", table)).value();
}

TEST(Sequencer, every_receipt_proves_its_entry_with_the_public_key_alone) {
  LedgerFixture ledger;
  for (int i = 0; i < 270; ++i) {
    const auto outcome = ledger.append(service(i));
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    ASSERT_TRUE(outcome->receipt.has_value());
    const auto checked = ledger::check_receipt(ledger.key(), *outcome->receipt);
    ASSERT_TRUE(checked.ok()) << checked.error().message;
    EXPECT_EQ(outcome->receipt->index.value, static_cast<std::uint64_t>(i));
    EXPECT_EQ(checked->leaf.type, ledger::EntryType::service_declared);
    EXPECT_EQ(checked->leaf.actor, ledger.actor());
    EXPECT_EQ(checked->leaf.organization, ledger.identity().id);
  }
}

TEST(Sequencer, every_receipt_of_one_large_batch_proves_its_own_entry) {
  LedgerFixture ledger;
  std::vector<Command> commands;
  for (int i = 0; i < 700; ++i) commands.push_back(ledger.command({service(2 * i), service(2 * i + 1)}));
  const auto outcomes = ledger.burst(std::move(commands));
  for (const auto& outcome : outcomes) {
    ASSERT_TRUE(outcome.ok());
    ASSERT_EQ(outcome->appended.size(), 2u);
    EXPECT_EQ(outcome->receipt->index.value, static_cast<std::uint64_t>(outcome->appended[0].index));
    EXPECT_TRUE(ledger::check_receipt(ledger.key(), *outcome->receipt).ok());
  }
  EXPECT_EQ(ledger.sequencer().size(), 1400);
  EXPECT_TRUE(ledger.verify()->sound());
}

// An entry is for ever; one that is no UTF-8 could be read by nobody, and every later start would fail at it.
TEST(Sequencer, takes_nothing_that_is_no_utf8) {
  test::LedgerFixture ledger;
  const std::int64_t before = ledger.sequencer().size();
  for (const char* team : {"a\xff", "\xc3", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    const auto refused = ledger.append(evidence::Service{.name = "shop", .team = team});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Errc::invalid);
  }
  EXPECT_EQ(ledger.sequencer().size(), before);
  EXPECT_TRUE(ledger.append(evidence::Service{.name = "shop", .team = "\u00e9quipe"}).ok());
}

TEST(Sequencer, does_not_prove_an_entry_under_another_key) {
  LedgerFixture ledger, other;
  const auto outcome = ledger.append(service(1));
  EXPECT_EQ(ledger::check_receipt(other.key(), *outcome->receipt).error().code, Errc::unauthenticated);
}

TEST(Idempotency, same_key_and_body_give_the_same_bytes_however_far_the_ledger_went_on) {
  LedgerFixture ledger;
  ledger.fill(255);
  const auto first =
      ledger.sequencer().submit_and_wait(keyed(ledger, "k", "b", {service(1000), service(1001)}));
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(first->replayed);
  for (const int more : {0, 1, 255, 600}) {
    if (more > 0) ledger.fill(more);
    ledger.clock().pass(hours(1));
    const auto again = ledger.sequencer().submit_and_wait(keyed(ledger, "k", "b", {service(5)}));
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->answer, first->answer);
    EXPECT_EQ(*again->receipt, *first->receipt);
  }
  EXPECT_EQ(ledger.sequencer().size(), 255 + 2 + 856);
}

TEST(Idempotency, survives_a_restart) {
  LedgerFixture ledger;
  const auto first = ledger.sequencer().submit_and_wait(keyed(ledger, "k", "b", {service(1)}));
  ASSERT_TRUE(ledger.open().ok());
  const auto again = ledger.sequencer().submit_and_wait(keyed(ledger, "k", "b", {service(1)}));
  EXPECT_EQ(*again->receipt, *first->receipt);
}

TEST(Idempotency, same_key_with_another_body_is_a_conflict_and_records_nothing) {
  LedgerFixture ledger;
  ASSERT_TRUE(ledger.sequencer().submit_and_wait(keyed(ledger, "k", "b", {service(1)})).ok());
  const auto other = ledger.sequencer().submit_and_wait(keyed(ledger, "k", "c", {service(2)}));
  EXPECT_EQ(other.error().code, Errc::conflict);
  EXPECT_EQ(ledger.sequencer().size(), 1);
}

TEST(Idempotency, of_one_actor_is_nothing_to_another) {
  LedgerFixture ledger;
  Command other = keyed(ledger, "k", "c", {service(2)});
  other.actor = test::id_of<ledger::ActorId>('z');
  ASSERT_TRUE(ledger.sequencer().submit_and_wait(keyed(ledger, "k", "b", {service(1)})).ok());
  EXPECT_TRUE(ledger.sequencer().submit_and_wait(std::move(other)).ok());
}

TEST(Idempotency, the_same_key_many_times_in_one_burst_is_recorded_once) {
  LedgerFixture ledger;
  std::vector<Command> commands;
  for (int i = 0; i < 20; ++i) commands.push_back(keyed(ledger, "k", i == 7 ? "other" : "b", {service(1)}));
  const auto outcomes = ledger.burst(std::move(commands));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_EQ(outcomes[i].ok(), i != 7);
    if (i == 7) EXPECT_EQ(outcomes[i].error().code, Errc::conflict);
    else EXPECT_EQ(*outcomes[i]->receipt, *outcomes[0]->receipt);
  }
  EXPECT_EQ(ledger.sequencer().size(), 1);
}

TEST(Idempotency, keeps_the_answer_of_an_act_that_recorded_nothing) {
  LedgerFixture ledger;
  ASSERT_TRUE(ledger.sequencer().submit_and_wait(keyed(ledger, "k", "b", {})).ok());
  const auto again = ledger.sequencer().submit_and_wait(keyed(ledger, "k", "b", {}));
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(again->answer, R"({"made":"b"})");
  EXPECT_FALSE(again->receipt.has_value());
}

TEST(Sequencer, a_refused_command_changes_nothing_and_its_neighbours_do) {
  LedgerFixture ledger;
  std::vector<Command> commands;
  for (int i = 0; i < 1000; ++i) {
    commands.push_back(keyed(ledger, fmt::format("k{}", i), "b", {service(i)}));
    if (i % 3 == 0)
      commands.back().decide = [](auto&, Instant) -> Result<Decision> { return invalid("no", "field"); };
    if (i % 3 == 1) commands.back().decide = LedgerFixture::deciding({}, "nothing new");
  }
  const auto outcomes = ledger.burst(std::move(commands));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_EQ(outcomes[i].ok(), i % 3 != 0);
    if (i % 3 == 0) EXPECT_EQ(outcomes[i].error().field, "field");
    else EXPECT_EQ(outcomes[i]->receipt.has_value(), i % 3 == 2);
  }
  EXPECT_EQ(ledger.sequencer().size(), 333);
  EXPECT_EQ(count(ledger, "service"), 333);
  EXPECT_EQ(count(ledger, "idempotency"), 666) << "a refusal may be tried again under its key";
  EXPECT_TRUE(ledger.verify()->sound());
}

TEST(Sequencer, a_command_sees_what_those_before_it_in_the_batch_wrote) {
  LedgerFixture ledger;
  std::vector<Command> commands;
  for (int i = 0; i < 50; ++i) {
    commands.push_back(ledger.command({}));
    commands.back().decide = [](store::Database& tables, Instant) -> Result<Decision> {
      const auto held = TRY(query_count(tables, "SELECT count(*) FROM service"));
      return Decision{.events = {service(static_cast<int>(held))},
                      .answer = [held](auto) { return std::to_string(held); },
                      .keep = {}};
    };
  }
  const auto outcomes = ledger.burst(std::move(commands));
  for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(outcomes[i]->answer, std::to_string(i));
}

TEST(Sequencer, keeps_secret_rows_only_with_their_entry) {
  LedgerFixture ledger;
  const auto keep = [](store::Database& db) {
    return execute(db, "INSERT INTO timer (name, at) VALUES ('x', 1)");
  };
  Command command = ledger.command({service(1)});
  command.decide = [keep](auto&, Instant) -> Result<Decision> {
    return Decision{.events = {service(1)}, .answer = {}, .keep = keep};
  };
  ASSERT_TRUE(ledger.sequencer().submit_and_wait(command).ok());
  EXPECT_EQ(count(ledger, "timer"), 1);
  EXPECT_FALSE(ledger.sequencer().submit_and_wait(command).ok()) << "the second breaks the table's key";
  EXPECT_EQ(ledger.sequencer().size(), 1);
  EXPECT_EQ(count(ledger, "entry"), 1);
  EXPECT_TRUE(ledger.append(service(2)).ok()) << "and the next goes on";
  EXPECT_TRUE(ledger.verify()->sound());
}

TEST(Sequencer, time_never_runs_backwards_though_the_clock_does) {
  LedgerFixture ledger;
  const Instant start = ledger.clock().now();
  ASSERT_TRUE(ledger.append(service(1)).ok());
  ledger.clock().set(start - hours(5));
  const auto earlier = ledger.append(service(2));
  EXPECT_EQ(earlier->appended[0].at, start);
  ASSERT_TRUE(ledger.open().ok());
  EXPECT_EQ(ledger.append(service(3))->appended[0].at, start) << "also after a restart";
  ledger.clock().set(start + seconds(1));
  EXPECT_EQ(ledger.append(service(4))->appended[0].at, start + seconds(1));
  EXPECT_TRUE(ledger.verify()->sound());
}

TEST(Sequencer, full_queue_is_unavailable_at_once_and_loses_nobody) {
  LedgerFixture ledger;
  std::vector<Command> commands;
  for (std::size_t i = 0; i < limits::queue_commands_max + 100; ++i)
    commands.push_back(ledger.command({service(static_cast<int>(i))}));
  const auto outcomes = ledger.burst(std::move(commands));
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_EQ(outcomes[i].ok(), i < limits::queue_commands_max) << i;
    if (!outcomes[i].ok()) {
      EXPECT_EQ(outcomes[i].error().code, Errc::unavailable);
    }
  }
  EXPECT_EQ(ledger.sequencer().size(), static_cast<std::int64_t>(limits::queue_commands_max));
}

TEST(Sequencer, tells_its_listeners_the_size_after_each_commit) {
  LedgerFixture ledger;
  std::atomic<std::int64_t> heard = 0;
  ledger.sequencer().on_commit([&](std::int64_t size) { heard = size; });
  ASSERT_TRUE(ledger.append(service(1)).ok());
  ASSERT_TRUE(ledger.append(service(2)).ok());
  ASSERT_TRUE(ledger.sequencer().submit_and_wait(ledger.command({})).ok());
  EXPECT_EQ(heard, 2);
}

TEST(Sequencer, answers_what_still_waits_when_it_is_stopped) {
  LedgerFixture ledger;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 500; ++i) {
    Command command = ledger.command({service(i)});
    command.done = [&](auto) { ++answered; };
    ledger.sequencer().submit(std::move(command));
  }
  ledger.close();
  EXPECT_EQ(answered, 500);
}

TEST(Sequencer, writes_stop_with_the_reason_once_damage_was_found) {
  LedgerFixture ledger;
  ledger.sequencer().stop_writes("entry 7 is damaged");
  ledger.sequencer().stop_writes("something later");
  const auto refused = ledger.append(service(1));
  EXPECT_EQ(refused.error().code, Errc::corrupt);
  EXPECT_EQ(refused.error().message, "entry 7 is damaged");
  EXPECT_FALSE(ledger.sequencer().accepts_writes());
}

TEST(Ledger, goes_on_where_it_stopped_at_any_size) {
  LedgerFixture ledger;
  for (const int more : {0, 1, 254, 1, 1, 300}) {
    if (more > 0) ledger.fill(more);
    ledger.close();
    const auto before = load_head(*ledger.reader());
    ASSERT_TRUE(ledger.open().ok());
    const auto after = load_head(*ledger.reader());
    EXPECT_EQ(ledger.sequencer().size(), static_cast<std::int64_t>((*before)->size.value));
    EXPECT_EQ((*after)->root, (*before)->root);
    EXPECT_EQ((*after)->checkpoint, (*before)->checkpoint);
  }
  EXPECT_EQ(ledger.sequencer().size(), 557);
  EXPECT_TRUE(ledger.verify()->sound());
}

TEST(Ledger, proves_every_entry_at_every_later_size) {
  LedgerFixture ledger;
  std::vector<std::pair<Bytes, Sha256>> seen;  // leaf, root after it
  for (int i = 0; i < 520; ++i) {
    const auto outcome = ledger.append(service(i));
    seen.emplace_back(outcome->receipt->leaf,
                      ledger::open_checkpoint(outcome->receipt->checkpoint, ledger.key())->root);
  }
  const auto reader = ledger.reader();
  for (const std::uint64_t size : {1u, 2u, 255u, 256u, 257u, 511u, 512u, 513u, 520u})
    for (std::uint64_t index = 0; index < size; index += 1 + size / 7) {
      const auto proof = prove(*reader, static_cast<std::int64_t>(index), {size});
      ASSERT_TRUE(proof.ok()) << proof.error().message;
      EXPECT_TRUE(ledger::check_inclusion({index}, {size}, ledger::leaf_hash(seen[index].first), *proof,
                                          seen[size - 1].second)
                      .ok())
          << index << " of " << size;
    }
}

TEST(Ledger, a_large_payload_lives_in_the_blob_store_and_verifies) {
  LedgerFixture ledger;
  evidence::Trail large{
      .flow = "api", .name = "t", .description = std::string(limits::payload_inline_bytes_max + 1, 'x')};
  ASSERT_TRUE(ledger.append(service(1)).ok());
  ASSERT_TRUE(ledger.append(large).ok());
  EXPECT_EQ(query_count(*ledger.reader(), "SELECT count(*) FROM entry WHERE blob IS NOT NULL").value(), 1);
  const auto entry = read_entry(*ledger.reader(), ledger.blobs(), 1);
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(*entry->payload, store::encode_payload(large));
  EXPECT_TRUE(ledger.verify()->sound());
}

TEST(Ledger, holds_no_payload_in_clear) {
  LedgerFixture ledger;
  ASSERT_TRUE(
      ledger.append(evidence::Trail{.flow = "api", .name = "t", .description = "Ada Lovelace lives here"})
          .ok());
  ASSERT_TRUE(
      ledger
          .append(evidence::Trail{.flow = "api",
                                  .name = "t",
                                  .description = "Ada Lovelace lives here" + std::string(70'000, 'x')})
          .ok());
  const auto clear = query_count(
      *ledger.reader(),
      "SELECT count(*) FROM entry WHERE instr(payload, 'Ada Lovelace') OR instr(leaf, 'Ada Lovelace')");
  EXPECT_EQ(clear.value(), 0);
  for (const auto& file : std::filesystem::recursive_directory_iterator(ledger.directory().path("blobs")))
    if (file.is_regular_file()) {
      EXPECT_EQ(test::read_file(file.path()).find("Ada Lovelace"), std::string::npos);
    }
}

TEST(Ledger, an_erased_payload_leaves_every_proof_valid) {
  LedgerFixture ledger;
  ledger.fill(5);
  ASSERT_TRUE(
      ledger.alter("DELETE FROM payload_key WHERE idx=2; UPDATE entry SET payload=NULL WHERE idx=2").ok());
  const auto entry = read_entry(*ledger.reader(), ledger.blobs(), 2);
  ASSERT_TRUE(entry.ok());
  EXPECT_FALSE(entry->payload.has_value());
  const auto report = ledger.verify();
  EXPECT_TRUE(report->sound());
  EXPECT_EQ(report->payloads_erased, 1u);
  EXPECT_EQ(report->payloads_present, 4u);
}

TEST(Rebuild, gives_the_same_tables) {
  LedgerFixture ledger;
  const auto events = test::history(ledger.clock().now(), 0);
  std::set<ledger::EntryType> types;
  for (const store::Event& event : events) {
    types.insert(store::type_of(event));
    ledger.clock().pass(seconds(1));
    const auto outcome = ledger.append(event);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  }
  EXPECT_EQ(types.size(), std::tuple_size_v<store::EventTable>) << "the history has every type of entry";
  std::map<std::string_view, std::vector<std::string>> before;
  const auto reader = ledger.reader();
  for (const std::string_view table : store::derived_tables) before[table] = test::dump_table(*reader, table);
  ledger.close();
  auto writer = std::move(ledger.connect(store::OpenMode::read_write)).value();
  const Status rebuilt = rebuild(*writer, ledger.blobs());
  ASSERT_TRUE(rebuilt.ok()) << rebuilt.error().message;
  for (const std::string_view table : store::derived_tables) {
    EXPECT_FALSE(before[table].empty()) << table << " has no rows: the history tests nothing there";
    EXPECT_EQ(test::dump_table(*writer, table), before[table]) << table;
  }
}

TEST(Rebuild, without_a_sound_entry_changes_nothing) {
  LedgerFixture ledger;
  ledger.fill(5);
  ASSERT_TRUE(ledger.alter("UPDATE entry SET payload=zeroblob(length(payload)) WHERE idx=3").ok());
  ledger.close();
  auto writer = std::move(ledger.connect(store::OpenMode::read_write)).value();
  EXPECT_EQ(rebuild(*writer, ledger.blobs()).error().code, Errc::corrupt);
  EXPECT_EQ(test::dump_table(*writer, "service").size(), 5u);
}

}  // namespace
}  // namespace weir::sequencer
