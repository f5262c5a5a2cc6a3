#include "format/schema.h"

#include <gtest/gtest.h>

namespace weir::format {
namespace {

enum class Colour { red, blue };
constexpr auto names_of(Colour) { return std::array<std::string_view, 2>{"red", "blue"}; }

struct LeafView {
  std::string name;
  std::optional<Instant> at;
  std::optional<Colour> colour;
  static void members(auto& visit, auto& self) {
    visit("name", self.name);
    visit.maybe("at", self.at);
    visit("colour", self.colour);
  }
};
struct TreeRequest {
  Sha256 digest;
  Duration within = seconds(2);
  std::vector<LeafView> leaves;
  std::map<std::string, std::int64_t> counts;
  std::optional<LeafView> best;
  Json anything;
  bool tall = false;
  static void members(auto& visit, auto& self) {
    visit("digest", self.digest);
    visit.maybe("within_us", self.within);
    visit("leaves", self.leaves);
    visit.maybe("counts", self.counts);
    visit("best", self.best);
    visit("anything", self.anything);
    visit.maybe("tall", self.tall);
  }
};

std::string definition(Way way, const std::string& name) {
  SchemaBook book("#/");
  book.schema_of<TreeRequest>(way);
  return dump(book.schemas().at(name));
}

TEST(Schema, of_what_is_written_requires_each_member_that_is_always_there) {
  EXPECT_EQ(
      definition(Way::out, "Leaf"),
      R"({"type":"object","properties":{"name":{"type":"string"},"at":{"type":"string","format":"date-time"},)"
      R"("colour":{"anyOf":[{"type":"string","enum":["red","blue"]},{"type":"null"}]}},"required":["name","colour"]})");
}

TEST(Schema, of_what_is_read_refuses_other_members_and_takes_null_for_what_is_optional) {
  EXPECT_EQ(
      definition(Way::in, "LeafRequest"),
      R"({"type":"object","properties":{"name":{"type":"string"},"at":{"anyOf":[{"type":"string","anyOf":)"
      R"([{"format":"date-time"},{"format":"date"}]},{"type":"null"}]},)"
      R"("colour":{"anyOf":[{"type":"string","enum":["red","blue"]},{"type":"null"}]}},)"
      R"("required":["name","colour"],"additionalProperties":false})");
}

TEST(Schema, says_digests_durations_defaults_maps_lists_and_records_by_reference) {
  EXPECT_EQ(
      definition(Way::in, "TreeRequest"),
      R"({"type":"object","properties":{"digest":{"type":"string","pattern":"^(sha256:)?[0-9a-fA-F]{64}$"},)"
      R"("within_us":{"type":"integer","format":"int64","description":"microseconds","default":2000000},)"
      R"("leaves":{"type":"array","items":{"$ref":"#/LeafRequest"}},)"
      R"("counts":{"type":"object","additionalProperties":{"type":"integer","format":"int64"}},)"
      R"("best":{"anyOf":[{"$ref":"#/LeafRequest"},{"type":"null"}]},"anything":{},)"
      R"("tall":{"type":"boolean","default":false}},)"
      R"("required":["digest","leaves","best","anything"],"additionalProperties":false})");
}

TEST(Schema, names_a_record_after_its_type_and_the_way_it_goes) {
  EXPECT_EQ(schema_name("weir::store::AlertView", Way::out), "Alert");
  EXPECT_EQ(schema_name("weir::runtime::EnvironmentDeclared", Way::in), "EnvironmentRequest");
  EXPECT_EQ(schema_name("weir::api::{anonymous}::NoteRequest", Way::in), "NoteRequest");
  EXPECT_EQ(schema_name("View", Way::out), "View");
  EXPECT_TRUE(type_name<LeafView>().ends_with("::LeafView"));
}

namespace other {
struct LeafView {
  std::string path;
  static void members(auto& visit, auto& self) { visit("path", self.path); }
};
}  // namespace other

TEST(SchemaDeathTest, does_not_take_two_records_for_one) {
  SchemaBook book("#/");
  book.schema_of<LeafView>(Way::out);
  EXPECT_DEATH(book.schema_of<other::LeafView>(Way::out), "type == type");
}

}  // namespace
}  // namespace weir::format
