#include "agent/sockets/exposure_collector.h"

#include <fmt/format.h>
#include <time.h>

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "agent/containers/wait.h"

namespace weir::agent {
namespace {

Duration processor_time() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return microseconds(used.tv_sec * 1'000'000LL + used.tv_nsec / 1000);
}

}  // namespace

struct ExposureCollector::State {
  State(ExposureOptions given, const Clock& host_clock)
      : options(std::move(given)), clock(host_clock), sockets(options.sockets) {}

  const ExposureOptions options;
  const Clock& clock;
  std::atomic<bool> again = false;

  // Of the watching thread:
  SocketLook sockets;
  struct Told {  // there may be very many
    std::uint64_t said = 0;  // a hash of all of it
    Instant at;
    std::uint32_t look = 0;  // that saw it last
    std::uint16_t far = 0;   // how far it reaches, and whose the network is
  };
  std::unordered_map<std::uint64_t, Told> told;  // by a hash of the instance's id
  std::uint32_t looks = 0;

  mutable std::mutex mutex;  // guards what the source says
  runtime::Source source{.watches = "sockets", .means = "proc"};

  void look(Sink& sink);
  void tell(runtime::Exposure exposure, Sink& sink);
  void say(const SocketsSeen& seen);
};

// What comes and goes within the same reach is no news by itself.
void ExposureCollector::State::tell(runtime::Exposure exposure, Sink& sink) {
  const auto whose = static_cast<std::uint16_t>(exposure.network ? static_cast<int>(*exposure.network) + 1 : 0);
  const auto far = static_cast<std::uint16_t>(whose * 16 + static_cast<int>(reach_of(exposure)));
  const std::uint64_t said = std::hash<std::string>{}(format::encode(exposure));
  const auto [at, is_new] = told.try_emplace(std::hash<std::string>{}(exposure.instance));
  Told& before = at->second;
  before.look = looks;
  const bool rested = clock.now() - before.at >= options.restless;
  if (!is_new && (before.said == said || (before.far == far && !rested))) return;
  before = {said, clock.now(), looks, far};
  sink.exposed(std::move(exposure));
}

void ExposureCollector::State::look(Sink& sink) {
  ++looks;
  const SocketsSeen seen = sockets.look([&](runtime::Exposure exposure) { tell(std::move(exposure), sink); });
  std::erase_if(told, [&](const auto& entry) { return entry.second.look != looks; });
  say(seen);
}

void ExposureCollector::State::say(const SocketsSeen& seen) {
  runtime::Source now{.watches = "sockets", .means = "proc"};
  if (seen.hidden > 0) {
    now.blind = fmt::format("what {} processes of others listen on", seen.hidden);
    now.remedy = "run the agent as root, or give it CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";
  } else if (seen.cut) {
    now.blind = "sockets and handles beyond the bounds of docs/formats/report.md";
  }
  const std::lock_guard lock(mutex);
  source = std::move(now);
}

ExposureCollector::ExposureCollector(ExposureOptions options, const Clock& clock)
    : state_(std::make_unique<State>(std::move(options), clock)) {}
ExposureCollector::~ExposureCollector() = default;

void ExposureCollector::survey_again() { state_->again = true; }

void ExposureCollector::watch(Sink& sink, std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (state_->again.exchange(false)) state_->told.clear();
    const Duration began = processor_time();
    state_->look(sink);
    const Duration cost = microseconds(processor_time().micros - began.micros);
    pause(std::max(state_->options.interval, microseconds(cost.micros * state_->options.cost_share)), stop);
  }
}

std::vector<runtime::Source> ExposureCollector::sources() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->source};
}

}  // namespace weir::agent
