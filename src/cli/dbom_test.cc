// The bill of materials on the command line, with the kept document of test/golden/dbom/v1 as the server's answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "cli/api.h"
#include "cli/session_test_support.h"
#include "dbom/check.h"

namespace weir::cli {
namespace {

using format::Json;
using testing::HasSubstr;
using testing::Not;

const std::string folder = "test/golden/dbom/v1/";

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Asked {
  CannedServer server;
  CommandLine line{.variables = {{"WEIR_URL", server.url()}}};
  std::string kept = content_of(folder + "dbom.json");
  std::string digest;

  Asked() {
    const auto envelope = format::decode_text<dbom::DbomEnvelope>(kept).value();
    const Json statement = format::parse_json(decode_base64(envelope.payload).value()).value();
    digest = statement.at("predicate").at("artifact").text("digest");
    const Json answer = Json::object(
        {{"envelope", format::parse_json(kept).value()}, {"document", statement.at("predicate")}});
    server.on("GET " + path_of({"dboms", digest}) + "?environment=prod", 200, dump(answer));
  }
  Finished run(std::vector<std::string> further) {
    std::vector<std::string> words{"dbom", digest, "--environment", "prod"};
    words.insert(words.end(), further.begin(), further.end());
    return line.run(words);
  }
};

TEST(DbomCommand, people_read_the_five_sections_with_proofs) {
  const Finished done = Asked().run({});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_EQ(done.out.find("api runs in prod as approved.\n"), 0u) << done.out;
  for (const std::string_view word : {"\nwhat\n", "\nhow\n", "\nwhere\n", "\nwhen\n", "\nwho\n",
                                      "12 passed, 0 failed", "difference from api", "left-pad"})
    EXPECT_THAT(done.out, HasSubstr(std::string(word)));
}

TEST(DbomCommand, json_is_the_signed_document_as_it_is_verified) {
  Asked asked;
  const Finished done = asked.run({"--output", "json"});
  EXPECT_EQ(done.out, asked.kept);
  const std::string file = testing::TempDir() + "weir-cli-dbom.json";
  EXPECT_EQ(asked.run({"--output", "json", "--file", file}).exit, 0);
  EXPECT_EQ(content_of(file), asked.kept);
  const Finished verified = CommandLine().run({"dbom", "verify", file, "--vkey", folder + "vkey"});
  EXPECT_EQ(verified.exit, 0) << verified.out << verified.err;
  EXPECT_EQ(verified.out.find("genuine: api runs in prod as approved."), 0u) << verified.out;
}

TEST(DbomCommand, html_is_one_page) {
  const Finished done = Asked().run({"--output", "html"});
  EXPECT_EQ(done.out.find("<!doctype html>"), 0u);
  EXPECT_THAT(done.out, Not(HasSubstr("<script")));
}

TEST(DbomCommand, an_altered_document_is_refused_and_its_line_named) {
  const std::string kept = content_of(folder + "dbom.json");
  auto envelope = format::decode_text<dbom::DbomEnvelope>(kept).value();
  std::string payload = decode_base64(envelope.payload).value();
  payload.replace(payload.find("12 passed"), 2, "13");
  envelope.payload = encode_base64(payload);
  const std::string file = testing::TempDir() + "weir-cli-altered.json";
  std::ofstream(file) << format::encode(envelope);
  const Finished done = CommandLine().run({"dbom", "verify", file, "--vkey", folder + "vkey"});
  EXPECT_EQ(done.exit, 1);
  EXPECT_THAT(done.out, HasSubstr("the test 'unit': 'value' is not what entry"));
  const Finished machine =
      CommandLine().run({"dbom", "verify", file, "--vkey", folder + "vkey", "-o", "json"});
  const Json said = format::parse_json(machine.out).value();
  EXPECT_FALSE(*said.at("genuine").boolean());
  EXPECT_EQ(said.items("faults")[0].text("place").find("predicate.how["), 0u);
}

TEST(DbomCommand, a_key_that_is_none_and_a_file_that_is_not_there_are_errors) {
  EXPECT_EQ(CommandLine().run({"dbom", "verify", folder + "dbom.json", "--vkey", folder + "dbom.json"}).exit,
            2);
  EXPECT_EQ(CommandLine().run({"dbom", "verify", "/no/such", "--vkey", folder + "vkey"}).exit, 2);
}

TEST(DbomCommand, the_schema_closes_every_record) {
  const Json schema = format::parse_json(CommandLine().run({"dbom", "schema"}).out).value();
  EXPECT_EQ(schema.text("$id"), "https://weir.dev/dbom/v1");
  ASSERT_GT(schema.at("$defs").object()->size(), 10u);
  for (const auto& [name, record] : *schema.at("$defs").object())
    EXPECT_EQ(record.at("additionalProperties"), Json(false)) << name;
}

}  // namespace
}  // namespace weir::cli
