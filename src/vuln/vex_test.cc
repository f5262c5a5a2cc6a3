// Statements of all three forms become one model, and of those that cover a finding the right one holds.
#include "vuln/vex.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "evidence/recognise.h"
#include "format/members.h"
#include "vuln/vers_range.h"
#include "vuln/vex_attested.h"

namespace weir::vuln {
namespace {

const std::string digest_text(64, 'a');

constexpr std::string_view openvex =
    R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://acme.test/vex-1",
  "author":"Acme","timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[
  {"vulnerability":{"name":"CVE-1","aliases":["GHSA-1"]},"timestamp":"2026-02-01T00:00:00Z",
   "products":[{"@id":"pkg:oci/app","subcomponents":[{"@id":"pkg:npm/left-pad@1.3.0"}]}],
   "status":"not_affected","justification":"vulnerable_code_not_present"},
  {"vulnerability":{"name":"CVE-2"},"products":[{"identifiers":{"purl":"pkg:npm/left-pad"}}],
   "status":"affected","action_statement":"update"}]})";

constexpr std::string_view csaf = R"({"document":{"category":"csaf_vex","csaf_version":"2.0",
  "publisher":{"name":"Acme","category":"vendor","namespace":"https://acme.test"},
  "tracking":{"id":"ACME-1","current_release_date":"2026-03-01T00:00:00Z"}},
 "product_tree":{"branches":[{"category":"vendor","name":"Acme","branches":[
   {"category":"product_name","name":"app","product":{"product_id":"P","name":"app 1.0",
     "product_identification_helper":{"purl":"pkg:oci/app"}}},
   {"category":"product_version_range","name":"vers:npm/>=1|<2","product":{"product_id":"L","name":"left-pad",
     "product_identification_helper":{"purl":"pkg:npm/left-pad"}}}]}],
  "relationships":[{"category":"default_component_of","product_reference":"L",
    "relates_to_product_reference":"P",
    "full_product_name":{"product_id":"P:L","name":"left-pad in app"}}],
  "product_groups":[{"group_id":"G","product_ids":["P:L"]}]},
 "vulnerabilities":[{"cve":"CVE-1","flags":[{"label":"component_not_present","group_ids":["G"]}],
   "remediations":[{"category":"vendor_fix","details":"take 2","product_ids":["L"]}],
   "product_status":{"known_not_affected":["P:L"],"known_affected":["L"]}}]})";

constexpr std::string_view cyclonedx =
    R"({"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:1",
  "metadata":{"timestamp":"2026-01-01T00:00:00Z","authors":[{"name":"Acme"}]},
  "components":[{"type":"library","bom-ref":"l","name":"left-pad","purl":"pkg:npm/left-pad@1.3.0"}],
  "vulnerabilities":[{"id":"CVE-9","affects":[{"ref":"l"}]},
   {"id":"CVE-1","references":[{"id":"GHSA-1","source":{"name":"x"}}],
    "analysis":{"state":"false_positive","justification":"protected_at_perimeter","detail":"behind a wall",
                "lastUpdated":"2026-04-01T00:00:00Z"},
    "affects":[{"ref":"l","versions":[{"range":"vers:npm/>=1|<2","status":"affected"}]},
               {"ref":"urn:cdx:1/1#pkg:npm/right-pad@1"}]}]})";

std::string error_of(std::string_view text) {
  const auto read = read_vex(text);
  return read.ok() ? "" : read.error().message;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string made(text);
  const std::size_t at = made.find(what);
  EXPECT_NE(at, made.npos) << what;
  return made.replace(at, what.size(), with);
}

FindingSubject left_pad(std::string version = "1.3.0") {
  return {.vulnerabilities = {"GHSA-1", "CVE-1"},
          .purl = "pkg:npm/left-pad@" + version,
          .name = "left-pad",
          .version = version,
          .artifact_purls = {*format::parse_purl("pkg:oci/app@sha256:" + digest_text)}};
}

}  // namespace

TEST(Vex, openvex_statements_take_what_their_document_says) {
  const auto read = read_vex(openvex, {.organization = {"ACME"}});
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].vulnerabilities, (std::vector<std::string>{"CVE-1", "GHSA-1"}));
  EXPECT_EQ((*read)[0].at, *parse_instant("2026-02-01T00:00:00Z"));
  EXPECT_EQ((*read)[1].at, *parse_instant("2026-01-01T00:00:00Z"));
  EXPECT_EQ((*read)[0].authority, Authority::organization);
  EXPECT_TRUE(covers((*read)[0], left_pad()));
  EXPECT_FALSE(covers((*read)[0], left_pad("1.3.1")));
  EXPECT_FALSE(covers((*read)[1], left_pad()));  // of another flaw
}

TEST(Vex, openvex_that_breaks_its_rules_is_refused_whole) {
  const auto broken = [](std::string_view what, std::string_view with) {
    return error_of(replaced(openvex, what, with));
  };
  EXPECT_NE(broken(R"(,"justification":"vulnerable_code_not_present")", "").find("without justification"),
            std::string::npos);
  EXPECT_NE(broken("vulnerable_code_not_present", "because").find("statements[0].justification"),
            std::string::npos);
  EXPECT_NE(broken(R"(,"action_statement":"update")", "").find("without action_statement"),
            std::string::npos);
  EXPECT_NE(broken(R"("status":"affected")", R"("status":"fine")").find("statements[1].status"),
            std::string::npos);
  EXPECT_NE(broken("2026-02-01T00:00:00Z", "yesterday").find("statements[0].timestamp"), std::string::npos);
  EXPECT_NE(broken("pkg:npm/left-pad@1.3.0", "pkg:npm").find("subcomponents[0]"), std::string::npos);
  EXPECT_NE(broken(R"("author":"Acme",)", "").find("author"), std::string::npos);
}

TEST(Vex, the_older_form_of_openvex_is_read_too) {
  const auto read = read_vex(R"({"@context":"https://openvex.dev/ns","@id":"1","author":"A",
    "timestamp":"2023-01-01T00:00:00Z","statements":[{"vulnerability":"CVE-1","products":["pkg:oci/app"],
    "subcomponents":["pkg:npm/left-pad@1.3.0"],"status":"fixed"}]})");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(covers(read->front(), left_pad()));
  EXPECT_FALSE(covers(read->front(), left_pad("2.0.0")));
}

TEST(Vex, csaf_products_are_found_through_branches_relationships_and_groups) {
  const auto read = read_vex(csaf);
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->size(), 2u);
  const auto& excused = (*read)[0];
  EXPECT_EQ(excused.status, VexStatus::not_affected);
  EXPECT_EQ(excused.justification, "component_not_present");
  EXPECT_TRUE(covers(excused, left_pad()));
  EXPECT_FALSE(covers(excused, left_pad("2.0.0")));
  FindingSubject elsewhere = left_pad();
  elsewhere.artifact_purls.clear();
  EXPECT_FALSE(covers(excused, elsewhere));
  EXPECT_EQ((*read)[1].action, "take 2");
  EXPECT_TRUE(covers((*read)[1], elsewhere));
}

TEST(Vex, csaf_that_contradicts_itself_or_names_nothing_is_refused) {
  EXPECT_NE(error_of(replaced(csaf, R"("known_affected":["L"])", R"("known_affected":["L","P:L"])"))
                .find("contradicts itself"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(csaf, R"("product_reference":"L")", R"("product_reference":"Z")"))
                .find("no product 'Z'"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(csaf, R"("group_ids":["G"])", R"("group_ids":["H"])")).find("no group 'H'"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(csaf, R"("product_id":"L")", R"("product_id":"P")")).find("a second time"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(csaf, R"("details":"take 2","product_ids":["L"])",
                              R"("details":"take 2","product_ids":["P"])"))
                .find("no remediation"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(csaf, "csaf_vex", "csaf_base")).find("document.category"), std::string::npos);
}

TEST(Vex, cyclonedx_analyses_become_statements_and_keep_what_they_said) {
  const auto read = read_vex(cyclonedx);
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->size(), 1u);
  const Statement& only = read->front();
  EXPECT_EQ(only.status, VexStatus::not_affected);
  EXPECT_EQ(only.status_said, "false_positive");
  EXPECT_EQ(only.justification, "inline_mitigations_already_exist");
  EXPECT_EQ(only.justification_said, "protected_at_perimeter");
  EXPECT_TRUE(covers(only, left_pad("1.9.0")));
  EXPECT_FALSE(covers(only, left_pad("2.0.0")));
  EXPECT_FALSE(error_of(replaced(cyclonedx, "false_positive", "nothing")).empty());
  EXPECT_FALSE(error_of(replaced(cyclonedx, R"("ref":"l","versions")", R"("ref":"m","versions")")).empty());
}

TEST(Vex, authority_outranks_time_and_time_outranks_what_is_said) {
  Statement supplier{.status = VexStatus::not_affected, .authority = Authority::supplier, .at = {100}};
  Statement own = supplier;
  own.authority = Authority::organization;
  own.status = VexStatus::affected;
  own.at = {1};
  EXPECT_TRUE(outranks(own, supplier));
  Statement later = supplier;
  later.at = {101};
  later.status = VexStatus::under_investigation;
  EXPECT_TRUE(outranks(later, supplier));
  Statement same_time = supplier;
  same_time.status = VexStatus::affected;
  EXPECT_TRUE(outranks(same_time, supplier));  // the worse one, of two at once
  EXPECT_FALSE(outranks(supplier, supplier));
}

TEST(Vex, the_strongest_statement_holds_and_the_others_are_named) {
  std::vector<Statement> all = *read_vex(openvex, {.organization = {"Acme"}});
  const auto others = read_vex(csaf);
  for (const Statement& each : *others) all.push_back(each);
  const Applied applied = apply_statements(all, left_pad());
  ASSERT_NE(applied.holds, nullptr);
  EXPECT_EQ(applied.holds->document, "https://acme.test/vex-1");
  EXPECT_TRUE(applied.suppresses());
  EXPECT_EQ(applied.outranked.size(), 2u);
  EXPECT_EQ(why(applied),
            "Acme says not_affected (vulnerable_code_not_present) at 2026-02-01T00:00:00.000000Z in "
            "https://acme.test/vex-1; outranks 2 more");
  FindingSubject other = left_pad();
  other.vulnerabilities = {"CVE-77"};
  EXPECT_EQ(apply_statements(all, other).holds, nullptr);
}

TEST(Vex, a_product_named_by_digest_is_that_artifact_alone) {
  const std::string text = replaced(openvex, R"({"@id":"pkg:oci/app",)",
                                    R"({"@id":"pkg:oci/app@sha256%3A)" + digest_text + R"(",)");
  const auto read = read_vex(text);
  ASSERT_TRUE(read.ok()) << read.error().message;
  FindingSubject here = left_pad();
  EXPECT_FALSE(covers(read->front(), here));
  here.artifacts = {*parse_sha256(digest_text)};
  EXPECT_TRUE(covers(read->front(), here));
}

TEST(Vex, what_is_attested_to_an_artifact_is_about_no_other_and_outranks_what_is_said_in_general) {
  Statement own = read_vex(openvex)->at(1), general = own;  // CVE-2 in left-pad, wherever that is
  own.attested = *parse_sha256(digest_text);
  FindingSubject there = left_pad();
  there.vulnerabilities = {"CVE-2"};
  EXPECT_TRUE(covers(general, there));
  EXPECT_FALSE(covers(own, there));
  FindingSubject here = there;
  here.artifacts = {*parse_sha256(digest_text)};
  EXPECT_TRUE(covers(own, here));
  general.at = own.at + days(1);
  EXPECT_TRUE(outranks(own, general));
  general.authority = Authority::organization;
  EXPECT_TRUE(outranks(general, own)) << "who says it comes first";
}

TEST(Vex, an_attested_document_may_lie_in_an_envelope_and_is_summed_up) {
  const std::string statement =
      fmt::format(R"({{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"app","digest":)"
                  R"({{"sha256":"{}"}}}}],"predicateType":"https://openvex.dev/ns/v0.2.0","predicate":{}}})",
                  digest_text, openvex);
  const std::string envelope = fmt::format(
      R"({{"payloadType":"application/vnd.in-toto+json","payload":"{}","signatures":[{{"sig":"AAAA"}}]}})",
      encode_base64(statement));
  for (const std::string_view content : {std::string_view(statement), std::string_view(envelope), openvex}) {
    const auto summary = summarise_vex(content);
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_EQ(summary->compliant, true);
    EXPECT_EQ(summary->subjects.size(), content == openvex ? 0u : 1u);
    EXPECT_EQ(dump(summary->facts.at("by_status")),
              R"({"not_affected":1,"fixed":0,"under_investigation":0,"affected":1})");
    EXPECT_EQ(summary->facts.text("author"), "Acme");
    EXPECT_EQ(evidence::attestation_type_of(evidence::recognise(content)), "vex");
  }
  for (const std::string_view content : {csaf, cyclonedx})
    EXPECT_TRUE(summarise_vex(content).ok()) << content.substr(0, 40);
  EXPECT_EQ(evidence::attestation_type_of(evidence::recognise(csaf)), "vex");
  EXPECT_EQ(evidence::attestation_type_of(evidence::recognise(cyclonedx)), "sbom") << "it lists components";
  EXPECT_EQ(evidence::attestation_type_of(
                evidence::recognise(R"({"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[]})")),
            "vex");
  EXPECT_FALSE(summarise_vex(R"({"@context":"https://openvex.dev/ns","statements":7})").ok());
}

// However a document is cut or a byte of it changed, it is read or refused, and never crashes.
TEST(Vex, damaged_documents_are_refused_or_read) {
  for (const std::string_view text : {openvex, csaf, cyclonedx}) {
    for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(read_vex(text.substr(0, size)).ok());
    std::string changed(text);
    for (std::size_t at = 0; at < text.size(); ++at)
      for (const char c : {'"', '{', '0', '\x80', 'x'}) {
        changed[at] = c;
        if (const auto read = read_vex(changed); read.ok()) (void)apply_statements(*read, left_pad());
        changed[at] = text[at];
      }
  }
  EXPECT_FALSE(read_vex("").ok());
  EXPECT_FALSE(read_vex("[]").ok());
}

TEST(VersRange, versions_are_within_as_the_specification_walks_them) {
  struct Row {
    std::string_view range, version;
    bool within;
  };
  for (const Row& row :
       {Row{"vers:npm/>=1.0.0|<2.0.0", "1.5.0", true}, Row{"vers:npm/>=1.0.0|<2.0.0", "2.0.0", false},
        Row{"vers:npm/<2.0.0|>=1.0.0", "1.0.0", true}, Row{"vers:npm/*", "7", true},
        Row{"vers:npm/1.2.3|>=2", "1.2.3", true}, Row{"vers:npm/1.2.3|>=2", "1.2.4", false},
        Row{"vers:npm/!=1.0.0", "1.0.1", true}, Row{"vers:npm/!=1.0.0", "1.0.0", false},
        Row{"vers:deb/<1%3A2.0", "1.9", true}, Row{"vers:deb/<1%3A2.0", "1:2.1", false},
        Row{"vers:pypi/<1|>=2|<3", "1.5", false}, Row{"vers:pypi/<1|>=2|<3", "2.5", true}}) {
    const auto contains = vers_contains(row.range, row.version);
    ASSERT_TRUE(contains.ok()) << row.range;
    EXPECT_EQ(*contains, row.within) << row.range << " " << row.version;
  }
  for (const std::string_view range :
       {"npm/1", "vers:npm", "vers:npm/", "vers:npm/>=", "vers:npm/1|", "vers:npm/%zz"})
    EXPECT_FALSE(vers_contains(range, "1").ok()) << range;
}

namespace {

std::string repeated(int count, const auto& item) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i > 0 ? "," : "") + item(i);
  return list;
}

std::string openvex_of(const std::string& statements) {
  return R"({"@context":"https://openvex.dev/ns","@id":"1","author":"A","timestamp":"2023-01-01T00:00:00Z",)"
         R"("statements":[)" +
         statements + "]}";
}

std::string csaf_of(const std::string& tree, const std::string& flaws) {
  return R"({"document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"name":"A"},"tracking":)"
         R"({"id":"1","current_release_date":"2026-03-01T00:00:00Z"}},"product_tree":{)" +
         tree + R"(},"vulnerabilities":[)" + flaws + "]}";
}

std::string csaf_products(int count) {
  return R"("full_product_names":[)" +
         repeated(count, [](int i) { return fmt::format(R"({{"name":"x","product_id":"p{}"}})", i); }) + "]";
}

}  // namespace

// Each of these is a small document whose statements, written out, would fill all memory: a few megabytes name a few
// others as often as they can.
TEST(Vex, openvex_that_multiplies_products_by_components_is_refused) {
  const auto name = [](int i) { return fmt::format("\"c{}\"", i); };
  const std::string statement = R"({"vulnerability":"CVE-1","status":"fixed","products":[)" +
                                repeated(20'000, name) + R"(],"subcomponents":[)" + repeated(20'000, name) +
                                "]}";
  EXPECT_NE(error_of(openvex_of(statement)).find("take more than"), std::string::npos);
}

TEST(Vex, a_long_author_of_many_statements_is_refused) {
  const std::string author(10'000'000, 'a');
  const auto flaw = [](int i) {
    return fmt::format(R"({{"id":"CVE-{}","analysis":{{"state":"in_triage"}}}})", i);
  };
  const std::string text =
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"authors":[{"name":")" + author +
      R"("}]},"vulnerabilities":[)" + repeated(10'000, flaw) + "]}";
  EXPECT_NE(error_of(text).find("take more than"), std::string::npos);
}

TEST(Vex, a_long_component_affected_in_many_versions_is_refused) {
  const auto version = [](int i) { return fmt::format(R"({{"version":"{}"}})", i); };
  const std::string text =
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"bom-ref":"r","name":")" +
      std::string(10'000'000, 'a') +
      R"("}],"vulnerabilities":[{"id":"CVE-1","analysis":{"state":"in_triage"},"affects":[{"ref":"r","versions":[)" +
      repeated(10'000, version) + "]}]}]}";
  EXPECT_NE(error_of(text).find("take more than"), std::string::npos);
}

TEST(Vex, products_of_csaf_that_grow_in_a_chain_are_refused) {
  const auto relation = [](int i) {
    return fmt::format(R"({{"product_reference":"p0","relates_to_product_reference":"{}",)"
                       R"("full_product_name":{{"product_id":"r{}","name":"x"}}}})",
                       i == 0 ? std::string("p1") : fmt::format("r{}", i - 1), i);
  };
  const std::string tree = csaf_products(2) + R"(,"relationships":[)" + repeated(20'000, relation) + "]";
  EXPECT_NE(error_of(csaf_of(tree, "")).find("take more than"), std::string::npos);
}

TEST(Vex, a_group_of_csaf_named_without_end_is_refused) {
  const auto id = [](int i) { return fmt::format("\"p{}\"", i); };
  const std::string tree = csaf_products(1) + R"(,"product_groups":[{"group_id":"g","product_ids":[)" +
                           repeated(100'000, id) + "]}]";
  const auto threat = [](int) { return std::string(R"({"details":"x","group_ids":["g"]})"); };
  const std::string flaw =
      R"({"cve":"CVE-1","product_status":{"fixed":["p0"]},"threats":[)" + repeated(10'000, threat) + "]}";
  EXPECT_NE(error_of(csaf_of(tree, flaw)).find("take more than"), std::string::npos);
}

TEST(Vex, long_texts_of_csaf_said_of_every_pair_are_refused_and_of_one_group_are_kept_once) {
  constexpr int texts = 100;
  const auto said = [](int by, int of) {
    return repeated(texts, [&](int i) {
      const auto id = [&](int k) { return fmt::format("\"p{}\"", i * by + k * of); };
      return fmt::format(R"({{"details":"{}{:04}","product_ids":[{}]}})", std::string(60'000, 'a'), i,
                         repeated(texts, id));
    });
  };
  const auto id = [](int i) { return fmt::format("\"p{}\"", i); };
  const std::string affected = R"("product_status":{"known_affected":[)" + repeated(texts * texts, id) + "]}";
  const std::string pairs = fmt::format(R"({{"cve":"CVE-1",{},"threats":[{}],"remediations":[{}]}})",
                                        affected, said(texts, 1), said(1, texts));
  EXPECT_NE(error_of(csaf_of(csaf_products(texts * texts), pairs)).find("take more than"), std::string::npos);
  const std::string alike =
      fmt::format(R"({{"cve":"CVE-1",{},"remediations":[{}]}})", affected, said(texts, 1));
  const auto read = read_vex(csaf_of(csaf_products(texts * texts), alike));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->size(), static_cast<std::size_t>(texts));
  EXPECT_EQ(read->front().products.size(), static_cast<std::size_t>(texts));
}

}  // namespace weir::vuln
