#include "agent/processes/proc_text.h"

#include <gtest/gtest.h>

namespace weir::agent {
namespace {

const std::string stat_tail = " S 7 9 5 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 99 88";

TEST(ProcText, stat_takes_the_last_parenthesis_as_the_end_of_the_command) {
  const auto stat = parse_stat_line("12 (a) S 1 (b)\n" + std::string(")") + stat_tail);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->command, "a) S 1 (b)\n");
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->session, 5);
  EXPECT_EQ(stat->start_ticks, 4711U);
  EXPECT_FALSE(stat->kernel_thread);
}

TEST(ProcText, stat_of_a_kernel_thread_is_recognised_by_its_flag) {
  const auto stat = parse_stat_line("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3 0 0");
  ASSERT_TRUE(stat);
  EXPECT_TRUE(stat->kernel_thread);
}

TEST(ProcText, stat_that_makes_no_sense_is_nothing) {
  for (const std::string text :
       {"", ")", "(", "1 (x)", "1 )x( S 1", "1 (x) S", "1 (x) SS 7 9 5 0 -1 0 1 2 3 4 5 6 7 8 9 0 1 0 4 5",
        "1 (x) S a 9 5 0 -1 0 1 2 3 4 5 6 7 8 9 0 1 0 4 5",
        "1 (x) S 7 9 5 0 -1 0 1 2 3 4 5 6 7 8 9 0 1 0 99999999999999999999999 5"})
    EXPECT_FALSE(parse_stat_line(text)) << text;
  EXPECT_FALSE(parse_stat_line(std::string(100'000, '(')));
}

TEST(ProcText, mountinfo_undoes_escapes_and_leaves_out_broken_lines) {
  const auto mounts = parse_mountinfo(
      "25 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/root rw\n"
      "broken\n"
      "26 25 0:33 / /a\\040b rw - tmpfs tmp\\134fs rw,size=1\n"
      "27 25 x:y / /c rw - tmpfs t rw\n"
      "28 25 0:1 / /d rw -\n"
      "29 25 0:2 /\\04 /e rw - t s");
  ASSERT_EQ(mounts.size(), 3U);
  EXPECT_EQ(mounts[0].point, "/");
  EXPECT_EQ(mounts[1].point, "/a b");
  EXPECT_EQ(mounts[1].source, "tmp\\fs");
  EXPECT_EQ(mounts[2].root, "/\\04");
  EXPECT_EQ(mount_of(mounts, "/a b/c"), &mounts[1]);
  EXPECT_EQ(mount_of(mounts, "/a bc"), &mounts[0]);
  EXPECT_EQ(mount_of({}, "/"), nullptr);
}

TEST(ProcText, overlay_layers_are_told_with_either_way_of_mounting) {
  const auto old = parse_overlay_options("rw,lowerdir=/l1:/l\\:2::/data,upperdir=/u\\,v,workdir=/w");
  ASSERT_TRUE(old);
  EXPECT_EQ(old->upper, "/u,v");
  EXPECT_EQ(old->lower, (std::vector<std::string>{"/l1", "/l:2", "/data"}));
  const auto by_new_calls = parse_overlay_options("ro,lowerdir+=/l1,lowerdir+=/l2");
  ASSERT_TRUE(by_new_calls);
  EXPECT_EQ(by_new_calls->lower, (std::vector<std::string>{"/l1", "/l2"}));
  EXPECT_TRUE(by_new_calls->upper.empty());
  for (const char* text : {"", "rw", "lowerdir=", "upperdir=/u", "\\"})
    EXPECT_FALSE(parse_overlay_options(text)) << text;
}

TEST(ProcText, cgroups_tell_unit_and_container) {
  const std::string id(64, 'a');
  struct Row {
    std::string text, unit, container, runtime;
  };
  const Row rows[] = {
      {"0::/system.slice/ssh.service\n", "ssh.service", "", ""},
      {"1:name=systemd:/user.slice/user-1000.slice/session-3.scope\n0::/\n", "session-3.scope", "", ""},
      {"0::/system.slice/docker-" + id + ".scope\n", "docker-" + id + ".scope", id, "docker"},
      {"4:cpu:/docker/" + id + "\n0::/\n", "", id, "docker"},
      {"0::/machine.slice/libpod-" + id + ".scope/container\n", "libpod-" + id + ".scope", id, "podman"},
      {"0::/machine.slice/libpod-conmon-" + id + ".scope\n", "libpod-conmon-" + id + ".scope", "", ""},
      {"3:memory:/libpod_parent/libpod-" + id + "\n", "", id, "podman"},
      {"0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + id + ".scope\n",
       "cri-containerd-" + id + ".scope", id, "containerd"},
      {"0::/system.slice/kubepods-pod1.slice:cri-containerd:" + id + "\n", "", id, "containerd"},
      {"0::/kubepods/besteffort/podx/" + id + "\n", "", id, ""},
      {"0::/kubepods.slice/crio-" + id + ".scope\n", "crio-" + id + ".scope", id, "cri-o"},
      {"0::/kubepods.slice/crio-conmon-" + id + ".scope\n", "crio-conmon-" + id + ".scope", "", ""},
      {"0::/docker/" + id.substr(1) + "\n", "", "", ""},
      {"0::/docker/" + id.substr(1) + "G\n", "", "", ""},
      {"garbage\n::\n0:\n0::relative/docker-" + id + ".scope\n", "", "", ""},
      {"", "", "", ""},
  };
  for (const Row& row : rows) {
    const CgroupPlace place = parse_cgroups(row.text);
    EXPECT_EQ(place.unit, row.unit) << row.text;
    EXPECT_EQ(place.container, row.container) << row.text;
    EXPECT_EQ(place.runtime, row.runtime) << row.text;
  }
}

TEST(ProcText, words_end_with_nul_or_with_the_text) {
  EXPECT_EQ(split_words(std::string_view("a\0\0b", 4)), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split_words(std::string_view("a\0", 2)), (std::vector<std::string>{"a"}));
  EXPECT_TRUE(split_words("").empty());
}

TEST(ProcText, paths_become_absolute) {
  EXPECT_EQ(absolute_path("x.sh", "/home/a"), "/home/a/x.sh");
  EXPECT_EQ(absolute_path("../../../x", "/home/a"), "/x");
  EXPECT_EQ(absolute_path("/a//./b/../c", "/z"), "/a/c");
  EXPECT_EQ(absolute_path("", ""), "/");
}

}  // namespace
}  // namespace weir::agent
