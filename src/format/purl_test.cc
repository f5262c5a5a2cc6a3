// The purl specification's own cases ($WEIR_CORPUS/purl), and the texts that scanners write against it.
#include "format/purl.h"

#include <gtest/gtest.h>

#include "support/corpus.h"

namespace weir::format {
namespace {

// Absent, null and empty parts are the same thing to the specification's cases.
Json without_nulls(const Json& parts) {
  if (parts.object() == nullptr) return parts;
  Json kept{Json::Object{}};
  for (const auto& [key, value] : *parts.object())
    if (!value.is_null() && !(value.object() != nullptr && value.object()->empty())) kept.set(key, value);
  return kept;
}

std::string failure_of(const Json& test) {
  const Json answer = answer_purl_case(dump(test));
  const bool* fails = test.at("expected_failure").boolean();
  if (fails != nullptr && *fails) return answer.find("error") != nullptr ? "" : "accepted: " + dump(answer);
  const Json* output = answer.find("output");
  if (output == nullptr) return dump(answer);
  const bool same =
      dump_canonical(without_nulls(*output)) == dump_canonical(without_nulls(test.at("expected_output")));
  return same ? "" : dump(*output);
}

}  // namespace

TEST(Purl, every_case_of_the_specification_is_answered_as_it_says) {
  REQUIRE_CORPUS("purl");
  std::size_t cases = 0;
  for (const auto& file : std::filesystem::directory_iterator(test::corpus_path("purl"))) {
    const Result<Json> document = parse_json(test::read_file(file.path()));
    ASSERT_TRUE(document.ok()) << file.path();
    for (const Json& each : document->items("tests")) {
      EXPECT_EQ(failure_of(each), "") << file.path().filename() << ": " << dump(each);
      ++cases;
    }
  }
  EXPECT_GT(cases, 400u);
}

TEST(Purl, every_escape_is_read_and_written_in_one_form) {
  const Result<Purl> purl = parse_purl("pkg:generic/a%2fb%40c/x%3Fy@1%2F2%20%C3%A9?k=%26%3D#p%23/./../q");
  ASSERT_FALSE(purl.ok());  // an encoded slash in a namespace would be two segments when written
  const Result<Purl> sound = parse_purl("pkg:generic/b%40c/x%3Fy%2Fz@1%2F2%20%C3%A9?k=%26%3D#p%23/./../q");
  ASSERT_TRUE(sound.ok()) << sound.error().message;
  EXPECT_EQ(sound->ns, "b@c");
  EXPECT_EQ(sound->name, "x?y/z");
  EXPECT_EQ(sound->version, "1/2 é");
  EXPECT_EQ(sound->qualifier("k"), "&=");
  EXPECT_EQ(sound->subpath, "p#/q");
  EXPECT_EQ(*build_purl(*sound), "pkg:generic/b%40c/x%3Fy%2Fz@1%2F2%20%C3%A9?k=%26%3D#p%23/q");
}

TEST(Purl, damaged_ones_are_refused) {
  for (const char* text : {"", "pkg:", "pkg:npm", "pkg:npm/", "pkg:npm/a%", "pkg:npm/a%2", "pkg:npm/a%zz",
                           "pkg:npm/%FF", "pkg:swift/a.org/b/@1", "pkg:npm/@1", "pkg:npm/%ED%A0%80",
                           "pkg:npm/a?=x", "pkg:npm/a?k", "pkg:npm/a?k=1&k=2", "npm/a", "http://a/b"})
    EXPECT_FALSE(parse_purl(text).ok()) << text;
  EXPECT_EQ(parse_purl("pkg:npm/" + std::string(10'000, 'a')).error().code, Errc::too_large);
}

TEST(Purl, tolerant_reading_takes_what_scanners_write) {
  const Result<Purl> upper = parse_purl("pkg:deb/curl@7.50?Arch=amd64&arch=i386", PurlReading::tolerant);
  ASSERT_TRUE(upper.ok()) << upper.error().message;
  EXPECT_EQ(upper->qualifier("arch"), "amd64");
  EXPECT_EQ(parse_purl("pkg:golang/stdlib@1.19", PurlReading::tolerant)->name, "stdlib");
  EXPECT_EQ(parse_purl("pkg:pypi/x@1%211.10", PurlReading::tolerant)->version, "1!1.10");
}

TEST(Purl, a_batch_line_that_is_no_case_is_answered_with_an_error) {
  for (const char* line :
       {"", "{", "[]", "{}", R"({"test_type":"parse"})", R"({"test_type":"paint","input":"pkg:a/b"})",
        R"({"test_type":"build","input":"pkg:a/b"})",
        R"({"test_type":"build","input":{"type":"npm","name":7}})"})
    EXPECT_NE(answer_purl_case(line).find("error"), nullptr) << line;
}

}  // namespace weir::format
