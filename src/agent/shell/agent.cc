#include "agent/shell/agent.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "agent/containers/wait.h"
#include "agent/shell/batch.h"
#include "agent/shell/report_maker.h"
#include "agent/shell/reporter.h"

namespace weir::agent {
namespace {

constexpr Duration first_look_time_max = seconds(15);  // then the first full report says what is known
constexpr Duration look_again = milliseconds(20);
constexpr Duration idle_time = seconds(2);             // between looks at the sources, when nothing happens
constexpr Duration answer_time_max = milliseconds(700);  // for a report that is on its way when the end comes
constexpr Duration last_words_time_max = milliseconds(700);
constexpr Duration scope_sources_interval = hours(1);
constexpr Duration survey_again_after = seconds(60);
constexpr std::size_t part_bytes_max = 256 * 1024;  // of a full report: what is made, sent and read back at a time

}  // namespace

struct Agent::State {
  State(AgentConfig given, std::vector<std::unique_ptr<Collector>> watching, const Clock& host_clock, Say to_people,
        ReporterState opened, std::unique_ptr<Spool> opened_spool)
      : config(std::move(given)), collectors(std::move(watching)), clock(host_clock), say(std::move(to_people)),
        reporter_state(std::move(opened)), spool(std::move(opened_spool)),
        maker({.environment = config.environment, .host = config.host}, {.full_bytes_max = part_bytes_max}),
        reporter(config, reporter_state, *spool, clock, calls()) {
    last_rules = reporter_state.scopes({config.server, config.organization, config.environment, {}});
    maker.scope().change(0, last_rules);
  }

  AgentConfig config;
  std::vector<std::unique_ptr<Collector>> collectors;
  const Clock& clock;
  const Say say;
  ReporterState reporter_state;
  std::unique_ptr<Spool> spool;
  Gatherer gatherer;
  ReportMaker maker;
  std::atomic<bool> full_wanted = true, survey_wanted = false, inventory_lacking = false;
  std::mutex scope_mutex;  // guards the rules on their way from the reporter's thread
  std::optional<std::pair<std::int64_t, std::vector<runtime::ScopeRule>>> next_scope;
  std::vector<runtime::ScopeRule> last_rules;  // of the reporter's thread, as the server last said
  std::vector<runtime::Source> said_sources;
  Instant scope_said_at, surveyed_at;
  std::int64_t unsaid_loss = 0;
  Reporter reporter;  // last: its calls use what stands above

  ReporterCalls calls();
  void watch(std::vector<std::jthread>& threads);
  void await_first_look(std::stop_token stop);
  void take_scope();
  void turn(Duration time_max, std::stop_token stop);
  void say_changes(Batch batch);
  void say_everything();
  void survey_again();
  void put(std::vector<SpoolRecord> records);
  std::vector<runtime::Source> sources_now();
  std::vector<runtime::Source> changed_sources();
};

ReporterCalls Agent::State::calls() {
  return {.send_full = [this] {
            full_wanted = true;
            gatherer.wake();
          },
          .lacks_inventory = [this](bool lacking) { inventory_lacking = lacking; },
          .change_scope = [this](std::int64_t version, std::vector<runtime::ScopeRule> rules) {
            const std::lock_guard lock(scope_mutex);
            if (rules == last_rules) return;
            last_rules = rules;
            if (const Status kept = reporter_state.remember(
                    KeptScopes{config.server, config.organization, config.environment, rules});
                !kept)
              say(kept.error().message);
            next_scope.emplace(version, std::move(rules));
            gatherer.wake();
          },
          .heard = [this] { gatherer.wake(); },
          .say = [this](const std::string& line) { say(line); }};
}

std::vector<runtime::Source> Agent::State::sources_now() {
  std::vector<runtime::Source> all;
  for (const auto& collector : collectors)
    for (runtime::Source& source : collector->sources()) all.push_back(std::move(source));
  return all;
}

// What the server has not been told; scope rules count what they leave out, and are told again each hour.
std::vector<runtime::Source> Agent::State::changed_sources() {
  std::vector<runtime::Source> now = sources_now();
  const bool tell_scope = maker.scope().has_rules() && clock.now() - scope_said_at >= scope_sources_interval;
  if (now == said_sources && !tell_scope) return {};
  said_sources = now;
  scope_said_at = clock.now();
  for (runtime::Source& source : maker.scope().sources(clock.now())) now.push_back(std::move(source));
  return now;
}

void Agent::State::take_scope() {
  const std::lock_guard lock(scope_mutex);
  if (!next_scope) return;
  if (maker.scope().change(next_scope->first, std::move(next_scope->second))) full_wanted = survey_wanted = true;
  next_scope.reset();
}

void Agent::State::put(std::vector<SpoolRecord> records) {
  const bool away = !reporter.is_linked();
  for (SpoolRecord& record : records) {
    record.waited = away;
    if (const Status kept = spool->append(record); !kept) {
      unsaid_loss += std::max<std::int64_t>(record.events, 1);
      say("a report could not be kept: " + kept.error().message);
    }
  }
  if (records.empty()) return;
  if (away)
    if (const Status synced = spool->sync(); !synced) say(synced.error().message);
  reporter.wake();
}

void Agent::State::say_changes(Batch batch) {
  if (batch.lost > 0) full_wanted = true;
  put(maker.deltas(std::move(batch), changed_sources(), reporter.clock_uncertainty(), clock.now()));
}

void Agent::State::say_everything() {
  said_sources = sources_now();
  scope_said_at = clock.now();
  std::vector<runtime::Source> sources = said_sources;
  for (runtime::Source& source : maker.scope().sources(clock.now())) sources.push_back(std::move(source));
  maker.full(
      [this](const Collector::Tell& tell) {
        for (const auto& collector : collectors) collector->list(tell);
      },
      {.sources = std::move(sources),
       .events_lost = std::exchange(unsaid_loss, 0),
       .uncertainty = reporter.clock_uncertainty(),
       .now = clock.now()},
      [this](SpoolRecord record) { put({std::move(record)}); });
}

// One round: wait until there is something, say it. A full report is only made while somebody hears it.
void Agent::State::turn(Duration time_max, std::stop_token stop) {
  Batch batch = gatherer.take(time_max, !reporter.is_linked(), stop);
  take_scope();
  const std::int64_t dropped = spool->take_lost();
  if (dropped > 0) {
    unsaid_loss += dropped;
    full_wanted = survey_wanted = true;
  }
  say_changes(std::move(batch));
  if (unsaid_loss > 0) full_wanted = true;
  if (reporter.is_linked() && full_wanted.exchange(false)) say_everything();
  survey_again();
}

// Not before what was surveyed last can have arrived.
void Agent::State::survey_again() {
  if (!survey_wanted && !inventory_lacking) return;
  if (!reporter.is_linked() || spool->count() > 0 || clock.now() - surveyed_at < survey_again_after) return;
  survey_wanted = false;
  surveyed_at = clock.now();
  for (const auto& collector : collectors) collector->survey_again();
}

void Agent::State::watch(std::vector<std::jthread>& threads) {
  for (const auto& collector : collectors)
    threads.emplace_back([this, &collector](std::stop_token stop) { collector->watch(gatherer, stop); });
}

// The first full report must hold all that ran before (a process found a moment later would look like a new one), and
// nothing that the server's scope rules exclude.
void Agent::State::await_first_look(std::stop_token stop) {
  const Instant end = clock.now() + first_look_time_max;
  const auto is_ready = [this] {
    return reporter.has_tried() && std::all_of(collectors.begin(), collectors.end(),
                                               [](const auto& collector) { return collector->has_looked(); });
  };
  while (!stop.stop_requested() && clock.now() < end && !is_ready()) pause(look_again, stop);
  take_scope();
}

Agent::Agent(std::unique_ptr<State> state) : state_(std::move(state)) {}
Agent::~Agent() = default;

Result<std::unique_ptr<Agent>> Agent::open(AgentConfig config, std::vector<std::unique_ptr<Collector>> collectors,
                                           const Clock& clock, Say say) {
  TRY(check_agent_config(config));
  if (config.host.empty()) config.host = host_name();
  ReporterState reporter_state = TRY(ReporterState::open(config.state_directory));
  auto spool = TRY(Spool::open(config.state_directory + "/spool",
                               {.bytes_max = static_cast<std::size_t>(config.spool_bytes_max)}));
  auto state = std::make_unique<State>(std::move(config), std::move(collectors), clock, std::move(say),
                                       std::move(reporter_state), std::move(spool));
  return std::unique_ptr<Agent>(new Agent(std::move(state)));
}

void Agent::run(std::stop_token stop) {
  State& state = *state_;
  std::vector<std::jthread> watching;
  state.watch(watching);
  {
    std::jthread reporting([&](std::stop_token ended) { state.reporter.run(ended); });
    state.await_first_look(stop);
    state.say(describe_sources(state.sources_now()));
    state.full_wanted = false;
    state.surveyed_at = state.clock.now();
    state.say_everything();
    state.reporter.open_gate();
    while (!stop.stop_requested()) state.turn(idle_time, stop);
    reporting.request_stop();
    const Instant end = state.clock.now() + answer_time_max;
    while (state.reporter.is_running() && state.clock.now() < end) pause(milliseconds(5), {});
    state.reporter.hurry();
  }
  for (std::jthread& thread : watching) thread.request_stop();
  watching.clear();
  state.turn(Duration{}, {});
  state.reporter.flush(last_words_time_max);
  if (const Status synced = state.spool->sync(); !synced) state.say(synced.error().message);
}

std::string Agent::reporter_id() const { return state_->reporter_state.reporter_id(); }

std::string describe_sources(const std::vector<runtime::Source>& sources) {
  std::string text;
  for (const runtime::Source& source : sources) {
    text += fmt::format("{}watches {} by {}", text.empty() ? "" : "\n", source.watches, source.means);
    if (!source.detail.empty()) text += fmt::format(" ({})", source.detail);
    if (!source.blind.empty()) text += "; can't see: " + source.blind;
    if (!source.remedy.empty()) text += "; to grant it: " + source.remedy;
  }
  return text;
}

}  // namespace weir::agent
