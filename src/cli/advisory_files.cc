#include "cli/advisory_files.h"

#include <fmt/format.h>

#include "feed/read_feeds.h"
#include "vuln/store/advisory_store.h"

namespace weir::cli {
namespace {

class OwnSet final : public vuln::AdvisoryReader {
 public:
  vuln::AdvisorySet set;
  Result<vuln::AboutPackage> about(std::string_view ecosystem, std::string_view name) const override {
    return vuln::AboutPackage{.entries = set.about(ecosystem, name), .held = {}};
  }
};

bool is_bucket(const std::string& place) {
  const Result<feed::Place> parsed = feed::parse_place(place);
  return parsed.ok() && parsed->kind == feed::PlaceKind::bucket;
}

Status read_place(OwnSet& own, const std::string& place, const WantedEcosystems& wanted,
                  std::vector<std::string>& refused) {
  const std::size_t refused_before = refused.size();
  std::size_t taken = 0;
  const auto take = [&](std::string_view name, std::string_view content) -> Status {
    if (vuln::is_exploited_list(content) || vuln::is_likelihood_list(content)) return {};
    Result<vuln::Advisory> advisory = vuln::read_advisory(content);
    if (!advisory.ok()) {
      refused.push_back(fmt::format("{}: {}", name, advisory.error().message));
      return {};
    }
    ++taken;
    own.set.add(std::move(advisory).value());
    return {};
  };
  const bool bucket = is_bucket(place);
  const std::vector<std::string> ecosystems = bucket ? wanted() : std::vector<std::string>();
  if (bucket && ecosystems.empty()) return {};  // no component is of an ecosystem that has advisories
  TRY(feed::read_records(place, ecosystems, take));
  if (taken == 0 && refused.size() > refused_before)
    return invalid(fmt::format("{}: no advisory can be read; the first: {}", place, refused[refused_before]));
  return {};
}

}  // namespace

Result<ReadAdvisories> read_advisories(std::span<const std::string> places, const WantedEcosystems& wanted) {
  ReadAdvisories read;
  for (const std::string& place : places) {
    if (!vuln::is_advisory_store(place)) continue;
    if (places.size() > 1)
      return invalid(fmt::format("{} is a store of advisories, and is given alone", place));
    read.reader = TRY(vuln::AdvisoryStore::open(place));
    return read;
  }
  const auto own = std::make_shared<OwnSet>();
  for (const std::string& place : places) TRY(read_place(*own, place, wanted, read.refused));
  own->set.index();
  read.reader = own;
  return read;
}

}  // namespace weir::cli
