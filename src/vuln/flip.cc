#include "vuln/flip.h"

#include <algorithm>
#include <iterator>

#include "vuln/cve_facts.h"
#include "vuln/cvss.h"

namespace weir::vuln {
namespace {

constexpr std::size_t records_max = 1000;  // of a finding; a feed may call one flaw by as many names as it likes

bool shares_record(const FindingChange& a, const FindingChange& b) {
  return std::ranges::any_of(
      a.records, [&](const std::string& id) { return std::ranges::find(b.records, id) != b.records.end(); });
}

// What people are told of again when it differs. How many artifacts hold it is not part of that.
bool says_the_same(const FindingChange& a, const FindingChange& b) {
  return a.fixed == b.fixed && a.score == b.score && a.scope == b.scope && a.records == b.records &&
         same_facts(a, b);
}

void merge(FindingChange& into, const Finding& finding, VersionOrder order) {
  into.records.push_back(finding.advisory);
  into.records.insert(into.records.end(), finding.aliases.begin(), finding.aliases.end());
  if (!finding.fixed.empty() &&
      (into.fixed.empty() || compare_versions(order, finding.fixed, into.fixed) > 0))
    into.fixed = finding.fixed;  // all of them are to be mended
  if (into.summary.empty()) into.summary = finding.summary;
  if (into.scope.empty() || finding.scope == Scope::exact) into.scope = name_of(finding.scope);
  if (!finding.score) return;
  const std::string score = fmt::format("{:.1f}", *finding.score);
  if (!into.score.empty() && std::stod(into.score) >= *finding.score) return;
  into.score = score;
  into.severity = rating_of(*finding.score);
}

bool is_spoken_of(const FindingChange& was, const AdvisorySet& advisories) {
  return std::ranges::any_of(was.records,
                             [&](const std::string& id) { return advisories.records().contains(id); });
}

bool stands(const AdvisorySet& advisories, const std::string& id) {
  const auto found = advisories.records().find(id);
  return found != advisories.records().end() && found->second.withdrawn.empty();
}

FindingState ending_of(const FindingChange& was, const AdvisorySet& advisories) {
  const bool said = std::ranges::any_of(was.records, [&](const std::string& id) { return stands(advisories, id); });
  return said ? FindingState::closed : FindingState::retracted;
}

// Which of the findings that stand each of those wanted is. Flaws that were one may have become several: one of them is
// that finding, the others are new. Open ones come first, and whoever has the same records before whoever has some.
class Continuations {
 public:
  Continuations(std::span<const FindingChange> wanted, std::span<const FindingChange> standing)
      : wanted_(wanted), standing_(standing), of_(wanted.size(), none), goes_on_(standing.size(), false) {
    for (const bool open : {true, false}) {
      claim([&](const auto& was, const auto& now) { return is_open(was.state) == open && was.records == now.records; });
      claim([&](const auto& was, const auto& now) {
        return is_open(was.state) == open && was.cluster == now.cluster && shares_record(was, now);
      });
      claim([&](const auto& was, const auto& now) { return is_open(was.state) == open && shares_record(was, now); });
    }
    claim([](const auto& was, const auto& now) { return was.cluster == now.cluster; });
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (of_[i] == none && !free_name(wanted[i])) take_over(i);
  }
  const FindingChange* of(std::size_t wanted) const {
    return of_[wanted] == none ? nullptr : &standing_[of_[wanted]];
  }
  bool goes_on(std::size_t standing) const { return goes_on_[standing]; }
  // What a new one is called: by another of its ids where a finding of another flaw has its name.
  std::string name_of(const FindingChange& fresh) const { return free_name(fresh).value_or(fresh.cluster); }

 private:
  static constexpr std::size_t none = std::size_t(-1);
  void claim(const auto& is_same) {
    for (std::size_t i = 0; i < wanted_.size(); ++i)
      for (std::size_t j = 0; j < standing_.size() && of_[i] == none; ++j)
        if (!goes_on_[j] && is_same(standing_[j], wanted_[i])) {
          of_[i] = j;
          goes_on_[j] = true;
        }
  }

  std::optional<std::string> free_name(const FindingChange& fresh) const {
    const auto is_free = [&](const std::string& name) {
      return std::ranges::find(standing_, name, &FindingChange::cluster) == standing_.end();
    };
    if (is_free(fresh.cluster)) return fresh.cluster;
    const auto other = std::ranges::find_if(fresh.records, is_free);
    return other == fresh.records.end() ? std::nullopt : std::optional(*other);
  }
  // The finding that has the name of this flaw, from the flaw that went on under it; that one becomes a new finding.
  void take_over(std::size_t wanted) {
    const auto named = std::ranges::find(standing_, wanted_[wanted].cluster, &FindingChange::cluster);
    const auto at = static_cast<std::size_t>(named - standing_.begin());
    std::ranges::replace(of_, at, none);
    of_[wanted] = at;
  }

  std::span<const FindingChange> wanted_, standing_;
  std::vector<std::size_t> of_;
  std::vector<bool> goes_on_;
};

}  // namespace

Flaws::Flaws(const AdvisoryState& advisories, const std::set<std::string>& records)
    : advisories_(&advisories) {
  for (const std::string& id : records) {
    if (names_.contains(id)) continue;
    std::vector<std::string> names = advisories.names_of(id);
    names_.insert(std::make_move_iterator(names.begin()), std::make_move_iterator(names.end()));
  }
}

std::span<const AdvisorySet::Entry> Flaws::about(const std::string& ecosystem, const std::string& name) {
  const auto [known, is_new] = about_.try_emplace({ecosystem, name});
  if (is_new)
    for (const AdvisorySet::Entry& entry : advisories_->set().about(ecosystem, name))
      if (are_named(entry.advisory->id)) known->second.push_back(entry);
  return known->second;
}

bool Flaws::are_of(const FindingChange& finding) const {
  return are_named(finding.cluster) ||
         std::ranges::any_of(finding.records, [this](const std::string& id) { return are_named(id); });
}

std::optional<std::vector<FindingChange>> Flaws::alone_in(std::span<const FindingChange> standing) const {
  std::vector<FindingChange> alone;
  for (const FindingChange& each : standing) {
    if (!are_of(each)) continue;
    if (!std::ranges::all_of(each.records, [this](const std::string& id) { return are_named(id); }))
      return std::nullopt;
    alone.push_back(each);
  }
  return alone;
}

std::vector<FindingChange> findings_of(const Component& component, const AdvisoryState& advisories, Flaws* only) {
  std::vector<Finding> found;
  const Package& package = component.package;
  if (!package.ecosystem.empty())
    for (const std::string& name : package.names)
      match_entries(package, component.text,
                    only == nullptr ? advisories.set().about(package.ecosystem, name)
                                    : only->about(package.ecosystem, name),
                    found);
  std::map<std::string, FindingChange> by_cluster;
  for (const Finding& finding : found) {
    const std::string cluster = advisories.cluster_of(finding.advisory);
    FindingChange& change = by_cluster[cluster];
    change.cluster = cluster;
    change.component = component.text;
    merge(change, finding, finding.order);
  }
  std::vector<FindingChange> findings;
  for (auto& [cluster, change] : by_cluster) {
    std::ranges::sort(change.records);
    const auto twice = std::ranges::unique(change.records);
    change.records.erase(twice.begin(), twice.end());
    if (change.records.size() > records_max) change.records.resize(records_max);
    findings.push_back(std::move(change));
  }
  return findings;
}

std::vector<FindingChange> flips_of(std::vector<FindingChange> wanted, std::span<const FindingChange> standing,
                                    const AdvisorySet& advisories) {
  std::vector<FindingChange> flips;
  const Continuations continuations(wanted, standing);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    FindingChange& now = wanted[i];
    now.state = FindingState::opened;
    if (const FindingChange* const was = continuations.of(i)) {
      now.cluster = was->cluster;
      now.state = is_open(was->state) ? was->state : FindingState::reopened;
      if (is_open(was->state) && says_the_same(*was, now)) continue;
    } else {
      now.cluster = continuations.name_of(now);
    }
    flips.push_back(std::move(now));
  }
  for (std::size_t i = 0; i < standing.size(); ++i) {
    if (continuations.goes_on(i) || !is_open(standing[i].state) || !is_spoken_of(standing[i], advisories)) continue;
    FindingChange ended = standing[i];
    ended.state = ending_of(ended, advisories);
    flips.push_back(std::move(ended));
  }
  return flips;
}

std::vector<FindingChange> closings_of(std::span<const FindingChange> standing) {
  std::vector<FindingChange> closed;
  for (const FindingChange& was : standing) {
    if (!is_open(was.state)) continue;
    closed.push_back(was);
    closed.back().state = FindingState::closed;
  }
  return closed;
}

}  // namespace weir::vuln
