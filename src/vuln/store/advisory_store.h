// A store of advisories as it was at one moment: the segments of its manifest, mapped, with nothing loaded. Later
// segments hide what earlier ones hold under the same id. An update changes nothing of it: who opened it keeps it.
// Format: docs/formats/advisory-store.md. Safe to read from many threads.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vuln/match.h"
#include "vuln/store/cve_table.h"
#include "vuln/store/manifest.h"
#include "vuln/store/segment.h"

namespace weir::vuln {

class AdvisoryStore final : public AdvisoryReader {
 public:
  // Errors: not_found when there is no store; corrupt, naming the file and the place.
  static Result<std::shared_ptr<const AdvisoryStore>> open(const std::string& directory);
  // Over given segments, the later ones before the earlier ones, without a directory.
  static std::shared_ptr<const AdvisoryStore> over(std::vector<Segment> segments);

  const Manifest& manifest() const { return manifest_; }
  std::size_t file_bytes() const;
  const std::vector<Segment>& segments() const { return segments_; }  // the latest one first

  Result<AboutPackage> about(std::string_view ecosystem, std::string_view name) const override;

  // Withdrawn ones too; nothing for one that is not there.
  Result<std::optional<StoredRecord>> record(std::string_view id) const;
  // The same without its list of affected packages, which may be long.
  Result<std::optional<StoredRecord>> head(std::string_view id) const;
  // The ids of the records that name this one so, withdrawn ones too; in their order.
  Result<std::vector<std::string>> mentioning(Mention mention, std::string_view name) const;

  // Every record, by id. Ends with what `take` answers where that is an error.
  using TakeHead =
      std::function<Status(const Segment& segment, std::size_t record, const Segment::Head& head)>;
  Status each(const TakeHead& take) const;

  Result<std::optional<Exploited>> exploited(std::string_view cve) const;
  Result<std::optional<Likelihood>> likelihood(std::string_view cve) const;

 private:
  AdvisoryStore() = default;
  static Result<std::shared_ptr<const AdvisoryStore>> open_once(const std::string& directory);
  Result<bool> hidden(std::size_t segment, std::string_view id) const;
  struct At {
    std::size_t segment = 0, record = 0;
  };
  Result<std::optional<At>> find(std::string_view id) const;

  Manifest manifest_;
  std::vector<Segment> segments_;  // the latest one first
  std::shared_ptr<const PagedFile> exploited_, likelihood_;
};

}  // namespace weir::vuln
