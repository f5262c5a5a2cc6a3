#include "evidence/ci.h"

#include <gtest/gtest.h>

namespace weir::evidence {

TEST(Ci, each_system_is_read_from_its_variables) {
  const CiRun github = detect_ci({{"GITHUB_ACTIONS", "true"},
                                  {"GITHUB_REPOSITORY", "org/app"},
                                  {"GITHUB_SERVER_URL", "https://github.example"},
                                  {"GITHUB_SHA", "abc123"},
                                  {"GITHUB_REF_NAME", "12/merge"},
                                  {"GITHUB_HEAD_REF", "feature/x"},
                                  {"GITHUB_RUN_ID", "99"}}).value();
  EXPECT_EQ(github,
            (CiRun{"github", "org-app", "abc123", "abc123", "feature/x",
                   "https://github.example/org/app/actions/runs/99", "https://github.example/org/app"}));
  const CiRun gitlab = detect_ci({{"GITLAB_CI", "true"},
                                  {"CI_PROJECT_PATH", "group/sub group/app"},
                                  {"CI_COMMIT_SHA", "def456"},
                                  {"CI_COMMIT_REF_NAME", "main"},
                                  {"CI_PIPELINE_URL", "https://gitlab.example/p/1"},
                                  {"CI_PROJECT_URL", "https://gitlab.example/group/app"}}).value();
  EXPECT_EQ(gitlab, (CiRun{"gitlab", "group-sub-group-app", "def456", "def456", "main",
                           "https://gitlab.example/p/1", "https://gitlab.example/group/app"}));
  const CiRun jenkins = detect_ci({{"JENKINS_URL", "https://ci.example/"},
                                   {"JOB_NAME", "team/app/feature%2Fx"},
                                   {"BRANCH_NAME", "feature/x"},
                                   {"GIT_COMMIT", "fff"},
                                   {"BUILD_URL", "https://ci.example/job/1/"},
                                   {"GIT_URL", "https://user:secret@git.example/app.git"}}).value();
  EXPECT_EQ(jenkins, (CiRun{"jenkins", "team-app", "fff", "fff", "feature/x", "https://ci.example/job/1/",
                            "https://git.example/app.git"}));
}

TEST(Ci, what_is_not_set_stays_empty) {
  const CiRun bare = detect_ci({{"GITHUB_ACTIONS", "true"}, {"GITHUB_RUN_ID", "7"}}).value();
  EXPECT_EQ(bare, (CiRun{.system = "github", .trail = "7"}));
  EXPECT_EQ(detect_ci({{"JENKINS_URL", "x"}, {"GIT_BRANCH", "origin/main"}}).value().branch, "main");
}

TEST(Ci, outside_a_ci_system_there_is_nothing) {
  EXPECT_FALSE(detect_ci({}));
  EXPECT_FALSE(detect_ci({{"GITHUB_ACTIONS", ""}, {"GITHUB_SHA", "abc"}}));
}

TEST(Ci, names_hold_only_what_names_may_hold) {
  const auto flow = [](const char* repository) {
    return detect_ci({{"GITHUB_ACTIONS", "1"}, {"GITHUB_REPOSITORY", repository}}).value().flow;
  };
  EXPECT_EQ(flow("../../etc"), "etc");
  EXPECT_EQ(flow("a b\n/c\xff"), "a-b-c");
  EXPECT_EQ(flow("_.~"), "");
  EXPECT_LE(flow(std::string(5000, 'x').c_str()).size(), 255u);
}

TEST(Ci, credentials_in_a_repository_url_are_dropped) {
  const auto repository = [](const char* url) {
    return detect_ci({{"JENKINS_URL", "x"}, {"GIT_URL", url}}).value().repository;
  };
  EXPECT_EQ(repository("https://token@host/a@b"), "https://host/a@b");
  EXPECT_EQ(repository("git@host:org/app.git"), "git@host:org/app.git");
  EXPECT_EQ(repository("ssh://git@host:22/app"), "ssh://host:22/app");
}

}  // namespace weir::evidence
