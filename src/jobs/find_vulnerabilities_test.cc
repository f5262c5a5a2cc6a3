// From bills, advisories, statements and lists of CVEs to findings, what is recorded of them, alerts, and the end of
// exceptions; over a real ledger.
#include "jobs/find_vulnerabilities.h"

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "store/view_alert.h"
#include "store/view_exception.h"
#include "store/view_finding.h"
#include "store/view_statement.h"
#include "support/ledger_fixture.h"

namespace weir::jobs {
namespace {

constexpr std::string_view left = "pkg:npm/left@1.0.0", right = "pkg:npm/right@2.0.0";

vuln::Advisory advisory(std::string id, std::string name, std::string fixed,
                        std::vector<std::string> aliases = {}) {
  vuln::Range range{.type = vuln::Range::Type::semver, .events = {{vuln::Event::Kind::introduced, "0"}}};
  if (!fixed.empty()) range.events.push_back({vuln::Event::Kind::fixed, fixed});
  return {.id = std::move(id),
          .summary = name + " is flawed",
          .modified = "2026-01-01T00:00:00Z",
          .aliases = std::move(aliases),
          .severity = {{"CVSS_V3", "CVSS:3.1/AV:N/AC:H/PR:L/UI:R/S:U/C:L/I:L/A:N"}},
          .affected = {{.ecosystem = "npm", .name = std::move(name), .ranges = {range}}}};
}

std::string exploited_list(std::string_view cve) {
  return fmt::format(
      R"({{"title":"CISA Catalog of Known Exploited Vulnerabilities","catalogVersion":"2026.01.02",)"
      R"("dateReleased":"2026-01-02T00:00:00Z","count":1,"vulnerabilities":[{{"cveID":"{}","vendorProject":"v",)"
      R"("product":"p","vulnerabilityName":"n","dateAdded":"2026-01-02","shortDescription":"s",)"
      R"("requiredAction":"r","dueDate":"2026-02-02","knownRansomwareCampaignUse":"Known","notes":""}}]}})",
      cve);
}
std::string likelihood_list(std::string_view cve, std::string_view epss, std::string_view day) {
  return fmt::format(
      "#model_version:v2025.03.14,score_date:{}T00:00:00+0000\ncve,epss,percentile\n{},{},0.9\n", day, cve,
      epss);
}

std::string openvex(std::string_view flaw, std::string_view product, std::string_view status,
                    std::string_view at) {
  const std::string_view why = status == "not_affected" ? R"(,"justification":"vulnerable_code_not_present")"
                               : status == "affected"   ? R"(,"action_statement":"update")"
                                                        : "";
  return fmt::format(
      R"({{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://acme.test/1","author":"Acme",)"
      R"("timestamp":"{}","version":1,"statements":[{{"vulnerability":{{"name":"{}"}},)"
      R"("products":[{{"@id":"{}"}}],"status":"{}"{}}}]}})",
      at, flaw, product, status, why);
}

class Finding : public testing::Test {
 protected:
  Finding() {
    append(runtime::EnvironmentDeclared{.name = "prod"});
    append(runtime::ReporterEnrolled{.id = reporter_,
                                     .actor = std::string(32, 'b'),
                                     .environment = "prod",
                                     .host = "web1",
                                     .public_key = encode_base64(std::string(32, 'k'))});
    open();
  }
  void open() {
    exposure_ = std::make_shared<Exposure>();
    const Shared shared{ledger_.sequencer(), ledger_.actor(), exposure_.get()};
    FindingPorts ports{.exposure = exposure_,
                       .blobs = {&ledger_.blobs(), [](auto*) {}},
                       .advisories = [this] { return std::exchange(next_, std::nullopt); },
                       .index_file = ledger_.directory().path("components")};
    find_ = make_find_vulnerabilities(shared, std::move(ports), ledger_.reader());
    exceptions_ = make_exposed_exceptions(shared, exposure_, ledger_.reader());
    notices_ = make_vulnerability_notices(shared, exposure_, ledger_.reader());
  }
  // As after a restart: what is in memory is gone.
  void restart() {
    find_.reset();
    open();
    advise(last_);
    tick();
  }

  std::int64_t append(store::Event event) {
    const auto outcome = ledger_.append(std::move(event));
    EXPECT_TRUE(outcome.ok());
    return outcome->appended.front().index;
  }
  Instant now() { return ledger_.clock().now(); }
  void tick() {
    ledger_.clock().pass(seconds(2));
    while (find_->tick(now()).value() == Step::more) {
    }
    for (int i = 0; i < 3; ++i) {  // an alert that is told anew takes two
      ledger_.clock().pass(between_notices_);
      EXPECT_TRUE(exceptions_->tick(now()).ok());
      EXPECT_TRUE(notices_->tick(now()).ok());
    }
  }

  void advise(std::vector<vuln::Advisory> advisories, std::vector<std::string> lists = {}) {
    last_ = advisories;
    const auto cves = std::make_shared<vuln::ListedCves>();
    for (const std::string& list : lists.empty() ? lists_ : lists) EXPECT_TRUE(cves->take(list).ok());
    if (!lists.empty()) lists_ = lists;
    ReadAdvisories read{.set = {}, .cves = cves, .refused = {}, .source = "test"};
    for (vuln::Advisory& each : advisories) read.set.add(std::move(each));
    read.set.index();
    next_ = std::optional(std::move(read));
  }
  static Sha256 digest(std::string_view name) { return crypto::sha256(name); }
  Sha256 artifact(const std::string& name) {
    append(artifact::ArtifactRecorded{.flow = "f", .trail = "t", .name = name, .digest = digest(name)});
    return digest(name);
  }
  std::int64_t attest(std::string type, std::optional<Sha256> about, const std::string& content) {
    return append(evidence::AttestationRecorded{.flow = "f",
                                                .trail = "t",
                                                .name = type,
                                                .type = type,
                                                .artifact = about,
                                                .content = ledger_.blobs().put(content).value()});
  }
  void bill(const Sha256& about, std::vector<std::string_view> purls, std::string_view subject = "") {
    std::string components;
    for (const std::string_view purl : purls) {
      const std::size_t slash = purl.rfind('/'), at = purl.rfind('@');
      components += fmt::format(R"({}{{"type":"library","name":"{}","version":"{}","purl":"{}"}})",
                                components.empty() ? "" : ",", purl.substr(slash + 1, at - slash - 1),
                                purl.substr(at + 1), purl);
    }
    const std::string metadata =
        subject.empty()
            ? ""
            : fmt::format(R"("metadata":{{"component":{{"type":"container","name":"s","purl":"{}"}}}},)",
                          subject);
    attest("sbom", about,
           fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.5",{}"components":[{}]}})", metadata,
                       components));
  }
  void run(const Sha256& what, const std::string& name) {
    runtime::Report report{.environment = "prod", .host = "web1", .incarnation = "i"};
    report.sequence = ++sequence_;
    report.full = sequence_ == 1;
    report.sent_at = now();
    report.started.push_back({.id = name, .name = name, .digests = {what}, .started_at = now()});
    append(runtime::ReportAccepted{reporter_, "c2ln", format::encode(report)});
  }

  std::vector<store::FindingRow> findings() { return store::list_findings(*ledger_.reader(), {}).value(); }
  vuln::FindingChange finding(std::string_view component) {
    for (const store::FindingRow& row : findings())
      if (row.last.component == component) return row.last;
    return {};
  }
  std::string alerts(const std::string& state = "open") {
    std::string words;
    const auto listed = store::list_alerts(*ledger_.reader(), {.state = state}).value();
    for (const auto& alert : listed)
      if (alert.cause == "vulnerable") words += fmt::format("{} {}; ", alert.severity, alert.title);
    return words;
  }
  std::string why_resolved() {
    std::string words;
    const auto listed = store::list_alerts(*ledger_.reader(), {.state = "resolved"}).value();
    for (const auto& alert : listed)
      if (alert.cause == "vulnerable") words += alert.resolved_why + "; ";
    return words;
  }
  std::int64_t entries() { return query_count(*ledger_.reader(), "SELECT max(idx) FROM entry").value(); }
  policy::InputVulnerabilities counts(const Sha256& artifact) {
    return vulnerabilities_for(*exposure_, {}, artifact)
        .counts.value_or(policy::InputVulnerabilities{.critical = -1});
  }
  std::int64_t medium(const Sha256& artifact) { return counts(artifact).medium + counts(artifact).low; }

  const std::string reporter_ = std::string(64, 'e');
  test::LedgerFixture ledger_;
  std::shared_ptr<Exposure> exposure_;
  std::optional<ReadAdvisories> next_;
  std::vector<vuln::Advisory> last_;
  std::vector<std::string> lists_;
  std::unique_ptr<Job> find_, exceptions_, notices_;
  std::int64_t sequence_ = 0;
  Duration between_notices_ = seconds(61);  // by then all is looked at anyway
};

TEST_F(Finding, a_bill_is_matched_with_advisories_that_were_there_and_told_once) {
  advise({advisory("GHSA-1", "left", "1.1.0", {"CVE-2026-1"})});
  tick();
  const Sha256 shop = artifact("shop");
  bill(shop, {left, right});
  run(shop, "shop");
  tick();
  ASSERT_EQ(findings().size(), 1U);
  EXPECT_EQ(findings()[0].last.cluster, "CVE-2026-1");
  EXPECT_EQ(findings()[0].cause, "sbom");
  EXPECT_EQ(alerts(), "low CVE-2026-1 runs in prod of f; ");
  const std::int64_t before = entries();
  tick();
  restart();
  EXPECT_EQ(entries(), before) << "nothing is said twice";
}

TEST_F(Finding, an_advisory_that_appears_changes_and_is_withdrawn) {
  const Sha256 shop = artifact("shop");
  bill(shop, {left});
  run(shop, "shop");
  advise({});
  tick();
  advise({advisory("GHSA-1", "left", "")});
  tick();
  EXPECT_EQ(findings().at(0).cause, "advisories");
  EXPECT_EQ(alerts(), "low GHSA-1 runs in prod of f; ");
  advise({advisory("GHSA-1", "left", "1.1.0")});
  tick();
  EXPECT_EQ(finding(left).fixed, "1.1.0");
  EXPECT_EQ(findings().at(0).began_at, findings().at(0).opened_at) << "it went on";
  EXPECT_EQ(alerts("resolved"), "") << "a fixed version is no news to be alarmed about again";
  auto withdrawn = advisory("GHSA-1", "left", "1.1.0");
  withdrawn.modified = "2026-02-01T00:00:00Z";
  withdrawn.withdrawn = "2026-02-01T00:00:00Z";
  advise({withdrawn});
  tick();
  EXPECT_EQ(finding(left).state, vuln::FindingState::retracted);
  EXPECT_EQ(alerts(), "");
  EXPECT_EQ(why_resolved(), "retracted: the advisory was withdrawn; ");
}

// Time hardly passes, so that only what changed is looked at.
TEST_F(Finding, what_is_new_is_told_at_once_and_ends_at_once) {
  const Sha256 shop = artifact("shop");
  bill(shop, {left, right});
  run(shop, "shop");
  advise({advisory("GHSA-0", "right", "2.1.0")});
  tick();
  EXPECT_EQ(alerts(), "low GHSA-0 runs in prod of f; ");
  between_notices_ = Duration{1};
  const auto known = advisory("GHSA-0", "right", "2.1.0"), fresh = advisory("GHSA-1", "left", "", {"CVE-2026-0001"});
  advise({known, fresh});
  tick();
  EXPECT_EQ(alerts(), "low CVE-2026-0001 runs in prod of f; low GHSA-0 runs in prod of f; ");
  advise({known, fresh}, {exploited_list("CVE-2026-0001"), likelihood_list("CVE-2026-0001", "0.5", "2026-01-02")});
  tick();
  EXPECT_EQ(alerts(),
            "critical CVE-2026-0001, known to be exploited, runs in prod of f; low GHSA-0 runs in prod of f; ");
  attest("vex", shop, openvex("CVE-2026-0001", "pkg:npm/left", "not_affected", "2026-03-01T00:00:00Z"));
  tick();
  EXPECT_EQ(alerts(), "low GHSA-0 runs in prod of f; ");
  auto withdrawn = known;
  withdrawn.modified = withdrawn.withdrawn = "2026-02-01T00:00:00Z";
  advise({withdrawn, fresh});
  tick();
  EXPECT_EQ(alerts(), "");
}

TEST_F(Finding, too_many_new_ones_at_once_are_one_summary_that_ends_with_them) {
  const Sha256 shop = artifact("shop");
  bill(shop, {left});
  run(shop, "shop");
  advise({});
  tick();
  between_notices_ = Duration{1};
  std::vector<vuln::Advisory> many;
  for (int i = 0; i < 30; ++i) many.push_back(advisory(fmt::format("GHSA-{}", i), "left", "1.1.0"));
  advise(many);
  tick();
  ledger_.clock().pass(seconds(1));
  tick();
  EXPECT_EQ(alerts(), "low 30 vulnerabilities run in prod of f; ");
  for (vuln::Advisory& each : many) each.modified = each.withdrawn = "2026-02-01T00:00:00Z";
  advise(many);
  tick();
  ledger_.clock().pass(seconds(1));
  tick();
  EXPECT_EQ(alerts(), "");
}

TEST_F(Finding, a_statement_silences_before_the_alert_is_raised_and_a_later_one_brings_it_back) {
  const Sha256 shop = artifact("shop"), other = artifact("other");
  attest("vex", shop, openvex("CVE-2026-1", "pkg:npm/left", "not_affected", "2024-01-01T00:00:00Z"));
  bill(shop, {left});
  bill(other, {left});
  run(shop, "shop");
  advise({advisory("GHSA-1", "left", "1.1.0", {"CVE-2026-1"})});
  tick();
  EXPECT_EQ(findings().at(0).last.state, vuln::FindingState::opened);
  EXPECT_EQ(alerts(), "");
  EXPECT_EQ(medium(shop), 0);
  EXPECT_EQ(medium(other), 1) << "what was attested to an artifact is about no other";
  restart();
  EXPECT_EQ(alerts(), "");
  EXPECT_EQ(medium(shop), 0);
  const auto stated = store::stated_of(*ledger_.reader(), "CVE-2026-1", left).value();
  ASSERT_EQ(stated.size(), 1U);
  EXPECT_EQ(stated[0].artifact, shop);
  EXPECT_EQ(stated[0].justification, "vulnerable_code_not_present");
  EXPECT_EQ(stated[0].author, "Acme");
  attest("vex", shop, openvex("CVE-2026-1", "pkg:npm/left", "affected", "2024-05-01T00:00:00Z"));
  tick();
  EXPECT_EQ(alerts(), "low CVE-2026-1 runs in prod of f; ");
  EXPECT_EQ(medium(shop), 1);
  attest("vex", shop, openvex("GHSA-1", "pkg:npm/left", "fixed", "2024-06-01T00:00:00Z"));
  tick();
  EXPECT_EQ(alerts(), "") << "by any of its ids";
  EXPECT_EQ(why_resolved(), "a statement says that what runs is not affected, or fixed; ");
}

TEST_F(Finding, an_artifacts_own_statement_beats_a_later_one_in_general) {
  const Sha256 shop = artifact("shop"), other = artifact("other");
  bill(shop, {left});
  bill(other, {left});
  advise({advisory("CVE-2026-1", "left", "1.1.0")});
  tick();
  attest("vex", std::nullopt, openvex("CVE-2026-1", "pkg:npm/left", "not_affected", "2024-01-01T00:00:00Z"));
  tick();
  EXPECT_EQ(medium(shop), 0);
  EXPECT_EQ(medium(other), 0);
  attest("vex", shop, openvex("CVE-2026-1", "pkg:npm/left", "affected", "2023-01-01T00:00:00Z"));
  tick();
  EXPECT_EQ(medium(shop), 1) << "though it is older";
  EXPECT_EQ(medium(other), 0);
}

TEST_F(Finding, a_general_statement_names_artifacts_by_digest_name_and_package) {
  const Sha256 shop = artifact("shop"), other = artifact("other");
  bill(shop, {left}, "pkg:oci/shop@sha256:1");
  bill(other, {left}, "pkg:oci/other");
  advise({advisory("CVE-2026-1", "left", ""), advisory("CVE-2026-2", "left", ""),
          advisory("CVE-2026-3", "left", "")});
  tick();
  EXPECT_EQ(medium(shop), 3);
  attest("vex", std::nullopt, openvex("CVE-2026-1", "pkg:oci/shop", "not_affected", "2024-01-01T00:00:00Z"));
  attest("vex", std::nullopt, openvex("CVE-2026-2", "shop", "not_affected", "2024-01-01T00:00:00Z"));
  attest("vex", std::nullopt,
         openvex("CVE-2026-3", fmt::format("pkg:oci/x@sha256%3A{}", to_hex(shop)), "not_affected",
                 "2024-01-01T00:00:00Z"));
  tick();
  EXPECT_EQ(medium(shop), 0);
  EXPECT_EQ(medium(other), 3);
}

TEST_F(Finding, a_statement_cannot_claim_to_be_later_than_it_was_recorded) {
  const Sha256 shop = artifact("shop");
  bill(shop, {left});
  advise({advisory("CVE-2026-1", "left", "")});
  attest("vex", shop, openvex("CVE-2026-1", "pkg:npm/left", "not_affected", "2999-01-01T00:00:00Z"));
  tick();
  EXPECT_EQ(medium(shop), 0);
  ledger_.clock().pass(days(1));
  attest("vex", shop, openvex("CVE-2026-1", "pkg:npm/left", "affected", "2999-01-01T00:00:00Z"));
  tick();
  EXPECT_EQ(medium(shop), 1);
}

TEST_F(Finding, a_document_that_cannot_be_read_is_noted_and_stops_nothing) {
  const Sha256 shop = artifact("shop");
  attest("vex", shop, "{}");
  bill(shop, {left});
  advise({advisory("CVE-2026-1", "left", "")});
  tick();
  EXPECT_EQ(medium(shop), 1);
  EXPECT_EQ(query_count(*ledger_.reader(), "SELECT count(*) FROM statements_read WHERE error<>''").value(),
            1);
}

TEST_F(Finding, what_is_known_to_be_exploited_is_counted_and_told_as_critical) {
  const Sha256 shop = artifact("shop");
  bill(shop, {left});
  run(shop, "shop");
  advise({advisory("GHSA-1", "left", "", {"CVE-2026-1001"})});
  tick();
  EXPECT_EQ(alerts(), "low CVE-2026-1001 runs in prod of f; ");
  EXPECT_EQ(counts(shop).known_exploited, std::nullopt) << "no list, no number";
  advise({advisory("GHSA-1", "left", "", {"CVE-2026-1001"})},
         {exploited_list("CVE-2026-1001"), likelihood_list("CVE-2026-1001", "0.91", "2026-01-02")});
  tick();
  EXPECT_EQ(finding(left).exploited, "2026-01-02");
  EXPECT_TRUE(finding(left).by_ransomware);
  EXPECT_EQ(finding(left).epss, "0.91000");
  EXPECT_EQ(counts(shop).known_exploited, 1);
  EXPECT_EQ(alerts(), "critical CVE-2026-1001, known to be exploited, runs in prod of f; ");
  const std::int64_t before = entries();
  advise({advisory("GHSA-1", "left", "", {"CVE-2026-1001"})},
         {exploited_list("CVE-2026-1001"), likelihood_list("CVE-2026-1001", "0.93", "2026-01-03")});
  tick();
  EXPECT_EQ(entries(), before + 1) << "that there is a new list; no finding moved enough to be said again";
  restart();
  EXPECT_EQ(entries(), before + 1);
}

TEST_F(Finding, exceptions_end_when_more_is_known_than_when_they_were_granted) {
  const Sha256 shop = artifact("shop");
  bill(shop, {left});
  run(shop, "shop");
  advise({advisory("CVE-2026-1001", "left", "")}, {likelihood_list("CVE-2026-1001", "0.05", "2026-01-01")});
  tick();
  EXPECT_EQ(alerts(), "low CVE-2026-1001 runs in prod of f; ");
  std::map<exceptions::EndsOn, std::int64_t> asked;
  for (const auto condition : {exceptions::EndsOn::fix_available, exceptions::EndsOn::known_exploitation,
                               exceptions::EndsOn::likelihood_rise}) {
    exceptions::ExceptionRequested request{.scope = {.environment = "prod",
                                                     .artifact = shop,
                                                     .finding = "CVE-2026-1001",
                                                     .owner = "risk",
                                                     .reason = "no fix yet",
                                                     .until = now() + days(90),
                                                     .ends_on = {condition}}};
    asked[condition] = append(request);
    append(exceptions::ExceptionGranted{.exception = asked[condition], .until = now() + days(90)});
  }
  tick();
  EXPECT_EQ(alerts(), "") << "accepted";
  const auto ended = [&] {
    std::string words;
    for (const auto& [condition, id] : asked)
      if (const auto found = store::find_exception(*ledger_.reader(), id).value(); found && found->ended)
        words += fmt::format("{} ", format::name_of(*found->ended));
    return words;
  };
  EXPECT_EQ(ended(), "");
  advise({advisory("CVE-2026-1001", "left", "1.1.0")});
  tick();
  EXPECT_EQ(ended(), "fix-available ");
  EXPECT_EQ(alerts(), "") << "two more accept it";
  advise({advisory("CVE-2026-1001", "left", "1.1.0")},
         {likelihood_list("CVE-2026-1001", "0.25", "2026-01-02")});
  tick();
  EXPECT_EQ(ended(), "fix-available likelihood-rise ");
  advise({advisory("CVE-2026-1001", "left", "1.1.0")},
         {likelihood_list("CVE-2026-1001", "0.25", "2026-01-02"), exploited_list("CVE-2026-1001")});
  tick();
  EXPECT_EQ(ended(), "fix-available known-exploitation likelihood-rise ");
  EXPECT_EQ(alerts(), "critical CVE-2026-1001, known to be exploited, runs in prod of f; ");
}

TEST_F(Finding, too_many_at_once_are_one_summary_that_ends_with_what_it_named) {
  const Sha256 shop = artifact("shop");
  bill(shop, {left});
  run(shop, "shop");
  std::vector<vuln::Advisory> many;
  for (int i = 0; i < 25; ++i) many.push_back(advisory(fmt::format("CVE-2026-{}", 100 + i), "left", ""));
  advise(many);
  tick();
  EXPECT_EQ(alerts(), "low 25 vulnerabilities run in prod of f; ");
  for (vuln::Advisory& each : many)
    each.affected[0].ranges[0].events.push_back({vuln::Event::Kind::fixed, "3.0.0"});
  advise(many);
  tick();
  EXPECT_EQ(alerts(), "low 25 vulnerabilities run in prod of f; ")
      << "a fixed version tells none of them again";
  many.push_back(advisory("CVE-2026-1", "left", ""));
  advise(many);
  tick();
  EXPECT_EQ(alerts(), "low CVE-2026-1 runs in prod of f; low 25 vulnerabilities run in prod of f; ");
  for (std::size_t i = 0; i < 25; ++i) {
    many[i].withdrawn = "2026-02-01T00:00:00Z";
    many[i].modified = "2026-02-01T00:00:00Z";
  }
  advise(many);
  tick();
  EXPECT_EQ(alerts(), "low CVE-2026-1 runs in prod of f; ") << "the one that it did not name stays";
}

TEST_F(Finding, the_clock_goes_on_where_it_stood) {
  const Sha256 shop = artifact("shop");
  bill(shop, {left});
  advise({advisory("CVE-2026-1", "left", "")});
  tick();
  ledger_.clock().pass(days(3));
  bill(shop, {right});
  tick();
  ASSERT_EQ(findings().at(0).last.state, vuln::FindingState::closed);
  const Duration open = findings().at(0).open_before;
  EXPECT_GE(open, days(3));
  EXPECT_LT(open, hours(73));
  ledger_.clock().pass(days(30));
  bill(shop, {left});
  tick();
  EXPECT_EQ(findings().at(0).last.state, vuln::FindingState::reopened);
  EXPECT_EQ(findings().at(0).open_before, open);
  EXPECT_GT(findings().at(0).began_at, findings().at(0).opened_at + days(30));
}

}  // namespace
}  // namespace weir::jobs
