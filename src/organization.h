// One organization's ledger in a data directory: DATA/<name>.db, DATA/<name>.key (the signing seed, 0600), DATA/blobs.
// Until its first entry is written the key is DATA/<name>.key.unused.
// A lock on DATA/lock keeps a second server out. The first opening writes the first entries and DATA/admin.token
// (0600).
#pragma once
#include <memory>
#include <string>

#include "blob/store.h"
#include "crypto/signature.h"
#include "sequencer/sequencer.h"

namespace weir {

enum class Access { serve, inspect };

class Organization {
 public:
  // `asked`: its name; empty for the one that is there, or "default" where none is. Errors: conflict, when another is.
  static Result<std::unique_ptr<Organization>> open(const std::string& directory, const std::string& asked,
                                                    Access access);
  ~Organization();

  Result<std::unique_ptr<store::Database>> open_reader() const;
  Result<std::unique_ptr<store::Database>> open_writer() const;
  Result<std::unique_ptr<sequencer::Sequencer>> start_sequencer(std::shared_ptr<const Clock> clock);

  const ledger::ActorId& server_actor() const { return server_actor_; }
  const std::shared_ptr<blob::BlobStore>& blobs() const { return blobs_; }
  const std::shared_ptr<const crypto::Signer>& signer() const { return signer_; }
  ledger::VerifierKey verifier_key() const { return {identity_.origin, signer_->public_key()}; }
  const std::string& name() const { return name_; }
  bool is_new() const { return new_; }
  std::string database_file() const { return directory_ + "/" + name_ + ".db"; }
  std::string key_file() const { return directory_ + "/" + name_ + ".key"; }
  std::string components_file() const { return directory_ + "/" + name_ + ".components"; }  // derived
  std::string advisories_file() const { return directory_ + "/" + name_ + ".advisories"; }  // what feeds said
  std::string token_file() const { return directory_ + "/admin.token"; }

 private:
  Organization() = default;
  Status lock();
  Status load_key(Access access);
  Status call_key_used();
  std::string unused_key_file() const { return key_file() + ".unused"; }
  Status load_identity();
  Status write_first_entries(sequencer::Sequencer& sequencer);

  std::string directory_, name_;
  int lock_ = -1;
  bool new_ = false;
  bool key_has_signed_ = false;  // then the ledger is not empty
  std::shared_ptr<const crypto::Signer> signer_;
  std::shared_ptr<blob::BlobStore> blobs_;
  sequencer::Identity identity_;
  ledger::ActorId server_actor_;
};

}  // namespace weir
