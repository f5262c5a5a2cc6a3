#include "vuln/csaf_advisory.h"

#include <gtest/gtest.h>

#include "vuln/match.h"

namespace weir::vuln {
namespace {

std::string document(const std::string& tree, const std::string& flaws,
                     const std::string& category = "csaf_security_advisory") {
  return R"({"document":{"category":")" + category +
         R"(","csaf_version":"2.0","title":"A flaw","tracking":{"id":"ACME-1",)"
         R"("current_release_date":"2026-01-02T00:00:00Z"}},"product_tree":)" +
         tree + R"(,"vulnerabilities":)" + flaws + "}";
}

// One branch with a product of this id and purl, below a branch of that category and name.
std::string product(const std::string& id, const std::string& purl,
                    const std::string& category = "product_name", const std::string& name = "x") {
  return R"({"category":")" + category + R"(","name":")" + name +
         R"(","product":{"name":"x","product_id":")" + id + R"(","product_identification_helper":{"purl":")" +
         purl + R"("}}})";
}
std::string tree(const std::string& branches) {
  return R"({"branches":[{"category":"vendor","name":"acme","branches":[)" + branches + "]}]}";
}
std::string flaw(const std::string& status) {
  return R"([{"cve":"CVE-2026-0001","product_status":)" + status + "}]";
}

// The ids of the advisories that affect a component, and what fixes it.
std::string affects(const std::string& text, const std::string& purl) {
  const Result<Advisory> advisory = read_advisory(text);
  if (!advisory.ok()) return advisory.error().message;
  AdvisorySet set;
  set.add(*advisory);
  set.index();
  std::string found;
  for (const Finding& each : match({.items = {{"", "", purl}}}, set).findings)
    found += each.advisory + " " + each.fixed + ";";
  return found;
}

}  // namespace

TEST(Csaf, the_head_and_its_flaws_become_one_advisory) {
  const Result<Advisory> advisory =
      read_advisory(document(tree(product("p", "pkg:npm/x@1.0.0")), flaw(R"({"known_affected":["p"]})")));
  ASSERT_TRUE(advisory.ok()) << advisory.error().message;
  EXPECT_EQ(advisory->id, "ACME-1");
  EXPECT_EQ(advisory->modified, "2026-01-02T00:00:00Z");
  EXPECT_EQ(advisory->upstream, std::vector<std::string>{"CVE-2026-0001"});
  ASSERT_EQ(advisory->affected.size(), 1u);
  EXPECT_EQ(advisory->affected[0].ecosystem, "npm");
  EXPECT_EQ(advisory->affected[0].versions, std::vector<std::string>{"1.0.0"});
}

TEST(Csaf, a_range_affects_what_it_spans) {
  const std::string text = document(tree(product("p", "pkg:npm/x", "product_version_range",
                                                 "vers:npm/0.5.0|>=1.0.0|<1.2.0|>=2.0.0|<=2.1.0|>=3.0.0")),
                                    flaw(R"({"known_affected":["p"]})"));
  for (const char* version : {"0.5.0", "1.0.0", "1.1.9", "2.1.0", "9.0.0"})
    EXPECT_NE(affects(text, std::string("pkg:npm/x@") + version), "") << version;
  for (const char* version : {"0.4.0", "1.2.0", "2.1.1"})
    EXPECT_EQ(affects(text, std::string("pkg:npm/x@") + version), "") << version;
}

TEST(Csaf, what_is_below_a_fixed_version_is_affected_unless_the_document_says_what_is) {
  const std::string fixed_only = document(tree(product("f", "pkg:npm/x@2.0.0")), flaw(R"({"fixed":["f"]})"));
  EXPECT_EQ(affects(fixed_only, "pkg:npm/x@1.9.0"), "ACME-1 2.0.0;");
  EXPECT_EQ(affects(fixed_only, "pkg:npm/x@2.0.0"), "");
  const std::string both =
      document(tree(product("f", "pkg:npm/x@2.0.0") + "," +
                    product("p", "pkg:npm/x", "product_version_range", "vers:npm/>=1.5.0|<2.0.0")),
               flaw(R"({"fixed":["f"],"known_affected":["p"]})"));
  EXPECT_EQ(affects(both, "pkg:npm/x@1.4.0"), "");
  EXPECT_EQ(affects(both, "pkg:npm/x@1.5.0"), "ACME-1 2.0.0;");
  const std::string no_version =
      document(tree(product("p", "pkg:npm/x")), flaw(R"({"known_affected":["p"],"known_not_affected":[]})"));
  EXPECT_EQ(affects(no_version, "pkg:npm/x@99.0.0"), "ACME-1 ;");
}

TEST(Csaf, the_platform_of_a_product_is_its_release) {
  const std::string tree_of_red_hat =
      R"({"branches":[{"category":"product_name","name":"RHEL","product":{"name":"r","product_id":"rhel8",)"
      R"("product_identification_helper":{"cpe":"cpe:/a:redhat:enterprise_linux:8::appstream"}}},)" +
      product("bash", "pkg:rpm/redhat/bash@4.4.20-5.el8?arch=x86_64&epoch=1") +
      R"(],"relationships":[{"category":"default_component_of","product_reference":"bash",)"
      R"("relates_to_product_reference":"rhel8","full_product_name":{"name":"b","product_id":"rhel8:bash"}}]})";
  const std::string text = document(
      tree_of_red_hat,
      R"([{"cve":"CVE-2026-0001","product_status":{"fixed":["rhel8:bash"]},"scores":[{"products":["rhel8:bash"],)"
      R"("cvss_v3":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}])");
  const Result<Advisory> advisory = read_advisory(text);
  ASSERT_TRUE(advisory.ok()) << advisory.error().message;
  ASSERT_EQ(advisory->affected.size(), 1u);
  EXPECT_EQ(advisory->affected[0].ecosystem, "Red Hat:enterprise_linux:8::appstream");
  EXPECT_EQ(advisory->affected[0].name, "bash");
  EXPECT_EQ(highest_score(*advisory, advisory->affected[0]), 9.8);
  EXPECT_EQ(affects(text, "pkg:rpm/redhat/bash@4.4.20-4.el8?epoch=1&distro=rhel-8.9"),
            "ACME-1 1:4.4.20-5.el8;");
  EXPECT_EQ(affects(text, "pkg:rpm/redhat/bash@4.4.20-4.el8?epoch=1&distro=rhel-9.1"), "");
}

TEST(Csaf, what_cannot_be_expressed_is_refused_by_place) {
  const auto error = [](const std::string& text) {
    const Result<Advisory> advisory = read_advisory(text);
    return advisory.ok() ? std::string("read") : advisory.error().field;
  };
  const std::string affected = flaw(R"({"known_affected":["p"]})");
  const auto ranged = [&](const std::string& range) {
    return document(tree(product("p", "pkg:npm/x", "product_version_range", range)), affected);
  };
  EXPECT_EQ(error(ranged("vers:npm/>1.0.0")), "vulnerabilities[0]");
  EXPECT_EQ(error(ranged("vers:npm/!=1.0.0")), "vulnerabilities[0]");
  EXPECT_EQ(error(ranged("vers:npm/<1|<2")), "vulnerabilities[0]");
  EXPECT_EQ(error(ranged("vers:npm/<%zz")), "vulnerabilities[0]");
  EXPECT_EQ(error(ranged("before 3")), "vulnerabilities[0]");
  EXPECT_EQ(error(ranged("vers:npm/*")), "read");
  EXPECT_EQ(error(document("{}", affected)), "vulnerabilities[0]");
  EXPECT_EQ(error(document(tree(product("p", "npm/x")), affected)),
            "product_tree.branches[0].branches[0].product");
  EXPECT_EQ(error(document("{}", "[]", "csaf_vex")), "document.category");
}

// Each of these is a document of a few megabytes that says a long thing of very many.
TEST(Csaf, one_long_range_of_very_many_packages_is_refused) {
  std::string range = "vers:npm/";
  while (range.size() < 100'000) range += "1|";
  std::string products, ids;
  for (int i = 0; i < 10'000; ++i) {
    products += (i > 0 ? "," : "") + product("p" + std::to_string(i), "pkg:npm/n" + std::to_string(i));
    ids += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + "\"";
  }
  const std::string branch =
      R"({"category":"product_version_range","name":")" + range + "2" + R"(","branches":[)" + products + "]}";
  const auto read = read_advisory(document(tree(branch), flaw(R"({"known_affected":[)" + ids + "]}")));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Errc::too_large);
}

TEST(Csaf, very_many_versions_of_one_package_take_no_longer_than_they_are) {
  constexpr int versions = 100'000;
  std::string products, ids;
  for (int i = 0; i < versions; ++i) {
    products += (i > 0 ? "," : "") + product("p" + std::to_string(i), "pkg:npm/x@" + std::to_string(i));
    ids += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + "\"";
  }
  const auto read = read_advisory(document(tree(products), flaw(R"({"known_affected":[)" + ids + "]}")));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->affected.at(0).versions.size(), static_cast<std::size_t>(versions));
  const auto fixed = read_advisory(document(tree(products), flaw(R"({"fixed":[)" + ids + "]}")));
  ASSERT_FALSE(fixed.ok());
  EXPECT_EQ(fixed.error().code, Errc::too_large);
}

TEST(Csaf, a_score_said_of_very_many_packages_by_very_many_flaws_is_refused) {
  std::string products, ids, flaws;
  for (int i = 0; i < 2'000; ++i) {
    products += (i > 0 ? "," : "") + product("p" + std::to_string(i), "pkg:npm/n" + std::to_string(i));
    ids += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + "\"";
  }
  for (int i = 0; i < 100; ++i)
    flaws += (i > 0 ? "," : "") + std::string(R"({"product_status":{"known_affected":[)") + ids +
             R"(]},"scores":[{"products":[)" + ids + R"(],"cvss_v3":{"vectorString":")" +
             std::string(1'000, 'a') + std::to_string(i) + R"("}}]})";
  const auto read = read_advisory(document(tree(products), "[" + flaws + "]"));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Errc::too_large);
}

}  // namespace weir::vuln
