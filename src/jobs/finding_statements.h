// What is stated about findings (VEX): every document that was attested, held in memory, and for each finding the
// statement that holds, in general and in single artifacts. Who said it is weighed here: docs/formats/vex.md, "What is
// attested". Belongs to one thread.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <unordered_map>

#include "blob/store.h"
#include "store/view_statement.h"
#include "vuln/component_index.h"
#include "vuln/vex.h"

namespace weir::jobs {

class FindingStatements {
 public:
  FindingStatements(store::Database& reader, std::shared_ptr<blob::BlobStore> blobs)
      : reader_(reader), blobs_(std::move(blobs)) {}

  // Starts again with the documents that were taken in.
  Status load();

  // The next documents that were not.
  struct Taken {
    std::vector<vuln::StatementsRead> documents;
    std::set<std::string> vulnerabilities;  // that they speak of, in upper case
  };
  Result<Taken> take(std::int64_t limit);

  bool empty() const { return statements_.empty(); }
  bool speaks_of(const vuln::FindingChange& finding) const;
  // What is to be recorded so that what stands of the finding is what the statements say. `holds`: whether an artifact
  // has the component.
  using Holds = std::function<bool(const Sha256& artifact)>;
  Result<std::vector<vuln::FindingStated>> changes(const vuln::FindingChange& finding,
                                                   const vuln::Component& component, const Holds& holds);

 private:
  Result<std::vector<vuln::Statement>> read(const store::StatementDocument& document) const;
  void add(const store::StatementDocument& document, std::vector<vuln::Statement> statements);
  vuln::FindingStated stated(const vuln::FindingChange& finding, std::optional<Sha256> artifact,
                             const vuln::Applied& applied) const;
  // Those that one of the statements may be about alone.
  Result<std::set<Sha256>> artifacts_named(std::span<const vuln::Statement* const> about);
  Status add_named(const vuln::Named& named, std::set<Sha256>& artifacts);
  Result<vuln::FindingSubject> in_artifact(vuln::FindingSubject subject, const Sha256& artifact);

  store::Database& reader_;
  std::shared_ptr<blob::BlobStore> blobs_;
  std::deque<vuln::Statement> statements_;  // where they are, for the index
  vuln::VexIndex index_;
  std::unordered_map<std::int64_t, std::string> attested_by_;  // by entry
  std::int64_t through_ = -1;
};

// Whose word a document is: docs/formats/vex.md, "What is attested".
vuln::Authority authority_of(const store::StatementDocument& document);

}  // namespace weir::jobs
