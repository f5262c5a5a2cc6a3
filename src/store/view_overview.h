// Everything the overview shows, read on one connection: river, lake, what needs a person, and what all of it rests on.
// Every number of the sentence links to what it counts. The cost follows what runs and what is open, not the history.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "alert/alert.h"
#include "store/view_record.h"
#include "store/view_runtime.h"

namespace weir::store {

struct SentencePart {
  std::string text, link, emphasis;  // emphasis: red, amber, water
  static void members(auto& visit, auto& self) {
    visit("text", self.text);
    visit.maybe("link", self.link);
    visit.maybe("emphasis", self.emphasis);
  }
};

struct TileView {
  std::string id, verdict, name;
  std::int64_t count = 0;
  static void members(auto& visit, auto& self) {
    visit("id", self.id);
    visit("verdict", self.verdict);
    visit("name", self.name);
    visit("count", self.count);
  }
};
struct PoolView {
  EnvironmentView environment;
  std::vector<TileView> tiles;  // exceptional ones first, at most tiles_max
  static void members(auto& visit, auto& self) {
    EnvironmentView::members(visit, self.environment);
    visit("tiles", self.tiles);
  }
};
inline constexpr std::int64_t tiles_max = 2000;

// What was decided since midnight (UTC) on what was to start: an unchanged answer is no new decision. How long
// answers take is the server's to add.
struct GateView {
  std::int64_t allowed = 0, denied = 0;
  std::optional<std::int64_t> p99_us;
  static void members(auto& visit, auto& self) {
    visit("allowed", self.allowed);
    visit("denied", self.denied);
    visit("p99_us", self.p99_us);
  }
};

// Approvals that end, requests, exceptions and proposals that wait for a consent, break-glass for a review.
enum class NeedKind { incident, approval, request, deployment, exception, proposal, break_glass };
constexpr auto names_of(NeedKind) {
  return std::array<std::string_view, 7>{"incident",  "approval", "request",    "deployment",
                                         "exception", "proposal", "break-glass"};
}
struct NeedView {
  NeedKind kind = NeedKind::incident;
  std::int64_t id = 0;
  std::string title, where, owner, tier;
  Instant since;
  alert::Severity severity = alert::Severity::low;
  static void members(auto& visit, auto& self) {
    visit("kind", self.kind);
    visit("id", self.id);
    visit("title", self.title);
    visit("where", self.where);
    visit("owner", self.owner);
    visit.maybe("tier", self.tier);
    visit("since", self.since);
    visit("severity", self.severity);
  }
};
inline constexpr std::size_t needs_max = 200;

struct ChannelTrust {
  std::string name;
  std::optional<Instant> last_delivery;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit("last_delivery", self.last_delivery);
  }
};
struct LedgerTrust {
  std::int64_t size = 0;
  std::optional<Instant> checked_at, checkpoint_at;
  std::string damage;  // what was found, where something was
  static void members(auto& visit, auto& self) {
    visit("size", self.size);
    visit.maybe("damage", self.damage);
    visit("checked_at", self.checked_at);
    visit("checkpoint_at", self.checkpoint_at);
  }
};
struct TrustView {
  std::int64_t hosts_reporting = 0, hosts = 0, events_lost = 0, scopes_excluded = 0;
  std::vector<ChannelTrust> channels;
  LedgerTrust ledger;
  std::vector<std::string> blind;
  static void members(auto& visit, auto& self) {
    visit("hosts_reporting", self.hosts_reporting);
    visit("hosts", self.hosts);
    visit("events_lost", self.events_lost);
    visit("scopes_excluded", self.scopes_excluded);
    visit("channels", self.channels);
    visit("ledger", self.ledger);
    visit("blind", self.blind);
  }
};

struct SinceView {
  Instant from;
  std::int64_t starts = 0, deployments = 0, policy_changes = 0;
  static void members(auto& visit, auto& self) {
    visit("from", self.from);
    visit("starts", self.starts);
    visit("deployments", self.deployments);
    visit("policy_changes", self.policy_changes);
  }
};

struct OverviewView {
  std::vector<SentencePart> sentence;
  std::map<std::string, std::int64_t> counts;  // live workloads by verdict, and what is open
  std::vector<FlowView> river;
  GateView weir;
  std::vector<PoolView> lake;
  std::vector<NeedView> needs;
  TrustView trust;
  SinceView since;
  std::vector<std::int64_t> entries_per_minute;  // of the last hour, oldest first
  static void members(auto& visit, auto& self) {
    visit("sentence", self.sentence);
    visit("counts", self.counts);
    visit("river", self.river);
    visit("weir", self.weir);
    visit("lake", self.lake);
    visit("needs", self.needs);
    visit("trust", self.trust);
    visit("since", self.since);
    visit("entries_per_minute", self.entries_per_minute);
  }
};

Result<OverviewView> find_overview(Database& db, Instant since, Instant now);

// The first entry that is not older than `at`; the ledger's size when all are. Times never run backwards in a ledger.
Result<std::int64_t> first_entry_since(Database& db, Instant at);

}  // namespace weir::store
