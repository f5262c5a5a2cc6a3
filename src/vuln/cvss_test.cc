// Vectors and scores that others published ($WEIR_CORPUS/cvss), and what is refused.
#include "vuln/cvss.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/corpus.h"

namespace weir::vuln {
namespace {

// "(2.9, 2.3, None)", "(9.2,)" or "0.0", as numbers; nothing for None.
std::vector<std::optional<double>> expected_of(std::string text) {
  std::vector<std::optional<double>> expected;
  std::erase_if(text, [](char c) { return c == '(' || c == ')' || c == ' ' || c == '\r'; });
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string each = text.substr(0, comma);
    expected.push_back(each == "None" ? std::nullopt : std::optional(std::abs(std::stod(each))));
    text.erase(0, comma + 1);
  }
  return expected;
}

std::vector<std::optional<double>> answered(std::string_view vector) {
  std::vector<std::optional<double>> scores;
  const format::Json answer = answer_cvss(vector);
  for (const format::Json& score : answer.items("scores"))
    scores.push_back(score.real() == nullptr ? std::nullopt : std::optional(*score.real()));
  return scores;
}

}  // namespace

TEST(Cvss, every_vector_of_the_corpus_scores_as_published) {
  REQUIRE_CORPUS("cvss");
  std::size_t vectors = 0;
  for (const auto& file : std::filesystem::directory_iterator(test::corpus_path("cvss")))
    for (const std::string& line : test::lines_of(test::read_file(file.path()))) {
      const std::size_t dash = line.find(" - ");
      if (dash == line.npos) continue;
      ++vectors;
      EXPECT_EQ(answered(line.substr(0, dash)), expected_of(line.substr(dash + 3))) << line;
    }
  EXPECT_GT(vectors, 5'500u);
}

TEST(Cvss, worked_examples_of_the_specifications) {
  EXPECT_EQ(score_cvss("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H")->environmental,
            9.2);
  EXPECT_EQ(score_cvss("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")->base, 9.8);
  EXPECT_EQ(score_cvss("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N")->base, 6.1);
  EXPECT_EQ(score_cvss("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H")->base, 10.0);
}

TEST(Cvss, damaged_vectors_are_refused_by_metric) {
  for (const char* vector :
       {"", "CVSS:3.1", "CVSS:3.1/", "CVSS:5.0/AV:N", "CVSS:3.1/AV:N", "AV:N/AC:L/Au:N/C:N/I:N/A:C/",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H", "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:1", "CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:H"})
    EXPECT_FALSE(score_cvss(vector).ok()) << vector;
  EXPECT_EQ(score_cvss("CVSS:3.1/AV:Q").error().field, "AV");
  EXPECT_EQ(answer_cvss("nonsense").text("vector"), "nonsense");
  EXPECT_FALSE(answer_cvss("nonsense").text("error").empty());
}

TEST(Cvss, scores_have_the_names_of_the_qualitative_scale) {
  EXPECT_EQ(rating_of(0.0), "none");
  EXPECT_EQ(rating_of(3.9), "low");
  EXPECT_EQ(rating_of(6.9), "medium");
  EXPECT_EQ(rating_of(8.9), "high");
  EXPECT_EQ(rating_of(9.0), "critical");
}

}  // namespace weir::vuln
