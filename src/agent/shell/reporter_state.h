// What an agent must not forget: its key, the server it enrolled with, the scope rules it was last told, and where its
// chain of reports stands. All of it in
// one directory (0700) of the agent's user. The key is made here and never leaves; its file is 0600 and refused
// otherwise.
// The chain's state is synced to disk with each accepted report: two slots written in turn, so a crash spares one of
// them.
// One thread. Errors name the file and what to do.
#pragma once
#include <optional>
#include <string>

#include "crypto/signature.h"
#include "format/members.h"
#include "runtime/report.h"

namespace weir::agent {

struct ChainState {
  std::string incarnation;         // of the last accepted report
  std::int64_t sequence = 0;
  std::optional<Sha256> previous;  // digest of its bytes
  static void members(auto& visit, auto& self) {
    visit("incarnation", self.incarnation);
    visit("sequence", self.sequence);
    visit.maybe("previous", self.previous);
  }
  bool operator==(const ChainState&) const = default;
};

struct Enrolled {
  std::string server, organization, environment;
  std::string pin;  // of the server's key, from the join token
  static void members(auto& visit, auto& self) {
    visit("server", self.server);
    visit("organization", self.organization);
    visit("environment", self.environment);
    visit.maybe("pin", self.pin);
  }
  bool operator==(const Enrolled&) const = default;
};

// As its server last said: an agent that begins anew while that is away must not report what is excluded.
struct KeptScopes {
  std::string server, organization, environment;
  std::vector<runtime::ScopeRule> rules;
  static void members(auto& visit, auto& self) {
    visit("server", self.server);
    visit("organization", self.organization);
    visit("environment", self.environment);
    visit("rules", self.rules);
  }
};

class ReporterState {
 public:
  static Result<ReporterState> open(const std::string& directory);
  ReporterState(ReporterState&&) noexcept;
  ReporterState& operator=(ReporterState&&) = delete;
  ~ReporterState();

  const crypto::Signer& signer() const { return signer_; }
  std::string reporter_id() const;  // hex SHA-256 of the public key
  const ChainState& chain() const { return chain_; }
  Status remember(const ChainState& chain);
  const std::optional<Enrolled>& enrolled() const { return enrolled_; }
  Status remember(const Enrolled& enrolled);
  // Those of the server it is enrolled with; none where nothing is kept, or nothing that can be read.
  std::vector<runtime::ScopeRule> scopes(const Enrolled& enrolled) const;
  Status remember(const KeptScopes& scopes);

 private:
  ReporterState(std::string directory, crypto::Signer signer);
  Status open_chain();

  std::string directory_;
  crypto::Signer signer_;
  std::optional<Enrolled> enrolled_;
  ChainState chain_;
  int chain_file_ = -1, lock_file_ = -1;
  std::uint64_t writes_ = 0;
};

}  // namespace weir::agent
