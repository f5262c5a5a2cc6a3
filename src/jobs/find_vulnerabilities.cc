#include "jobs/find_vulnerabilities.h"

#include <chrono>
#include <map>
#include <set>
#include <tuple>
#include <unordered_set>

#include "format/utf8.h"
#include "jobs/finding_statements.h"
#include "jobs/finding_step.h"
#include "jobs/followed_advisories.h"
#include "jobs/open_names.h"
#include "jobs/read_bill.h"
#include "jobs/watched_artifacts.h"
#include "store/view_finding.h"
#include "vuln/flip.h"

namespace weir::jobs {
namespace {

using store::Database;
using vuln::ComponentId;
using vuln::FindingChange;

constexpr std::int64_t bills_per_step = 32, documents_per_step = 32;
constexpr std::size_t reason_bytes_max = 1024;
constexpr std::size_t names_alone_max = 1000;  // by which flaws are asked for alone
constexpr Duration saves_every = seconds(10);  // the index, or less often:
constexpr std::int64_t saves_share = 50;       // one part of the time goes into saving

std::string upper_ascii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
  return upper;
}

class FindVulnerabilities final : public Job {
 public:
  FindVulnerabilities(Shared shared, FindingPorts ports, std::unique_ptr<Database> reader)
      : shared_(shared),
        ports_(std::move(ports)),
        reader_(std::move(reader)),
        statements_(*reader_, ports_.blobs),
        advisories_(ports_.exposure, ports_.advisories, *reader_, KnownAdvisories(ports_.advisories_file)) {}
  ~FindVulnerabilities() override { save({}); }
  FindVulnerabilities(const FindVulnerabilities&) = delete;
  FindVulnerabilities& operator=(const FindVulnerabilities&) = delete;

  Result<Step> tick(Instant now) override {
    const Status looked = advisories_.look(now);  // what was known before stands
    const auto step = work(now);
    if (!step.ok()) forget();
    if (!step.ok() || *step == Step::more) return step;
    if (!looked.ok()) return looked.error();
    if ((dirty_ || advisories_.is_unsaved()) && now >= save_next_) save(now);
    return Step::idle;
  }

 private:
  Result<Step> work(Instant now) {
    if (!loaded_) TRY(load());
    if (TRY(read_statements(now)) == Step::more) return Step::more;
    if (TRY(read_bills(now)) == Step::more) return Step::more;
    TRY(match_changed(now));
    TRY(say_updated());
    TRY(follow_what_runs());
    return Step::idle;
  }

  // So that no question where something runs has to read all of it first.
  Status follow_what_runs() {
    if (ports_.exposure->read([](const Exposure::State& state) { return state.index.artifacts() == 0; }))
      return {};
    TRY(reader_->script("BEGIN"));  // all of it as it is at one moment
    const Status followed = [&]() -> Status {
      WhatRuns& runs = ports_.exposure->runs();
      const auto lock = runs.lock();
      TRY(runs.update(*reader_));
      ports_.exposure->read([&](const Exposure::State& state) { runs.find_bills(state.index); });
      return {};
    }();
    reader_->rollback();
    return followed;
  }

  // The index may hold what was not recorded: it is made again from what was.
  void forget() {
    loaded_ = dirty_ = false;
    matched_here_.reset();
    open_names_.clear();
    unplaced_.clear();
    standing_.reset();
    ports_.exposure->change(
        [](Exposure::State& state) { state = {.advisories = state.advisories, .cves = state.cves}; });
    facts_matched_ = nullptr;
    ports_.exposure->tell({.flaws = {}, .other = true});
  }

  Status load() {
    auto index = open_index();
    // An index that is ahead of the ledger is of another one.
    const std::int64_t newest = TRY(store::newest_bill(*reader_));
    if (index && index->through() > newest) index.reset();
    auto open = TRY(store::list_findings(*reader_, {.open = true}));
    const auto stated = TRY(store::stated_now(*reader_));
    auto ended = TRY(store::components_with_ended_findings(*reader_));
    ended_ = {std::make_move_iterator(ended.begin()), std::make_move_iterator(ended.end())};
    TRY(statements_.load());
    ports_.exposure->change([&](Exposure::State& state) {
      if (index) state.index = std::move(*index);
      for (store::FindingRow& row : open) {
        const auto id = state.index.find(row.last.component);
        if (id) open_names_.add(row.last);
        (id ? state.open[*id] : unplaced_[row.last.component]).push_back(std::move(row.last));
      }
      for (const vuln::FindingStated& row : stated)
        if (const auto id = state.index.find(row.component)) state.stated[*id].push_back(row);
    });
    loaded_ = true;
    return {};
  }

  // One that is not there is no news; one that is damaged, or that an earlier version wrote, is made anew.
  std::optional<vuln::ComponentIndex> open_index() const {
    auto index = vuln::ComponentIndex::open(ports_.index_file);
    if (index.ok()) return std::move(*index);
    if (index.error().code != Errc::not_found)
      say(index.error(), "it is made anew from the bills of materials");
    return std::nullopt;
  }

  void save(Instant now) {
    if (!dirty_ && !advisories_.is_unsaved()) return;
    const auto begun = std::chrono::steady_clock::now();
    if (dirty_) {
      const Status saved = ports_.exposure->read(
          [this](const Exposure::State& state) { return state.index.save(ports_.index_file); });
      if (!saved.ok()) say(saved.error(), "the next start makes it anew from the bills of materials");
    }
    if (const Status kept = advisories_.save(); !kept.ok() && ports_.say)
      ports_.say({kept.error().code,
                  fmt::format("{}: {}; a feed that goes back in time while the server is away would not be noticed",
                              ports_.advisories_file, kept.error().message)});
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
    save_next_ = now + std::max(saves_every, microseconds(took.count() * saves_share));
    dirty_ = false;
  }

  void say(const Error& error, std::string_view then) const {
    if (ports_.say)
      ports_.say({error.code, fmt::format("{}: {}; {}", ports_.index_file, error.message, then)});
  }

  std::shared_ptr<const vuln::AdvisoryState> advisories() const {
    return ports_.exposure->read([](const Exposure::State& state) { return state.advisories; });
  }

  // ---- advisories ----

  // What was read, where it had no findings to go with.
  Status say_updated() {
    if (!advisories_.updated) return {};
    TRY(act(shared_, [updated = *advisories_.updated](Database&, Instant) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      decision.events = {updated};
      return decision;
    }));
    advisories_.updated.reset();
    return {};
  }

  // The components whose names the advisories say something else about than when all was matched last; all of them when
  // that was not in this process.
  std::vector<ComponentId> touched_components(bool everything) const {
    return ports_.exposure->read([&](const Exposure::State& state) {
      std::vector<ComponentId> components;
      if (everything) {
        for (ComponentId id = 0; id < state.index.components(); ++id) components.push_back(id);
        return components;
      }
      for (const vuln::AffectedName& each : advisories_.touched)
        for (const ComponentId id : state.index.about(each.ecosystem, each.name)) components.push_back(id);
      std::ranges::sort(components);
      const auto twice = std::ranges::unique(components);
      components.erase(twice.begin(), twice.end());
      return components;
    });
  }

  Status match_changed(Instant now) {
    const auto state = advisories();
    if (state == nullptr) return {};
    const auto matched = TRY(store::last_matched(*reader_));
    const bool same = matched && matched->digest == state->digest();
    if (same && !matched_here_ && !TRY(store::has_unmatched_bills(*reader_)))
      note_matched(*state, matched->at);  // by an earlier process: nothing happened since
    if (same && matched_here_ == state->digest()) return match_facts(*state, now);
    const bool everything = !matched || !matched_here_ || *matched_here_ != matched->digest;
    Found found{.cause = vuln::FindingCause::advisories, .advisories = state->digest()};
    if (everything) TRY(read_standing());
    std::optional<TouchedFlaws> touched;
    if (!everything) touched = TRY(touched_flaws(*state));
    for (const ComponentId id : touched_components(everything))
      TRY(add_flips(id, *state, found, touched ? &*touched : nullptr));
    standing_.reset();
    TRY(record(found, now));
    note_matched(*state, now);
    return match_facts(*state, now);
  }

  // Lists of CVEs that say something else than when they were looked at last.
  Status match_facts(const vuln::AdvisoryState& state, Instant now) {
    const auto cves = ports_.exposure->read([](const Exposure::State& exposure) { return exposure.cves; });
    if (cves == nullptr || cves == facts_matched_) return {};
    Found found{.cause = vuln::FindingCause::advisories, .advisories = state.digest()};
    for (const ComponentId id : TRY(components_with_other_facts(*cves))) TRY(add_flips(id, state, found));
    if (!found.empty() || advisories_.exploited_is_news) TRY(record(found, now));
    facts_matched_ = cves;
    advisories_.exploited_is_news = false;
    return {};
  }

  Result<std::vector<ComponentId>> components_with_other_facts(const vuln::CveFacts& cves) const {
    Status status;
    auto components = ports_.exposure->read([&](const Exposure::State& state) {
      std::vector<ComponentId> other;
      for (const auto& [id, findings] : state.open) {
        const bool differs = std::ranges::any_of(findings, [&](const FindingChange& was) {
          FindingChange now = was;
          const Status added = vuln::add_facts(now, &cves, &was);
          if (!added.ok()) status = added;
          return !vuln::same_facts(was, now);
        });
        if (differs) other.push_back(id);
      }
      std::ranges::sort(other);
      return other;
    });
    TRY(status);
    return components;
  }

  void note_matched(const vuln::AdvisoryState& state, Instant at) {
    matched_here_ = state.digest();
    advisories_.forget_touched();
    ports_.exposure->change([&](Exposure::State& exposure) { exposure.matched_at = at; });
  }

  // ---- statements ----

  Result<Step> read_statements(Instant now) {
    const auto taken = TRY(statements_.take(documents_per_step));
    if (taken.documents.empty()) return Step::idle;
    Found found{.cause = vuln::FindingCause::vex, .documents = taken.documents};
    for (const auto& [id, finding] : findings_named(taken.vulnerabilities))
      TRY(add_stated(id, finding, found));
    TRY(record(found, now));
    return taken.documents.size() == static_cast<std::size_t>(documents_per_step) ? Step::more : Step::idle;
  }

  using Findings = std::vector<std::pair<ComponentId, FindingChange>>;
  // Open ones by any of their ids, in upper case.
  Findings findings_named(const std::set<std::string>& ids) const {
    return ports_.exposure->read([&](const Exposure::State& state) {
      Findings named;
      for (const auto& [id, findings] : state.open)
        for (const FindingChange& finding : findings)
          if (ids.contains(upper_ascii(finding.cluster)) ||
              std::ranges::any_of(finding.records,
                                  [&](const std::string& each) { return ids.contains(upper_ascii(each)); }))
            named.emplace_back(id, finding);
      std::ranges::sort(
          named, {}, [](const auto& each) { return std::tie(each.second.component, each.second.cluster); });
      return named;
    });
  }

  // Of an artifact with a new bill: what was stated of it before it was known to hold anything.
  Findings findings_of_artifact(const Sha256& artifact) const {
    return ports_.exposure->read([&](const Exposure::State& state) {
      Findings held;
      for (const ComponentId id : state.index.of(artifact))
        if (const auto open = state.open.find(id); open != state.open.end())
          for (const FindingChange& finding : open->second) held.emplace_back(id, finding);
      return held;
    });
  }

  Status add_stated(ComponentId id, const FindingChange& finding, Found& found) {
    if (!statements_.speaks_of(finding)) return {};
    const auto component =
        ports_.exposure->read([id](const Exposure::State& state) { return state.index.component(id); });
    const auto holds = [&](const Sha256& artifact) {
      return ports_.exposure->read([&](const Exposure::State& state) {
        return std::ranges::binary_search(state.index.of(artifact), id);
      });
    };
    for (vuln::FindingStated& each : TRY(statements_.changes(finding, component, holds))) {
      const auto same = [&](const vuln::FindingStated& other) {
        return other.cluster == each.cluster && other.component == each.component &&
               other.artifact == each.artifact;
      };
      std::erase_if(found.stated, same);  // said of the finding as it was before in this step
      found.stated.push_back(std::move(each));
    }
    return {};
  }

  // ---- bills ----

  Result<Step> read_bills(Instant now) {
    const std::int64_t through =
        ports_.exposure->read([](const Exposure::State& state) { return state.index.through(); });
    const auto bills = TRY(store::bills_after(*reader_, through, bills_per_step));
    if (bills.empty()) return Step::idle;
    Found found{.cause = vuln::FindingCause::sbom};
    std::set<ComponentId> touched;
    for (const store::BillRow& bill : bills) take_bill(bill, touched, found);
    for (const ComponentId id : touched) TRY(recall(id));
    if (!statements_.empty())
      for (const store::BillRow& bill : bills)
        for (const auto& [id, finding] : findings_of_artifact(bill.artifact))
          TRY(add_stated(id, finding, found));
    if (const auto state = advisories()) {
      found.advisories = state->digest();
      // Only what all was matched with may be said to be matched.
      if (matched_here_ != state->digest()) found.advisories.reset();
      for (const ComponentId id : touched) TRY(add_flips(id, *state, found));
    }
    if (!found.empty()) TRY(record(found, now));
    TRY(state_by_subject(bills, found, now));
    dirty_ = true;
    return bills.size() == static_cast<std::size_t>(bills_per_step) ? Step::more : Step::idle;
  }

  // Which package an artifact is, a general statement's product, is known from here on.
  Status state_by_subject(std::span<const store::BillRow> bills, const Found& read, Instant now) {
    if (statements_.empty()) return {};
    Found found{.cause = vuln::FindingCause::vex};
    for (const store::BillRow& bill : bills) {
      const auto noted = std::ranges::find(read.bills, bill.attestation, &vuln::BillRead::attestation);
      if (noted == read.bills.end() || noted->subject.empty()) continue;
      for (const auto& [id, finding] : findings_of_artifact(bill.artifact))
        TRY(add_stated(id, finding, found));
    }
    return found.empty() ? Status() : record(found, now);
  }

  // What stands open of a component that the index did not have, since it was lost or is older than the tables.
  Status recall(ComponentId id) {
    if (unplaced_.empty()) return {};
    auto found = unplaced_.extract(ports_.exposure->read(
        [id](const Exposure::State& state) { return std::string(state.index.text(id)); }));
    if (!found) return {};
    std::vector<vuln::FindingStated> stated;
    for (const FindingChange& finding : found.mapped()) {
      open_names_.add(finding);
      for (vuln::FindingStated& each : TRY(store::stated_of(*reader_, finding.cluster, finding.component)))
        stated.push_back(std::move(each));
    }
    ports_.exposure->change([&](Exposure::State& state) {
      state.open[id] = std::move(found.mapped());
      if (stated.empty()) state.stated.erase(id);
      else state.stated[id] = std::move(stated);
    });
    return {};
  }

  // One that cannot be read is said, and stops no other.
  void take_bill(const store::BillRow& bill, std::set<ComponentId>& touched, Found& found) {
    vuln::BillRead read{.attestation = bill.attestation};
    const auto bill_read = read_bill(*reader_, *ports_.blobs, bill);
    ports_.exposure->change([&](Exposure::State& state) {
      if (!bill_read.ok()) {
        state.index.reached(bill.attestation);
        return;
      }
      const auto taken = state.index.take(bill.artifact, bill.attestation, bill_read->components);
      touched.insert(taken.fresh.begin(), taken.fresh.end());
      touched.insert(taken.dropped.begin(), taken.dropped.end());
    });
    if (bill_read.ok()) {
      read.components = static_cast<std::int64_t>(bill_read->components.size());
      read.subject = bill_read->subject;
    } else {
      read.error = format::utf8_text(bill_read.error().message, reason_bytes_max);
    }
    if (!bill.noted) found.bills.push_back(std::move(read));
  }

  // ---- both ----

  // All at once, where all is asked for: a query for each component would take longer than the matching.
  Status read_standing() {
    standing_.emplace();
    for (store::FindingRow& row : TRY(store::list_findings(*reader_, {}))) {
      std::vector<FindingChange>& of_one = (*standing_)[row.last.component];
      of_one.push_back(std::move(row.last));
    }
    return {};
  }

  // The flaws that changed advisories are about, and by component what has ended of them: the tables alone know that.
  struct TouchedFlaws {
    vuln::Flaws flaws;
    bool any_open = false;
    std::unordered_map<std::string, std::vector<FindingChange>> ended = {};
  };

  // Nothing where all that is known of the components has to be looked at.
  Result<std::optional<TouchedFlaws>> touched_flaws(const vuln::AdvisoryState& state) const {
    using Touched = std::optional<TouchedFlaws>;
    if (!advisories_.touched_records) return Touched();
    TouchedFlaws touched{.flaws = vuln::Flaws(state, *advisories_.touched_records)};
    if (touched.flaws.names().size() > names_alone_max) return Touched();
    touched.any_open = open_names_.any_of(touched.flaws.names());
    if (ended_.empty()) return Touched(std::move(touched));
    std::set<std::int64_t> seen;
    for (const std::string& name : touched.flaws.names())
      for (store::FindingRow& row : TRY(store::ended_findings_naming(*reader_, name)))
        if (seen.insert(row.id).second) touched.ended[row.last.component].push_back(std::move(row.last));
    return Touched(std::move(touched));
  }

  // Of those flaws; nothing where a finding is of others too.
  std::optional<std::vector<FindingChange>> standing_alone(ComponentId id, const std::string& component,
                                                           const TouchedFlaws& touched) const {
    std::optional<std::vector<FindingChange>> standing;
    if (touched.any_open)
      standing = ports_.exposure->read([&](const Exposure::State& state) {
        const auto open = state.open.find(id);
        return touched.flaws.alone_in(open == state.open.end() ? std::span<const FindingChange>()
                                                               : open->second);
      });
    else standing.emplace();
    const auto ended = touched.ended.find(component);
    if (!standing || ended == touched.ended.end()) return standing;
    const auto alone = touched.flaws.alone_in(ended->second);
    if (!alone) return std::nullopt;
    standing->insert(standing->end(), alone->begin(), alone->end());
    return standing;
  }

  // Of what is open, memory knows all.
  Result<std::vector<FindingChange>> all_standing(ComponentId id, const std::string& component) const {
    if (standing_) {
      const auto found = standing_->find(component);
      return found == standing_->end() ? std::vector<FindingChange>() : found->second;
    }
    auto standing = ports_.exposure->read([id](const Exposure::State& state) {
      const auto open = state.open.find(id);
      return open == state.open.end() ? std::vector<FindingChange>() : open->second;
    });
    if (ended_.contains(component))
      for (store::FindingRow& row : TRY(store::ended_findings(*reader_, component)))
        standing.push_back(std::move(row.last));
    return standing;
  }

  // `only`: nothing else can have changed.
  Status add_flips(ComponentId id, const vuln::AdvisoryState& state, Found& found,
                   TouchedFlaws* only = nullptr) {
    struct Seen {
      vuln::Component component;
      std::size_t holders = 0;
      std::shared_ptr<const vuln::CveFacts> cves;
    };
    const Seen seen = ports_.exposure->read([id](const Exposure::State& exposure) {
      return Seen{exposure.index.component(id), exposure.index.holders(id), exposure.cves};
    });
    std::optional<std::vector<FindingChange>> alone;
    if (only != nullptr && seen.holders > 0) alone = standing_alone(id, seen.component.text, *only);
    if (!alone) only = nullptr;
    std::vector<FindingChange> standing, wanted;
    if (alone) standing = std::move(*alone);
    else standing = TRY(all_standing(id, seen.component.text));
    if (seen.holders > 0)
      wanted = vuln::findings_of(seen.component, state, only == nullptr ? nullptr : &only->flaws);
    for (FindingChange& each : wanted) {
      const auto before = std::ranges::find(standing, each.cluster, &FindingChange::cluster);
      TRY(vuln::add_facts(each, seen.cves.get(), before == standing.end() ? nullptr : &*before));
    }
    for (FindingChange& change : seen.holders == 0
                                     ? vuln::closings_of(standing)
                                     : vuln::flips_of(std::move(wanted), standing, state.set())) {
      change.artifacts = static_cast<std::int64_t>(seen.holders);
      if (vuln::is_open(change.state)) TRY(add_stated(id, change, found));
      found.changes.push_back(std::move(change));
    }
    return {};
  }

  // Known before it is recorded: a decision that the entry makes stale must not be made with what was known before.
  // What is not recorded after all is forgotten.
  Status record(const Found& found, Instant now) {
    auto events = entries_of(found);
    if (advisories_.updated) events.insert(events.begin(), *advisories_.updated);  // with one sync
    const auto touched = TRY(watched_artifacts(
        *reader_, *ports_.exposure, found, advisories_.exploited_is_news ? Reach::everything : Reach::holders));
    ports_.exposure->change([&](Exposure::State& state) {
      apply(found, state);
      if (found.advisories) state.matched_at = now;
    });
    for (const FindingChange& change : found.changes)
      if (!vuln::is_open(change.state)) ended_.insert(change.component);
    TRY(act(shared_, [events, touched](Database&, Instant) -> Result<sequencer::Decision> {
      sequencer::Decision decision;
      decision.events = events;
      decision.keep = [touched](Database& tables) -> Status {
        for (const Sha256& artifact : touched)
          TRY(execute(tables,
                      "UPDATE decision_watch SET cause=(SELECT max(idx) FROM entry) WHERE artifact=$1",
                      artifact));
        return {};
      };
      return decision;
    }));
    advisories_.updated.reset();
    ports_.exposure->tell(news_of(found));
    return {};
  }

  void apply(const Found& found, Exposure::State& state) {
    std::map<std::string_view, bool> stood;  // flaws of which something was open
    for (const FindingChange& change : found.changes)
      stood.try_emplace(change.cluster, open_names_.has(change.cluster));
    for (const FindingChange& change : found.changes) {
      const auto id = state.index.find(change.component);
      if (!id) continue;
      std::vector<FindingChange>& open = state.open[*id];
      if (stood[change.cluster])
        std::erase_if(open, [&](const FindingChange& each) {
          if (each.cluster != change.cluster) return false;
          open_names_.remove(each);
          return true;
        });
      if (vuln::is_open(change.state)) {
        open_names_.add(change);
        open.push_back(change);
      }
      if (open.empty()) state.open.erase(*id);
    }
    for (const vuln::FindingStated& each : found.stated) {
      const auto id = state.index.find(each.component);
      if (!id) continue;
      std::vector<vuln::FindingStated>& rows = state.stated[*id];
      std::erase_if(rows, [&](const vuln::FindingStated& was) {
        return was.cluster == each.cluster && was.artifact == each.artifact;
      });
      if (each.status) rows.push_back(each);
      if (rows.empty()) state.stated.erase(*id);
    }
  }

  Shared shared_;
  FindingPorts ports_;
  std::unique_ptr<Database> reader_;
  FindingStatements statements_;
  FollowedAdvisories advisories_;
  bool loaded_ = false, dirty_ = false;
  Instant save_next_;
  using ByComponent = std::unordered_map<std::string, std::vector<FindingChange>>;
  std::optional<ByComponent> standing_;
  ByComponent unplaced_;                   // what is open of components that the index does not have
  OpenNames open_names_;                   // of what is open of those that it has
  std::unordered_set<std::string> ended_;  // components of which a finding has ended, if none is open too
  std::optional<Sha256> matched_here_;  // the advisories that everything was held against in this process
  std::shared_ptr<const vuln::CveFacts> facts_matched_;  // the lists of CVEs that every open finding was
};

}  // namespace

std::unique_ptr<Job> make_find_vulnerabilities(Shared shared, FindingPorts ports,
                                               std::unique_ptr<store::Database> reader) {
  return std::make_unique<FindVulnerabilities>(shared, std::move(ports), std::move(reader));
}

}  // namespace weir::jobs
