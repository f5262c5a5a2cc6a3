// The reporter's half of the agent: takes reports from the spool in order, puts each into the chain, signs, sends,
// and acts
// on the answer. It enrols when the server doesn't know the key, backs off while the server is away, sends a
// heartbeat when there was nothing to say for a while, and continues where the server says after a break in the chain.
// Arguments of processes leave this host only while the server says that its environment allows them.
// `run` is one thread's; everything else may be called from any.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

#include "agent/shell/clock_offset.h"
#include "agent/shell/config.h"
#include "agent/shell/link.h"
#include "agent/shell/reporter_state.h"
#include "agent/shell/spool.h"

namespace weir::agent {

// What the server's answers ask of the rest of the agent. Called from the reporter's thread.
struct ReporterCalls {
  std::function<void()> send_full;
  std::function<void(bool lacking)> lacks_inventory;  // as each answer says
  std::function<void(std::int64_t version, std::vector<runtime::ScopeRule> rules)> change_scope;
  std::function<void()> heard;                          // the server is there (again)
  std::function<void(const std::string& message)> say;  // to people: came, went, refused
};

class Reporter {
 public:
  Reporter(const AgentConfig& config, ReporterState& state, Spool& spool, const Clock& clock, ReporterCalls calls);

  // Until `stop`; what is on its way then is let finish, because its answer says where the chain stands.
  void run(std::stop_token stop);
  bool is_running() const { return running_; }
  void hurry();  // breaks off what is on its way
  // Sends what waits, for as long as the server takes it, until `time_max` is over. For the very end, after run().
  void flush(Duration time_max);

  void wake();  // something was put into the spool
  bool is_linked() const { return linked_; }
  Duration clock_uncertainty() const;
  std::string incarnation() const { return incarnation_; }
  // Whether the server was heard, or found to be away: its scope rules are known if they can be.
  bool has_tried() const { return tried_; }
  // Until this is called no report goes out: the first one of an incarnation is to be a full one.
  void open_gate();

 private:
  enum class Next { at_once, later };
  Next step();
  Next send_front(SpoolFront front);
  Next send_document(const SpoolFront& front);
  Next send_heartbeat();
  Next enrol();
  Next act_on(const Answer& answer);
  Next refuse(const SpoolFront& front, const Answer& answer);
  void accepted(const Sha256& digest, const Answer& answer);
  void learn(const Answer& answer);
  void continue_as(const runtime::AnswerToReporter& reply);
  void went(const std::string& why);
  void came();
  bool heartbeat_is_due() const;
  struct Body {
    Bytes bytes;
    bool has_arguments = false;
  };
  Result<Body> put_into_chain(const SpoolRecord& record) const;

  const AgentConfig& config_;
  ReporterState& state_;
  Spool& spool_;
  const Clock& clock_;
  const ReporterCalls calls_;
  Link link_;
  const std::string incarnation_;

  std::int64_t next_sequence_ = 1;
  std::optional<Sha256> previous_;
  std::optional<bool> arguments_allowed_;  // as the server last said
  bool enrolled_ = false;
  int breaks_in_a_row_ = 0;
  Instant last_said_at_, full_refused_at_;
  Duration back_off_;

  std::atomic<bool> linked_ = false, gate_open_ = false, tried_ = false, running_ = false;
  std::stop_source hurry_;
  std::string last_trouble_;
  mutable std::mutex mutex_;  // guards offset_ and woken_
  std::condition_variable_any changed_;
  bool woken_ = false;
  ClockOffset offset_;
};

}  // namespace weir::agent
