#include "artifact/image_settings.h"

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace weir::artifact {
namespace {

TEST(ImageSettings, are_what_will_run_and_never_the_value_of_a_variable) {
  const auto settings =
      read_settings(R"({"architecture":"amd64","config":{"User":"app","Entrypoint":["/bin/api"],
      "Cmd":["--port","80"],"Env":["TOKEN=s3cret","PATH=/bin","BARE"],"ExposedPorts":{"80/tcp":{},"443/tcp":{}},
      "Volumes":null,"WorkingDir":"/srv"},"rootfs":{"type":"layers","diff_ids":[]}})");
  ASSERT_TRUE(settings.ok());
  std::string text;
  for (const auto& [name, values] : *settings) text += fmt::format("{}={};", name, fmt::join(values, " "));
  EXPECT_EQ(text,
            "command=--port 80;entrypoint=/bin/api;environment=BARE PATH TOKEN;ports=443/tcp 80/tcp;user=app;"
            "working-directory=/srv;");
}

TEST(ImageSettings, may_be_none) {
  EXPECT_TRUE(read_settings(R"({"config":null})")->empty());
  EXPECT_TRUE(read_settings("{}")->empty());
  EXPECT_TRUE(read_settings(R"({"config":{"User":7,"Env":"x","Cmd":[1]}})")->empty());
  EXPECT_FALSE(read_settings("{").ok());
}

}  // namespace
}  // namespace weir::artifact
