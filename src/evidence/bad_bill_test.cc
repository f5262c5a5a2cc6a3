// Bills of materials as nobody should send them: each is read or refused by a bound, in time and memory that the bound
// allows, and by every reader alike.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "evidence/components.h"
#include "evidence/inventory.h"
#include "evidence/recognise.h"
#include "format/purl.h"
#include "support/scratch_directory.h"

namespace weir::evidence {
namespace {

std::string golden(std::string_view name) {
  return test::read_file(fmt::format("test/golden/evidence/{}", name));
}

std::string cyclonedx(std::string_view components, std::string_view rest = "") {
  return fmt::format(R"({{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{}]{}}})", components,
                     rest);
}

// Of what all readers must refuse: the code of the inventory's error.
Errc refused_by_all(BytesView content) {
  const auto inventory = read_inventory(content);
  EXPECT_FALSE(inventory.ok());
  EXPECT_FALSE(read_components(content).ok());
  EXPECT_FALSE(summarise("sbom", content).ok());
  return inventory.ok() ? Errc::internal : inventory.error().code;
}

std::size_t items_of(BytesView content) {
  const auto inventory = read_inventory(content);
  EXPECT_TRUE(inventory.ok()) << (inventory.ok() ? "" : inventory.error().message);
  return inventory.ok() ? inventory->items.size() : 0;
}

}  // namespace

TEST(BadBill, truncated_anywhere_it_is_refused_whole) {
  for (const std::string_view name : {"cyclonedx.json", "cyclonedx.xml", "spdx2.json", "spdx3.json"}) {
    std::string whole = golden(name);
    while (!whole.empty() && (whole.back() == '\n' || whole.back() == ' ')) whole.pop_back();
    ASSERT_TRUE(read_inventory(whole).ok()) << name;
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 500)
      EXPECT_FALSE(read_inventory(BytesView(whole).substr(0, size)).ok()) << name << " cut at " << size;
  }
}

TEST(BadBill, changed_bytes_never_crash_a_reader) {
  for (const std::string_view name :
       {"cyclonedx.json", "cyclonedx.xml", "spdx2.json", "spdx3.json", "spdx.tags"}) {
    std::string bill = golden(name);
    for (std::size_t at = 0; at < bill.size(); at += 1 + bill.size() / 700)
      for (const char c : {'"', '{', '<', '\0', '\xff'}) {
        const char before = std::exchange(bill[at], c);
        (void)read_inventory(bill);
        (void)read_components(bill);
        bill[at] = before;
      }
  }
}

TEST(BadBill, more_values_than_the_bound_are_refused) {
  std::string values;
  values.reserve(2 * limits::evidence_values_max + 16);
  for (std::size_t i = 0; i <= limits::evidence_values_max; ++i) values += i == 0 ? "1" : ",1";
  EXPECT_EQ(refused_by_all(cyclonedx(values)), Errc::too_large);
}

TEST(BadBill, more_than_a_million_components_are_refused_and_a_quarter_of_it_is_read) {
  const auto bill = [](std::size_t count) {
    std::string components;
    components.reserve(count * 24);
    for (std::size_t i = 0; i < count; ++i)
      components += fmt::format("{}{{\"name\":\"{:x}\"}}", i == 0 ? "" : ",", i);
    return cyclonedx(components);
  };
  EXPECT_EQ(refused_by_all(bill(limits::evidence_records_max + 1)), Errc::too_large);
  EXPECT_EQ(items_of(bill(limits::evidence_records_max / 4)), limits::evidence_records_max / 4);
}

TEST(BadBill, components_nested_beyond_the_depth_are_refused) {
  std::string components = R"({"name":"x"})";
  for (std::size_t i = 0; i < limits::json_depth_max; ++i)
    components = fmt::format(R"({{"name":"x","components":[{}]}})", components);
  EXPECT_FALSE(read_inventory(cyclonedx(components)).ok());
  std::string xml = "<component><name>x</name></component>";
  for (std::size_t i = 0; i < limits::xml_depth_max; ++i)
    xml = fmt::format("<component><name>x</name><components>{}</components></component>", xml);
  EXPECT_EQ(
      refused_by_all(fmt::format(
          R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components>{}</components></bom>)", xml)),
      Errc::too_large);
}

TEST(BadBill, dependencies_in_circles_and_to_nothing_are_borne) {
  const std::string rest =
      R"(,"dependencies":[{"ref":"a","dependsOn":["b","a","nowhere"]},{"ref":"b","dependsOn":["a"]},)"
      R"({"ref":"nowhere","dependsOn":["a"]}])";
  EXPECT_EQ(items_of(cyclonedx(R"({"bom-ref":"a","name":"a"},{"bom-ref":"b","name":"b"})", rest)), 2u);
  EXPECT_EQ(
      items_of(
          R"({"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a"}],"relationships":[)"
          R"({"spdxElementId":"SPDXRef-a","relationshipType":"DEPENDS_ON","relatedSpdxElement":"SPDXRef-a"}]})"),
      1u);
}

TEST(BadBill, one_reference_of_two_components_loses_neither) {
  EXPECT_EQ(items_of(cyclonedx(R"({"bom-ref":"a","name":"a"},{"bom-ref":"a","name":"b"})",
                               R"(,"dependencies":[{"ref":"a","dependsOn":["a"]}])")),
            2u);
}

TEST(BadBill, keys_that_come_twice_are_refused) {
  EXPECT_FALSE(
      read_inventory(R"({"bomFormat":"CycloneDX","components":[],"components":[{"name":"a"}]})").ok());
  EXPECT_FALSE(read_inventory(cyclonedx(R"({"name":"a","name":"b"})")).ok());
}

// Ten entities of ten each, nine times over, would be a gigabyte: they are not expanded.
TEST(BadBill, a_billion_laughs_stay_what_they_are) {
  std::string entities = R"(<!ENTITY l0 "ha">)";
  for (int i = 1; i <= 9; ++i) {
    std::string ten;
    for (int k = 0; k < 10; ++k) ten += fmt::format("&l{};", i - 1);
    entities += fmt::format(R"(<!ENTITY l{} "{}">)", i, ten);
  }
  const std::string bill = fmt::format(
      R"(<?xml version="1.0"?><!DOCTYPE bom [{}]><bom xmlns="http://cyclonedx.org/schema/bom/1.4">)"
      R"(<components><component><name>&l9;</name></component></components></bom>)",
      entities);
  const auto inventory = read_inventory(bill);
  ASSERT_TRUE(inventory.ok()) << inventory.error().message;
  ASSERT_EQ(inventory->items.size(), 1u);
  EXPECT_EQ(inventory->items[0].name, "&l9;");
}

TEST(BadBill, entities_of_files_are_not_read) {
  const auto inventory = read_inventory(
      R"(<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY x SYSTEM "file:///etc/hostname">]>)"
      R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component><name>&x;</name></component>)"
      R"(</components></bom>)");
  ASSERT_TRUE(inventory.ok()) << inventory.error().message;
  EXPECT_EQ(inventory->items[0].name, "&x;");
}

// Every byte, escaped in either case, comes back as it was, in every part; what is no UTF-8 or no escape is refused.
TEST(BadBill, package_urls_with_every_escape_are_read_back) {
  for (int byte = 1; byte < 0x80; ++byte)
    for (const std::string_view form : {"%{:02X}", "%{:02x}"}) {
      const std::string escape = fmt::format(fmt::runtime(form), byte);
      const std::string text = fmt::format("pkg:generic/n{0}s/na{0}me@1{0}2?key=v{0}l#s{0}b", escape);
      const auto purl = format::parse_purl(text);
      if (!purl.ok()) continue;  // of some parts a slash, or nothing but dots, is no name
      const auto built = format::build_purl(*purl);
      ASSERT_TRUE(built.ok()) << text;
      EXPECT_EQ(*format::parse_purl(*built), *purl) << text;
      EXPECT_EQ(purl->version, fmt::format("1{}2", static_cast<char>(byte))) << text;
    }
  for (const std::string_view wrong : {"%", "%2", "%zz", "%80", "%c3", "%ff", "%c0%80", "%ed%a0%80"})
    EXPECT_FALSE(format::parse_purl(fmt::format("pkg:generic/name@1{}", wrong)).ok()) << wrong;
  EXPECT_EQ(items_of(cyclonedx(R"({"name":"a","purl":"pkg:generic/%00"},{"name":"b","purl":"pkg:%zz"})")),
            2u);
}

namespace {

std::string spdx3(const std::string& graph) {
  return R"({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[)" + graph + "]}";
}

std::string signed_as(std::string_view predicate_type, std::string_view bill) {
  const std::string statement = fmt::format(
      R"({{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"a","digest":{{"sha256":"{}"}}}}],)"
      R"("predicateType":"{}","predicate":{}}})",
      std::string(64, 'a'), predicate_type, bill);
  return fmt::format(
      R"({{"payloadType":"application/vnd.in-toto+json","payload":"{}","signatures":[{{"sig":"{}"}}]}})",
      encode_base64(statement), encode_base64("x"));
}

}  // namespace

// What is recorded as a bill is matched as one: signed ones are accepted, so their components must not be unknown.
TEST(BadBill, a_signed_bill_lists_what_the_bill_in_it_lists) {
  const std::string bill = golden("cyclonedx.json");
  const auto plain = read_inventory(bill, Detail::whole),
             within = read_inventory(signed_as("https://cyclonedx.org/bom", bill), Detail::whole);
  ASSERT_TRUE(plain.ok() && within.ok()) << within.error().message;
  ASSERT_EQ(within->items.size(), plain->items.size());
  for (std::size_t i = 0; i < plain->items.size(); ++i)
    EXPECT_EQ(within->items[i].purl, plain->items[i].purl);
  EXPECT_EQ(to_hex(within->subject.digests.back()), std::string(64, 'a'));
  const std::string nested =
      signed_as("https://cyclonedx.org/bom", signed_as("https://cyclonedx.org/bom", bill));
  EXPECT_FALSE(read_inventory(nested).ok()) << "a statement within a statement is no bill";
}

// One author of ten megabytes, of a thousand packages, would be ten gigabytes.
TEST(BadBill, a_long_text_that_many_packages_share_is_refused) {
  std::string graph = R"({"type":"Person","spdxId":"p","name":")" + std::string(10'000'000, 'a') + "\"}";
  for (int i = 0; i < 1000; ++i)
    graph += fmt::format(R"(,{{"type":"software_Package","spdxId":"s{}","name":"n","suppliedBy":"p"}})", i);
  const auto whole = read_inventory(spdx3(graph), Detail::whole);
  ASSERT_FALSE(whole.ok());
  EXPECT_EQ(whole.error().code, Errc::too_large);
  EXPECT_EQ(items_of(spdx3(graph)), 1000u) << "matching asks for nobody's name";
}

// Three thousand licences of one id, which three thousand packages have, are nine million.
TEST(BadBill, licences_that_many_packages_of_one_id_share_are_refused) {
  std::string graph, to;
  for (int i = 0; i < 3000; ++i) {
    graph += fmt::format(R"({{"type":"simplelicensing_LicenseExpression","spdxId":"l{0}",)"
                         R"("simplelicensing_licenseExpression":"L-{0}"}},)"
                         R"({{"type":"software_Package","spdxId":"p","name":"n"}},)",
                         i);
    to += fmt::format("{}\"l{}\"", i == 0 ? "" : ",", i);
  }
  graph += R"({"type":"Relationship","relationshipType":"hasDeclaredLicense","from":"p","to":[)" + to + "]}";
  const auto whole = read_inventory(spdx3(graph), Detail::whole);
  ASSERT_FALSE(whole.ok());
  EXPECT_EQ(whole.error().code, Errc::too_large);
}

// Its components become entries, which are UTF-8 or can never be read again.
TEST(BadBill, tags_that_are_no_utf8_are_refused) {
  for (const std::string_view line :
       {"PackageName: a\xff", "PackageVersion: \xc3", "Relationship: \xed\xa0\x80 A b",
        "ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1?x=\xff"})
    EXPECT_EQ(refused_by_all(fmt::format("SPDXVersion: SPDX-2.3\nPackageName: x\n{}\n", line)),
              Errc::invalid);
}

TEST(BadBill, tags_of_more_than_a_million_packages_are_refused_without_keeping_them) {
  std::string text = "SPDXVersion: SPDX-2.3\n";
  for (std::size_t i = 0; i <= limits::evidence_records_max + 1; ++i) text += "PackageName: a\n";
  EXPECT_EQ(read_inventory(text).error().code, Errc::too_large);
}

}  // namespace weir::evidence
