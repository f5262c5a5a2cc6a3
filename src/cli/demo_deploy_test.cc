#include "cli/demo_deploy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/scratch_directory.h"

namespace weir::cli {
namespace {

using format::Json;

// A host whose only runtime is a podman that nobody used so far, and an agent on it that sees every namespace.
class UnusedPodman : public testing::Test {
 protected:
  UnusedPodman() {
    const std::string podman = scratch_.path() + "/podman";
    std::ofstream(podman) << "#!/bin/sh\ncase $1 in\n"
                             "import) : > " << imported() << " ;;\n"
                             "image) printf '%064d\\n' 7 ;;\n"
                             "rmi) rm " << imported() << " ;;\nesac\n";
    std::filesystem::permissions(podman, std::filesystem::perms::owner_all);
    for (const char* tool : {"tar", "sh", "rm"})
      std::filesystem::create_symlink(std::string("/usr/bin/") + tool, scratch_.path() + "/" + tool);
    setenv("PATH", scratch_.path().c_str(), 1);
    shop_.directory = scratch_.path();
    shop_.program = scratch_.path() + "/greeter";
    std::ofstream(shop_.program) << "program";
  }
  ~UnusedPodman() override { setenv("PATH", path_.c_str(), 1); }

  std::string imported() const { return scratch_.path() + "/imported"; }
  bool was_imported() const { return std::filesystem::exists(imported()); }
  static Json environment_with(std::initializer_list<std::string_view> means) {
    Json::Array sources;
    for (const std::string_view one : means)
      sources.push_back(Json::object({{"watches", "containers"}, {"means", one}}));
    return Json::object({{"reporters", Json::Array{Json::object({{"sources", std::move(sources)}})}}});
  }
  // The agent notices podman at the third look after its first use.
  std::optional<Container> import(const Json& before, bool notices) {
    const Ask ask{.environment = [this, notices]() -> Result<Json> {
                    const bool seen = notices && was_imported() && ++looks_ >= 3;
                    return seen ? environment_with({"cgroups", "podman"}) : environment_with({"cgroups"});
                  },
                  .wait = [this](Duration period) { clock_.now_ = clock_.now_ + period; },
                  .clock = &clock_};
    return import_image(before, shop_, ask);
  }

  struct Waited final : Clock {
    Instant now_;
    Instant now() const override { return now_; }
  };
  const std::string path_ = getenv("PATH");
  test::ScratchDirectory scratch_;
  Workshop shop_;
  Waited clock_;
  int looks_ = 0;
};

TEST_F(UnusedPodman, is_used_once_the_agent_has_begun_to_watch_it) {
  const auto made = import(environment_with({"cgroups"}), true);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->runtime, "podman");
  EXPECT_EQ(made->id, "sha256:" + std::string(63, '0') + "7");
  EXPECT_EQ(looks_, 3);
}

TEST_F(UnusedPodman, that_the_agent_never_notices_is_left_as_it_was) {
  EXPECT_FALSE(import(environment_with({"cgroups"}), false));
  EXPECT_FALSE(was_imported());
}

TEST_F(UnusedPodman, is_not_touched_where_the_agent_does_not_see_other_namespaces) {
  EXPECT_FALSE(import(environment_with({}), true));
  EXPECT_FALSE(was_imported());
}

}  // namespace
}  // namespace weir::cli
