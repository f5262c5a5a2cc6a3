#include "evidence/flow.h"

#include <gtest/gtest.h>

namespace weir::evidence {
namespace {

const Template required{
    .attestations = {{"review", "review"}, {"change", "*"}},
    .artifacts = {{"api", {{"tests", "test"}, {"sbom", "sbom"}}}, {"web", {{"tests", "test"}}}}};

std::string written(const std::vector<Bead>& beads) {
  std::string text;
  for (const Bead& bead : beads)
    text += fmt::format("{}{}{}/{}={}{}", text.empty() ? "" : " ", bead.artifact,
                        bead.artifact.empty() ? "" : ":", bead.name, format::name_of(bead.state),
                        bead.entry ? fmt::format("@{}", *bead.entry) : "");
  return text;
}

TEST(Beads, of_nothing_attested_are_all_missing) {
  EXPECT_EQ(written(beads_of(required, {})),
            "/review=missing /change=missing api:/tests=missing api:/sbom=missing web:/tests=missing");
}

TEST(Beads, are_met_failed_missing_or_extra) {
  struct Case {
    std::string_view name;
    std::vector<Attested> latest;
    std::string_view beads;
  };
  const Template one{.artifacts = {{"api", {{"tests", "test"}}}}};
  const std::array cases{
      Case{"met", {{"tests", "test", "api", true, 5}}, "api:/tests=met@5"},
      Case{"failed", {{"tests", "test", "api", false, 5}}, "api:/tests=failed@5"},
      Case{"undecided is missing", {{"tests", "test", "api", {}, 5}}, "api:/tests=missing@5"},
      Case{"another type is missing", {{"tests", "scan", "api", true, 5}}, "api:/tests=missing@5"},
      Case{"of another artifact",
           {{"tests", "test", "web", true, 5}},
           "api:/tests=missing web:/tests=extra@5"},
      Case{"of the trail", {{"tests", "test", "", true, 5}}, "api:/tests=missing /tests=extra@5"},
      Case{"extra that failed",
           {{"tests", "test", "api", true, 5}, {"lint", "scan", "api", false, 6}},
           "api:/tests=met@5 api:/lint=failed@6"},
      Case{"extra undecided",
           {{"tests", "test", "api", true, 5}, {"notes", "generic", "", {}, 6}},
           "api:/tests=met@5 /notes=extra@6"},
  };
  for (const Case& row : cases) EXPECT_EQ(written(beads_of(one, row.latest)), row.beads) << row.name;
}

TEST(Beads, of_any_type_take_the_type_that_came) {
  const auto beads = beads_of({.attestations = {{"change", "*"}}}, {{"change", "ticket", "", true, 3}});
  ASSERT_EQ(beads.size(), 1u);
  EXPECT_EQ(beads[0].type, "ticket");
  EXPECT_EQ(beads[0].state, BeadState::met);
}

TEST(Compliance, needs_every_requirement_and_no_failure) {
  const Template one{.attestations = {{"review", "review"}}};
  EXPECT_FALSE(is_compliant(beads_of(one, {})));
  EXPECT_TRUE(is_compliant(beads_of(one, {{"review", "review", "", true, 1}})));
  EXPECT_FALSE(is_compliant(beads_of(one, {{"review", "review", "", false, 1}})));
  EXPECT_FALSE(is_compliant(beads_of(one, {{"review", "review", "", {}, 1}})));
  EXPECT_FALSE(
      is_compliant(beads_of(one, {{"review", "review", "", true, 1}, {"lint", "scan", "", false, 2}})));
  EXPECT_TRUE(is_compliant(beads_of({}, {})));
}

TEST(Missing, is_told_by_name_type_and_artifact) {
  EXPECT_EQ(
      missing_of(beads_of(required, {{"review", "review", "", true, 1}, {"tests", "test", "web", false, 2}})),
      (std::vector<std::string>{"change (*)", "tests (test) of api", "sbom (sbom) of api"}));
}

TEST(Flow, names_and_requirements_are_checked) {
  EXPECT_TRUE(check(Flow{.name = "api", .service = "shop", .required = required}).ok());
  EXPECT_EQ(check(Flow{.name = "a b"}).error().field, "name");
  EXPECT_EQ(check(Flow{.name = "api", .service = "/"}).error().field, "service");
  EXPECT_EQ(check(Flow{.name = "api", .required = {.attestations = {{"", "test"}}}}).error().field,
            "template.attestations.name");
  EXPECT_EQ(check(Flow{.name = "api", .required = {.artifacts = {{"api", {{"t", ""}}}}}}).error().field,
            "template.artifacts.attestations.type");
}

TEST(Trail, and_service_names_are_checked) {
  EXPECT_TRUE(check(Trail{.flow = "api", .name = "v1.2.3"}).ok());
  EXPECT_EQ(check(Trail{.flow = "api", .name = ""}).error().field, "name");
  EXPECT_EQ(check(Trail{.flow = "", .name = "x"}).error().field, "flow");
  EXPECT_TRUE(check(Service{.name = "shop", .team = "Team One"}).ok());
  EXPECT_EQ(check(Service{.name = "shop", .team = ""}).error().field, "team");
}

}  // namespace
}  // namespace weir::evidence
