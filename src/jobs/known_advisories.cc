#include "jobs/known_advisories.h"

#include <fmt/format.h>

#include <filesystem>

#include "crypto/digest.h"
#include "vuln/store/durable_file.h"
#include "vuln/store/segment.h"

namespace weir::jobs {

namespace fs = std::filesystem;

std::string KnownAdvisories::path_of(const std::string& source) const {
  return fmt::format("{}.{}", file_, to_hex(crypto::sha256(source)).substr(0, 16));
}

Result<vuln::AdvisorySet> KnownAdvisories::load(const std::string& source) const {
  vuln::AdvisorySet set;
  std::error_code error;
  if (!keeps() || !fs::exists(path_of(source), error)) return set;
  const auto segment = TRY(vuln::Segment::open(path_of(source)));
  for (std::size_t i = 0; i < segment.size(); ++i) {
    vuln::StoredRecord record = TRY(segment.record(i));
    set.add(std::move(record.advisory));
  }
  return set;
}

Status KnownAdvisories::save(const std::string& source, const vuln::AdvisorySet& set) const {
  if (!keeps()) return {};
  vuln::SegmentWriter writer;
  for (const auto& [id, advisory] : set.records()) TRY(writer.add({.advisory = advisory, .content = {}}));
  const fs::path path = path_of(source);
  TRY(vuln::write_durably(path.parent_path(), path.filename(), writer.finish()));
  std::error_code ignored;
  const std::string beginning = fs::path(file_).filename().native() + ".";
  for (const fs::directory_entry& each : fs::directory_iterator(path.parent_path(), ignored)) {
    const std::string name = each.path().filename();
    const bool is_ours = name.starts_with(beginning) && name.size() == beginning.size() + 16;
    if (is_ours && each.path() != path) fs::remove(each.path(), ignored);
  }
  return {};
}

}  // namespace weir::jobs
