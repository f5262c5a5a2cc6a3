#include "cli/integration_webhook.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/session_test_support.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

class IntegrationWebhook : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "weir-webhook-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    line_.variables = {{"WEIR_URL", server_.url()}, {"WEIR_TOKEN", "weir_test"}};
    server_.on("PUT integrations/cluster", 201,
               R"({"integration":{"name":"cluster","kind":"kubernetes","fail":"open"},)"
               R"("path":"/v1/orgs/default/integrations/cluster/admission/wh_new"})");
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name, std::string_view content) {
    std::ofstream(folder_ / name) << content;
    return (folder_ / name).string();
  }
  Finished create(const std::string& kind, std::vector<std::string> more) {
    std::vector<std::string> words{"integration", "create",        "cluster",  "--kind",    kind,
                                   "--rotate",    "--environment", "prod",     "--webhook", "--address",
                                   "https://weir.example:8443"};
    words.insert(words.end(), more.begin(), more.end());
    return line_.run(words);
  }

  fs::path folder_;
  CannedServer server_;
  CommandLine line_;
};

TEST_F(IntegrationWebhook, is_printed_with_the_address_and_who_signed_the_certificate) {
  const Finished done = create("kubernetes", {"--ca-bundle", file("ca.pem", "-----BEGIN CERTIFICATE-----\n")});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_NE(done.out.find("https://weir.example:8443/v1/orgs/default/integrations/cluster/admission/wh_new"),
            std::string::npos)
      << done.out;
  EXPECT_NE(done.out.find("caBundle: LS0t"), std::string::npos) << done.out;
  EXPECT_EQ(server_.asked("integrations/cluster").size(), 1u);
}

TEST_F(IntegrationWebhook, what_can_not_be_printed_ends_no_address) {
  const std::string large = file("large.pem", std::string(256 * 1024 + 1, 'a'));
  struct Case {
    const char* kind;
    std::vector<std::string> more;
    const char* says;
  };
  for (const Case& each :
       {Case{"flagger", {}, "only kind kubernetes has a webhook"},
        Case{"kubernetes", {"--ca-bundle", (folder_ / "none.pem").string()}, "none.pem"},
        Case{"kubernetes", {"--ca-bundle", large}, "large.pem"},
        Case{"kubernetes", {"--timeout", "31s"}, "timeout"}}) {
    const Finished done = create(each.kind, each.more);
    EXPECT_NE(done.exit, 0) << each.says;
    EXPECT_NE(done.err.find(each.says), std::string::npos) << done.err;
    EXPECT_EQ(done.out, "");
  }
  EXPECT_TRUE(server_.asked("integrations/cluster").empty());
}

}  // namespace
}  // namespace weir::cli
