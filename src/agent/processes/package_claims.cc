#include "agent/processes/package_claims.h"

namespace weir::agent {
namespace {

constexpr std::size_t claims_max = 2048;

}  // namespace

// A program that is met for the first time was not seen as it was when this host was first looked at. If its file was
// written since, it has to be what its package brought, where the package says what that was.
bool PackageClaims::was_replaced_unseen(const ReadFile& file, const PackageOwner& owner) {
  if (!baseline_.is_new(file.path, owner)) return false;
  if (key_of(file.status).changed_ns <= baseline_.since().micros * 1000) return false;
  const std::string shipped = packages_.shipped_md5(file.path, owner);
  if (shipped.empty()) return false;
  const std::string present = md5_of(file.number);
  return !present.empty() && present != shipped;
}

std::optional<runtime::PackageClaim> PackageClaims::judge(const ReadFile& file) {
  auto owner = packages_.owner_of(file.path);
  if (!owner) return std::nullopt;
  struct stat there{};
  const bool in_place = stat(file.path.c_str(), &there) == 0 && there.st_ino == file.status.st_ino &&
                        there.st_dev == file.status.st_dev;
  if (!in_place && !baseline_.is_first_content(file.path, file.digest)) return std::nullopt;
  runtime::PackageClaim claim{.name = owner->name, .version = owner->version};
  if (!in_place) return claim;  // replaced since, and seen before
  claim.changed = was_replaced_unseen(file, *owner);
  if (claim.changed) return claim;  // nothing to remember as the package's own
  const auto judged = baseline_.judge(file.path, *owner, file.digest);
  claim.after_baseline = judged.after_baseline;
  claim.changed = judged.changed;
  return claim;
}

std::optional<runtime::PackageClaim> PackageClaims::claim_of(const ReadFile& file) {
  const std::scoped_lock lock(mutex_);
  const FileKey key = key_of(file.status);
  const std::uint64_t generation = packages_.generation();
  const std::string name = file.path + ' ' + to_hex(file.digest);
  const auto known = claims_.find(name);
  if (known != claims_.end() && known->second.key == key && known->second.generation == generation)
    return known->second.claim;
  if (claims_.size() >= claims_max) claims_.clear();
  auto claim = judge(file);
  claims_.insert_or_assign(name, Claimed{key, generation, claim});
  return claim;
}

}  // namespace weir::agent
