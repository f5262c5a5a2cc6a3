#include "jobs/followed_advisories.h"

#include <chrono>

#include "format/utf8.h"
#include "store/view_finding.h"
#include "store/view_own_advisory.h"

namespace weir::jobs {
namespace {

constexpr std::string_view feed_name = "local";
constexpr std::size_t reasons_max = 20;
constexpr std::size_t reason_bytes_max = 1024;
constexpr Duration looks_every = milliseconds(500);  // at the advisories, or less often:
constexpr std::int64_t looks_share = 50;             // one part of the time goes into looking

std::string older(const vuln::Advisory& advisory) {
  return fmt::format("{}: modified {}, which is before what is known of it", advisory.id, advisory.modified);
}

// What is not there this time, cannot be read, or is older than what is known still says what it said: a feed that
// breaks, shrinks or goes back in time ends nothing. How many records are missing.
std::int64_t keep_known(const vuln::AdvisorySet& known, ReadAdvisories& read) {
  std::int64_t missing = 0;
  for (const auto& [id, advisory] : known.records()) {
    const auto found = read.set.records().find(id);
    if (found == read.set.records().end()) {
      ++missing;
      read.set.add(advisory);
    } else if (vuln::is_older(found->second.modified, advisory.modified)) {
      read.refused.push_back(older(found->second));
      read.set.add(advisory);
    }
  }
  return missing;
}

// Of advisories that are damaged: that is no damage to the ledger, and stops no writes.
Error of_source(Error error) {
  if (error.code == Errc::corrupt) error.code = Errc::unavailable;
  return error;
}

}  // namespace

// Those of the feed, and the organization's own; a feed that cannot be read holds up no advisory of one's own.
Status FollowedAdvisories::look(Instant now) {
  if (now < look_next_) return {};
  const auto begun = std::chrono::steady_clock::now();
  using Looked = Result<std::optional<ReadAdvisories>>;
  Looked looked = source_ ? source_() : Looked(std::optional<ReadAdvisories>());
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  look_next_ = now + std::max(looks_every, microseconds(took.count() * looks_share));
  const std::int64_t own = TRY(store::newest_own_advisory(reader_));
  const bool is_read = looked.ok() && looked->has_value();
  if (!is_read && own == own_through_) return looked.ok() ? Status() : of_source(looked.error());
  ReadAdvisories read =
      is_read
          ? std::move(**looked)
          : ReadAdvisories{.set = {}, .only_changes = true, .refused = feed_.refused, .source = feed_.source};
  if (is_read && !read.only_changes) feed_.cves = read.cves;
  TRY(add_own(read.set));
  TRY(read.only_changes && known_ != nullptr ? learn(read, now) : take_whole(read, is_read, now));
  if (is_read) feed_.refused = read.refused, feed_.source = read.source, feed_.is_kept = read.is_kept;
  unsaved_ |= is_read && !read.is_kept;
  own_through_ = own;
  return looked.ok() ? Status() : of_source(looked.error());
}

Status FollowedAdvisories::take_whole(ReadAdvisories& read, bool is_read, Instant now) {
  const auto before = exposure_->read([](const Exposure::State& state) { return state.advisories; });
  vuln::AdvisorySet remembered;
  if (before == nullptr && is_read && !read.is_kept) {
    auto loaded = known_file_.load(read.source);
    if (loaded.ok()) remembered = std::move(*loaded);
    else read.refused.push_back("what was known before the server stopped: " + loaded.error().message);
  }
  const std::int64_t missing = keep_known(before == nullptr ? remembered : before->set(), read);
  if (is_read) feed_.missing = missing;
  const auto after = std::make_shared<vuln::AdvisoryState>(std::move(read.set));
  const auto difference =
      vuln::difference_of(before == nullptr ? vuln::AdvisorySet() : before->set(), after->set());
  exposure_->change([&](Exposure::State& state) {
    state.advisories = after;
    state.cves = feed_.cves;
  });
  known_ = after;
  touched_records.reset();
  return note(read, difference, *after, now);
}

Status FollowedAdvisories::save() {
  if (!std::exchange(unsaved_, false) || known_ == nullptr || feed_.is_kept) return {};
  return known_file_.save(feed_.source, known_->set());
}

// Work goes by what changed. What is older than what is known does not count, as above.
Status FollowedAdvisories::learn(ReadAdvisories& read, Instant now) {
  std::vector<vuln::Advisory> records;
  for (const auto& [id, advisory] : read.set.records()) {
    const auto known = known_->set().records().find(id);
    const bool is_known = known != known_->set().records().end();
    if (is_known && vuln::is_older(advisory.modified, known->second.modified)) read.refused.push_back(older(advisory));
    else if (!is_known || known->second != advisory) records.push_back(advisory);
  }
  const auto difference = vuln::difference_of(known_->set(), records);
  if (touched_records)
    for (const vuln::Advisory& each : records) touched_records->insert(each.id);
  bool only_grew = true;
  exposure_->change([&](Exposure::State&) { only_grew = known_->learn(std::move(records)); });
  if (!only_grew) touched_records.reset();
  return note(read, difference, *known_, now);
}

Status FollowedAdvisories::add_own(vuln::AdvisorySet& set) {
  for (const store::OwnAdvisoryView& each : TRY(store::list_own_advisories(reader_)))
    if (auto advisory = vuln::decode_advisory(vuln::matched_record(each.advisory)); advisory.ok())
      set.add(std::move(*advisory));
  return {};
}

// Said when it is news to the ledger.
Status FollowedAdvisories::note(const ReadAdvisories& read, const vuln::AdvisoryDifference& difference,
                                const vuln::AdvisoryState& after, Instant now) {
  touched.insert(difference.names.begin(), difference.names.end());
  const auto last = TRY(store::last_advisories(reader_, feed_name));
  const auto refused = static_cast<std::int64_t>(read.refused.size());
  const std::string exploited = feed_.cves == nullptr ? std::string() : feed_.cves->exploited_list();
  const std::string likelihood = feed_.cves == nullptr ? std::string() : feed_.cves->likelihood_list();
  if (last && last->digest == after.digest() && last->refused == refused && last->missing == feed_.missing &&
      last->exploited_list == exploited && last->likelihood_list == likelihood)
    return {};
  exploited_is_news |= !exploited.empty() && (!last || last->exploited_list.empty());
  vuln::AdvisoriesUpdated update{.feed = std::string(feed_name),
                                 .source = read.source,
                                 .digest = after.digest(),
                                 .size = static_cast<std::int64_t>(after.set().size()),
                                 .added = difference.added,
                                 .changed = difference.changed,
                                 .withdrawn = difference.withdrawn,
                                 .missing = feed_.missing,
                                 .refused = refused,
                                 .reasons = read.refused,
                                 .exploited_list = exploited,
                                 .likelihood_list = likelihood,
                                 .read_at = now};
  if (update.reasons.size() > reasons_max) update.reasons.resize(reasons_max);
  for (std::string& reason : update.reasons) reason = format::utf8_text(reason, reason_bytes_max);
  updated = std::move(update);
  return {};
}

}  // namespace weir::jobs
