// Puts a deployment's bill of materials together from the store, as it was at a moment: the facts from the tables, each
// entry with its payload and its proof to the newest checkpoint, the components from the attested file. Parsed files
// are kept, by their digest, because a file never changes.
#pragma once
#include <list>
#include <map>
#include <mutex>

#include "blob/store.h"
#include "dbom/envelope.h"
#include "dbom/issue.h"
#include "store/view_dbom.h"

namespace weir::api {

// Component lists of the files used lately, bounded in components; safe to share between threads.
class ComponentShelf {
 public:
  explicit ComponentShelf(std::size_t components_max = 200'000) : components_max_(components_max) {}
  Result<dbom::ComponentList> find(blob::BlobStore& blobs, const Sha256& content);

 private:
  using Kept = std::pair<Sha256, dbom::ComponentList>;
  const std::size_t components_max_;
  std::mutex mutex_;
  std::size_t components_ = 0;
  std::list<Kept> order_;  // used most recently first
  std::map<Sha256, std::list<Kept>::iterator> by_content_;
};

struct DbomSource {
  store::Database& db;
  blob::BlobStore& blobs;
  ComponentShelf& shelf;
  std::string origin;
};

struct DbomMoment {
  Sha256 digest;
  std::string environment;
  std::optional<Instant> at;  // none: now
};

struct AssembledDbom {
  dbom::DbomStatement statement;
  std::int64_t size = 0;  // of the tree that its proofs lead to
};

// not_found when nothing is known of it there; invalid for a moment that has not come.
Result<AssembledDbom> assemble(const DbomSource& from, const DbomMoment& moment, Instant now);

// The answer.
struct SignedDbom {
  dbom::DbomEnvelope envelope;  // what is handed on
  dbom::Dbom document;          // what stands in it
  static void members(auto& visit, auto& self) {
    visit("envelope", self.envelope);
    visit("document", self.document);
  }
};

struct DbomIssuedView {
  dbom::DbomIssued issued;
  std::int64_t entry = 0;
  static void members(auto& visit, auto& self) {
    dbom::DbomIssued::members(visit, self.issued);
    visit("entry", self.entry);
  }
};

}  // namespace weir::api
