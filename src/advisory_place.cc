#include "advisory_place.h"

#include <sys/stat.h>

#include <filesystem>

#include "crypto/digest.h"
#include "feed/read_feeds.h"
#include "vuln/limits.h"
#include "vuln/store/advisory_store.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

void add_file(Bytes& seen, const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return;
  seen += fmt::format("{}\n{} {} {}.{}\n", path, info.st_size, info.st_ino, info.st_mtim.tv_sec,
                      info.st_mtim.tv_nsec);
}

// What the place looks like without reading it.
Sha256 appearance_of(const std::string& place) {
  Bytes seen;
  add_file(seen, place);
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(place, error), end;
       !error && at != end && files.size() <= vuln::advisories_max; at.increment(error))
    files.push_back(at->path().native());
  std::ranges::sort(files);
  for (const std::string& file : files) add_file(seen, file);
  return crypto::sha256(seen);
}

// As an entry may keep it: without user, password or query.
std::string source_of(const std::string& place) {
  const std::string name = feed::public_name(place);
  return name.find("://") == name.npos ? name : name.substr(0, name.find('?'));
}

struct Watch {
  std::string place;
  std::optional<Sha256> seen;
};

// Every record, withdrawn ones too.
Result<jobs::ReadAdvisories> read_store(const std::string& place) {
  jobs::ReadAdvisories read{.set = {}, .refused = {}, .source = source_of(place)};
  const auto store = TRY(vuln::AdvisoryStore::open(place));
  read.cves = vuln::cve_facts_of(store);
  TRY(store->each([&](const vuln::Segment&, std::size_t, const vuln::Segment::Head& head) -> Status {
    auto record = TRY(store->record(head.id));
    if (record) read.set.add(std::move(record->advisory));
    return {};
  }));
  read.set.index();
  return read;
}

Result<jobs::ReadAdvisories> read_place(const std::string& place) {
  if (vuln::is_advisory_store(place)) return read_store(place);
  jobs::ReadAdvisories read{.set = {}, .refused = {}, .source = source_of(place)};
  const auto cves = std::make_shared<vuln::ListedCves>();
  TRY(feed::read_records(place, {}, [&](std::string_view name, std::string_view content) -> Status {
    if (vuln::is_exploited_list(content) || vuln::is_likelihood_list(content)) {
      const Status taken = cves->take(content);
      if (!taken.ok()) read.refused.push_back(fmt::format("{}: {}", name, taken.error().message));
      return {};
    }
    auto advisory = vuln::read_advisory(content);
    if (advisory.ok()) read.set.add(std::move(*advisory));
    else read.refused.push_back(fmt::format("{}: {}", name, advisory.error().message));
    return {};
  }));
  read.set.index();
  read.cves = cves;
  return read;
}

Result<std::optional<jobs::ReadAdvisories>> look(Watch& watch) {
  const Sha256 now = appearance_of(watch.place);
  if (watch.seen == now) return std::optional<jobs::ReadAdvisories>();
  auto read = read_place(watch.place);
  // What changes while it is read is read again at the next look.
  if (appearance_of(watch.place) == now) watch.seen = now;
  if (!read.ok()) return read.error();
  return std::optional(std::move(*read));
}

}  // namespace

jobs::AdvisorySource watch_place(const std::string& place) {
  const auto watch = std::make_shared<Watch>(Watch{.place = place, .seen = {}});
  return [watch] { return look(*watch); };
}

}  // namespace weir
