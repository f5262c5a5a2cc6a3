// Recognises who calls: bearer tokens by their SHA-256, from a snapshot that is swapped whole when accounts change.
// Guessing is slowed: after limits::token_failures_max wrong tokens from one address within a minute, that address gets
// 429 until the minute is over, for all but the tokens that were good from there before: who shares an address with a
// guesser is not locked out by him. Safe to share between threads.
#pragma once
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

#include "access/account.h"
#include "store/view_access.h"

namespace weir::api {

class Tokens {
 public:
  explicit Tokens(std::unique_ptr<store::Database> reader) : reader_(std::move(reader)) {}
  Status reload();
  bool is_known(const Sha256& digest, Instant now);  // a token that was recognised may have ended since
  bool is_reporter(std::string_view id);  // enrolled here; proves nothing
  // Declared here, and not guessed at from this address; proves nothing either.
  bool is_integration(std::string_view name, const std::string& address, Instant now);
  // Of a secret that was checked elsewhere: its digest, when it was right. Guesses count as those of tokens do.
  Status admit(const std::optional<Sha256>& proven, const std::string& address, Instant now);
  Result<store::TokenHolder> recognise(std::string_view bearer, const std::string& address, Instant now);

 private:
  using Holders = std::unordered_map<Sha256, store::TokenHolder, Sha256Hash>;
  struct Failures {
    Instant since;
    std::size_t count = 0;
  };
  using Known = std::pair<Sha256, std::string>;  // a token and where it was used from

  bool too_many(const std::string& address, Instant now);
  void note_success(const Sha256& digest, const std::string& address);
  void note_failure(const std::string& address, Instant now);

  std::mutex mutex_;
  std::unique_ptr<store::Database> reader_;
  std::shared_ptr<const Holders> holders_ = std::make_shared<Holders>();
  std::unordered_map<std::string, Failures> failures_;
  std::set<Known> known_;
  std::set<std::string, std::less<>> reporters_, integrations_;
};

// A new token: 32 random bytes, shown once.
access::NewToken mint_token(std::string_view prefix);

}  // namespace weir::api
