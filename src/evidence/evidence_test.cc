#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "evidence/document.h"
#include "evidence/predicates.h"
#include "evidence/recognise.h"
#include "evidence/sarif.h"
#include "evidence/sbom.h"
#include "evidence/statement.h"
#include "support/scratch_directory.h"

namespace weir::evidence {
namespace {

std::string golden(std::string_view name) {
  return test::read_file(fmt::format("test/golden/evidence/{}", name));
}

std::string read(std::string_view type, std::string_view content) {
  const auto summary = summarise(type, content);
  if (!summary.ok()) return "error: " + summary.error().message;
  const std::string verdict = !summary->compliant   ? "undecided"
                              : *summary->compliant ? "compliant"
                                                    : "not compliant";
  return fmt::format("{} {}", verdict, format::dump(summary->facts));
}

std::string enveloped(std::string_view statement,
                      std::string_view payload_type = "application/vnd.in-toto+json") {
  return fmt::format(R"({{"payloadType":"{}","payload":"{}","signatures":[{{"keyid":"k","sig":"AAAA"}}]}})",
                     payload_type, encode_base64(statement));
}
std::string statement_with(std::string_view predicate_type, std::string_view predicate) {
  return fmt::format(
      R"({{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"app",)"
      R"("digest":{{"sha256":"{}"}}}}],)"
      R"("predicateType":"{}","predicate":{}}})",
      std::string(64, 'a'), predicate_type, predicate);
}

struct Sample {
  const char* file;
  EvidenceFormat format;
  const char* type;
};
constexpr std::array samples{
    Sample{"surefire.xml", EvidenceFormat::junit, "test"},
    Sample{"googletest.xml", EvidenceFormat::junit, "test"},
    Sample{"pytest.xml", EvidenceFormat::junit, "test"},
    Sample{"jest.xml", EvidenceFormat::junit, "test"},
    Sample{"sarif.json", EvidenceFormat::sarif, "scan"},
    Sample{"cyclonedx.json", EvidenceFormat::cyclonedx, "sbom"},
    Sample{"cyclonedx.xml", EvidenceFormat::cyclonedx, "sbom"},
    Sample{"spdx2.json", EvidenceFormat::spdx, "sbom"},
    Sample{"spdx3.json", EvidenceFormat::spdx, "sbom"},
    Sample{"spdx.tags", EvidenceFormat::spdx, "sbom"},
    Sample{"provenance1.json", EvidenceFormat::provenance, "provenance"},
    Sample{"provenance02.json", EvidenceFormat::provenance, "provenance"},
};

}  // namespace

TEST(Recognise, samples_are_recognised_by_content_and_read_as_their_type) {
  for (const Sample& sample : samples) {
    EXPECT_EQ(recognise(golden(sample.file)), sample.format) << sample.file;
    EXPECT_EQ(attestation_type_of(sample.format), sample.type);
    EXPECT_TRUE(summarise(sample.type, golden(sample.file)).ok()) << read(sample.type, golden(sample.file));
    EXPECT_EQ(recognise("\xEF\xBB\xBF" + golden(sample.file)), sample.format) << "with a byte order mark";
  }
}

TEST(Recognise, a_damaged_file_is_still_recognised_and_refused_with_a_place) {
  const std::string cut = golden("cyclonedx.json").substr(0, 200);
  EXPECT_EQ(recognise(cut), EvidenceFormat::cyclonedx);
  EXPECT_NE(read("sbom", cut).find("at byte 200"), std::string::npos) << read("sbom", cut);
}

TEST(Recognise, anything_else_is_unknown) {
  for (const char* other : {"",
                            " ",
                            "\n",
                            "{",
                            "[",
                            "{}",
                            "[]",
                            "null",
                            "<",
                            "<html/>",
                            "<!-- <testsuite/> -->",
                            "<?xml",
                            "<bom/>",
                            "\x7f"
                            "ELF",
                            "{\"a\":\"bomFormat\"}",
                            "{\"a\":{\"bomFormat\":\"CycloneDX\"}}",
                            "{\"version\":\"2.1.0\"}",
                            "{\"payload\":\"\"}",
                            "\xff\xfe",
                            "SPDXVersion"})
    EXPECT_EQ(recognise(other), EvidenceFormat::unknown) << other;
}

TEST(Recognise, an_envelope_is_recognised_by_what_is_in_it) {
  EXPECT_EQ(recognise(enveloped(golden("provenance1.json"))), EvidenceFormat::provenance);
  EXPECT_EQ(recognise(enveloped(statement_with("https://cyclonedx.org/bom", golden("cyclonedx.json")))),
            EvidenceFormat::cyclonedx);
  EXPECT_EQ(recognise(enveloped(statement_with("https://example.org/other", "{}"))), EvidenceFormat::dsse);
  EXPECT_EQ(recognise(enveloped("damaged")), EvidenceFormat::dsse);
}

TEST(Evidence, every_truncation_of_every_sample_is_refused) {
  for (const Sample& sample : samples) {
    if (std::string_view(sample.file).ends_with(".tags")) continue;  // lines may end anywhere
    const std::string whole = golden(sample.file);
    const std::size_t end = whole.find_last_of(">}");
    for (std::size_t length = 0; length <= end; ++length) {
      recognise(whole.substr(0, length));
      EXPECT_FALSE(summarise(sample.type, whole.substr(0, length)).ok()) << sample.file << " " << length;
    }
  }
}

TEST(Evidence, every_changed_byte_gives_a_summary_or_an_error) {
  for (const Sample& sample : samples) {
    const std::string whole = golden(sample.file);
    for (std::size_t i = 0; i < whole.size(); ++i)
      for (const char c : {'"', '}', '[', '0', '\\', '\0', '\xff'}) {
        std::string changed = whole;
        changed[i] = c;
        recognise(changed);
        EXPECT_FALSE(summarise(sample.type, changed).ok() && c == '\xff' &&
                     !std::string_view(sample.file).ends_with(".tags"))
            << sample.file << " " << i;
      }
  }
}

TEST(Evidence, facts_are_valid_json_whatever_the_names_are) {
  EXPECT_EQ(fact_text("a\nb\xff\xe2\x82" "c"), "a b???c");
  EXPECT_EQ(fact_text(std::string(1000, 'x')).size(), fact_text_bytes_max);
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "\xe2\x82\xac";
  EXPECT_EQ(fact_text(wide).size() % 3, 0u);
}

TEST(Evidence, depth_and_size_are_bounded) {
  const auto nested = [](std::size_t depth) {
    std::string text = R"({"bomFormat":"CycloneDX","components":[)";
    for (std::size_t i = 0; i < depth; ++i) text += R"({"components":[)";
    for (std::size_t i = 0; i < depth; ++i) text += "]}";
    return text + "]}";
  };
  EXPECT_TRUE(summarise_cyclonedx(nested(20)).ok());
  EXPECT_NE(read("sbom", nested(100)).find("deeper than 64"), std::string::npos) << read("sbom", nested(100));
  EXPECT_FALSE(summarise_cyclonedx(nested(200'000)).ok());
  std::string wide = R"({"bomFormat":"CycloneDX","components":[)";
  for (std::size_t i = 0; i < limits::evidence_values_max; ++i) wide += "0,";
  EXPECT_EQ(summarise_cyclonedx(wide + "0]}").error().code, Errc::too_large);
}

TEST(Evidence, other_types_are_undecided) { EXPECT_EQ(read("generic", "\xff anything"), "undecided {}"); }

TEST(Sarif, results_are_counted_by_level_severity_and_rule) {
  EXPECT_EQ(
      read("scan", golden("sarif.json")),
      R"(not compliant {"format":"sarif","tools":[{"name":"Scanner","version":"4.2.0"}],"results":5,)"
      R"("by_level":{"error":2,"warning":2,"note":1,"none":0},"by_severity":{"critical":2,"high":0,)"
      R"("medium":1,"low":0},)"
      R"("suppressed":1,"rules":[{"id":"A1","level":"error","count":2},{"id":"C3","level":"warning",)"
      R"("count":2},)"
      R"({"id":"B2","level":"warning","count":1}],"executed":true})");
}

TEST(Sarif, compliance_follows_the_open_errors) {
  const auto verdict = [](std::string_view runs) {
    return read("scan", fmt::format(R"({{"version":"2.1.0","runs":{}}})", runs)).substr(0, 9);
  };
  EXPECT_EQ(verdict(R"([{"tool":{"driver":{"name":"s"}},"results":[]}])"), "compliant");
  EXPECT_EQ(verdict(R"([{"tool":{"driver":{"name":"s"}},"results":[{"level":"warning"}]}])"), "compliant");
  EXPECT_EQ(verdict(R"([{"results":[{"level":"error"}]}])"), "not compl");
  EXPECT_EQ(verdict(R"([{"results":[{"level":"error","suppressions":[]}]}])"), "not compl");
  EXPECT_EQ(verdict("[]"), "undecided");
  EXPECT_EQ(verdict(R"([{"invocations":[{"executionSuccessful":false}],"results":[]}])"), "undecided");
}

TEST(Sarif, other_documents_are_refused) {
  for (const char* bad :
       {"{}", "[]", R"({"version":"2.1.0","runs":{}})", R"({"version":"2.0.0","runs":[]})", R"({"runs":[]})",
        R"({"version":"2.1.0","runs":[7]})", R"({"version":"2.1.0","runs":[],"runs":[]})"})
    EXPECT_FALSE(summarise_sarif(bad).ok()) << bad;
}

TEST(Sbom, components_are_counted_in_every_form) {
  EXPECT_EQ(
      read("sbom", golden("cyclonedx.json")),
      R"(compliant {"format":"cyclonedx","spec_version":"1.6",)"
      R"("serial":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",)"
      R"("subject":"app 1.2","components":3,"with_purl":2})");
  EXPECT_EQ(
      read("sbom", golden("cyclonedx.xml")),
      R"(compliant {"format":"cyclonedx","spec_version":"1.5",)"
      R"("serial":"urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",)"
      R"("subject":"app 1.2","components":3,"with_purl":2})");
  EXPECT_EQ(
      read("sbom", golden("spdx2.json")),
      R"(compliant {"format":"spdx","spec_version":"2.3","serial":"https://example.org/spdx/app-1",)"
      R"("subject":"app",)"
      R"("components":2,"with_purl":1})");
  EXPECT_EQ(
      read("sbom", golden("spdx3.json")),
      R"(compliant {"format":"spdx","spec_version":"3.0.1",)"
      R"("serial":"https://example.org/spdx/app-3","subject":"app",)"
      R"("components":3,"with_purl":2})");
  EXPECT_EQ(
      read("sbom", golden("spdx.tags")),
      R"(compliant {"format":"spdx","spec_version":"2.2","serial":"https://example.org/spdx/app-2",)"
      R"("subject":"app",)"
      R"("components":2,"with_purl":1})");
}

TEST(Sbom, an_empty_one_is_undecided) {
  EXPECT_EQ(read("sbom", R"({"bomFormat":"CycloneDX","specVersion":"1.5"})").substr(0, 9), "undecided");
  EXPECT_EQ(read("sbom", R"({"spdxVersion":"SPDX-2.3"})").substr(0, 9), "undecided");
}

TEST(Sbom, other_documents_are_refused) {
  for (const char* bad :
       {"{}", "[]", "", "<bom/>", "<html/>", R"({"bomFormat":"Other"})",
        R"({"bomFormat":"CycloneDX","components":{}})", R"({"spdxVersion":"SPDX-2.3","packages":{}})",
        R"({"@context":"https://spdx.org/rdf/3.0.1/x","@graph":{}})"})
    EXPECT_FALSE(summarise("sbom", bad).ok()) << bad;
}

TEST(Sbom, one_in_a_signed_statement_speaks_of_its_subjects) {
  const auto summary =
      summarise("sbom", enveloped(statement_with("https://cyclonedx.org/bom", golden("cyclonedx.json"))));
  ASSERT_TRUE(summary.ok()) << summary.error().message;
  EXPECT_EQ(*summary->facts.at("components").integer(), 3);
  EXPECT_EQ(*summary->facts.at("signatures").integer(), 1);
  ASSERT_EQ(summary->subjects.size(), 1u);
  EXPECT_EQ(to_hex(summary->subjects[0]), std::string(64, 'a'));
  EXPECT_FALSE(summarise("sbom", enveloped(golden("provenance1.json"))).ok());
}

TEST(Provenance, builder_source_and_commit_are_found_in_both_versions) {
  EXPECT_EQ(
      read("provenance", golden("provenance1.json")),
      R"(compliant {"format":"slsa","version":"1","builder":"https://example.org/runner",)"
      R"("build_type":"https://actions.github.io/buildtypes/workflow/v1",)"
      R"("source":"git+https://example.org/o/app@refs/heads/main",)"
      R"("commit":"0123456789abcdef0123456789abcdef01234567",)"
      R"("invocation":"https://example.org/o/app/runs/7",)"
      R"("subjects":["app"],"subject_count":1,"signatures":0})");
  EXPECT_EQ(
      read("provenance", golden("provenance02.json")),
      R"(compliant {"format":"slsa","version":"0.2","builder":"https://example.org/builder",)"
      R"("build_type":"https://example.org/make@v1",)"
      R"("source":"git+https://example.org/o/app@refs/tags/v1",)"
      R"("commit":"0123456789abcdef0123456789abcdef01234567",)"
      R"("invocation":"7-1","subjects":["app"],"subject_count":1,"signatures":0})");
}

TEST(Provenance, an_envelope_and_a_bundle_give_the_same_with_their_signatures) {
  const auto plain = summarise_provenance(golden("provenance1.json")).value();
  const std::string envelope = enveloped(golden("provenance1.json"));
  for (const std::string& wrapped :
       {envelope, fmt::format(R"({{"mediaType":"x","dsseEnvelope":{}}})", envelope)}) {
    const auto summary = summarise_provenance(wrapped);
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_EQ(summary->subjects, plain.subjects);
    EXPECT_EQ(*summary->facts.at("signatures").integer(), 1);
  }
}

TEST(Provenance, other_statements_and_damaged_envelopes_are_refused) {
  for (
      const std::string& bad :
      {std::string("{}"), statement_with("https://example.org/other", "{}"),
       statement_with("https://slsa.dev/provenance/", "{}"), statement_with("https://slsa.dev/provenance/v", "{}"),
       statement_with("https://slsa.dev/provenance/v1", "7"), enveloped("{}"),
       enveloped(golden("provenance1.json"), "text/plain"),
       std::string(
           R"({"payloadType":"application/vnd.in-toto+json","payload":"****",)"
           R"("signatures":[{"sig":"AAAA"}]})"),
       std::string(R"({"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]})"),
       std::string(
           R"({"_type":"https://in-toto.io/Statement/v1",)"
           R"("predicateType":"https://slsa.dev/provenance/v1","subject":[],"predicate":{}})"),
       std::string(
           R"({"_type":"https://in-toto.io/Statement/v1",)"
           R"("predicateType":"https://slsa.dev/provenance/v1","subject":[{"name":"x"}],"predicate":{}})"),
       std::string(
           R"({"_type":"https://in-toto.io/Statement/v1",)"
           R"("predicateType":"https://slsa.dev/provenance/v1",)"
           R"("subject":[{"digest":{"sha256":"zz"}}],"predicate":{}})")})
    EXPECT_FALSE(summarise_provenance(bad).ok()) << bad;
}

TEST(Provenance, without_a_builder_it_is_undecided) {
  EXPECT_EQ(read("provenance", statement_with("https://slsa.dev/provenance/v1", "{}")).substr(0, 9),
            "undecided");
}

TEST(Review, four_eyes_need_somebody_else_on_this_commit) {
  const auto verdict = [](std::string_view author, std::string_view approvals) {
    return read(
               "review",
               fmt::format(
                   R"({{"change":"https://example.org/pull/1","commit":"c1","author":"{}",)"
                   R"("approvals":[{}]}})",
                   author, approvals))
        .substr(0, 9);
  };
  EXPECT_EQ(verdict("ann", R"({"reviewer":"ben"})"), "compliant");
  EXPECT_EQ(verdict("ann", R"({"reviewer":"ben","commit":"c1","at":"2026-11-22T20:00:00Z"})"), "compliant");
  EXPECT_EQ(verdict("ann", R"({"reviewer":"ben","commit":"c0"})"), "not compl");
  EXPECT_EQ(verdict("ann", R"({"reviewer":"Ann"})"), "not compl");
  EXPECT_EQ(verdict("ann", ""), "not compl");
  EXPECT_EQ(verdict("", R"({"reviewer":"ben"})"), "undecided");
  for (const char* same : {"ann ", " ANN", "ann\\n\\t"})
    EXPECT_EQ(verdict("ann", fmt::format(R"({{"reviewer":"{}"}})", same)), "not compl") << same;
  EXPECT_EQ(verdict("ann ", R"({"reviewer":"ann"})"), "not compl");
  EXPECT_NE(
      read(
          "review",
          R"({"change":"x","commit":"c","author":"ann","approvals":[{"reviewer":"ben"},{"reviewer":"Ben "}]})")
          .find(R"("reviewers":["ben"])"),
      std::string::npos)
      << "one reviewer, written in two ways";
  for (const char* alike : {"ann\u200b", "\u0430nn", "\u00c4NN", "a\u0001nn"})
    EXPECT_FALSE(
        summarise_review(
            fmt::format(R"({{"change":"x","commit":"c","author":"ann","approvals":[{{"reviewer":"{}"}}]}})",
                        alike))
            .ok())
        << alike;
  for (const char* bad : {"{}", "[]", R"({"change":"x","commit":"","approvals":[]})",
                          R"({"change":"x","commit":"c","approvals":[{}]})",
                          R"({"change":"x","commit":"c","approvals":[],"more":1})"})
    EXPECT_FALSE(summarise_review(bad).ok()) << bad;
}

TEST(Ticket, it_must_have_been_found) {
  EXPECT_EQ(read("ticket", R"({"key":"APP-1","found":true})").substr(0, 9), "compliant");
  EXPECT_EQ(read("ticket", R"({"key":"APP-1","found":false})").substr(0, 9), "not compl");
  for (const char* bad :
       {"{}", R"({"key":"APP-1"})", R"({"key":"","found":true})", R"({"key":"A","found":"yes"})"})
    EXPECT_FALSE(summarise_ticket(bad).ok()) << bad;
}

}  // namespace weir::evidence
