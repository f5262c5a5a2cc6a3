#include "advisory_place.h"

#include <sys/stat.h>

#include <filesystem>

#include "cli/advisory_files.h"
#include "crypto/digest.h"
#include "vuln/limits.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

void add_file(Bytes& seen, const std::string& path) {
  struct stat info {};
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

struct Watch {
  std::string place;
  std::optional<Sha256> seen;
};

Result<std::optional<jobs::ReadAdvisories>> look(Watch& watch) {
  const Sha256 now = appearance_of(watch.place);
  if (watch.seen == now) return std::optional<jobs::ReadAdvisories>();
  const std::vector<std::string> places{watch.place};
  auto read = cli::read_advisories(places);
  // What changes while it is read is read again at the next look.
  if (appearance_of(watch.place) == now) watch.seen = now;
  if (!read.ok()) return read.error();
  return std::optional(jobs::ReadAdvisories{std::move(read->set), std::move(read->refused), watch.place});
}

}  // namespace

jobs::AdvisorySource watch_place(const std::string& place) {
  const auto watch = std::make_shared<Watch>(Watch{.place = place, .seen = {}});
  return [watch] { return look(*watch); };
}

}  // namespace weir
